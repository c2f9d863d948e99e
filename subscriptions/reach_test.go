package subscriptions_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// TestUnreachable marks a chat in each status, and has it come back.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	const active, stopped, blocked, gone = subscriptions.Active, subscriptions.Stopped, subscriptions.Blocked, subscriptions.Gone
	today := time.Now().UTC().Truncate(24 * time.Hour)
	for _, tt := range []struct {
		name          string
		is, mark      subscriptions.Status
		want          subscriptions.Status
		changed, back bool // whether it is another than before; whether it comes back
	}{
		{"blocked", active, blocked, blocked, true, true},
		{"gone", active, gone, gone, true, true},
		{"blocked, then gone", blocked, gone, gone, true, true},
		{"there after all, but blocked", gone, blocked, blocked, true, true},
		{"blocked twice", blocked, blocked, blocked, false, true},
		{"stopped stays stopped where a send fails with blocked", stopped, blocked, stopped, false, false},
		{"stopped stays stopped where a send fails with gone", stopped, gone, stopped, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
				before := kyrgyz
				before.Status = tt.is
				mustUpdate(t, s, 1, set(before))
				changed, err := s.MarkUnreachable(t.Context(), 1, tt.mark, time.Now())
				if err != nil || changed != tt.changed {
					t.Errorf("marked: %t, %v", changed, err)
				}
				marked := kyrgyz
				if marked.Status = tt.want; tt.want == gone {
					marked.GoneSince = today
				}
				expect(t, s, 1, marked, true)

				p, known, back, err := s.MarkReachable(t.Context(), 1)
				if err != nil || !known || back != tt.back || back && p.Status != active {
					t.Errorf("back: %+v, %t, %t, %v", p, known, back, err)
				}
				after := kyrgyz
				if !tt.back {
					after.Status = stopped
				}
				expect(t, s, 1, after, true)
			})
		})
	}
}

func TestUnreachableAndUnknown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		if marked, err := s.MarkUnreachable(t.Context(), 1, subscriptions.Gone, time.Now()); marked || err != nil {
			t.Errorf("marked: %t, %v", marked, err)
		}
		if _, known, back, err := s.MarkReachable(t.Context(), 1); known || back || err != nil {
			t.Errorf("back: %t, %t, %v", known, back, err)
		}
		expect(t, s, 1, subscriptions.Preferences{}, false)
		if _, err := s.MarkUnreachable(t.Context(), 1, subscriptions.Stopped, time.Now()); err == nil {
			t.Error("stopped is a mark, too")
		}
	})
}

// TestGoneSinceTheFirstTime: who is told again to be gone does not stay longer for it.
func TestGoneSinceTheFirstTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		mustUpdate(t, s, 1, set(kyrgyz))
		first := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
		for _, days := range []int{0, 5} {
			if _, err := s.MarkUnreachable(t.Context(), 1, subscriptions.Gone, first.AddDate(0, 0, days)); err != nil {
				t.Fatal(err)
			}
		}
		if p, _, err := s.Get(t.Context(), 1); err != nil || !p.GoneSince.Equal(first) {
			t.Errorf("gone since %s, %v", p.GoneSince, err)
		}
	})
}

// TestSweep: of a hundred who are gone, those are forgotten who have been for longer than
// seven days, some at a time, and nobody else.
func TestSweep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		const people, week = 100, 7 * 24 * time.Hour
		for chat := range int64(people) {
			p := kyrgyz
			p.Status = subscriptions.Status(chat % 4)
			p.GoneSince = time.Now().UTC().AddDate(0, 0, -int(chat%20))
			mustUpdate(t, s, chat, set(p))
		}
		due := map[int64]bool{}
		for chat := range int64(people) {
			due[chat] = chat%4 == 3 && chat%20 > 7
		}
		swept := 0
		for _, most := range []int{4, people, people} {
			n, err := s.Sweep(t.Context(), week, most, 0)
			if err != nil || n > most {
				t.Errorf("at most %d: %d, %v", most, n, err)
			}
			swept += n
		}
		for chat, gone := range due {
			if _, known, err := s.Get(t.Context(), chat); err != nil || known == gone {
				t.Errorf("chat %d, gone for %d days with status %d: known %t, %v", chat, chat%20, chat%4, known, err)
			}
		}
		if counts, err := s.Count(t.Context()); err != nil || counts.Total != people-swept || counts.Gone != people/4-swept {
			t.Errorf("%d forgotten: %+v, %v", swept, counts, err)
		}
	})
}

// TestSweepLeavesWhoComesBack has somebody write while the sweep is at it.
func TestSweepLeavesWhoComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		mustUpdate(t, s, 1, set(kyrgyz))
		if _, err := s.MarkUnreachable(t.Context(), 1, subscriptions.Gone, time.Now().AddDate(0, 0, -30)); err != nil {
			t.Fatal(err)
		}
		back := false
		rdb.AddHook(onScript(func(ctx context.Context, run func() error) error {
			if !back {
				back = true
				if _, _, _, err := s.MarkReachable(ctx, 1); err != nil {
					t.Error(err)
				}
			}
			return run()
		}))
		if n, err := s.Sweep(t.Context(), 0, 10, 0); n != 0 || err != nil {
			t.Errorf("forgotten: %d, %v", n, err)
		}
		expect(t, s, 1, kyrgyz, true)
	})
}
