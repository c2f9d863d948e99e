package report_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/desk/report"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

var bishkek = time.FixedZone("+06", 6*60*60)

// kyrgyz are the preferences of somebody who reads Kyrgyz.
func kyrgyz(p *subscriptions.Preferences, _ bool) {
	p.Status, p.Interface, p.Languages = subscriptions.Active, "ky", []string{"ky"}
	if p.Since.IsZero() {
		p.Since = time.Now().Truncate(time.Hour)
	}
}

func status(s subscriptions.Status) func(*subscriptions.Preferences, bool) {
	return func(p *subscriptions.Preferences, _ bool) { p.Status = s }
}

// counting are a store and what counts its changes.
type counting struct {
	t       *testing.T
	rdb     redis.UniversalClient
	store   *subscriptions.Store
	counter *report.Counter
	log     *bytes.Buffer
}

func count(t *testing.T, rdb redis.UniversalClient) *counting {
	log := &bytes.Buffer{}
	c := &counting{t: t, rdb: rdb, store: subscriptions.NewStore(rdb), log: log}
	c.counter = report.NewCounter(rdb, bishkek, slog.New(slog.NewTextHandler(log, nil)))
	c.store.Watch(c.counter.Changed)
	return c
}

func (c *counting) change(chat int64, change func(*subscriptions.Preferences, bool)) {
	c.t.Helper()
	if _, err := c.store.Update(c.t.Context(), chat, change); err != nil {
		c.t.Fatal(err)
	}
}

func (c *counting) flush() {
	c.t.Helper()
	if err := c.counter.Flush(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// today are today's sums of what came and went.
func (c *counting) today() map[string]int {
	c.t.Helper()
	days, err := report.Days(c.t.Context(), c.rdb, bishkek, time.Now(), 1)
	if err != nil {
		c.t.Fatal(err)
	}
	counts := map[string]int{}
	for _, what := range []string{report.Came, report.Returned, report.Left, report.Blocked} {
		if n := days[0].Count(what); n > 0 {
			counts[what] = n
		}
		for _, g := range report.ByLanguage(days, what) {
			counts[what+":"+g.Key] = g.N
		}
	}
	for _, g := range report.ByPoster(days) {
		counts["poster:"+g.Key] = g.N
	}
	return counts
}

func (c *counting) found(want map[string]int) {
	c.t.Helper()
	if got := c.today(); !maps.Equal(got, want) {
		c.t.Errorf("counted %v, want %v", got, want)
	}
}

// TestGrowth: each passage of a chat is counted once, and an update that comes twice not again.
func TestGrowth(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		c := count(t, rdb)
		for chat := range int64(6) {
			c.change(chat+1, kyrgyz)
			c.change(chat+1, kyrgyz) // the update came twice
		}
		c.change(9, func(p *subscriptions.Preferences, _ bool) { p.Interface = "ru" }) // looks around
		c.change(1, status(subscriptions.Stopped))
		c.change(1, status(subscriptions.Stopped))
		c.change(1, kyrgyz) // returned
		for range 2 {
			if _, err := c.store.MarkUnreachable(t.Context(), 2, subscriptions.Blocked, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		c.change(2, status(subscriptions.Stopped)) // was counted when it blocked the bot
		for range 2 {
			if err := c.store.Forget(t.Context(), 3); err != nil { // left
				t.Fatal(err)
			}
		}
		if err := c.store.Forget(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		c.change(3, kyrgyz) // of who deleted all, nobody knows that they were here before
		if _, err := c.store.MarkUnreachable(t.Context(), 4, subscriptions.Gone, time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := c.store.MarkReachable(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
		c.flush()
		c.found(map[string]int{
			"came": 7, "came:ky": 7, "returned": 2, "returned:ky": 2, "left": 2, "left:ky": 2, "blocked": 2, "blocked:ky": 2,
		})
	})
}

// TestNothingIsCountedOfAnybody: no chat's number stands in what the counter writes.
func TestNothingIsCountedOfAnybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := count(t, redistest.Bubble(t).Client(t))
		const chat = 987654321
		c.change(chat, kyrgyz)
		c.counter.FromPoster("osh")
		c.counter.Read("aaaaaaaaaaaaaaaa")
		c.flush()
		keys, err := c.rdb.Keys(t.Context(), "{news}:*").Result()
		if err != nil || len(keys) != 2 {
			t.Fatalf("keys %v: %v", keys, err)
		}
		for _, key := range keys {
			fields, err := c.rdb.HGetAll(t.Context(), key).Result()
			if err != nil {
				t.Fatal(err)
			}
			for field, value := range fields {
				if strings.Contains(field+value, "987654321") {
					t.Errorf("%s holds %s = %s", key, field, value)
				}
			}
			if life, err := c.rdb.TTL(t.Context(), key).Result(); err != nil || life < 90*24*time.Hour {
				t.Errorf("%s is kept for %v: %v", key, life, err)
			}
		}
	})
}

// TestLostAnswersCountOnce: Redis added the sums and its answer got lost, or it was away. Each
// is counted once.
func TestLostAnswersCountOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		embedded := redistest.Bubble(t)
		c := count(t, embedded.Client(t))
		c.change(1, kyrgyz)
		c.counter.FromPoster("osh")
		lost := losing(c.rdb)
		if err := c.counter.Flush(t.Context()); err == nil || !lost.Load() {
			t.Fatalf("no answer was lost: %v", err)
		}
		c.change(2, kyrgyz)
		c.flush()
		c.flush()
		c.found(map[string]int{"came": 2, "came:ky": 2, "poster:other": 1})
	})
}

