package lease

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

// leaseTest runs a test with an empty Redis in virtual time.
func leaseTest(t *testing.T, f func(t *testing.T, rdb redis.UniversalClient)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(t, redistest.Bubble(t).Client(t)) })
}

func quietLease(rdb redis.UniversalClient) *Lease {
	return New(rdb, slog.New(slog.DiscardHandler))
}

// acquires fails the test unless the lease is won, or is not.
func acquires(t *testing.T, l *Lease, want bool) {
	t.Helper()
	if won, err := l.acquire(t.Context()); err != nil || won != want {
		t.Fatalf("won: %v, %v; want %v", won, err, want)
	}
}

func TestFailoverThatLosesTheLeaseLeavesOneLeader(t *testing.T) {
	leaseTest(t, func(t *testing.T, rdb redis.UniversalClient) {
		former, leader := quietLease(rdb), quietLease(rdb)
		acquires(t, former, true)
		// The replica that takes over has not had the write.
		if err := rdb.Del(t.Context(), Key, keyFence).Err(); err != nil {
			t.Fatal(err)
		}
		acquires(t, leader, true)
		if former.highest.Load() != leader.highest.Load() {
			t.Fatalf("the numbers are %d and %d: nothing is tried", former.highest.Load(), leader.highest.Load())
		}
		if err := former.renew(t.Context()); !errors.Is(err, ErrFenced) {
			t.Errorf("the former leader's renewal: %v", err)
		}
		former.release(t.Context())
		if held := rdb.Get(t.Context(), Key).Val(); held != leader.Value() {
			t.Errorf("after the former leader's release the lease is %q, want %q", held, leader.Value())
		}
		leader.release(t.Context())
		if n := rdb.Exists(t.Context(), Key).Val(); n != 0 {
			t.Error("the leader's own release does nothing")
		}
	})
}

func TestLeaseOfAnEarlierReleaseEndsByItself(t *testing.T) {
	leaseTest(t, func(t *testing.T, rdb redis.UniversalClient) {
		if err := errors.Join(rdb.Set(t.Context(), keyFence, 7, 0).Err(), rdb.Set(t.Context(), Key, 7, Life).Err()); err != nil {
			t.Fatal(err)
		}
		l := quietLease(rdb)
		acquires(t, l, false)
		time.Sleep(Life + time.Second)
		acquires(t, l, true)
		if n := l.highest.Load(); n != 8 {
			t.Errorf("the number is %d, want 8", n)
		}
	})
}

func TestLostFencingNumberIsNoticedAndMended(t *testing.T) {
	leaseTest(t, func(t *testing.T, rdb redis.UniversalClient) {
		if err := rdb.Set(t.Context(), keyFence, 41, 0).Err(); err != nil {
			t.Fatal(err)
		}
		l := quietLease(rdb)
		acquires(t, l, true)
		l.release(t.Context())
		rdb.Set(t.Context(), keyFence, 40, 0) // a failover
		acquires(t, l, true)
		if err := l.Lost(); err != nil {
			t.Errorf("one lost write is taken for lost data: %v", err)
		}
		if n := l.highest.Load(); n != 43 {
			t.Errorf("the number is %d, want 43", n)
		}
		rdb.FlushAll(t.Context())
		acquires(t, l, true)
		if l.Lost() == nil {
			t.Error("nothing is said of a database that was emptied")
		}
		if n := rdb.Get(t.Context(), keyFence).Val(); n != "44" {
			t.Errorf("the number in Redis is %s, want 44", n)
		}
	})
}

func TestLastFencingNumberIsRaisedAndNeverLowered(t *testing.T) {
	leaseTest(t, func(t *testing.T, rdb redis.UniversalClient) {
		l := quietLease(rdb)
		tells := func(number int64, taken bool) {
			t.Helper()
			last, err1 := l.LastNumber(t.Context())
			is, err2 := l.Taken(t.Context())
			if err := errors.Join(err1, err2); err != nil || last != number || is != taken {
				t.Errorf("the last number is %d, taken: %v (%v); want %d, %v", last, is, err, number, taken)
			}
		}
		tells(0, false)
		for _, number := range []int64{7, 3} {
			if err := l.Raise(t.Context(), number); err != nil {
				t.Fatal(err)
			}
			tells(7, false)
		}
		acquires(t, l, true)
		tells(8, true)
		if n := l.Number(); n != 8 {
			t.Errorf("it was given %d, want 8", n)
		}
		l.release(t.Context())
		tells(8, false)
	})
}

