package subscriptions_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// kyrgyz are the preferences of somebody who has just pressed Кыргызча.
var kyrgyz = subscriptions.Preferences{
	Interface: "ky", Languages: []string{"ky"}, Since: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
}

// set returns a change to the preferences p.
func set(p subscriptions.Preferences) func(*subscriptions.Preferences, bool) {
	return func(q *subscriptions.Preferences, _ bool) { *q = p }
}

// mustUpdate changes a chat's preferences.
func mustUpdate(t *testing.T, s *subscriptions.Store, chat int64, change func(*subscriptions.Preferences, bool)) subscriptions.Preferences {
	t.Helper()
	p, err := s.Update(t.Context(), chat, change)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// expect checks what the store holds of a chat.
func expect(t *testing.T, s *subscriptions.Store, chat int64, want subscriptions.Preferences, wantKnown bool) {
	t.Helper()
	got, known, err := s.Get(t.Context(), chat)
	if err != nil || known != wantKnown || !reflect.DeepEqual(got, want) {
		t.Fatalf("Get(%d) = %+v, %t, %v; want %+v, %t", chat, got, known, err, want, wantKnown)
	}
}

// each runs f with an empty store on each kind of Redis.
func each(t *testing.T, f func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient)) {
	t.Helper()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		f(t, subscriptions.NewStore(rdb), rdb)
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		const chat = 7_000_000_001
		expect(t, s, chat, subscriptions.Preferences{}, false)
		got := mustUpdate(t, s, chat, func(p *subscriptions.Preferences, known bool) {
			if known || !reflect.DeepEqual(*p, subscriptions.Preferences{}) {
				t.Errorf("a new chat comes as %+v, %t", *p, known)
			}
			*p = kyrgyz
			p.Since = p.Since.Add(time.Minute)
		})
		if !reflect.DeepEqual(got, kyrgyz) {
			t.Errorf("Update returned %+v, not what is stored", got)
		}
		expect(t, s, chat, kyrgyz, true)

		stopped := kyrgyz
		stopped.Status = subscriptions.Stopped
		mustUpdate(t, s, chat, func(p *subscriptions.Preferences, known bool) {
			if !known {
				t.Error("a known chat comes as unknown")
			}
			p.Status = subscriptions.Stopped
		})
		expect(t, s, chat, stopped, true)

		for range 2 {
			if err := s.Forget(t.Context(), chat); err != nil {
				t.Fatal(err)
			}
			expect(t, s, chat, subscriptions.Preferences{}, false)
		}
	})
}

// TestUpdateWritesNothing counts the writes that a server has seen.
func TestUpdateWritesNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	rdb := server.Client(t)
	s := subscriptions.NewStore(rdb)
	mustUpdate(t, s, 1, set(kyrgyz))
	before := rdb.Info(t.Context(), "persistence").Val()
	mustUpdate(t, s, 1, set(kyrgyz))
	mustUpdate(t, s, 2, func(*subscriptions.Preferences, bool) {})
	expect(t, s, 2, subscriptions.Preferences{}, false)
	after := rdb.Info(t.Context(), "persistence").Val()
	if changes(before) != changes(after) {
		t.Errorf("changes before: %s, after: %s", changes(before), changes(after))
	}
	mustUpdate(t, s, 1, func(p *subscriptions.Preferences, _ bool) { p.NoPictures = true })
	if changes(rdb.Info(t.Context(), "persistence").Val()) == changes(after) {
		t.Error("a real change was not counted: this test sees nothing")
	}
}

// changes returns the line of INFO that counts writes.
func changes(info string) string {
	_, rest, _ := strings.Cut(info, "rdb_changes_since_last_save:")
	count, _, _ := strings.Cut(rest, "\r\n")
	return count
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		mustUpdate(t, s, 1, set(kyrgyz))
		_, err := s.Update(t.Context(), 1, func(p *subscriptions.Preferences, _ bool) { p.Languages = []string{"xx"} })
		if err == nil || !strings.Contains(err.Error(), "chat 1") || !strings.Contains(err.Error(), `"xx"`) {
			t.Errorf("error %v names neither chat nor language", err)
		}
		expect(t, s, 1, kyrgyz, true)
	})
}

// TestConcurrentUpdates: of changes made at the same time none is lost.
func TestConcurrentUpdates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		const hands, changes = 8, 20
		mustUpdate(t, s, -5, func(p *subscriptions.Preferences, _ bool) { p.Topics = subscriptions.Only() })
		var all sync.WaitGroup
		for hand := range hands {
			all.Go(func() {
				for i := range changes {
					topic := subscriptions.Topic(hand*changes + i)
					_, err := s.Update(t.Context(), -5, func(p *subscriptions.Preferences, _ bool) {
						p.Topics = p.Topics.With(topic)
						p.Thread++ // in one step with the topic, or the two would not agree
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		p, _, err := s.Get(t.Context(), -5)
		if err != nil || len(p.Topics.Chosen()) != hands*changes || p.Thread != hands*changes {
			t.Errorf("%d topics and thread %d, %v; want %d of both", len(p.Topics.Chosen()), p.Thread, err, hands*changes)
		}
	})
}

// TestUpdateBounded: a chat that always changes first ends in an error, not in a loop.
func TestUpdateBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		other := subscriptions.NewStore(rdb)
		_, err := s.Update(t.Context(), 1, func(p *subscriptions.Preferences, _ bool) {
			mustUpdate(t, other, 1, func(q *subscriptions.Preferences, _ bool) { q.Thread++ })
			p.NoPictures = true
		})
		if !errors.Is(err, subscriptions.ErrContended) || !strings.Contains(err.Error(), "chat 1") {
			t.Errorf("error: %v", err)
		}
	})
}

