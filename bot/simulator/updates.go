package simulator

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"
)

// How long an update waits for the bot, by its kind; every other kind waits a day.
const (
	callbackLife = 150 * time.Second
	inlineLife   = 30 * time.Second
	updateLife   = 24 * time.Hour
)

// keptConfirmed is how many confirmed updates stay for Redeliver.
const keptConfirmed = 1000

// updates is the bot's queue of what happened, and the one place it leaves by: a long
// poll or a webhook.
type updates struct {
	now func() time.Time

	mu        sync.Mutex
	lastID    int64
	queue     []update // not confirmed, oldest first
	confirmed []update // the last of them
	again     []update // to be delivered once more, whatever the offset
	allowed   map[string]bool
	poll      *poll
	hook      *webhook
	closed    bool
	room      chan struct{} // closed when the queue shrinks
}

// update is one thing that happened.
type update struct {
	id      int64
	queue   int64 // see queues
	kind    string
	body    []byte // its JSON
	expires time.Time
}

// queues are the orders that a webhook keeps: what stands in one is brought one after the
// other, what stands in different ones side by side. Presses and inline queries stand in
// those of the person, not of the chat, and changes of membership beside a chat's messages
// (telegram-bot-api, Client::add_update: webhook_queue_id).
type queues int64

const (
	said        queues = 0
	typing      queues = 1
	taps        queues = 3
	memberships queues = 5
)

// of is the queue of a chat or a person.
func (q queues) of(id int64) int64 { return id + int64(q)<<33 }

// poll is the getUpdates request that waits. Whoever takes it out of updates.poll
// tells it why.
type poll struct {
	wake chan *Refusal // holds one; nil: look again
}

// Update kinds that the bot gets only when it asks for them by name.
var optIn = map[string]bool{"chat_member": true, "message_reaction": true, "message_reaction_count": true}

func (u *updates) init(now func() time.Time) {
	u.now = now
	u.lastID = 700_000_000
}

// push queues what happened under the next id; 0 if the bot does not want the kind.
func (u *updates) push(queue int64, kind string, payload any) int64 {
	body, err := json.Marshal(payload)
	if err != nil {
		panic("simulator: an update can't be marshalled: " + err.Error()) // our own types
	}
	return u.pushJSON(queue, kind, body)
}

func (u *updates) pushJSON(queue int64, kind string, payload []byte) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.wants(kind) {
		return 0
	}
	u.lastID++
	body := make([]byte, 0, len(payload)+len(kind)+40)
	body = append(body, `{"update_id":`...)
	body = strconv.AppendInt(body, u.lastID, 10)
	body = append(append(append(body, `,"`...), kind...), `":`...)
	body = append(append(body, payload...), '}')
	u.enqueue(update{id: u.lastID, queue: queue, kind: kind, body: body, expires: u.now().Add(life(kind))})
	return u.lastID
}

func (u *updates) enqueue(up update) {
	u.queue = append(u.queue, up)
	u.wake()
}

func (u *updates) wake() {
	if u.poll != nil {
		select {
		case u.poll.wake <- nil:
		default:
		}
	}
	if u.hook != nil {
		u.hook.poke()
	}
}

func life(kind string) time.Duration {
	switch kind {
	case "callback_query":
		return callbackLife
	case "inline_query":
		return inlineLife
	}
	return updateLife
}

func (u *updates) wants(kind string) bool {
	if u.allowed == nil {
		return !optIn[kind]
	}
	return u.allowed[kind]
}

// allow remembers the kinds the bot asks for. A parameter left out keeps the last
// setting; an empty list is all kinds but the opt-in ones.
func (u *updates) allow(kinds []string) {
	u.allowed = nil
	if len(kinds) > 0 {
		u.allowed = make(map[string]bool, len(kinds))
		for _, k := range kinds {
			u.allowed[k] = true
		}
	}
}

// get answers getUpdates: it confirms what is below offset and returns up to limit
// updates, waiting for the first of them until timeout.
func (u *updates) get(ctx context.Context, offset int64, limit int, timeout time.Duration) ([]update, *Refusal) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.hook != nil {
		return nil, WebhookActive
	}
	u.confirm(offset)
	batch := u.batch(limit)
	if len(batch) > 0 || timeout <= 0 || u.closed {
		return batch, nil
	}
	u.stopPoll(OtherGetUpdates)
	p := &poll{wake: make(chan *Refusal, 1)}
	u.poll = p
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		u.mu.Unlock()
		var refusal *Refusal
		ended := false
		select {
		case refusal = <-p.wake:
		case <-timer.C:
			ended = true
		case <-ctx.Done():
			ended = true
		}
		u.mu.Lock()
		if u.poll != p {
			if refusal == nil { // told so between the wake-up and the lock
				refusal = <-p.wake
			}
			return nil, refusal
		}
		if batch = u.batch(limit); len(batch) > 0 || ended || u.closed {
			u.poll = nil
			return batch, nil
		}
	}
}

// stopPoll ends the request that waits, with a refusal. u.mu is held.
func (u *updates) stopPoll(why *Refusal) {
	if u.poll == nil {
		return
	}
	select {
	case <-u.poll.wake: //nolint:errcheck // a mere wake-up gives way
	default:
	}
	u.poll.wake <- why
	u.poll = nil
}

// confirm forgets what the bot has handled: everything below offset, or with a
// negative one everything but the last so many. An offset from the future confirms nothing.
func (u *updates) confirm(offset int64) {
	n := 0
	switch {
	case offset < 0:
		n = max(0, len(u.queue)+int(max(offset, -1<<30)))
	case offset > 0 && offset <= u.lastID+10:
		n, _ = slices.BinarySearchFunc(u.queue, offset, func(up update, id int64) int { return cmp.Compare(up.id, id) })
	}
	u.drop(n)
}

// drop forgets the n oldest. u.mu is held.
func (u *updates) drop(n int) {
	if n == 0 {
		return
	}
	u.remember(u.queue[:n]...)
	u.queue = u.queue[n:]
	if cap(u.queue) > 1024 && len(u.queue) < cap(u.queue)/4 {
		u.queue = slices.Clone(u.queue)
	}
	u.shrunk()
}

func (u *updates) shrunk() {
	if u.room != nil {
		close(u.room)
		u.room = nil
	}
}

func (u *updates) remember(ups ...update) {
	u.confirmed = append(u.confirmed, ups...)
	if n := len(u.confirmed); n > 2*keptConfirmed {
		u.confirmed = slices.Clone(u.confirmed[n-keptConfirmed:])
	}
}

// batch is what getUpdates returns now. u.mu is held.
func (u *updates) batch(limit int) []update {
	u.expire()
	var batch []update
	n := min(limit, len(u.again))
	batch = append(batch, u.again[:n]...)
	u.again = u.again[n:]
	return append(batch, u.queue[:min(limit-n, len(u.queue))]...)
}

// expire drops what waited too long. u.mu is held.
func (u *updates) expire() {
	now := u.now()
	before := len(u.queue)
	u.queue = slices.DeleteFunc(u.queue, func(up update) bool { return now.After(up.expires) })
	if len(u.queue) < before {
		u.shrunk()
	}
}
