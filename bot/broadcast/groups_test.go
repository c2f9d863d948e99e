package broadcast

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestAGroupsMinute: however answers and news want to go to a group, no minute has twenty, none
// waits for long, and either has its share; so it is, too, where other instances answer.
func TestAGroupsMinute(t *testing.T) {
	t.Parallel()
	for name, instances := range map[string][]*groupLimits{
		"one instance": {{}}, "two instances": {{among: 2}, {among: 2}}, "three instances": {{among: 3}, {among: 3}, {among: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { fillAMinute(t, instances) })
		})
	}
}

// fillAMinute sends as much as goes to a group: answers by each instance, news by the first.
func fillAMinute(t *testing.T, instances []*groupLimits) {
	t.Helper()
	const group, lasts = -100, 10 * time.Minute
	var mu sync.Mutex
	var all []ended
	end := time.Now().Add(lasts)
	send := func(g *groupLimits, what kind, from, to time.Duration) {
		random := rand.New(rand.NewPCG(1, uint64(what)))
		time.Sleep(from)
		for until := time.Now().Add(to - from); time.Now().Before(until) && time.Now().Before(end); {
			if wait := g.enter(group, what); wait > 0 {
				if wait > time.Minute {
					t.Errorf("told to wait for %v", wait)
				}
				time.Sleep(wait)
				continue
			}
			counted := time.Duration(random.IntN(400)) * time.Millisecond // when Telegram counts it, nobody knows
			time.Sleep(counted)
			mu.Lock()
			all = append(all, ended{what, time.Now()})
			mu.Unlock()
			time.Sleep(400*time.Millisecond - counted)
			g.leave(group, what, true)
		}
	}
	var sending sync.WaitGroup
	for _, g := range instances {
		sending.Go(func() { send(g, ofAnswers, 0, lasts) })
	}
	sending.Go(func() { send(instances[0], ofNews, 3*time.Minute, lasts) })
	sending.Wait()
	most, least := 0, [2]int{99, 99}
	for i, e := range all {
		n, of := 0, [2]int{}
		for _, later := range all[i:] {
			if later.at.Sub(e.at) < time.Minute {
				n++
				of[later.kind]++
			}
		}
		most = max(most, n)
		if since := lasts - end.Sub(e.at); since > 4*time.Minute && since < lasts-time.Minute {
			least = [2]int{min(least[0], of[0]), min(least[1], of[1])}
		}
	}
	if most > groupMinute || most < groupMinute-groupAnswers%len(instances) || least[ofAnswers] < groupAnswers-len(instances) || least[ofNews] < groupLeastNews-1 {
		t.Errorf("%d messages in a minute at most, of answers and news %d at least", most, least)
	}
}

// TestAQuietGroupIsForgotten: only groups that got something within a minute or two are known,
// and a place that was not used is free again.
func TestAQuietGroupIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g groupLimits
		for chat := range int64(10_000) {
			for range 30 {
				if wait := g.enter(-chat-1, ofNews); wait > 0 {
					t.Fatalf("chat %d waits %v for what was never sent", chat, wait)
				}
				g.leave(-chat-1, ofNews, false)
			}
			for range 3 {
				if g.enter(chat, ofAnswers) > 0 {
					t.Fatal("a person waits")
				}
			}
			g.enter(-chat-1, ofAnswers)
			g.leave(-chat-1, ofAnswers, true)
		}
		time.Sleep(time.Minute)
		g.enter(-1, ofAnswers)
		if n := len(g.recent); n != 1 {
			t.Errorf("%d groups are known", n)
		}
	})
}
