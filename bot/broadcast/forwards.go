package broadcast

import (
	"context"
	"time"
)

// landing is how long a message may take that was on its way to a group's old id.
const landing = 15 * time.Second

// follow carries over what was written since a group moved. It returns when the group may
// be tried under its new id.
func (r *runner) follow(ctx context.Context, from, to int64) (time.Time, error) {
	r.mu.Lock()
	r.forwards[from] = to
	r.mu.Unlock()
	flies := r.queue.flies(from)
	if err := r.engine.carry(ctx, from, to); err != nil {
		return time.Time{}, err
	}
	if flies {
		return time.Now().Add(landing), nil
	}
	return time.Now(), nil
}

// noteOf is the line for a message that arrived. Where the group has moved meanwhile the
// line is for its new id, under which the message is out of reach.
func (r *runner) noteOf(j *job, chat int64, line entry) note {
	r.mu.Lock()
	defer r.mu.Unlock()
	if to, moved := r.forwards[chat]; moved {
		line.ID, line.Caption = 0, false
		chat = to
	}
	return note{j.Ledger, chat, line}
}
