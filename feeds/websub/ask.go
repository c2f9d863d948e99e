package websub

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"kabarchy/feeds/fetch"
)

// leaseWanted is what a hub is asked for: the recommendation calls 10 days a good default.
const leaseWanted = 10 * 24 * time.Hour

// ask asks a hub to begin or to end a subscription. Whether it does it says later, by a request
// of its own, which may come before its answer.
func (s *Subscriber) ask(ctx context.Context, h held, what step) error {
	form := url.Values{"hub.mode": {modeSubscribe}, "hub.topic": {h.Topic}, "hub.callback": {s.callback(h.id)}}
	if what == unsubscribe {
		form.Set("hub.mode", modeUnsubscribe)
	} else {
		form.Set("hub.secret", s.secret(h.id))
		form.Set("hub.lease_seconds", strconv.Itoa(int(leaseWanted.Seconds())))
	}
	asked := time.Now()
	err := s.client.Post(ctx, h.Hub, form)
	if ctx.Err() != nil {
		return nil // it is asked again
	}
	return s.note(ctx, h.id, err, asked)
}

// after is how long a hub wants to be left alone.
func after(err error) time.Duration {
	var status *fetch.StatusError
	if !errors.As(err, &status) {
		return 0
	}
	switch {
	case status.RetryAfter > 0:
		return min(status.RetryAfter, leaseWanted/10)
	case status.Code == http.StatusTooManyRequests, status.Code == http.StatusRequestTimeout, status.Code >= 500:
		return 0
	}
	return longPause // it knows what it was asked, and says no
}

// saying is why a hub does nothing, without the address and the secret that it was given. What it
// writes itself is not read: it may repeat them.
func saying(err error) string {
	var status *fetch.StatusError
	if errors.As(err, &status) {
		return fmt.Sprintf("it answers %d %s", status.Code, http.StatusText(status.Code))
	}
	return err.Error()
}

// note notes what a hub answered, unless it has confirmed since it was asked.
func (s *Subscriber) note(ctx context.Context, id string, answer error, asked time.Time) error {
	why, wait := "", time.Duration(0)
	if answer != nil {
		why, wait = saying(answer), after(answer)
	}
	var sub Subscription
	err := s.store.change(ctx, id, func(now *Subscription) (keep, write bool) {
		before := *now
		if now.Confirmed.Before(asked) {
			now.Refused = why
			if next := asked.Add(wait); next.After(now.Next) {
				now.Next = next
			}
		}
		sub = *now
		return true, sub != before
	})
	if err == nil && sub.Refused != "" && worthLogging(sub.Failures) {
		s.Log.WarnContext(ctx, "a hub does not do what it was asked: the source is read by the clock", "source", sub.Source,
			"hub", sub.Host(), "failures", sub.Failures, "error", why)
	}
	return err
}

// hostOf is what of a hub's address is shown: the rest may be a secret of the site's.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// Host is the hub's.
func (s Subscription) Host() string { return hostOf(s.Hub) }

// worthLogging holds for the 1st, 2nd, 4th, 8th… time: what repeats itself fills no log.
func worthLogging(times int) bool { return bits.OnesCount(uint(times)) == 1 }

// noted counts what repeats itself.
type noted struct{ times atomic.Int64 }

// again reports whether this time is worth logging.
func (n *noted) again() bool { return worthLogging(int(n.times.Add(1))) }