func TestUpdateEndsWithItsContext(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Update(ctx, 1, set(kyrgyz)); !errors.Is(err, context.Canceled) {
			t.Errorf("error: %v", err)
		}
	})
}

// TestOutage kills Redis again and again while changes are made: what Update has
// confirmed is there afterwards.
func TestOutage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes")
	s := subscriptions.NewStore(server.Client(t))
	var confirmed, failed atomic.Int64
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for try := 1; ; try++ {
			select {
			case <-stop:
				return
			case <-t.Context().Done():
				return
			default:
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			_, err := s.Update(ctx, 1, func(p *subscriptions.Preferences, _ bool) { p.Thread = try })
			cancel()
			if err == nil {
				confirmed.Store(int64(try))
			} else {
				failed.Add(1)
			}
		}
	})
	for range 3 {
		rises(t, "changes are confirmed", &confirmed)
		server.Kill()
		rises(t, "changes fail", &failed)
		server.Restart()
	}
	rises(t, "changes are confirmed", &confirmed)
	close(stop)
	writer.Wait()
	p, _, err := s.Get(t.Context(), 1)
	if err != nil || int64(p.Thread) < confirmed.Load() {
		t.Errorf("stored is change %d, %v; confirmed was %d", p.Thread, err, confirmed.Load())
	}
}

// rises waits until a number is greater than it is now.
func rises(t *testing.T, what string, number *atomic.Int64) {
	t.Helper()
	before, deadline := number.Load(), time.Now().Add(2*time.Minute)
	for number.Load() == before {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	const group, supergroup = -77, -1_000_000_000_077
	english := subscriptions.Preferences{Interface: "en", Languages: []string{"en"}}
	none := subscriptions.Preferences{}
	tests := []struct {
		name      string
		old, new  *subscriptions.Preferences // before; nil is not subscribed
		want      subscriptions.Preferences
		wantKnown bool
	}{
		{"a move", &kyrgyz, nil, kyrgyz, true},
		{"a move broken off after its first half", &kyrgyz, &kyrgyz, kyrgyz, true},
		{"a change in the new chat is newer", &kyrgyz, &english, english, true},
		{"a move that was done", nil, &english, english, true},
		{"nothing to move", nil, nil, none, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
				if test.old != nil {
					mustUpdate(t, s, group, set(*test.old))
				}
				if test.new != nil {
					mustUpdate(t, s, supergroup, set(*test.new))
				}
				for range 2 {
					if err := s.Move(t.Context(), group, supergroup); err != nil {
						t.Fatal(err)
					}
					expect(t, s, group, none, false)
					expect(t, s, supergroup, test.want, test.wantKnown)
				}
				if err := s.Move(t.Context(), supergroup, supergroup); err != nil {
					t.Fatal(err)
				}
				expect(t, s, supergroup, test.want, test.wantKnown)
			})
		})
	}
}

// TestNewerRelease: what this release cannot read it names, keeps and still moves.
func TestNewerRelease(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		ctx := t.Context()
		const chat, readable, newer = 42, 43, "\x09from the future"
		key := fmt.Sprint("subs:", subscriptions.BucketOf(chat))
		if err := rdb.HSet(ctx, key, chat, newer).Err(); err != nil {
			t.Fatal(err)
		}
		mustUpdate(t, s, readable, set(kyrgyz))

		_, _, err := s.Get(ctx, chat)
		expectUnreadable(t, err, chat)
		_, err = s.Update(ctx, chat, set(kyrgyz))
		expectUnreadable(t, err, chat)
		if got := rdb.HGet(ctx, key, fmt.Sprint(chat)).Val(); got != newer {
			t.Errorf("it was overwritten with %q", got)
		}

		buckets, err := s.Read(ctx, 0, subscriptions.Buckets)
		expectUnreadable(t, err, chat)
		if got := buckets[subscriptions.BucketOf(readable)]; len(got) != 1 || got[0].Chat != readable {
			t.Errorf("the others are missing beside it: %v", got)
		}
		counts, err := s.Count(ctx)
		want := subscriptions.Counts{Active: map[string]int{"ky": 1}, Total: 2, Unreadable: 1}
		if err != nil || !reflect.DeepEqual(counts, want) {
			t.Errorf("counts %+v, %v; want %+v", counts, err, want)
		}

		const moved = -100_42
		if err := s.Move(ctx, chat, moved); err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Get(ctx, moved)
		expectUnreadable(t, err, moved)
	})
}

func expectUnreadable(t *testing.T, err error, chat int64) {
	t.Helper()
	unreadable, ok := errors.AsType[*subscriptions.Unreadable](err)
	if !ok || len(unreadable.Chats) != 1 || unreadable.Chats[0] != chat || !strings.Contains(err.Error(), fmt.Sprint("chat ", chat)) {
		t.Errorf("error %v does not name chat %d as unreadable", err, chat)
	}
}
