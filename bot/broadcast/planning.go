package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"kabarchy/feeds"
)

// planEvery is how often the session looks for announcements where nobody wakes it.
const planEvery = time.Second

// plan turns announcements into broadcasts, and starts them.
func (s *session) plan(ctx context.Context) {
	tick := time.NewTicker(planEvery)
	defer tick.Stop()
	for {
		if err := s.persist(ctx, "plan broadcasts", func() error { return s.planOnce(ctx) }); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.wake:
		}
	}
}

// planBatch bounds the announcements that are read at a time.
const planBatch = 100

func (s *session) planOnce(ctx context.Context) error {
	announced, err := s.Archive.Announcements(ctx, planBatch)
	if err != nil {
		return err
	}
	for _, a := range announced {
		err := caught(s.Log, "an announcement was planned", a.ID, a.Item, func() error { return s.take(ctx, a) })
		if errors.As(err, new(*panicked)) {
			continue // it stays in the outbox; the others are planned
		}
		if err != nil {
			return err
		}
	}
	if err := s.planDigests(ctx); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	return s.join(ctx)
}

// take plans what one announcement asks for. Being killed between the steps does no
// harm: the announcement is taken again, and planning twice is planning once.
func (s *session) take(ctx context.Context, a feeds.Announcement) error {
	item, err := s.Archive.Item(ctx, a.Item)
	if err != nil && !errors.Is(err, feeds.ErrNotFound) {
		return err
	}
	if err != nil && a.Kind != feeds.Withdrawn {
		s.Log.Warn("announced item is not in the archive", "item", a.Item, "kind", a.Kind)
		return s.Archive.Taken(ctx, a)
	}
	p := plan{
		ID: a.ID, Kind: kinds[a.Kind], Item: a.Item, Title: item.Title, Language: item.Language,
		Revision: item.Revision, Urgent: item.Urgent, PlannedAt: a.At.UnixMilli(), AnnouncedAt: a.At.UnixMilli(),
	}
	// A digest whose hour is over does not cover it any more, the next one does.
	digested, err := s.plans.lastDigest(ctx)
	if err != nil {
		return err
	}
	p.PlannedAt = max(p.PlannedAt, digested*3600*1000+1)
	if p.Kind == News {
		if p.Ledger, err = s.shared(ctx, item); err != nil {
			return err
		}
		p.Ledger = cmp.Or(p.Ledger, p.ID)
	}
	planned, err := s.plans.add(ctx, p)
	if errors.Is(err, errGivenTwice) {
		return s.renumber(ctx, a, err)
	}
	if err != nil {
		return err
	}
	if planned {
		s.planned[p.ID] = true
		s.Log.Info("broadcast planned", "broadcast", a.ID, "kind", a.Kind, "item", a.Item)
	}
	if a.Kind == feeds.Withdrawn {
		if err := s.cancel(ctx, a); err != nil {
			return err
		}
	}
	return s.Archive.Taken(ctx, a)
}

// renumber mends an announcement whose number was given before, as when Redis has lost
// the counter: it takes the next one that nobody had.
func (s *session) renumber(ctx context.Context, a feeds.Announcement, why error) error {
	last, err := s.plans.last(ctx)
	if err != nil {
		return err
	}
	next, err := s.Archive.Renumber(ctx, a, last)
	if err != nil {
		return err
	}
	s.Log.Error("Redis has lost the counter of announcements; this one takes the next number",
		"error", why, "item", a.Item, "number", a.ID, "next", next)
	if next > 0 {
		s.Wake() // it stands in the outbox under its new number
	}
	return nil
}

// shared returns the ledger of an item's other editions: who has one of them needs no
// other. It is 0 where no other was sent yet.
func (s *session) shared(ctx context.Context, item feeds.Item) (int64, error) {
	editions, err := s.Archive.Editions(ctx, item.ID)
	if err != nil {
		return 0, err
	}
	var ids []string
	for _, other := range editions {
		ids = append(ids, other.ID)
	}
	return s.plans.ledgerOf(ctx, ids...)
}

