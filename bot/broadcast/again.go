package broadcast

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// ErrEnded is returned when a broadcast can't go on: it never was, a person ended it, or its
// item was taken back.
var ErrEnded = errors.New("the broadcast is over for good")

// againScript lets a broadcast that has ended run again, and tells one that runs that its
// retry set has grown.
//
// KEYS[1] the plan, [2] the running set, [3] the finished set, [4] the list of failures
// ARGV[1] the id
// Returns 1, or 0 when there is no such broadcast any more.
var againScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[1], 'again', 1)
if redis.call('HDEL', KEYS[1], 'finished') == 1 then
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('ZADD', KEYS[2], ARGV[1], ARGV[1])
  redis.call('PERSIST', KEYS[1])
  redis.call('PERSIST', KEYS[4])
end
return 1
`)

// Retry tries those once more whom a broadcast gave up, and those who were refused an item
// that was corrected since. Until one is reached, the report counts it as before. It returns
// how many it added to those who are tried: calling it twice, or after a kill, adds nobody
// twice. It works on every instance, for as long as the ledger is kept (Options.Keep), and
// takes effect within seconds. ErrEnded where the broadcast can't go on.
func (e *Engine) Retry(ctx context.Context, broadcast int64) (n int, err error) {
	n, err = e.retry(ctx, broadcast)
	if err != nil {
		return n, fmt.Errorf("try again whom broadcast %d did not reach: %w", broadcast, err)
	}
	return n, nil
}

func (e *Engine) retry(ctx context.Context, broadcast int64) (n int, err error) {
	b, revision, err := e.open(ctx, broadcast)
	if err != nil {
		return 0, err
	}
	found, n, err := e.putAnew(ctx, b, revision)
	if err != nil || found == 0 {
		return n, err
	}
	keys := []string{keyPlan(broadcast), keyRunning, keyFinished, keyFailed(broadcast)}
	if err := againScript.Run(ctx, e.options.Redis, keys, broadcast).Err(); err != nil {
		return n, err
	}
	e.options.Log.InfoContext(ctx, "broadcast tries again whom it did not reach", "broadcast", broadcast, "item", b.Item, "chats", found)
	e.Wake()
	return n, nil
}

// putAnew puts into the retry set whom another attempt may reach. It returns how many there
// are, and how many were not there before.
func (e *Engine) putAnew(ctx context.Context, b record, revision int) (found, added int, err error) {
	for from := 0; from < subscriptions.Buckets; from += bucketsAtOnce {
		lines, err := e.ledger.read(ctx, b.outcomes(), bucketRange(from))
		if err != nil {
			return found, added, err
		}
		var chats []int64
		for chat, line := range lines {
			if b.mayReach(line, revision) {
				chats = append(chats, chat)
			}
		}
		n, err := e.retries.anew(ctx, b.ID, chats)
		if err != nil {
			return found, added, err
		}
		found, added = found+len(chats), added+n
	}
	return found, added, nil
}

// open returns a broadcast that can go on, and its item's revision.
func (e *Engine) open(ctx context.Context, broadcast int64) (b record, revision int, err error) {
	known, err := e.plans.load(ctx, []string{id(broadcast)})
	if err != nil {
		return record{}, 0, err
	}
	if len(known) == 0 || known[0].Stop || known[0].Withdrawn {
		return record{}, 0, ErrEnded
	}
	item, err := e.options.Archive.Item(ctx, known[0].Item)
	if err != nil && !errors.Is(err, feeds.ErrNotFound) {
		return record{}, 0, err
	}
	if item.Withdrawn && known[0].Kind != Withdrawal {
		return record{}, 0, ErrEnded
	}
	return known[0], item.Revision, nil
}

// mayReach reports whether another attempt may reach a chat with such a line, now that the
// item has a revision.
func (p plan) mayReach(line entry, revision int) bool {
	if line.Edition != p.edition() {
		return false
	}
	return line.Reason == ReasonGaveUp ||
		line.Reason == ReasonRefused && p.Kind != Digest && line.Revision < min(revision, maxRevision)
}

// anew adds chats to a retry set that are not in it, and returns how many these were.
func (r retries) anew(ctx context.Context, broadcast int64, chats []int64) (added int, err error) {
	if len(chats) == 0 {
		return 0, nil
	}
	pipe := r.rdb.Pipeline()
	answers := make([]*redis.BoolCmd, len(chats))
	for i, chat := range chats {
		answers[i] = pipe.HSetNX(ctx, keyRetry(broadcast), id(chat), retryEntry{due: time.Now()}.String())
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, fmt.Errorf("fill the retry set of broadcast %d: %w", broadcast, err)
	}
	for _, answer := range answers {
		if answer.Val() {
			added++
		}
	}
	return added, nil
}

// readmit queues whom a person has added to the retry set of a broadcast that runs here.
func (r *runner) readmit(ctx context.Context, j *job, again int) error {
	waiting, err := r.engine.retries.all(ctx, j.ID)
	if err != nil {
		return err
	}
	for chat, e := range waiting {
		if e.attempts == 0 {
			r.queue.parkAnew(&task{job: j, chat: chat}, e.due)
		}
	}
	j.update(func(st *state) { st.Again = again })
	return nil
}
