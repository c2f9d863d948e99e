package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// A broadcast is held when what its chats answer can hardly be the chats' own: then a
// person decides. It is a fact in Redis and survives restarts; a held broadcast is not
// begun. Others go on.

// Suspicion is why a broadcast is held.
type Suspicion string

// The suspicions.
const (
	// AllRefuse: twenty chats in a row refused the item for the same reason, and nobody
	// took it in between. The item is at fault, or Telegram has a new rule.
	AllRefuse Suspicion = "refused"
	// ManyGone: more chats are said to be gone than is plausible. It may be another bot's
	// token.
	ManyGone Suspicion = "gone"
	// ManyBlocked: more chats are said to have blocked the bot than is plausible. Likewise.
	ManyBlocked Suspicion = "blocked"
	// Broken: the program itself fails at the item. A later release may not.
	Broken Suspicion = "broken"
)

// hold says that and why a broadcast is held, and what a person decided of that.
type hold struct {
	Held    Suspicion `redis:"held"`    // empty: it is not
	Words   string    `redis:"words"`   // what Telegram said
	Reason  string    `redis:"reason"`  // what all said who led to it; empty where an earlier release held it
	HeldAt  int64     `redis:"held_at"` // Unix seconds
	Trusted string    `redis:"trusted"` // what it was held for and is not to be held for again: a line each
	Stop    bool      `redis:"stop"`    // it is to end, or was ended, before its time
}

// line is how trusted names what a broadcast was held for.
func (s Suspicion) line(reason string) string {
	if s != AllRefuse {
		reason = "" // they count together, whatever the words
	}
	return string(s) + ":" + strings.ReplaceAll(reason, "\n", " ")
}

// ErrNotHeld says that no broadcast with this number is held: it never was, a person has
// decided already, or it was withdrawn.
var ErrNotHeld = errors.New("no such broadcast is held")

// ErrNotRunning says that no broadcast with this number is running or held.
var ErrNotRunning = errors.New("no such broadcast is running")

// HeldBroadcasts lists those that wait for a person's decision, the oldest first, each
// with Progress.Held set. It reads Redis, so it answers on every instance.
func (e *Engine) HeldBroadcasts(ctx context.Context) ([]Progress, error) {
	running, err := e.plans.running(ctx)
	if err != nil {
		return nil, err
	}
	var held []Progress
	for _, b := range running {
		if b.Held != "" && !b.Stop {
			held = append(held, b.progress(time.Now()))
		}
	}
	return held, nil
}

// resumeScript ends the holding of a broadcast.
//
// KEYS[1] the plan
// ARGV[1] what it is not to be held for again
// Returns 1, or 0 when it is not held.
var resumeScript = redis.NewScript(`
if redis.call('HEXISTS', KEYS[1], 'held') == 0 or redis.call('HEXISTS', KEYS[1], 'finished') == 1 then return 0 end
redis.call('HDEL', KEYS[1], 'held', 'held_at')
local trusted = redis.call('HGET', KEYS[1], 'trusted')
redis.call('HSET', KEYS[1], 'trusted', (trusted and trusted .. '\n' or '') .. ARGV[1])
return 1
`)

// Resume lets a held broadcast go on where it stopped. Those whose answers led to the
// holding are tried once more. From then on this broadcast is not held for the same
// reason again: each chat that refuses is settled by itself, and listed by Failures. A
// different reason can hold it anew. It works on every instance and takes effect within
// seconds. ErrNotHeld where nothing is held under this number.
func (e *Engine) Resume(ctx context.Context, broadcast int64) error {
	held, err := e.plans.load(ctx, []string{id(broadcast)})
	if err != nil {
		return fmt.Errorf("resume broadcast %d: %w", broadcast, err)
	}
	if len(held) == 0 || held[0].Held == "" || held[0].Stop {
		return fmt.Errorf("resume broadcast %d: %w", broadcast, ErrNotHeld)
	}
	resumed, err := resumeScript.Run(ctx, e.Redis, []string{keyPlan(broadcast)}, held[0].Held.line(cmp.Or(held[0].Reason, held[0].Words))).Bool()
	if err == nil && !resumed {
		err = ErrNotHeld
	}
	if err != nil {
		return fmt.Errorf("resume broadcast %d: %w", broadcast, err)
	}
	e.Wake()
	return nil
}

