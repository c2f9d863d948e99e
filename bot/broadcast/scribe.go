package broadcast

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// scribe writes the ledger for all workers: while one round trip is under way, the
// notes for the next one gather. Where Redis refuses a note, nothing more is sent until
// it has taken it.
type scribe struct {
	ledger ledger
	log    *slog.Logger
	some   chan struct{} // holds one token when there is something to write

	mu      sync.Mutex
	waiting []pendingNote
	refused chan struct{} // closed when Redis takes notes again; nil while it does
}

type pendingNote struct {
	note
	done chan struct{}
}

func newScribe(l ledger, log *slog.Logger) *scribe {
	return &scribe{ledger: l, log: log, some: make(chan struct{}, 1)}
}

// write returns when the note stands in Redis, or when ctx is done. It is remembered
// from the first moment on.
func (s *scribe) write(ctx context.Context, n note) error {
	s.ledger.unwritten.add(n)
	done := make(chan struct{})
	s.mu.Lock()
	s.waiting = append(s.waiting, pendingNote{n, done})
	s.mu.Unlock()
	s.signal()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// await returns when Redis has taken every note that it refused, or when ctx is done.
func (s *scribe) await(ctx context.Context) error {
	s.mu.Lock()
	refused := s.refused
	s.mu.Unlock()
	if refused == nil {
		return nil
	}
	select {
	case <-refused:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run writes until ctx is done. First it writes what an earlier run could not.
func (s *scribe) run(ctx context.Context) {
	s.signal()
	for failures := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-s.some:
		}
		err := s.flush(ctx)
		switch {
		case err == nil:
			failures = 0
			continue
		case ctx.Err() != nil:
			return
		case failures == 0:
			s.log.Error("Redis does not take who has which message: nothing is sent until it does", "error", err)
		}
		failures++
		if sleep(ctx, min(pause(failures)/10, time.Second)) != nil {
			return
		}
		s.signal()
	}
}

// flush writes what has gathered. What Redis refuses stays, before what comes later.
func (s *scribe) flush(ctx context.Context) error {
	s.mu.Lock()
	gathered := s.waiting
	s.waiting = nil
	s.mu.Unlock()
	var due []pendingNote
	var notes []note
	for _, p := range gathered {
		if now, has := s.ledger.unwritten.get(place{p.ledger, p.chat}); !has || now != p.entry {
			close(p.done) // forgotten, or there is a newer one
			continue
		}
		due, notes = append(due, p), append(notes, p.note)
	}
	var left []pendingNote
	var refused error
	for i, err := range s.ledger.write(ctx, notes) {
		if err != nil {
			left, refused = append(left, due[i]), err
			continue
		}
		s.ledger.unwritten.written(notes[i])
		close(due[i].done)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(left, s.waiting...)
	switch {
	case len(left) > 0 && s.refused == nil:
		s.refused = make(chan struct{})
	case len(left) == 0 && s.refused != nil:
		close(s.refused)
		s.refused = nil
		s.log.Info("Redis takes again who has which message")
	}
	return refused
}

// writeLeft writes what a former leader's session has left, where it can: without the
// lease as well, for it is true whoever leads.
func (s *scribe) writeLeft(ctx context.Context) {
	notes := s.ledger.unwritten.notes()
	if len(notes) == 0 {
		return
	}
	for i, err := range s.ledger.write(ctx, notes) {
		if err == nil {
			s.ledger.unwritten.written(notes[i])
		}
	}
}

func (s *scribe) signal() {
	select {
	case s.some <- struct{}{}:
	default:
	}
}
