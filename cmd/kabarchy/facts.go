package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/feeds"
	"kabarchy/feeds/websub"
)

// readFactsEvery is how often at most the metrics read Redis, however many scrape them and
// however often.
const readFactsEvery = 20 * time.Second

// facts are what every instance tells alike of the work, as Redis has it: so that it is told
// also of an instance that hangs. One reading is for all metrics.
type facts struct {
	redis   Redis
	taken   func(context.Context) (bool, error) // whether anybody has the lease
	engine  *broadcast.Engine
	archive *feeds.Archive
	desk    *desk.Desk

	reading probe
	began   time.Time

	mu     sync.Mutex
	found  *fact     // of the last reading; nil where it failed
	since  time.Time // when anything of the work was done last, or nothing was due
	before broadcast.Standing
}

// fact is one reading.
type fact struct {
	taken    bool // the lease, by anybody
	sources  map[string]feeds.Health
	held     []feeds.Held
	archived int
	standing broadcast.Standing
	budget   broadcast.Budget
	cases    []desk.Case
	servers  []serverFact
	hubs     []websub.Subscription
}

// begin makes facts that are filled in ready to be read.
func (f *facts) begin() *facts {
	f.began, f.since = time.Now(), time.Now()
	f.reading = probe{name: "facts", every: readFactsEvery, ask: f.read}
	return f
}

// read reads all anew.
func (f *facts) read(ctx context.Context) error {
	found := &fact{}
	var all [8]error
	found.taken, all[0] = f.taken(ctx)
	if all[0] == nil { // Redis answers
		var sources []feeds.Health
		sources, all[1] = report.Sources(ctx, f.redis)
		found.sources = make(map[string]feeds.Health, len(sources))
		for _, h := range sources {
			found.sources[h.Source] = h
		}
		found.held, all[2] = f.archive.Held(ctx)
		found.archived, all[3] = f.archive.Size(ctx)
		found.standing, all[4] = f.engine.Standing(ctx)
		found.cases, all[5] = f.desk.Open(ctx)
		found.budget, all[7] = f.engine.Budget(ctx)
		found.servers, all[6] = f.redis.servers(ctx)
		found.hubs, all[7] = websub.Subscriptions(ctx, f.redis)
	}
	err := errors.Join(all[:]...)
	f.note(found, err)
	return err
}

// note keeps what was found. While Redis does not answer, nobody can tell whether the work
// goes on: that begins anew then.
func (f *facts) note(found *fact, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.found, f.since = nil, time.Now()
		return
	}
	if !found.standing.Due || found.standing.Since(f.before) {
		f.since = time.Now()
	}
	f.found, f.before = found, found.standing
}

// latest is what was read last, not long ago, and for how long something has been due since
// anything was done; nil where Redis does not answer in time.
func (f *facts) latest(ctx context.Context) (found *fact, stalled time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	if f.reading.result(ctx) != nil {
		return nil, 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.found != nil && f.found.standing.Due {
		stalled = time.Since(f.since)
	}
	return f.found, stalled
}
