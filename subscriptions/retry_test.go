package subscriptions_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// onScript is a go-redis hook: what it does stands in for the run of a script.
type onScript func(ctx context.Context, run func() error) error

func (f onScript) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !slices.Contains([]string{"eval", "evalsha"}, cmd.Name()) {
			return next(ctx, cmd)
		}
		err := f(ctx, func() error { return next(ctx, cmd) })
		cmd.SetErr(err)
		return err
	}
}

func (onScript) DialHook(next redis.DialHook) redis.DialHook { return next }
func (onScript) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// TestUpdateSentTwice: when the answer to a change is lost and the client sends it once
// more, the change still counts once.
func TestUpdateSentTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		rdb.AddHook(onScript(func(_ context.Context, run func() error) error {
			if err := run(); err != nil {
				return err // such as NOSCRIPT
			}
			return run()
		}))
		calls := 0
		p := mustUpdate(t, s, 1, func(p *subscriptions.Preferences, _ bool) {
			calls++
			p.Thread++
		})
		if calls != 1 || p.Thread != 1 {
			t.Errorf("the change was made %d times, thread is %d", calls, p.Thread)
		}
		expect(t, s, 1, subscriptions.Preferences{Thread: 1}, true)
	})
}

// TestMoveBrokenOff: a move that ends in the middle has lost nothing, and can be ended.
func TestMoveBrokenOff(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		const group, supergroup = -1, -1_000_000_000_001
		mustUpdate(t, s, group, set(kyrgyz))
		broken, breaking, calls := errors.New("broken off"), true, 0
		rdb.AddHook(onScript(func(_ context.Context, run func() error) error {
			if calls++; breaking && calls > 1 { // the new chat has them then
				return broken
			}
			return run()
		}))
		if err := s.Move(t.Context(), group, supergroup); !errors.Is(err, broken) {
			t.Fatalf("error: %v", err)
		}
		expect(t, s, supergroup, kyrgyz, true)

		breaking = false
		if err := s.Move(t.Context(), group, supergroup); err != nil {
			t.Fatal(err)
		}
		expect(t, s, group, subscriptions.Preferences{}, false)
		expect(t, s, supergroup, kyrgyz, true)
	})
}

// TestUpdateAfterChange: a change that meets another one is made again, on what the
// other one left.
func TestUpdateAfterChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		mustUpdate(t, s, 1, set(kyrgyz))
		calls := 0
		mustUpdate(t, s, 1, func(p *subscriptions.Preferences, known bool) {
			if calls++; calls == 1 {
				if err := s.Forget(t.Context(), 1); err != nil {
					t.Error(err)
				}
			} else if known || !reflect.DeepEqual(*p, subscriptions.Preferences{}) {
				t.Errorf("the second time it is %+v, %t", *p, known)
			}
			p.NoPictures = true
		})
		if calls != 2 {
			t.Errorf("the change was made %d times", calls)
		}
		expect(t, s, 1, subscriptions.Preferences{NoPictures: true}, true)
	})
}
