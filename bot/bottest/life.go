package bottest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

// Live runs what brings a bot its updates, until stop or the test's end. ends waits for its end
// and returns its error, or one when it still runs after a time; stop asks for the end first.
func Live(tb testing.TB, within time.Duration, bring func(context.Context) error) (stop, ends func() error) {
	ctx, cancel := context.WithCancel(tb.Context())
	ended := make(chan error, 1)
	go func() { ended <- bring(ctx) }()
	ends = sync.OnceValue(func() error {
		select {
		case err := <-ended:
			return err
		case <-time.After(within):
			return fmt.Errorf("still running after %s", within)
		}
	})
	stop = func() error {
		cancel()
		return ends()
	}
	return stop, ends
}
