package main

import (
	"context"
	"time"
)

const (
	// goneFor is how long the preferences of a chat are kept that Telegram says is no more:
	// an error of Telegram's, or of ours, is found by then.
	goneFor = 7 * 24 * time.Hour
	// The sweep is once a day, first some time after the start, and takes half a minute. It
	// forgets a hundredth of the audience at most, and a hundred chats at least: when many
	// are taken for gone, a person has time to find out why.
	sweepFirst, sweepEvery = 10 * time.Minute, 24 * time.Hour
	sweepPause             = 100 * time.Millisecond
	sweepShare, sweepLeast = 100, 100
)

// sweep forgets who is gone for good, until ctx is done.
func (a *App) sweep(ctx context.Context) error {
	for next := sweepFirst; ; next = sweepEvery {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(next):
		}
		forgotten, err := a.sweepOnce(ctx)
		if err != nil && ctx.Err() == nil {
			a.options.Log.WarnContext(ctx, "who is gone is not forgotten yet", "error", err)
		}
		if forgotten > 0 {
			a.options.Log.InfoContext(ctx, "forgot chats that were gone for a week", "chats", forgotten)
		}
	}
}

func (a *App) sweepOnce(ctx context.Context) (forgotten int, err error) {
	counts, err := a.Store.Count(ctx)
	if err != nil {
		return 0, err
	}
	return a.Store.Sweep(ctx, goneFor, max(sweepLeast, counts.Total/sweepShare), sweepPause)
}
