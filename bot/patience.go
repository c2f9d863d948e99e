package bot

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	forever  = math.MaxInt
	fewTries = 5

	shortestPause = 100 * time.Millisecond
	longestPause  = 10 * time.Second
)

// patience says how often an update that failed so is tried in all, and how long to
// wait after this try. An outage of Redis or of the network is waited out: nothing else
// could be handled meanwhile either. What fails for its own sake is given up, since an
// update that is never done with would in the end stop all others.
func patience(err error, try int) (tries int, pause time.Duration) {
	pause = min(shortestPause<<min(try-1, 10), longestPause)
	pause += rand.N(pause / 4)
	var (
		refused *APIError
		failed  *ServerError
	)
	switch {
	case errors.As(err, &refused) && refused.RetryAfter > 0:
		return fewTries, min(refused.RetryAfter, time.Minute)
	case errors.As(err, &refused):
		return 1, 0
	case errors.As(err, &failed), errors.Is(err, context.DeadlineExceeded):
		return fewTries, pause
	case outage(err):
		return forever, pause
	}
	return 1, 0
}

// harmless says that the failure is no failure: the person has blocked the bot
// meanwhile, the chat is gone, the tap is too old to be answered.
func harmless(err error) bool {
	switch meaningOf(err) {
	case blocked, gone, moved, noRights, staleQuery, unchanged:
		return true
	}
	return false
}

// outage says that Redis or the network is away, rather than displeased.
func outage(err error) bool {
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, redis.ErrPoolExhausted) {
		return true
	}
	var answer redis.Error
	if !errors.As(err, &answer) {
		return false
	}
	// What a Redis says that is starting, failing over, or short of disk or memory.
	for _, word := range []string{"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF", "OOM", "BUSY", "ERR max number of clients"} {
		if strings.HasPrefix(answer.Error(), word) {
			return true
		}
	}
	return false
}
