package main

import (
	"context"
	"errors"
	"net"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// dials remembers why the newest connection failed. go-redis dials several times for
// one command; when the command's time ends meanwhile, its error tells of the time and
// not of the cause.
type dials struct{ failed atomic.Pointer[error] }

// DialHook is what go-redis calls for each connection.
func (d *dials) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := next(ctx, network, address)
		switch {
		case err == nil:
			d.failed.Store(nil)
		case ctx.Err() == nil:
			d.failed.Store(&err)
		}
		return connection, err
	}
}

// ProcessHook leaves commands as they are.
func (*dials) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

// ProcessPipelineHook leaves pipelines as they are.
func (*dials) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// cause is why a command failed; of one whose time ended, why no connection came about.
func (d *dials) cause(err error) error {
	if d == nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if failed := d.failed.Load(); failed != nil {
		return *failed
	}
	return err
}
