package updates

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"kabarchy/bot/telegram"
)

const (
	postponeAfter = 700 * time.Millisecond // what takes longer, answers aside, is kept in Redis,
	mostPostponed = 3000                   // so much of it at most
	backlogTime   = 2 * time.Second        // how long Redis may take for it
	backlogPause  = time.Second            // after Redis has failed
	recoverWithin = 3 * time.Second        // how long a start waits to know what is kept
)

// backlog is what the poller knows of the updates that are kept in Redis. All of it belongs
// to the poller's goroutine, but for one at a time that speaks with Redis.
type backlog struct {
	dispatcher *Dispatcher
	store      postponed
	in         map[int64]bool // kept, perhaps, and not done with
	idle       []int64        // done with, and kept still
	asking     bool           // Redis is asked
	// recovering reports whether it is not known yet what an earlier life has kept.
	recovering bool
	rests      time.Time // Redis is not asked before
	kept       chan checkpoint
	found      chan map[int64]json.RawMessage
	working    sync.WaitGroup
}

// checkpoint is what Redis was asked for, and how that went.
type checkpoint struct {
	updates map[int64]json.RawMessage // to be kept
	idle    []int64                   // to be forgotten
	err     error
}

func newBacklog(l *Poller) backlog {
	return backlog{
		dispatcher: l.dispatcher, store: l.postponed, in: make(map[int64]bool),
		kept: make(chan checkpoint, 1), found: make(chan map[int64]json.RawMessage, 1),
	}
}

// holds reports whether an update is kept: it is in work already.
func (s *backlog) holds(update int64) bool { return s.in[update] }

// busy reports whether something is to be done with Redis.
func (s *backlog) busy() bool { return s.asking || s.recovering || len(s.idle) > 0 }

// over notes that an update is done with.
func (s *backlog) over(update int64) {
	if s.in[update] {
		delete(s.in, update)
		s.idle = append(s.idle, update)
	}
}

// recover begins to read what an earlier life has kept, and waits a little for it: what
// is older is to be handled before what is newer.
func (p *polling) recover(ctx, working context.Context) {
	s := &p.backlog
	if s.store.rdb == nil {
		return
	}
	s.recovering = true
	s.working.Go(func() {
		for failures := 1; ; failures++ {
			kept, err := s.store.all(ctx)
			if err == nil {
				s.found <- kept
				return
			}
			if telegram.WorthLogging(failures) {
				s.dispatcher.log.WarnContext(ctx, "it is not known yet which updates were postponed", "failures", failures, "error", err)
			}
			if sleep(ctx, backlogPause) != nil {
				return
			}
		}
	})
	timer := time.NewTimer(recoverWithin)
	defer timer.Stop()
	select {
	case found := <-s.found:
		p.resume(ctx, working, found)
	case <-timer.C:
	case <-ctx.Done():
	}
}

// resume sets to work what an earlier life has kept.
func (p *polling) resume(ctx, working context.Context, found map[int64]json.RawMessage) {
	p.backlog.recovering = false
	for _, update := range slices.Sorted(maps.Keys(found)) {
		if p.backlog.in[update] || p.open[update] != nil {
			continue
		}
		p.backlog.in[update] = true
		if !p.work(ctx, working, update, found[update]) {
			p.backlog.over(update)
		}
	}
	if len(found) > 0 {
		p.dispatcher.log.InfoContext(ctx, "postponed updates are taken up again", "updates", len(found))
	}
}

// postpone has Redis keep what takes long, and forget what is done with.
func (p *polling) postpone(ctx context.Context) {
	s := &p.backlog
	now := time.Now()
	if s.store.rdb == nil || s.asking || now.Before(s.rests) {
		return
	}
	k := checkpoint{updates: make(map[int64]json.RawMessage), idle: s.idle}
	for update, t := range p.open {
		if !t.over && now.Sub(t.since) >= postponeAfter && len(s.in)+len(k.updates) < mostPostponed {
			k.updates[update] = t.raw
		}
	}
	if len(k.updates)+len(k.idle) == 0 {
		return
	}
	s.idle, s.asking = nil, true
	s.working.Go(func() {
		k.err = s.ask(ctx, k)
		s.kept <- k
	})
}

func (s *backlog) ask(ctx context.Context, k checkpoint) error {
	ctx, cancel := context.WithTimeout(ctx, backlogTime)
	defer cancel()
	if len(k.idle) > 0 {
		if err := s.store.forget(ctx, k.idle); err != nil {
			return err
		}
	}
	if len(k.updates) > 0 {
		return s.store.keep(ctx, k.updates)
	}
	return nil
}

// kept notes what has become of a checkpoint. What Redis did not confirm may be there, too.
func (p *polling) kept(k checkpoint) {
	s := &p.backlog
	s.asking = false
	if k.err != nil {
		s.rests = time.Now().Add(backlogPause)
		s.idle = append(s.idle, k.idle...)
	}
	for update := range k.updates {
		s.in[update] = true
		switch t := p.open[update]; {
		case t == nil || t.over: // done with meanwhile
			s.over(update)
		case k.err == nil:
			t.over = true
			s.dispatcher.metrics.postponed.Inc()
		}
	}
}

// close ends the speaking with Redis: what is done with is forgotten, if Redis answers.
func (p *polling) close(ctx context.Context) {
	s := &p.backlog
	s.working.Wait()
	if s.asking {
		p.kept(<-s.kept)
	}
	if len(s.idle) > 0 {
		if err := s.ask(ctx, checkpoint{idle: s.idle}); err != nil {
			s.dispatcher.log.WarnContext(ctx, "updates that are done with come again", "updates", len(s.idle), "error", err)
		}
	}
}
