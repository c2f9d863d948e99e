package bot

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
)

// guard runs something, and makes an error of its panic.
type guard func(ctx context.Context, do func() error) error

// errPanicked is what a panic comes to. It would come again: nothing is tried again for it.
var errPanicked = errors.New("handler panicked")

// newGuard returns a guard by which panics are logged and counted.
func newGuard(log *slog.Logger, panics prometheus.Counter) guard {
	return func(ctx context.Context, do func() error) (err error) {
		defer func() {
			if p := recover(); p != nil {
				panics.Inc()
				log.ErrorContext(ctx, "handler panicked", "panic", p, "stack", string(debug.Stack()))
				err = errPanicked
			}
		}()
		return do()
	}
}
