package broadcast

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// ledgerWriter writes the ledger for all workers: while one round trip is under way, the
// notes for the next one gather. Where Redis refuses a note, nothing more is sent until
// it has taken it.
type ledgerWriter struct {
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

func newLedgerWriter(l ledger, log *slog.Logger) *ledgerWriter {
	return &ledgerWriter{ledger: l, log: log, some: make(chan struct{}, 1)}
}

// write returns when the note stands in Redis, or when ctx is done. It is remembered
// from the first moment on.
func (w *ledgerWriter) write(ctx context.Context, n note) error {
	w.ledger.unwritten.add(n)
	done := make(chan struct{})
	w.mu.Lock()
	w.waiting = append(w.waiting, pendingNote{n, done})
	w.mu.Unlock()
	w.signal()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// await returns when Redis has taken every note that it refused, or when ctx is done.
func (w *ledgerWriter) await(ctx context.Context) error {
	w.mu.Lock()
	refused := w.refused
	w.mu.Unlock()
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
func (w *ledgerWriter) run(ctx context.Context) {
	w.signal()
	for failures := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-w.some:
		}
		err := w.flush(ctx)
		switch {
		case err == nil:
			failures = 0
			continue
		case ctx.Err() != nil:
			return
		case failures == 0:
			w.log.Error("Redis does not take who has which message: nothing is sent until it does", "error", err)
		}
		failures++
		if sleep(ctx, min(pause(failures)/10, time.Second)) != nil {
			return
		}
		w.signal()
	}
}

// flush writes what has gathered. What Redis refuses stays, before what comes later.
func (w *ledgerWriter) flush(ctx context.Context) error {
	w.mu.Lock()
	gathered := w.waiting
	w.waiting = nil
	w.mu.Unlock()
	var due []pendingNote
	var notes []note
	for _, p := range gathered {
		if now, has := w.ledger.unwritten.get(place{p.ledger, p.chat}); !has || now != p.entry {
			close(p.done) // forgotten, or there is a newer one
			continue
		}
		due, notes = append(due, p), append(notes, p.note)
	}
	var left []pendingNote
	var refused error
	for i, err := range w.ledger.write(ctx, notes) {
		if err != nil {
			left, refused = append(left, due[i]), err
			continue
		}
		w.ledger.unwritten.written(notes[i])
		close(due[i].done)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(left, w.waiting...)
	switch {
	case len(left) > 0 && w.refused == nil:
		w.refused = make(chan struct{})
	case len(left) == 0 && w.refused != nil:
		close(w.refused)
		w.refused = nil
		w.log.Info("Redis takes again who has which message")
	}
	return refused
}

// writeLeft writes what a former runner has left, where it can: without the
// lease as well, for it is true whoever leads.
func (w *ledgerWriter) writeLeft(ctx context.Context) {
	notes := w.ledger.unwritten.notes()
	if len(notes) == 0 {
		return
	}
	for i, err := range w.ledger.write(ctx, notes) {
		if err == nil {
			w.ledger.unwritten.written(notes[i])
		}
	}
}

func (w *ledgerWriter) signal() {
	select {
	case w.some <- struct{}{}:
	default:
	}
}
