package report

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// How long sums are kept.
const (
	statsLive = 800 * 24 * time.Hour
	tapsLive  = 90 * 24 * time.Hour
)

// What is counted of each day.
const (
	Came     = "came"     // subscribed for the first time, or again after deleting all
	Returned = "returned" // had left or blocked the bot, and gets news again
	Left     = "left"     // asked for no more, or deleted all
	Blocked  = "blocked"  // blocked the bot, or is gone
)

const (
	fieldPoster = "poster:"
	fieldRead   = "read"
	fieldBy     = "by:"
)

// mostSums bounds the sums that wait for Redis: of items and labels that people press there
// may be many, and Redis may be away.
const mostSums = 10_000

// Counter adds up what happens, in memory, and brings the sums to Redis each second. What
// it is told it takes at once; a kill loses a second of it. It is safe for concurrent use.
type Counter struct {
	redis redis.UniversalClient
	zone  *time.Location
	log   *slog.Logger
	name  string // tells this counter from others, and from its former lives

	mu      sync.Mutex
	open    map[string]sums // by key: what was counted since the last batch
	waiting int             // how many sums that is
	lost    int             // those that found no room

	flushing sync.Mutex
	batches  map[string]*batch // by key: what Redis has not confirmed yet
	serial   int64
}

// sums are numbers by field.
type sums map[string]int64

// batch is what is added to one key in one step: once, however often Redis is asked.
type batch struct {
	serial int64
	sums   sums
}

// NewCounter returns a counter whose days are those of the zone. It writes nothing until
// Run or Flush is called.
func NewCounter(rdb redis.UniversalClient, zone *time.Location, log *slog.Logger) *Counter {
	return &Counter{
		redis: rdb, zone: zone, log: log, name: fieldBy + rand.Text()[:8],
		open: make(map[string]sums), batches: make(map[string]*batch),
	}
}

// Changed counts who came, returned, left or was lost. It is for subscriptions.Store.Watch:
// of an update that comes twice the second changes nothing, and is not counted.
func (c *Counter) Changed(change subscriptions.Change) {
	what := passage(change)
	if what == "" {
		return
	}
	of := change.After
	if !change.Kept {
		of = change.Before
	}
	add := sums{what: 1}
	if len(of.Languages) > 0 {
		add[what+":"+of.Languages[0]] = 1
	}
	c.add(keyStats(c.day(time.Now())), add)
}

// passage is what a change means; empty where it means nothing to the growth.
func passage(c subscriptions.Change) string {
	was, is := reads(c.Before, c.Known), reads(c.After, c.Kept)
	switch {
	case is && !was && c.Before.Since.IsZero():
		return Came
	case is && !was:
		return Returned
	case !was || is:
		return ""
	case c.Kept && c.After.Unreachable():
		return Blocked
	}
	return Left
}

// reads reports whether a chat gets news. Who has only chosen the bot's language has never
// subscribed.
func reads(p subscriptions.Preferences, kept bool) bool {
	return kept && p.Status == subscriptions.Active && !p.Since.IsZero()
}

// FromPoster counts somebody who came by the poster with the label.
func (c *Counter) FromPoster(label string) {
	if !PosterLabel(label) {
		label = Other
	}
	c.add(keyStats(c.day(time.Now())), sums{fieldPoster + label: 1})
}

// Read counts a press on "Read in full" below an item.
func (c *Counter) Read(item string) { c.add(keyTaps(item), sums{fieldRead: 1}) }

// day is the day in which a moment lies.
func (c *Counter) day(at time.Time) string { return at.In(c.zone).Format(time.DateOnly) }

// add takes sums for a key. Where too many wait, they are lost, and that is logged.
func (c *Counter) add(key string, add sums) {
	c.mu.Lock()
	defer c.mu.Unlock()
	have := c.open[key]
	if have == nil {
		have = make(sums)
	}
	if c.waiting >= mostSums {
		c.lost++
		return
	}
	c.open[key] = have
	for field, n := range add {
		if have[field] == 0 {
			c.waiting++
		}
		have[field] += n
	}
}

// flushEvery is how often the sums go to Redis, and lastFlush how long the last of them may
// take when the counter stops.
const (
	flushEvery = time.Second
	lastFlush  = 2 * time.Second
)

// Run brings the sums to Redis until ctx is done, and then the last of them.
func (c *Counter) Run(ctx context.Context) error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
			defer cancel()
			err := errors.Join(c.Flush(last), c.Flush(last)) // twice: a batch may have been under way
			if err != nil {
				c.log.Warn("the last sums are lost", "error", err)
			}
			return nil
		}
		err := c.Flush(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			c.log.Warn("sums can't be written, trying again", "error", err)
		}
		failing = err != nil
	}
}

// addScript adds a batch of sums once.
//
// KEYS[1] the hash
// ARGV[1] the field of who counts · 2 the batch's number · 3 seconds to keep the hash
// ARGV[4…] field, number, …
// Returns 1, or 0 when it was added before: its answer had got lost.
var addScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
for i = 4, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
`)

// Flush brings to Redis what was counted. What Redis does not take stays for the next time.
func (c *Counter) Flush(ctx context.Context) error {
	c.flushing.Lock()
	defer c.flushing.Unlock()
	posters, err := c.settlePosters(ctx)
	if err != nil {
		return err
	}
	c.collect(posters)
	for _, key := range slices.Sorted(maps.Keys(c.batches)) {
		b := c.batches[key]
		args := []any{c.name, b.serial, int(c.lives(key).Seconds())}
		for field, n := range b.sums {
			args = append(args, field, n)
		}
		if err := addScript.Run(ctx, c.redis, []string{key}, args...).Err(); err != nil {
			return fmt.Errorf("add to the sums of %s: %w", key, err)
		}
		delete(c.batches, key)
	}
	return nil
}

// collect makes batches of what was counted, one for each key that has none under way. Of a
// poster that nobody has looked for yet, it waits for the next time.
func (c *Counter) collect(posters map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, open := range c.open {
		if c.batches[key] != nil {
			continue
		}
		taken := make(sums)
		for field, n := range open {
			into := field
			if strings.HasPrefix(field, fieldPoster) {
				into = posters[field]
			}
			if into == "" {
				continue
			}
			taken[into] += n
			delete(open, field)
			c.waiting--
		}
		if len(open) == 0 {
			delete(c.open, key)
		}
		if len(taken) > 0 {
			c.serial++
			c.batches[key] = &batch{c.serial, taken}
		}
	}
	if c.lost > 0 {
		c.log.Warn("sums were lost: too many wait for Redis", "sums", c.lost)
		c.lost = 0
	}
}

// lives is how long a key is kept.
func (c *Counter) lives(key string) time.Duration {
	if strings.HasPrefix(key, keyTaps("")) {
		return tapsLive
	}
	return statsLive
}
