package desk

import (
	"context"
	"fmt"
	"time"

	"kabarchy/bot/broadcast"
)

// Lasting is how long an announcement goes out, and what goes out beside it.
type Lasting struct {
	Lasts  time.Duration
	Until  time.Time
	Beside []broadcast.Progress // what runs
	Within []broadcast.Coming   // what begins in that time
}

// Lasts tells how long an announcement takes that reaches so many. A title names a case.
func (d *Desk) Lasts(ctx context.Context, c Case, r broadcast.Reach, title func(Case) string) (l Lasting, err error) {
	load, err := d.load(ctx, c, r, title)
	if err != nil {
		return l, err
	}
	l.Lasts, l.Beside, l.Within = broadcast.HowLong(load)
	l.Until = r.At.Add(l.Lasts)
	return l, nil
}

// load is an announcement, and what goes out beside it.
func (d *Desk) load(ctx context.Context, c Case, r broadcast.Reach, title func(Case) string) (broadcast.Load, error) {
	running, err := d.running(ctx)
	if err != nil {
		return broadcast.Load{}, err
	}
	open, err := d.Open(ctx)
	if err != nil {
		return broadcast.Load{}, err
	}
	var coming []broadcast.Coming
	for _, other := range open {
		if other.ID != c.ID && other.Status == Approved && other.Kind == Announce {
			coming = append(coming, broadcast.Coming{At: other.Due, Messages: other.Reach, Urgent: other.Urgent, Title: title(other)})
		}
	}
	for at, people := range r.Due {
		coming = append(coming, broadcast.Coming{At: at, Messages: people})
	}
	return broadcast.Load{
		Messages: r.All.Now, Urgent: c.Urgent, PerSecond: d.options.PerSecond, Begins: r.At, Running: running, Coming: coming,
	}, nil
}

// running is what goes out: what has ended or been stopped does not.
func (d *Desk) running(ctx context.Context) (all []broadcast.Progress, err error) {
	progress, err := d.options.Engine.Progress(ctx)
	if err != nil {
		return nil, fmt.Errorf("what goes out: %w", err)
	}
	halted, err := d.Halted(ctx)
	for _, p := range progress {
		if p.FinishedAt.IsZero() && halted[p.Subject()] == "" {
			all = append(all, p)
		}
	}
	return all, err
}

// Delays reports whether an announcement goes before something that runs, and makes it wait.
func (c Case) Delays(p broadcast.Progress) bool {
	return c.Urgent && !p.Urgent && p.Kind != broadcast.Withdrawal
}

// Digests are how many chats have their next digest when.
func (d *Desk) Digests(ctx context.Context) (map[time.Time]int, error) {
	r, err := d.options.Engine.Reach(ctx, nil, d.clock())
	return r.Due, err
}
