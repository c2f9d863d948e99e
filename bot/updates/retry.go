package updates

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/telegram"
)

const (
	shortestPause = 100 * time.Millisecond
	longestPause  = 10 * time.Second

	// What an outage holds up is tried for as long as Telegram would keep it. Telegram's
	// own trouble matters to an update only where it has to be asked something first.
	outageLife  = 24 * time.Hour
	refusalLife = time.Hour
	// outagePause is the longest between two tries at an update while Redis is away: so
	// long an answer may come after it is back.
	outagePause = 3 * time.Second
)

// retryPolicy says for how long an update that failed so is tried again, and how long to
// wait after this try. An outage of Redis or of the network is waited out. What fails
// for its own sake is given up, since it would fail again.
func retryPolicy(err error, try int, passes func(error) bool) (life, pause time.Duration) {
	pause = telegram.Backoff(shortestPause, longestPause, try)
	pause += rand.N(pause / 4)
	var (
		refused *telegram.APIError
		failed  *telegram.ServerError
		silent  *telegram.TransportError
	)
	switch {
	case errors.As(err, &refused) && refused.RetryAfter > 0:
		return refusalLife, refused.RetryAfter
	case telegram.ReasonOf(err) == telegram.SlowDown, errors.As(err, &failed), errors.As(err, &silent):
		return refusalLife, pause
	case errors.As(err, &refused):
		return 0, 0
	case passes(err), outage(err):
		return outageLife, min(pause, outagePause)
	}
	return 0, 0
}

// outage reports whether Redis or the network is away, rather than displeased: Redis starts, fails
// over, is short of disk or memory, or lacks a right that an operator can give.
func outage(err error) bool {
	var network net.Error // also the end of a try's time
	if errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, redis.ErrPoolExhausted) {
		return true
	}
	var answer redis.Error
	if !errors.As(err, &answer) {
		return strings.Contains(err.Error(), "redis: ") // of go-redis' own that have no type: no node, no sentinel
	}
	// What no waiting mends: a key of another kind, a command or a script that is wrong.
	words := answer.Error()
	for _, fault := range []string{"ERR ", "WRONGTYPE ", "CROSSSLOT ", "NOSCRIPT ", "redis: nil"} {
		if strings.HasPrefix(words, fault) {
			return strings.HasPrefix(words, "ERR max number of clients")
		}
	}
	return true
}

// pauseAfter is how long the poller waits after its request has failed so: longer each
// time, also where Telegram refuses it, since there is nothing else to do than to ask.
func pauseAfter(err error, failures int) time.Duration {
	_, pause := retryPolicy(err, failures, func(error) bool { return false })
	if telegram.ReasonOf(err) == telegram.OtherProgram {
		return max(pause, 3*time.Second)
	}
	return max(pause, telegram.Backoff(shortestPause, longestPause, failures))
}

// sleep waits, unless ctx is done first. The broadcast engine, which this package knows
// nothing of, has the same: a package for these lines alone would cost more than they do.
func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
