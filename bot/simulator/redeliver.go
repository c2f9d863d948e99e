package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrNoUpdate says that the update is not known any more.
var ErrNoUpdate = errors.New("simulator: no such update")

// awaitRoom returns when fewer than limit updates wait for the bot.
func (u *updates) awaitRoom(ctx context.Context, limit int) error {
	for {
		u.mu.Lock()
		if len(u.queue) < limit {
			u.mu.Unlock()
			return nil
		}
		if u.room == nil {
			u.room = make(chan struct{})
		}
		room := u.room
		u.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pushAny queues an update of any kind: fields is a JSON object without update_id.
func (u *updates) pushAny(fields string) (update int64, err error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(fields), &object); err != nil || len(object) != 1 {
		return 0, fmt.Errorf("simulator: an update has to be a JSON object with one field: %q", fields)
	}
	for kind, payload := range object {
		update = u.pushJSON(0, kind, bytes.TrimSpace(payload))
	}
	return update, nil
}

// redeliver delivers an update once more under its old id, confirmed or not.
func (u *updates) redeliver(id int64) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, ups := range [][]update{u.queue, u.confirmed} {
		for _, up := range ups {
			if up.id == id {
				u.again = append(u.again, up)
				u.wake()
				return nil
			}
		}
	}
	return fmt.Errorf("redeliver %d: %w", id, ErrNoUpdate)
}

// pending counts the updates that the bot has not confirmed.
func (u *updates) pending() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.queue)
}

// awaitHandled returns when the bot has confirmed every update.
func (u *updates) awaitHandled(ctx context.Context) error {
	if err := u.awaitRoom(ctx, 1); err != nil {
		return fmt.Errorf("wait for %d updates to be handled: %w", u.pending(), err)
	}
	return nil
}
