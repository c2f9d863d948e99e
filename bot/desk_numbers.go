package bot

import (
	"context"

	"kabarchy/bot/broadcast"
	"kabarchy/subscriptions"
)

// Numbers are what the desk's reports are made of.
type Numbers interface {
	// Reports are an item's broadcasts, History the last ones of all items.
	Reports(ctx context.Context, item string) ([]broadcast.Report, error)
	History(ctx context.Context, most int64) ([]broadcast.Progress, error)
	// Census counts everybody by what they want.
	Census(ctx context.Context) (cohorts []subscriptions.Cohort, unreadable int, err error)
}
