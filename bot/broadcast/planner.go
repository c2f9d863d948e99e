package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"kabarchy/feeds"
)

// planEvery is how often the runner looks for announcements where nobody wakes it.
const planEvery = time.Second

// planLoop turns announcements into broadcasts, and starts them.
func (r *runner) planLoop(ctx context.Context) {
	tick := time.NewTicker(planEvery)
	defer tick.Stop()
	for {
		if err := r.persist(ctx, "plan broadcasts", func() error { return r.planOnce(ctx) }); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.engine.wake:
		}
	}
}

// planBatch bounds the announcements that are read at a time.
const planBatch = 100

func (r *runner) planOnce(ctx context.Context) error {
	announced, err := r.engine.options.Archive.Announcements(ctx, planBatch)
	if err != nil {
		return err
	}
	for _, a := range announced {
		if !r.engine.unplanned.due(a.ID) {
			continue
		}
		err := caught(r.log, "an announcement was planned", a.ID, a.Item, func() error { return r.planAnnouncement(ctx, a) })
		if errors.As(err, new(*panicked)) {
			r.engine.unplanned.fail(a.ID)
			if r.engine.options.OnHold != nil {
				r.engine.options.OnHold()
			}
			continue // it stays in the outbox; the others are planned
		}
		if err != nil {
			return err
		}
		r.engine.unplanned.drop(a.ID)
	}
	r.engine.unplanned.tried(announced, len(announced) < planBatch)
	if err := r.planDigests(ctx); err != nil {
		return err
	}
	if err := r.start(ctx); err != nil {
		return err
	}
	return r.takeJoined(ctx)
}

// planAnnouncement plans what one announcement asks for. Being killed between the steps does no
// harm: the announcement is planned again, and planning twice is planning once.
func (r *runner) planAnnouncement(ctx context.Context, a feeds.Announcement) error {
	item, err := r.engine.options.Archive.Item(ctx, a.Item)
	if err != nil && !errors.Is(err, feeds.ErrNotFound) {
		return err
	}
	if err != nil && a.Kind != feeds.Withdrawn {
		r.log.Warn("announced item is not in the archive", "broadcast", a.ID, "item", a.Item, "kind", kinds[a.Kind])
		return r.engine.options.Archive.Taken(ctx, a)
	}
	p := plan{
		ID: a.ID, Kind: kinds[a.Kind], Item: a.Item, Title: item.Title, Language: item.Language,
		Revision: item.Revision, Urgent: item.Urgent, Paid: paidFor(a, item), PlannedAt: a.At.UnixMilli(), AnnouncedAt: a.At.UnixMilli(),
	}
	// A digest whose hour is over does not cover it any more, the next one does.
	digested, err := r.engine.plans.lastDigest(ctx)
	if err != nil {
		return err
	}
	p.PlannedAt = max(p.PlannedAt, digested*3600*1000+1)
	if p.Kind == News {
		if p.Ledger, err = r.sharedLedger(ctx, item); err != nil {
			return err
		}
		p.Ledger = cmp.Or(p.Ledger, p.ID)
		p.Text = textOf(item)
	}
	planned, err := r.engine.plans.add(ctx, p)
	if errors.Is(err, errGivenTwice) {
		return r.renumber(ctx, a, err)
	}
	if err != nil {
		return err
	}
	if a.Restored {
		if err := r.holdUnbegun(ctx, p, fromBackup); err != nil {
			return err
		}
	}
	if planned {
		r.planned[p.ID] = true
		r.log.Info("broadcast planned", "broadcast", p.ID, "kind", p.Kind, "item", p.Item, "language", p.Language)
	}
	if a.Kind == feeds.Withdrawn {
		if err := r.endWithdrawn(ctx, a); err != nil {
			return err
		}
	}
	return r.engine.options.Archive.Taken(ctx, a)
}

// paidFor is for how many messages may be paid: none of what a backup brought back.
func paidFor(a feeds.Announcement, item feeds.Item) int {
	if a.Restored {
		return 0
	}
	return item.Paid
}

// renumber repairs an announcement whose number was given before, as when Redis has lost
// the counter: it takes the next one that nobody had.
func (r *runner) renumber(ctx context.Context, a feeds.Announcement, why error) error {
	last, err := r.engine.plans.last(ctx)
	if err != nil {
		return err
	}
	next, err := r.engine.options.Archive.Renumber(ctx, a, last)
	if err != nil {
		return err
	}
	r.log.Error("Redis has lost the counter of announcements; this one takes the next number",
		"error", why, "item", a.Item, "number", a.ID, "next", next)
	if next > 0 {
		r.engine.Wake() // it stands in the outbox under its new number
	}
	return nil
}

// sharedLedger returns the ledger of an item's other editions: who has one of them needs no
// other. It is 0 where no other was sent yet.
func (r *runner) sharedLedger(ctx context.Context, item feeds.Item) (int64, error) {
	editions, err := r.engine.options.Archive.Editions(ctx, item.ID)
	if err != nil {
		return 0, err
	}
	var ids []string
	for _, other := range editions {
		ids = append(ids, other.ID)
	}
	return r.engine.plans.ledgerOf(ctx, ids...)
}

// endWithdrawn ends what is still bringing a withdrawn item to people.
func (r *runner) endWithdrawn(ctx context.Context, a feeds.Announcement) error {
	current, err := r.engine.plans.running(ctx)
	if err != nil {
		return err
	}
	for _, b := range current {
		if b.Item != a.Item || b.ID >= a.ID {
			continue
		}
		// Who leads next has to know it too, should this end before the broadcast does.
		if err := stopScript.Run(ctx, r.engine.options.Redis, []string{keyPlan(b.ID)}, "withdrawn").Err(); err != nil {
			return fmt.Errorf("end broadcast %d: %w", b.ID, err)
		}
		if err := r.end(ctx, b); err != nil {
			return err
		}
	}
	return nil
}
