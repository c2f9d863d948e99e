package telegram

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
)

// Fault is a kind of request that Telegram refuses through no fault of a chat or an item:
// whoever looks after the program has to mend it.
type Fault struct {
	Method string
	Reason string // as Normalized gives it
	Words  string // what Telegram said last
	Times  int    // since the program began
}

// faultsLimit bounds how many kinds of faults are kept.
const faultsLimit = 32

// faults counts the program's own faults by kind. Each is logged as an error when it is
// met first, and then ever more seldom.
type faults struct {
	log *slog.Logger

	mu    sync.Mutex
	kinds map[faultKind]*Fault
}

type faultKind struct{ method, reason string }

func newFaults(log *slog.Logger) *faults {
	return &faults{log: log, kinds: make(map[faultKind]*Fault)}
}

// note counts the error if it is the program's fault.
func (f *faults) note(ctx context.Context, err error) {
	var (
		refused *APIError
		odd     *ResultError
	)
	switch {
	case errors.As(err, &odd):
		refused = &APIError{Method: odd.Method, Description: "ok, with a result that can't be read"}
	case !errors.As(err, &refused) || !ReasonOf(err).IsOurFault():
		return
	}
	if times := f.count(refused, Normalized(refused.Description)); WorthLogging(times) {
		f.log.ErrorContext(ctx, "telegram finds a request of ours wrong", "times", times, "error", err)
	}
}

func (f *faults) count(refused *APIError, reason string) (times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kind := faultKind{refused.Method, reason}
	known := f.kinds[kind]
	if known == nil {
		known = &Fault{Method: refused.Method, Reason: reason}
		if len(f.kinds) < faultsLimit {
			f.kinds[kind] = known
		}
	}
	known.Times++
	known.Words = refused.Description
	return known.Times
}

// all lists the kinds, those met most often first.
func (f *faults) all() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []Fault
	for _, known := range f.kinds {
		all = append(all, *known)
	}
	slices.SortFunc(all, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Reason, b.Reason))
	})
	return all
}