// stopScript has a broadcast ended.
//
// KEYS[1] the plan
// Returns 1, or 0 when there is none or it has ended.
var stopScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[1], 'finished') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'stop', 1)
return 1
`)

// Stop ends a broadcast, held or not, before everybody has been reached: those who were
// not get nothing more of it, its report says Stopped. What was sent stays on the phones;
// to take it back, withdraw the item, which ends its broadcast too. It works on every
// instance and takes effect within seconds. ErrNotRunning where it has ended or never was.
func (e *Engine) Stop(ctx context.Context, broadcast int64) error {
	stopped, err := stopScript.Run(ctx, e.Redis, []string{keyPlan(broadcast)}).Bool()
	if err == nil && !stopped {
		err = ErrNotRunning
	}
	if err != nil {
		return fmt.Errorf("stop broadcast %d: %w", broadcast, err)
	}
	e.Wake()
	return nil
}

// holdScript holds a broadcast.
//
// KEYS[2] the plan; ARGV[2] the suspicion, [3] Telegram's words, [4] the reason in them,
// [5] now, Unix seconds
// Returns 1, or 0 when it has ended.
var holdScript = redis.NewScript(fenced + `
if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('HEXISTS', KEYS[2], 'finished') == 1 then return 0 end
redis.call('HSET', KEYS[2], 'held', ARGV[2], 'words', ARGV[3], 'reason', ARGV[4], 'held_at', ARGV[5])
return 1
`)

func (s plans) hold(ctx context.Context, broadcast int64, d *doubtful, now time.Time) error {
	_, err := s.guard(ctx, holdScript, []string{keyPlan(broadcast)}, string(d.why), d.words, d.reason, now.Unix())
	if err != nil {
		return fmt.Errorf("hold broadcast %d: %w", broadcast, err)
	}
	return nil
}

// suspend holds a broadcast. Those whose answers led to it are put back: they stand in
// the retry set, are what they were, and get another chance when it is resumed.
func (s *session) suspend(ctx context.Context, r *run, d *doubtful) {
	r.held.Store(true) // who is on the way is put back as well
	for _, chat := range d.chats {
		if s.putBack(ctx, r, chat) != nil {
			return
		}
	}
	if d.again {
		return
	}
	st, _ := r.advance(time.Now())
	err := s.persist(ctx, "hold a broadcast", func() error {
		if err := s.plans.save(ctx, r.ID, st); err != nil {
			return err
		}
		return s.plans.hold(ctx, r.ID, d, time.Now())
	})
	if err != nil {
		return
	}
	s.queue.end(r)
	s.remove(r)
	s.tellHeld(r.plan, d)
}

func (s *session) tellHeld(p plan, d *doubtful) {
	s.Log.Error("broadcast held: an administrator has to decide", "broadcast", p.ID, "kind", p.Kind, "item", p.Item,
		"suspicion", d.why, "words", d.words, "chats", len(d.chats))
	if s.OnHold != nil {
		s.OnHold()
	}
}

// breaks returns why a broadcast is to be held that panicked as a whole, nil where it did not.
func breaks(err error) *doubtful {
	broken := (*panicked)(nil)
	if !errors.As(err, &broken) {
		return nil
	}
	return &doubtful{why: Broken, words: broken.Error(), reason: panicReason}
}

// holdUnbegun holds a broadcast that panicked before it ran here.
func (s *session) holdUnbegun(ctx context.Context, p plan, d *doubtful) error {
	if err := s.plans.hold(ctx, p.ID, d, time.Now()); err != nil {
		return err
	}
	s.tellHeld(p, d)
	return nil
}

// putBack lets a chat wait in the retry set of a held broadcast, as if it had not been
// settled.
func (s *session) putBack(ctx context.Context, r *run, chat int64) error {
	return s.persist(ctx, "put a chat back", func() error {
		if _, _, _, err := s.Store.MarkReachable(ctx, chat); err != nil {
			return err
		}
		return s.retries.putBack(ctx, r.ID, chat)
	})
}

// control does with the running broadcasts what people decided, whichever instance they
// asked: it ends those that are to stop, and returns those that may run.
func (s *session) control(ctx context.Context, current []record) ([]record, error) {
	var free []record
	held := 0
	for _, b := range current {
		switch {
		case b.Stop:
			if err := s.end(ctx, b); err != nil {
				return nil, err
			}
		case b.Held != "":
			held++
		default:
			free = append(free, b)
		}
	}
	s.metrics.held.Set(float64(held))
	return free, nil
}

// end finishes a broadcast before its time.
func (s *session) end(ctx context.Context, b record) error {
	if r := s.find(b.ID); r != nil {
		s.queue.end(r)
		s.remove(r)
		b.state, _ = r.advance(time.Now())
	}
	return s.finish(ctx, b.plan, b.state, nil)
}
