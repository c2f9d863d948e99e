package subscriptions

import (
	"context"
	"fmt"
	"time"
)

// MarkUnreachable notes that a chat can't be written to: status is Blocked, or Gone for
// one that is said to be no more. It reports whether anything changed. Its preferences stay
// for a return. A chat that nobody knows stays unknown, one that asked for no news stays
// Stopped, and one that is Gone stays so since the first time.
func (s *Store) MarkUnreachable(ctx context.Context, chat int64, status Status, at time.Time) (marked bool, err error) {
	if status != Blocked && status != Gone {
		return false, fmt.Errorf("mark chat %d unreachable: status %d says nothing of the kind", chat, status)
	}
	_, err = s.Update(ctx, chat, func(p *Preferences, known bool) {
		marked = known && p.Status != Stopped && p.Status != status
		if marked {
			p.Status, p.GoneSince = status, at
		}
	})
	return marked && err == nil, err
}

// MarkReachable notes that a chat can be written to after all, as when somebody writes
// from there, and returns its preferences. Back says that it was marked unreachable;
// then it gets news again as before.
func (s *Store) MarkReachable(ctx context.Context, chat int64) (p Preferences, known, back bool, err error) {
	p, err = s.Update(ctx, chat, func(p *Preferences, isKnown bool) {
		known = isKnown
		if back = p.Unreachable(); back {
			p.Status = Active
		}
	})
	return p, known, back, err
}

// Unreachable reports whether the chat was marked as one that can't be written to.
func (p Preferences) Unreachable() bool { return p.Status == Blocked || p.Status == Gone }
