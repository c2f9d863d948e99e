package report_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// losing has the answer to the next script get lost, after Redis has run it.
func losing(rdb redis.UniversalClient) *atomic.Bool {
	lost := &atomic.Bool{}
	rdb.AddHook(losingHook{lost})
	return lost
}

type losingHook struct{ lost *atomic.Bool }

func (losingHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

func (h losingHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		err := next(ctx, command)
		if err == nil && strings.HasPrefix(command.Name(), "eval") && !h.lost.Swap(true) {
			err = errors.New("the answer got lost")
			command.SetErr(err)
		}
		return err
	}
}

func (losingHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
