package websub

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// lookEvery is how often it is looked what is due.
	lookEvery = 10 * time.Second
	// atOnce is how many hubs are asked at the same time: one that hangs holds up no other for long.
	atOnce = 4
	// unofferedFor is how long a source may not name its hub until that is left: sites behind
	// several servers say now this, now that.
	unofferedFor = time.Hour
	// mostOfSource is how many subscriptions a source can have, with those that it named before.
	mostOfSource = 8
	// leaveTries is how often a hub is asked to end a subscription. Else it ends by itself.
	leaveTries = 3
)

// Run keeps the subscriptions as the sources offer them, until ctx is done. One instance at a
// time does it.
func (s *Subscriber) Run(ctx context.Context) error {
	defer s.client.Close()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for failures := 0; ; {
		err := s.pass(ctx)
		switch {
		case err == nil:
			failures = 0
		case ctx.Err() == nil:
			if failures++; worthLogging(failures) {
				s.Log.WarnContext(ctx, "the subscriptions at hubs can't be kept: sources are read by the clock alone", "failures", failures, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// pass does what is due.
func (s *Subscriber) pass(ctx context.Context) error {
	offers, err := s.Offers(ctx)
	if err != nil {
		return err
	}
	known, err := s.store.all(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	if err := s.begin(ctx, offers, known, now); err != nil {
		return err
	}
	if known, err = s.store.all(ctx); err != nil {
		return err
	}
	asking, ctx := errgroup.WithContext(ctx)
	asking.SetLimit(atOnce)
	for _, h := range known {
		asking.Go(func() error {
			err := s.keep(ctx, h, offers, now)
			if errors.Is(err, errUnknown) { // the hub has ended it meanwhile
				return nil
			}
			return err
		})
	}
	return asking.Wait()
}

// begin notes what is offered and not there yet.
func (s *Subscriber) begin(ctx context.Context, offers map[string]Offer, known []held, now time.Time) error {
	there, count := make(map[string]bool), make(map[string]int)
	for _, h := range known {
		there[h.id] = true
		count[h.Source]++
	}
	for source, o := range offers {
		for _, hub := range o.Hubs {
			id := s.id(source, hub, o.Topic)
			if there[id] || count[source] >= mostOfSource {
				continue
			}
			count[source]++
			if err := s.store.add(ctx, held{id, Subscription{Source: source, Hub: hub, Topic: o.Topic, Next: now}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// step is what is done next about a subscription.
type step int

const (
	nothing step = iota
	forget
	subscribe
	unsubscribe
)

// next says what is done next, and notes it in the subscription. It depends on nothing but what it
// is given.
func (sub *Subscription) next(o Offer, configured bool, now time.Time) step {
	if configured && sub.offered(o) {
		if sub.Leaving {
			sub.Leaving, sub.Failures, sub.Next = false, 0, now
		}
		sub.Unoffered = time.Time{}
		if now.Before(sub.Next) {
			return nothing
		}
		return subscribe
	}
	if sub.Unoffered.IsZero() {
		sub.Unoffered = now
	}
	if configured && now.Sub(sub.Unoffered) < unofferedFor {
		return nothing
	}
	if !sub.Leaving {
		sub.Leaving, sub.Failures, sub.Next = true, 0, now
	}
	switch {
	case !now.Before(sub.Until), sub.Failures >= leaveTries && !now.Before(sub.Next):
		return forget // there is none, or it ends by itself
	case now.Before(sub.Next):
		return nothing
	}
	return unsubscribe
}

// keep does what is due about one subscription. It is noted before the hub is asked.
func (s *Subscriber) keep(ctx context.Context, h held, offers map[string]Offer, now time.Time) error {
	o, configured := offers[h.Source]
	due := nothing
	err := s.store.change(ctx, h.id, func(sub *Subscription) (keep, write bool) {
		before := *sub
		due = sub.next(o, configured, now)
		if h.id != s.id(h.Source, h.Hub, h.Topic) {
			due = forget // it was made with another token, or for another address: it reaches nobody
		}
		if due == subscribe || due == unsubscribe {
			sub.Asked = now
			sub.Failures++
			sub.Next = now.Add(pause(sub.Failures))
		}
		return due != forget, due == forget || *sub != before
	})
	if err != nil || due == nothing {
		return err
	}
	if due == forget {
		s.Log.InfoContext(ctx, "no subscription at a hub any more", "source", h.Source, "hub", hostOf(h.Hub))
		return nil
	}
	return s.ask(ctx, h, due)
}

// pause is how long a hub is left alone that has not confirmed what it was asked so often.
func pause(failures int) time.Duration { return min(firstPause<<min(failures-1, 10), longPause) }

const (
	firstPause = time.Minute
	longPause  = time.Hour
)
