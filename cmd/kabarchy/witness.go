package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/lease"
	"kabarchy/cmd/kabarchy/backup"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions"
)

const (
	// lookAfterData is how often the witness looks whether the data is there, and
	// countEvery how often it counts the subscribers where nothing is amiss.
	lookAfterData = 5 * time.Second
	countEvery    = 10 * time.Minute
	// fewLost is how many may leave between two counts whatever their share.
	fewLost = 5
	// mayBeLost is how many fencing numbers a failover may lose: the last writes.
	mayBeLost = 3
	// sampled is how many buckets tell between two counts that subscribers vanished.
	sampled = 64
	// newFor is how long after a start on an empty Redis, or without the binding, the
	// administrators are told so: who
	// can't be written to at first is told then.
	newFor = 24 * time.Hour
)

// witness remembers what there was in Redis, here and there, so that what vanishes is
// noticed: FLUSHALL and a wrong backup leave a service that works and reaches nobody.
type witness struct {
	redis Redis
	token config.Secret
	store *subscriptions.Store
	lease *lease.Lease
	log   *slog.Logger

	counted time.Time
	sample  []int // buckets that held somebody then
	fence   int64 // the number that is noted

	looked atomic.Bool // at least once

	mu     sync.Mutex
	counts *subscriptions.Counts // as they were counted last; nil before
	alarms map[bot.AlarmKind]bot.Alarm
}