// TestCounterRuns: it brings the sums to Redis by itself, after an outage too, and the last
// of them when it stops.
func TestCounterRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		embedded := redistest.Bubble(t)
		c := count(t, embedded.Client(t))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.counter.Run(ctx) }()
		c.change(1, kyrgyz)
		time.Sleep(1100 * time.Millisecond)
		c.found(map[string]int{"came": 1, "came:ky": 1})
		c.change(2, kyrgyz)
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		c.found(map[string]int{"came": 2, "came:ky": 2})
		if c.log.Len() > 0 {
			t.Errorf("the log says %s", c.log)
		}
	})
}

// TestPosters: a label that was made counts by itself, any other as other.
func TestPosters(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		c := count(t, rdb)
		for _, wrong := range []string{"", "other", "Osh", "a:b", "ош", strings.Repeat("a", 25), "-a"} {
			if err := report.MakePoster(t.Context(), rdb, wrong); err == nil {
				t.Errorf("poster %q was made", wrong)
			}
			c.counter.FromPoster(wrong)
		}
		for range 2 {
			if err := report.MakePoster(t.Context(), rdb, "osh-bazaar"); err != nil {
				t.Fatal(err)
			}
		}
		c.counter.FromPoster("osh-bazaar")
		c.counter.FromPoster("never-made")
		c.flush()
		c.found(map[string]int{"poster:osh-bazaar": 1, "poster:other": 8})
		made, err := report.Posters(t.Context(), rdb)
		if err != nil || len(made) != 1 {
			t.Errorf("posters %v: %v", made, err)
		}
	})
}

// TestTaps: presses are added up over the editions of an item.
func TestTaps(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		c := count(t, rdb)
		for range 3 {
			c.counter.Read("a")
		}
		c.counter.Read("b")
		c.flush()
		if n, err := report.Taps(t.Context(), rdb, "a", "b", "nobody"); err != nil || n != 4 {
			t.Errorf("%d presses: %v", n, err)
		}
	})
}

// TestCensus: one a day, at whatever hour an instance first leads, and by the ministry's
// midnight.
func TestCensus(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		people := []subscriptions.Cohort{
			{Preferences: subscriptions.Preferences{Languages: []string{"ky"}}, Chats: 700},
			{Preferences: subscriptions.Preferences{Languages: []string{"ru"}, When: subscriptions.When{Rhythm: subscriptions.Weekly}, Topics: subscriptions.Only(3)}, Chats: 60},
			{Preferences: subscriptions.Preferences{Languages: []string{"ru"}, Topics: subscriptions.Only(3, 7)}, Chats: 40},
			{Preferences: subscriptions.Preferences{Languages: []string{"ky"}, Topics: subscriptions.Only(7)}, Chats: 3},
			{Preferences: subscriptions.Preferences{Languages: []string{"ru"}, Status: subscriptions.Stopped}, Chats: 9},
		}
		walks := 0
		audience := func(context.Context) ([]subscriptions.Cohort, int, error) {
			walks++
			return people, 0, nil
		}
		midnight := time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC) // 25 November in Bishkek
		for i, at := range []time.Time{midnight, midnight.Add(time.Minute), midnight.Add(24*time.Hour - time.Second), midnight.Add(24 * time.Hour)} {
			taken, err := report.Census(t.Context(), rdb, bishkek, at, audience)
			if err != nil || taken != (i == 0 || i == 3) {
				t.Errorf("at %s a census was taken: %v, %v", at, taken, err)
			}
		}
		if walks != 2 {
			t.Errorf("%d walks", walks)
		}
		days, err := report.Days(t.Context(), rdb, bishkek, midnight, 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, was := days[0].Readers(); was {
			t.Error("the day before had a census")
		}
		readers, was := days[1].Readers()
		topics, hidden := readers.Topics()
		if !was || readers.Active() != 803 || len(readers.Languages()) != 2 || readers.States()[0].N != 9 ||
			readers.Rhythms()[1].N != 60 || hidden != 1 || len(topics) != 1 || topics[0] != (report.Group{Key: "7", N: 43}) {
			t.Errorf("the census found %+v, topics %v and %d hidden", readers, topics, hidden)
		}
	})
}