// TestSuspendedMachineHasLostTheLease: the monotonic clock has stood still, only the time
// of day has gone on.
func TestSuspendedMachineHasLostTheLease(t *testing.T) {
	leaseTest(t, func(t *testing.T, rdb redis.UniversalClient) {
		l := quietLease(rdb)
		slept := time.Duration(0)
		l.wall = func() time.Time { return time.Now().Round(0).Add(slept) }
		acquires(t, l, true)
		if !l.Held() {
			t.Fatal("not held")
		}
		slept = time.Hour
		if l.Held() {
			t.Error("held after an hour's sleep of the machine")
		}
		slept = 0 // that clock being put back is no way to win it again
		if l.Held() {
			t.Error("held again without having won it")
		}
		l.release(t.Context())
		acquires(t, l, true)
		slept = -time.Hour
		time.Sleep(Life)
		if l.Held() {
			t.Error("held for longer because the clock was put back")
		}
	})
}

// TestLeaderWithoutTelegramHandsOver has two instances, of which neither, one or both
// reach Telegram.
func TestLeaderWithoutTelegramHandsOver(t *testing.T) {
	leaseTest(t, func(t *testing.T, rdb redis.UniversalClient) {
		type instance struct {
			*Lease
			reaches, leads atomic.Bool
			terms          atomic.Int32
			stop           func()
		}
		ended := make(chan error, 2)
		start := func() *instance {
			ctx, cancel := context.WithCancel(t.Context())
			i := &instance{Lease: quietLease(rdb), stop: cancel}
			i.reaches.Store(true)
			i.Reach = func(ctx context.Context) error {
				if i.reaches.Load() {
					return nil
				}
				<-ctx.Done() // no route, no answer
				return ctx.Err()
			}
			go func() {
				ended <- i.Lead(ctx, func(ctx context.Context) error {
					i.terms.Add(1)
					i.leads.Store(true)
					<-ctx.Done()
					i.leads.Store(false)
					return nil
				})
			}()
			return i
		}
		a := start()
		time.Sleep(2 * time.Second)
		a.reaches.Store(false)
		time.Sleep(20 * time.Minute)
		if !a.leads.Load() || a.terms.Load() != 1 {
			t.Errorf("alone, it gave the lease up (%d terms)", a.terms.Load())
		}
		b := start()
		time.Sleep(2 * time.Minute)
		if a.leads.Load() || !b.leads.Load() {
			t.Errorf("who reaches Telegram does not lead: %v, %v", a.leads.Load(), b.leads.Load())
		}
		b.reaches.Store(false) // Telegram itself is away
		time.Sleep(20 * time.Minute)
		if !b.leads.Load() || b.terms.Load() != 1 || a.terms.Load() != 1 {
			t.Errorf("it went to and fro while nobody reached Telegram: %d and %d terms", a.terms.Load(), b.terms.Load())
		}
		a.reaches.Store(true)
		time.Sleep(2 * time.Minute)
		if !a.leads.Load() {
			t.Error("who reaches Telegram again does not take over")
		}
		a.stop() // nobody is left who reaches Telegram: better one without it than none
		time.Sleep(stepBack - time.Second)
		if b.leads.Load() {
			t.Error("who gave the lease up took it at once")
		}
		time.Sleep(time.Minute)
		if !b.leads.Load() {
			t.Error("nobody leads")
		}
		b.stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}

// TestLeaseIsGivenUpBeforeItEnds: what passed the check is on its way when another may lead.
func TestLeaseIsGivenUpBeforeItEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		l := New(rdb, slog.New(slog.DiscardHandler))
		if won, err := l.acquire(t.Context()); !won || err != nil {
			t.Fatalf("won %v, %v", won, err)
		}
		time.Sleep(Life - time.Second - time.Millisecond)
		if !l.Held() {
			t.Error("given up too early")
		}
		time.Sleep(2 * time.Millisecond)
		if left := rdb.PTTL(t.Context(), Key).Val(); l.Held() || left < 900*time.Millisecond {
			t.Errorf("held: %v, with %v left in Redis", l.Held(), left)
		}
	})
}

// TestWhoLedAgainStepsBackNoMore: that it once gave the lease up is over.
func TestWhoLedAgainStepsBackNoMore(t *testing.T) {
	leaseTest(t, func(t *testing.T, rdb redis.UniversalClient) {
		noRoute := errors.New("no route")
		failure := noRoute
		l := quietLease(rdb)
		l.Reach = func(context.Context) error { return failure }
		l.gaveUp.Store(true)
		s := &standby{Lease: l}
		ask := func(want bool) {
			t.Helper()
			if won, err := s.ask(t.Context()); err != nil || won != want {
				t.Fatalf("won: %t, want %t; %v", won, want, err)
			}
		}
		ask(false)
		failure = nil
		ask(true)
		l.release(t.Context())
		failure = noRoute
		ask(true)
	})
}