// run looks until ctx is done. It fails when the data became another bot's.
func (w *witness) run(ctx context.Context) error {
	tick := time.NewTicker(lookAfterData)
	defer tick.Stop()
	for failures := 0; ; {
		err := w.look(ctx)
		if errors.As(err, new(*failure)) && exitStatus(err) == exitMisuse {
			return err
		}
		if err == nil {
			failures = 0
			w.looked.Store(true)
		} else if failures++; failures == 1 && ctx.Err() == nil {
			w.log.WarnContext(ctx, "whether the data is complete can't be told, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look compares what is there with what was.
func (w *witness) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := backup.Unrestored(ctx, w.redis); errors.Is(err, backup.ErrUnfinished) {
		return w.redis.unrestored() // somebody emptied it below us
	}
	bound, err := w.redis.HGetAll(ctx, keyBot).Result()
	if err != nil {
		return fmt.Errorf("ask whose data it is: %w", err)
	}
	if err := w.redis.newer(bound[fieldSchema]); err != nil {
		return err // a newer release has started beside this one
	}
	w.set(bot.Alarm{Kind: bot.AlarmData}, bound["id"] == "")
	if bound["id"] == "" {
		return nil // all else is lost with it
	}
	if err := w.redis.foreign(bound["id"], w.token); err != nil {
		return err
	}
	began := time.Unix(number(bound["empty"]), 0)
	w.set(bot.Alarm{Kind: bot.AlarmNew}, time.Since(began) < newFor)
	lost := time.Unix(number(bound["lost"]), 0)
	w.set(bot.Alarm{Kind: bot.AlarmBinding}, time.Since(lost) < newFor)
	if !w.lease.Held() {
		return nil
	}
	before := noted{number(bound["subscribers"]), number(bound["fence"])}
	if err := w.lookAfterFence(ctx, before.fence); err != nil {
		return err
	}
	if err := w.lookAfterTopics(ctx, bound); err != nil {
		return err
	}
	present, err := w.store.Present(ctx, w.sample)
	if err != nil {
		return err
	}
	if thin := present < len(w.sample)/2; !thin && time.Since(w.counted) < countEvery {
		return nil
	}
	return w.count(ctx, int(before.subscribers))
}

// noted is what the binding holds of what was there.
type noted struct{ subscribers, fence int64 }

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // nothing is 0
	return n
}

// noteScript notes what is there beside the binding, if that is there.
//
// KEYS[1] the binding; ARGV a field and its value
var noteScript = redis.NewScript(`
if redis.call('HEXISTS', KEYS[1], 'id') == 1 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1
`)

func (w *witness) note(ctx context.Context, field string, n int64) error {
	if err := noteScript.Run(ctx, w.redis, []string{keyBot}, field, n).Err(); err != nil {
		return fmt.Errorf("note the number of %s: %w", field, err)
	}
	return nil
}

// lookAfterFence compares the last fencing number with the highest that was ever given,
// and mends it. That it was lost stays an alarm until the program is started again.
func (w *witness) lookAfterFence(ctx context.Context, highest int64) error {
	last, err := w.lease.LastNumber(ctx)
	if err != nil {
		return err
	}
	highest = max(highest, w.lease.Number())
	if w.lease.Lost() != nil || last+mayBeLost < highest {
		w.set(bot.Alarm{Kind: bot.AlarmFence}, true)
	}
	if last < highest {
		if err := w.lease.Raise(ctx, highest); err != nil {
			return err
		}
		last = highest
	}
	if last == w.fence {
		return nil
	}
	w.fence = last
	return w.note(ctx, "fence", last)
}

// topicField begins the names of the fields that hold the topics' numbers once more.
const topicField = "topic:"

// lookAfterTopics compares the topics' numbers with those that were noted, and restores
// them: with others everybody's choice would be another one. That they were lost stays an
// alarm until the program is started again.
func (w *witness) lookAfterTopics(ctx context.Context, bound map[string]string) error {
	stored, err := w.store.TopicNumbers(ctx)
	if err != nil {
		return err
	}
	lost, before := false, make(map[string]subscriptions.Topic)
	for field, text := range bound {
		if id, is := strings.CutPrefix(field, topicField); is {
			before[id] = subscriptions.Topic(number(text))
			now, has := stored[id]
			lost = lost || !has || now != before[id]
		}
	}
	if lost {
		if err := w.store.RestoreTopics(ctx, before); err != nil {
			return err
		}
		w.set(bot.Alarm{Kind: bot.AlarmTopics}, true)
	}
	for id, n := range stored {
		if _, noted := before[id]; !noted {
			if err := w.note(ctx, topicField+id, int64(n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin looks after what must be right before the parts are made.
func (w *witness) begin(ctx context.Context) error {
	bound, err := w.redis.HGetAll(ctx, keyBot).Result()
	if err != nil {
		return fmt.Errorf("ask for the topics' numbers: %w", err)
	}
	return w.lookAfterTopics(ctx, bound)
}

// count counts the subscribers, and compares them with how many there were.
func (w *witness) count(ctx context.Context, before int) error {
	counts, sample, err := w.store.CountAndSample(ctx, sampled)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.counts = &counts
	w.mu.Unlock()
	lost := vanished(before, counts.Total)
	w.set(bot.Alarm{Kind: bot.AlarmSubscribers, Before: before, Now: counts.Total}, lost)
	w.counted, w.sample = time.Now(), sample
	if lost {
		return nil // the number stays for comparison
	}
	return w.note(ctx, "subscribers", int64(counts.Total))
}

// vanished reports whether so many subscribers fewer are there than before that they can't have
// left: over half of them.
func vanished(before, now int) bool { return before-now > fewLost && now < before/2 }

// subscribers are those that this instance counted last, while it leads: before, and on the
// others, there is no number.
func (w *witness) subscribers() (counts subscriptions.Counts, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.counts == nil || !w.lease.Held() {
		return subscriptions.Counts{}, false
	}
	return *w.counts, true
}

// complaints say for the log and /readyz what is lost.
var complaints = map[bot.AlarmKind]string{
	bot.AlarmData: "what the bot kept in redis is gone; stop it, bring the last backup back and start it again",
	bot.AlarmSubscribers: "subscribers have vanished from redis; bring the last backup back, " +
		"or start once with --rebind if the number is right",
	bot.AlarmTopics: "the numbers of the topics had vanished from redis and were restored, but more may be missing; look, and start again",
	bot.AlarmNew: "within the last day the bot began with an empty redis; " +
		"if there were subscribers before, stop the bot, bring the last backup back and start it again",
	bot.AlarmBinding: "whose data it is had vanished from redis and was noted again, but more may be missing; look what happened to redis",
	bot.AlarmFence:   "the last fencing number has vanished from redis and was mended, but more may be missing; look, and start again",
}

// set raises an alarm, or ends it.
func (w *witness) set(a bot.Alarm, raised bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, known := w.alarms[a.Kind]
	switch {
	case raised && !known && a.Kind == bot.AlarmNew:
		w.log.Warn(complaints[a.Kind])
	case raised && !known:
		w.log.Error(complaints[a.Kind], "before", a.Before, "now", a.Now)
	case !raised && known && a.Kind != bot.AlarmNew:
		w.log.Info("redis holds again what it held", "alarm", a.Kind)
	}
	if raised {
		w.alarms[a.Kind] = a
	} else {
		delete(w.alarms, a.Kind)
	}
}

// raised are the alarms of this moment.
func (w *witness) raised() []bot.Alarm {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Values(w.alarms))
}

// ready is the answer to whether all that was in Redis is there.
func (w *witness) ready(context.Context) error {
	var all []error
	for _, a := range w.raised() {
		if a.Kind == bot.AlarmNew || a.Kind == bot.AlarmBinding {
			continue // it may be as it should be, or is again
		}
		text := complaints[a.Kind]
		if a.Kind == bot.AlarmSubscribers {
			text = fmt.Sprintf("%s (before: %d, now: %d)", text, a.Before, a.Now)
		}
		all = append(all, errors.New(text))
	}
	return errors.Join(all...)
}
