package subscriptions_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestCluster: on a real Cluster the buckets spread over its masters, a chat moves from
// one to another, and a walk goes on when a master has failed over.
func TestCluster(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a failover takes seconds")
	}
	cluster := redistest.StartCluster(t, 3, 1)
	rdb := cluster.Client(t)
	s := subscriptions.NewStore(rdb)
	const first, n = 1, 3000
	redistest.Fill(t, rdb, first, n, kyrgyz)
	err := rdb.(*redis.ClusterClient).ForEachMaster(t.Context(), func(ctx context.Context, master *redis.Client) error {
		if buckets := master.DBSize(ctx).Val(); buckets < n/6 {
			return fmt.Errorf("a master holds %d buckets, evenly it were about %d", buckets, n/3)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}

	mustUpdate(t, s, first, func(p *subscriptions.Preferences, _ bool) { p.NoPictures = true })
	if err := s.Move(t.Context(), first, -100); err != nil {
		t.Fatal(err)
	}
	changed := kyrgyz
	changed.NoPictures = true
	words := changed
	words.Words = []string{"жеңилдик"}
	mustUpdate(t, s, -100, set(words)) // two keys, changed in one step
	expect(t, s, -100, words, true)
	mustUpdate(t, s, -100, set(changed))
	expect(t, s, first, subscriptions.Preferences{}, false)
	expect(t, s, -100, changed, true)
	if err := s.Forget(t.Context(), first+1); err != nil {
		t.Fatal(err)
	}
	expectCount(t, s, n-1)

	// Replication is asynchronous. This test is not about what it may lose: it kills a
	// master only when its replica has everything.
	cluster.AwaitReplicas(t)
	dead := cluster.KillMaster(t)
	cluster.TakeOver(t, dead) // how they vote is redistest's to show
	cluster.AwaitFailover(t, dead)
	expectCount(t, s, n-1)
	for chat := int64(10); chat < 60; chat++ {
		mustUpdate(t, s, chat, func(p *subscriptions.Preferences, _ bool) { p.NoPictures = true })
		expect(t, s, chat, changed, true)
	}
}

// expectCount checks the count, when Redis answers again.
func expectCount(t *testing.T, s *subscriptions.Store, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		counts, err := s.Count(ctx)
		if err == nil {
			want := subscriptions.Counts{Active: map[string]int{"ky": n}, Total: n}
			if !reflect.DeepEqual(counts, want) {
				t.Fatalf("counts %+v, want %+v", counts, want)
			}
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(fmt.Errorf("count: %w", err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}