// cancel ends what is still bringing a withdrawn item to people.
func (s *session) cancel(ctx context.Context, a feeds.Announcement) error {
	current, err := s.plans.running(ctx)
	if err != nil {
		return err
	}
	for _, b := range current {
		if b.Item != a.Item || b.ID >= a.ID {
			continue
		}
		if err := s.end(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// start begins, or resumes, what is planned and not yet under way here.
func (s *session) start(ctx context.Context) error {
	current, err := s.plans.running(ctx)
	if err != nil {
		return err
	}
	if current, err = s.control(ctx, current); err != nil {
		return err
	}
	for _, b := range current {
		if s.find(b.ID) != nil {
			continue
		}
		err := caught(s.Log, "a broadcast was begun", b.ID, b.Item, func() error { return s.begin(ctx, b) })
		if d := breaks(err); d != nil {
			err = s.holdUnbegun(ctx, b.plan, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) begin(ctx context.Context, p record) error {
	item, err := s.Archive.Item(ctx, p.Item)
	if errors.Is(err, feeds.ErrNotFound) {
		item, err = feeds.Item{ID: p.Item, Language: p.Language, Title: p.Title}, nil
	}
	if err != nil {
		return err
	}
	if err := s.open(ctx, p); err != nil {
		return err
	}
	waiting, err := s.retries.all(ctx, p.ID)
	if err != nil {
		return err
	}
	r := &run{plan: p.plan, state: p.state, saved: p.state, doubt: newDoubt(p.Trusted), retried: waiting, fresh: s.planned[p.ID]}
	delete(s.planned, p.ID)
	kept, err := s.suspects.all(ctx, p.ID)
	if err != nil {
		return err
	}
	r.doubt.recall(kept, p.Attempts)
	r.item.Store(&item)
	r.position.Store(int64(p.Cursor))
	if r.Kind == Digest {
		if r.items, err = s.digestItems(ctx, r.plannedAt()); err != nil {
			return err
		}
	}
	s.renew(item)
	s.add(r)
	for chat, e := range waiting {
		s.queue.park(&task{run: r, chat: chat, attempts: e.attempts, since: e.since}, e.due)
	}
	if p.Wake == 0 {
		s.launch(ctx, r)
	}
	return nil
}

// launch begins a walk.
func (s *session) launch(ctx context.Context, r *run) {
	s.walks.Go(func() {
		if r.Kind == Correction || r.Kind == Withdrawal {
			// What was sent before the item changed has to be in the ledger before the
			// walk reads it.
			s.queue.settle()
		}
		err := caught(s.Log, "a broadcast's audience was read", r.ID, r.Item, func() error { s.walk(ctx, r); return nil })
		if d := breaks(err); d != nil {
			s.suspend(ctx, r, d)
		}
	})
}

// rouse begins the next walk of broadcasts for which somebody waits.
func (s *session) rouse(ctx context.Context) {
	for _, r := range s.list() {
		if r.rouse(time.Now()) {
			s.launch(ctx, r)
		}
	}
}

// renew lets every running broadcast of an item send it as it is now.
func (s *session) renew(item feeds.Item) {
	for _, r := range s.list() {
		if r.Item == item.ID && r.item.Load().Revision < item.Revision {
			r.item.Store(&item)
		}
	}
}

// bring has a chat tried in a broadcast at a time. Where it waits for another attempt
// already, by its former id maybe, it goes on waiting, and the message's age goes on.
func (s *session) bring(ctx context.Context, r *run, chat, former int64, due time.Time) error {
	waits, err := s.retries.of(ctx, r.ID, chat, former)
	if err != nil {
		return err
	}
	if waits.due.Before(due) {
		waits.due = due
	}
	if err := s.retries.put(ctx, r.ID, chat, waits); err != nil {
		return err
	}
	s.queue.parkAnew(&task{run: r, chat: chat, attempts: waits.attempts, since: waits.since}, waits.due)
	return nil
}

// join brings chats that subscribed lately, or have another id since, what is running. To
// whom it was brought already it is not brought again, the ledger sees to that.
func (s *session) join(ctx context.Context) error {
	joined, err := s.Redis.LRange(ctx, keyJoined, 0, planBatch-1).Result()
	if err != nil {
		return fmt.Errorf("read who joined: %w", err)
	}
	for _, member := range joined {
		var chat, former int64
		if n, err := fmt.Sscan(member, &chat, &former); n == 0 {
			s.Log.Warn("no chat id among those who joined", "value", member, "error", err)
			continue
		}
		due := time.Now()
		if former != 0 {
			if due, err = s.follow(ctx, former, chat); err != nil {
				return err
			}
		}
		for _, r := range s.list() {
			if r.Kind != News && former == 0 {
				continue
			}
			if err := s.bring(ctx, r, chat, former, due); err != nil {
				return err
			}
		}
	}
	if len(joined) > 0 {
		if err := s.Redis.LTrim(ctx, keyJoined, int64(len(joined)), -1).Err(); err != nil {
			return fmt.Errorf("take who joined: %w", err)
		}
		s.Wake() // there may be more
	}
	return nil
}
