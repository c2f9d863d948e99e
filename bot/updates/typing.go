package updates

import (
	"context"
	"errors"
	"sync"
	"time"

	"kabarchy/bot/telegram"
)

// errOvertaken says that what the person has typed since is to be answered instead.
var errOvertaken = errors.New("the person has typed more")

// typists know of each person the newest inline query. Who types has each letter come as a
// query: the last one matters, and one before it is given up wherever it stands. So however
// fast a person types, one is in work, and the newest is always heard.
type typists struct {
	lanes ChatQueue

	mu     sync.Mutex
	newest map[int64]chan struct{} // by person; closed when a newer one has come
}

// enter gives up the person's query before this one, and takes the place behind it.
// Overtaken is closed when the next one comes.
func (t *typists) enter(person int64) (place ticket, overtaken <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if before, has := t.newest[person]; has {
		close(before)
	}
	if t.newest == nil {
		t.newest = make(map[int64]chan struct{})
	}
	mine := make(chan struct{})
	t.newest[person] = mine
	place, _ = t.lanes.enter(person, alwaysRoom)
	leave := place.leave
	place.leave = func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.newest[person] == mine {
			delete(t.newest, person)
		}
		leave()
	}
	return place, mine
}

// untilOvertaken returns a context that ends, with errOvertaken as its cause, when a newer
// query has come.
func (j *job) untilOvertaken(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if j.overtaken != nil {
		go func() {
			select {
			case <-j.overtaken:
				cancel(errOvertaken)
			case <-ctx.Done():
			}
		}()
	}
	return ctx, func() { cancel(nil) }
}

// inlineLife is how long Telegram waits for the results of an inline query.
const inlineLife = 30 * time.Second

// lifeOf is the longest that anybody may wait for the update's work.
func lifeOf(u telegram.Update) time.Duration {
	if u.InlineQuery != nil {
		return inlineLife
	}
	return outageLife
}
