package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/lease"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

const (
	// keyPings: hash, 1 by the id of a source that is said to have news.
	keyPings = "{news}:pings"
	// lookForPings is how often the instance that leads looks what others were told.
	lookForPings = 500 * time.Millisecond
)

// pings are what sites and hubs say of their news, to whichever instance: the one that leads polls
// the source. Who repeats it, or says it often, has a source polled once in some seconds.
type pings struct {
	redis redis.UniversalClient
	leads func() string // the lease's value while this instance leads
	ping  func(source string) error
	told  chan struct{} // holds one: this instance was told something
	log   *slog.Logger
}

func newPings(rdb redis.UniversalClient, leads func() string, ping func(source string) error, log *slog.Logger) *pings {
	return &pings{redis: rdb, leads: leads, ping: ping, told: make(chan struct{}, 1), log: log}
}

// note notes that a source has news.
func (p *pings) note(ctx context.Context, source string) error {
	if err := p.redis.HSet(ctx, keyPings, source, "1").Err(); err != nil {
		return fmt.Errorf("note that a source has news: %w", err)
	}
	select {
	case p.told <- struct{}{}:
	default:
	}
	return nil
}

// run has what is said to have news polled, until ctx is done. One instance at a time does it.
func (p *pings) run(ctx context.Context) error {
	tick := time.NewTicker(lookForPings)
	defer tick.Stop()
	failures := 0
	for {
		err := p.pass(ctx)
		switch {
		case err == nil:
			failures = 0
		case ctx.Err() == nil:
			if failures++; telegram.WorthLogging(failures) {
				p.log.WarnContext(ctx, "which sources say that they have news can't be read: they are read at their next time",
					"failures", strconv.Itoa(failures), "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-p.told:
		}
	}
}

// takePingsScript takes what was said, for the instance that leads: another one, which has lost the
// lease and does not know it yet, would take it and poll nothing. What was said before the lease
// changed hands is asked by the next holder at its start.
//
// KEYS[1] the lease, [2] the pings
// ARGV[1] the lease's value
// Returns the sources.
var takePingsScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {} end
local sources = redis.call('HKEYS', KEYS[2])
redis.call('DEL', KEYS[2])
return sources
`)

// pass passes on what was said. A source that is not configured any more says nothing.
func (p *pings) pass(ctx context.Context) error {
	sources, err := takePingsScript.Run(ctx, p.redis, []string{lease.Key, keyPings}, p.leads()).StringSlice()
	if err != nil {
		return fmt.Errorf("take pings: %w", err)
	}
	for _, source := range sources {
		if err := p.ping(source); err != nil && !errors.Is(err, feeds.ErrUnknownSource) {
			return err
		}
	}
	return nil
}
