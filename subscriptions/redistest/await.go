package redistest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// patience is how long a server may take to answer, a cluster to form or a replica to
// take over. It is long because a loaded machine is slow; nothing waits for all of it
// unless something is broken.
const patience = 60 * time.Second

// hopeless is the error of a check that waiting will not mend.
type hopeless struct{ error }

// await repeats check until it returns nil or is hopeless. When ctx ends first, it says
// what check found wanting.
func await(ctx context.Context, check func() error) error {
	for {
		err := check()
		if err == nil {
			return nil
		}
		if _, ok := errors.AsType[*hopeless](err); ok {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
