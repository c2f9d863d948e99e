package broadcast

import (
	"context"
	"time"
)

// longestFlight is how long a message may take that was on its way to a group's old id.
const longestFlight = 15 * time.Second

// follow carries over what was written since a group moved, and the group where whoever noted
// it has not come to that yet. It returns when the group may be tried under its new id.
func (r *runner) follow(ctx context.Context, from, to int64) (time.Time, error) {
	r.mu.Lock()
	r.forwards[from] = to
	r.mu.Unlock()
	sending := r.queue.isSendingTo(from)
	if err := r.engine.carry(ctx, from, to); err != nil {
		return time.Time{}, err
	}
	if err := r.engine.options.Store.Move(ctx, from, to); err != nil {
		return time.Time{}, err
	}
	if sending {
		return time.Now().Add(longestFlight), nil
	}
	return time.Now(), nil
}

// noteOf is the line for what came of a task. Where the group has moved meanwhile the
// line is for its new id, under which the message is out of reach.
func (r *runner) noteOf(ledger, chat int64, line entry) note {
	r.mu.Lock()
	defer r.mu.Unlock()
	if to, moved := r.forwards[chat]; moved {
		line.ID, line.Caption = 0, false
		chat = to
	}
	return note{ledger, chat, line}
}
