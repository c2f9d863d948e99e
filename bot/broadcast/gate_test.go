package broadcast

import (
	"testing"
	"testing/synctest"
	"time"
)

// passed counts how many messages pass a gate in some time.
func passed(t *testing.T, g *gate, during time.Duration) int {
	t.Helper()
	n := 0
	for end := time.Now().Add(during); time.Now().Before(end); n++ {
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		g.leave()
	}
	return n
}

func TestGateHoldsTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(30)
		if n := passed(t, g, 10*time.Second); n < 300 || n > 300+burst+1 {
			t.Errorf("%d messages in 10 s, want 300", n)
		}
	})
}

func TestGateHandsOnWhatWasNotUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, start := newGate(30), time.Now()
		sent := 0
		for i := range 3000 { // two of three find that there is nothing to do
			if err := g.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
			if i%3 != 0 {
				g.refund()
			} else {
				sent++
			}
			g.leave()
		}
		if rate := float64(sent) / time.Since(start).Seconds(); rate < 29 || rate > 31 {
			t.Errorf("%.1f messages a second, want 30", rate)
		}
	})
}

func TestGateObeysARequestToWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(30)
		start := time.Now()
		g.slowDown(1, 20*time.Second, start)
		if left, _ := g.closedFor(start); left > 0 {
			t.Error("one chat's 429 holds everybody up")
		}
		g.slowDown(2, 20*time.Second, start)
		g.slowDown(3, 20*time.Second, start)
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		g.leave()
		if waited := time.Since(start); waited < 20*time.Second {
			t.Errorf("waited %v after three chats were told to wait 20 s", waited)
		}
		slow := passed(t, g, 10*time.Second)
		if slow > 230 {
			t.Errorf("%d messages in 10 s after a 429, want about 210", slow)
		}
		for range 1000 {
			g.delivered()
		}
		if n := passed(t, g, 10*time.Second); n < 300 {
			t.Errorf("%d messages in 10 s after recovering, want 300", n)
		}
	})
}

func TestGateClosesWhenEverythingFailsAndProbes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(0)
		g.failed(time.Now())
		g.failed(time.Now())
		if left, _ := g.closedFor(time.Now()); left > 0 {
			t.Error("closed after two failures")
		}
		g.failed(time.Now())
		left, alone := g.closedFor(time.Now())
		if left <= 0 || !alone {
			t.Fatalf("open after %d failures in a row", crowd)
		}
		for range 20 {
			time.Sleep(left + time.Second)
			g.failed(time.Now())
			if left, _ = g.closedFor(time.Now()); left > longestBreak {
				t.Errorf("closed for %v, longer than %v", left, longestBreak)
			}
		}
		g.delivered()
		if _, alone = g.closedFor(time.Now()); alone {
			t.Error("still probing after a delivery")
		}
	})
}

func TestPauseGrowsWithJitterUpToABound(t *testing.T) {
	t.Parallel()
	for attempts, step := range map[int]time.Duration{
		1: firstPause, 2: 2 * firstPause, 5: 16 * firstPause, 30: longestPause, 1000: longestPause,
	} {
		seen := map[time.Duration]bool{}
		for range 50 {
			got := pause(attempts)
			seen[got] = true
			if got < step/2 || got > step+step/2 {
				t.Errorf("pause(%d) = %v, want %v within a half", attempts, got, step)
			}
		}
		if len(seen) < 10 {
			t.Errorf("pause(%d) has no jitter", attempts)
		}
	}
}

func TestEntryPacksIntoANumber(t *testing.T) {
	t.Parallel()
	for _, e := range []entry{
		{},
		{Message: Message{ID: 1}, Revision: 1},
		{Message: Message{ID: 1<<31 - 1, Caption: true}, Revision: maxRevision},
		{Message: Message{ID: 42}, Revision: 7, Withdrawn: true},
	} {
		if got := unpackEntry(e.pack()); got != e {
			t.Errorf("unpack(pack(%+v)) = %+v", e, got)
		}
	}
	over := entry{Message: Message{ID: 5}, Revision: maxRevision + 9}
	if got := unpackEntry(over.pack()); got.ID != 5 || got.Revision != maxRevision {
		t.Errorf("a revision beyond the bits became %+v", got)
	}
}
