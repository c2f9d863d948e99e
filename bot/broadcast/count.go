package broadcast

import (
	"context"

	"kabarchy/subscriptions"
)

// tally counts the lines of a broadcast.
func (e *Engine) tally(ctx context.Context, p record) (counted tally, err error) {
	open := 0 // messages that are still to be changed
	for from := 0; from < subscriptions.Buckets; from += bucketsAtOnce {
		lines, err := e.ledger.read(ctx, p.outcomes(), bucketRange(from))
		if err != nil {
			return tally{}, err
		}
		for _, line := range lines {
			if line.Edition == p.edition() {
				counted.add(line, 1)
			}
		}
		if !p.changesMessages() {
			continue
		}
		messages, err := e.ledger.read(ctx, p.Ledger, bucketRange(from))
		if err != nil {
			return tally{}, err
		}
		for chat, line := range messages {
			if _, ended := lines[chat]; !ended && p.changes(line) {
				open++
			}
		}
	}
	if p.changesMessages() {
		counted.Sent = max(0, p.Planned-open-counted.settled())
	}
	return counted, nil
}

// turned counts that a chat's line is another one now; the zero value stands for none. Where
// it was that of another edition, it is that edition's broadcast which has one less.
func (r *runner) turned(j *job, was, is entry) {
	owner := j
	if !j.changesMessages() && was.Edition != j.edition() {
		owner = nil
		for _, other := range r.list() {
			if other.Kind == News && other.Ledger == j.Ledger && other.edition() == was.Edition {
				owner = other
			}
		}
	}
	if owner != nil {
		owner.update(func(st *state) { st.add(was, -1) })
	}
	j.update(func(st *state) { st.add(is, 1) })
}
