package desk

import (
	"context"
	"slices"
	"time"

	"kabarchy/feeds"
)

// deletable is how long a bot may delete what it wrote in a private chat; see
// https://core.telegram.org/bots/api#deletemessage.
const deletable = 48 * time.Hour

// CorrectWithin is how long after an item's last broadcast it can be corrected and taken back.
func (d *Desk) CorrectWithin() time.Duration { return d.options.CorrectWithin }

// Changeable reports whether it is known which message of some items each phone has: if not,
// neither correction nor withdrawal reaches it.
func (d *Desk) Changeable(ctx context.Context, items []string) (bool, error) {
	progress, err := d.options.Engine.Progress(ctx)
	for _, p := range progress {
		if slices.Contains(items, p.Item) && (p.FinishedAt.IsZero() || d.clock().Sub(p.FinishedAt) < d.options.CorrectWithin) {
			return true, nil
		}
	}
	return false, err
}

// LeavesNotice reports whether an item that is taken back gives way to a notice: its messages
// are too old to be deleted.
func (d *Desk) LeavesNotice(item feeds.Item) bool { return d.clock().Sub(item.Published) > deletable }
