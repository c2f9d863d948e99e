package broadcast

import "context"

// scribe writes the ledger for all workers: while one round trip is under way, the
// notes for the next one gather.
type scribe struct {
	ledger ledger
	notes  chan pendingNote
}

type pendingNote struct {
	note
	done chan error
}

func newScribe(l ledger) *scribe {
	return &scribe{ledger: l, notes: make(chan pendingNote, atOnce)}
}

// write returns when the note stands in Redis, or with the error that prevented it.
func (s *scribe) write(ctx context.Context, n note) error {
	p := pendingNote{note: n, done: make(chan error, 1)}
	select {
	case s.notes <- p:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *scribe) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-s.notes:
			s.flush(ctx, first)
		}
	}
}

// flush writes a note and whatever else has gathered.
func (s *scribe) flush(ctx context.Context, first pendingNote) {
	gathered := []pendingNote{first}
	for len(gathered) < atOnce && len(s.notes) > 0 {
		gathered = append(gathered, <-s.notes)
	}
	notes := make([]note, len(gathered))
	for i, p := range gathered {
		notes[i] = p.note
	}
	err := s.ledger.write(ctx, notes)
	for _, p := range gathered {
		p.done <- err
	}
}
