package feeds

import (
	"errors"
	"net/http"
	"time"

	"kabarchy/feeds/fetch"
)

// How long a source is left alone at most: for what it asks by ttl or Cache-Control,
// for its failures, for what it asks by Retry-After where it is overloaded, and where it
// says that the feed was given up. News must not wait longer for what nobody chose.
const (
	maxAsked   = 5 * time.Minute
	maxPause   = 5 * time.Minute
	maxRetry   = 2 * time.Hour
	gonePause  = time.Hour
	firstPause = time.Minute
	// unaskedFor is how long a site's "unchanged" is believed.
	unaskedFor = time.Hour
)

// pause is how long scheduled polls leave a source alone after a poll: the site's own
// wish, and after failures ever longer. The first failure costs nothing. This is a rule about
// sites and no retry of a call, so no library's backoff serves here.
func pause(asked time.Duration, failures int, err error) time.Duration {
	var status *fetch.StatusError
	overloaded := errors.As(err, &status) && (status.Code == http.StatusServiceUnavailable || status.Code == http.StatusTooManyRequests)
	asked = min(asked, maxAsked)
	if overloaded {
		asked = min(status.RetryAfter, maxRetry)
	}
	switch {
	case fetch.IsGone(err):
		return gonePause
	case failures < 2:
		return asked
	}
	return max(asked, min(maxPause, firstPause<<min(failures-2, 10)))
}

// slack is how much earlier a poll may be than asked: ticks are not exact, and the
// next one is a whole interval away.
func slack(asked time.Duration) time.Duration { return min(asked/10, 5*time.Second) }

// rhythm is how often a source has news: the time between them, smoothed. It begins
// with the dates of the first document.
func rhythm(old sourceState, entries []entry, news int, now time.Time) time.Duration {
	switch {
	case news == 0:
		return old.Rhythm
	case old.Primed && old.LastItem.IsZero():
		return 0
	case old.Primed && old.Rhythm == 0:
		return now.Sub(old.LastItem)
	case old.Primed:
		return (3*old.Rhythm + now.Sub(old.LastItem)) / 4
	}
	var oldest, newest time.Time
	dated := 0
	for _, e := range entries {
		if t := e.Item.Published; !t.IsZero() {
			if dated++; oldest.IsZero() || t.Before(oldest) {
				oldest = t
			}
			if t.After(newest) {
				newest = t
			}
		}
	}
	if dated < 3 {
		return 0
	}
	return newest.Sub(oldest) / time.Duration(dated-1)
}
