package feeds

import (
	"cmp"
	"errors"
	"sync"
	"time"

	"kabarchy/feeds/fetch"
)

// When a source is reported: it fails without a break for so long; it has been silent
// for five times its usual, but at least for leastSilence, and for unknownSilence
// where its usual is not known.
const (
	failsLong      = time.Hour
	leastSilence   = 72 * time.Hour
	unknownSilence = 14 * 24 * time.Hour
)

// health guards a Health.
type health struct {
	mu sync.Mutex
	Health
	since time.Time                 // when the poller was made: a source may never have been well
	next  func(time.Time) time.Time // when the schedule says that it is polled after a moment; nil for at once
}

func newHealth(s Source, now time.Time) *health {
	return &health{since: now, Health: Health{Source: s.ID, Language: s.Language, URL: s.URL, Condition: Well, Since: now, Due: now}}
}

func (h *health) get() Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.Health
}

// due reports whether a scheduled poll may be made.
func (h *health) due(now time.Time) bool {
	is := h.get()
	return !now.Add(slack(is.NextPoll.Sub(is.LastAttempt))).Before(is.NextPoll)
}

// outcome is what a poll says about its source's health.
type outcome struct {
	err      error
	asked    time.Duration // the site wants to be left alone for so long
	moved    string
	never    bool      // no poll has ever succeeded
	contact  time.Time // when one first did
	lastItem time.Time
	rhythm   time.Duration
}

// note takes in how a poll went, and reports whether the source's condition is another now.
func (h *health) note(o outcome, now time.Time) (changed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if errors.Is(o.err, ErrArchive) {
		return false // That says nothing about the source.
	}
	h.LastAttempt, h.Never = now, o.never
	if o.err != nil {
		h.Failures++
		h.LastError = o.err.Error()
	} else {
		h.LastSuccess, h.Failures, h.LastError = now, 0, ""
		h.LastItem, h.Moved = o.lastItem, o.moved
	}
	h.NextPoll = now.Add(pause(o.asked, h.Failures, o.err))
	if o.err == nil {
		h.Due = h.NextPoll
		if h.next != nil {
			h.Due = h.next(h.NextPoll)
		}
	}
	before := h.Condition
	h.Condition = h.judge(o, now)
	if h.Condition != before {
		h.Since = h.began(o, now)
	}
	return h.Condition != before
}

// began is since when the condition that was just found has held.
func (h *health) began(o outcome, now time.Time) time.Time {
	switch h.Condition {
	case Failing:
		return cmp.Or(h.LastSuccess, h.since)
	case Silent:
		return cmp.Or(h.LastItem, o.contact)
	}
	return now
}

func (h *health) judge(o outcome, now time.Time) Condition {
	well := h.LastSuccess
	if well.IsZero() {
		well = h.since
	}
	silence := unknownSilence
	if o.rhythm > 0 {
		silence = max(leastSilence, 5*o.rhythm)
	}
	switch {
	case fetch.IsGone(o.err):
		return Gone
	case o.err != nil && now.Sub(well) >= failsLong:
		return Failing
	case o.err != nil:
		return h.Condition // Not yet.
	}
	if last := cmp.Or(h.LastItem, o.contact); !last.IsZero() && now.Sub(last) > silence {
		return Silent
	}
	return Well
}
