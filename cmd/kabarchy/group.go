package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// group runs the parts of a service. Each has a goroutine, which the group waits for.
// They start in the order given and stop in the reverse one, each after the part that
// was started behind it has ended. The zero value is ready to use by one goroutine.
type group struct {
	parts  []*part
	failed chan error
}

type part struct {
	name  string
	stop  context.CancelFunc
	ended chan struct{}
}

// start runs a part until the group stops it. A part that ends of its own accord with
// an error fails the group.
func (g *group) start(ctx context.Context, name string, run func(context.Context) error) {
	if g.failed == nil {
		g.failed = make(chan error, 1)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &part{name: name, stop: stop, ended: make(chan struct{})}
	g.parts = append(g.parts, p)
	go func() {
		defer close(p.ended)
		if err := run(ctx); err != nil && ctx.Err() == nil {
			select {
			case g.failed <- err: // The first one counts: others follow from it.
			default:
			}
		}
	}()
}

// wait returns when ctx is done, or a part has failed, with its error.
func (g *group) wait(ctx context.Context) error {
	select {
	case err := <-g.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// stop ends all parts and waits for them. Its error names those that had not ended
// when ctx was done.
func (g *group) stop(ctx context.Context) error {
	var late []error
	for _, p := range slices.Backward(g.parts) {
		p.stop()
		select {
		case <-p.ended:
		case <-ctx.Done():
			late = append(late, fmt.Errorf("%s did not end in time", p.name))
		}
	}
	return errors.Join(late...)
}
