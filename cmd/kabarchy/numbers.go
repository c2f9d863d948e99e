package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kabarchy/bot/desk/report"
	"kabarchy/feeds"
)

// numbers are what the leading instance writes so that every instance can show it: the census
// after midnight, and how the sources are.
type numbers struct {
	redis    Redis
	zone     *time.Location
	audience report.Audience
	sources  func() []feeds.Health
	log      *slog.Logger
}

// keepNumbersEvery is how often they are looked at; what is no other than before is not written.
const keepNumbersEvery = 5 * time.Second

// run keeps the numbers until ctx is done.
func (n numbers) run(ctx context.Context) error {
	tick := time.NewTicker(keepNumbersEvery)
	defer tick.Stop()
	sources := report.NewKeeper(n.redis)
	for failing := false; ; {
		_, err := report.Census(ctx, n.redis, n.zone, time.Now(), n.audience)
		err = errors.Join(err, sources.Keep(ctx, n.sources()))
		if err != nil && !failing && ctx.Err() == nil {
			n.log.WarnContext(ctx, "the numbers are not kept, trying again", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
