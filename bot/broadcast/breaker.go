package broadcast

import (
	"log/slog"
	"sync"
	"time"
)

// How the breaker judges answers that come from many chats.
const (
	manyFail     = 8               // chats in a row whose message got no answer: it is not theirs
	manyWait     = 3               // chats told to wait, one after the other: likewise
	waitWindow   = 5 * time.Second // within so long
	longestBreak = time.Minute     // until the next probe
)

// The reasons for which nothing is sent to anybody.
const (
	whyOutage  = "Telegram does not answer"
	whyTooMany = "Telegram asks everybody to wait"
)

// breaker pauses the sending when the trouble is not one chat's but Telegram's or the
// network's. When the pause is over, one message at a time is sent as a probe. The first
// one that arrives closes the breaker, and sending goes on; one that fails begins another
// pause.
//
// Only the first attempt at a message counts: chats that always fail must not stop the
// others.
type breaker struct {
	limiter *Limiter
	log     *slog.Logger

	mu     sync.Mutex
	why    string    // why nothing passes; empty while all does
	since  time.Time // when that began
	until  time.Time // nothing passes before; then one at a time
	pauses int       // in a row
	probe  bool      // that one is on its way

	failing   map[int64]bool // chats without an answer, since the last one that came
	waiting   []vote         // chats told to wait within the window
	delivered int            // messages
}

// vote is a chat that was told to wait.
type vote struct {
	chat      int64
	at        time.Time
	delivered int // messages until then
}

func newBreaker(l *Limiter, log *slog.Logger) *breaker {
	return &breaker{limiter: l, log: log, failing: make(map[int64]bool)}
}

// paused returns why nothing is sent and until when at least; why is empty while sending
// goes on.
func (b *breaker) paused() (until time.Time, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.until, b.why
}

// admit lets a message pass, or returns how long to wait before asking again. After a pause
// the one that passes is the probe.
func (b *breaker) admit(now time.Time) (left time.Duration, probe bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.why == "":
		return 0, false
	case now.Before(b.until):
		return b.until.Sub(now), false
	case b.probe:
		return probeEvery, false
	}
	b.probe = true
	return 0, true
}

// probeEvery is how often a message that waits for a probe to end asks again.
const probeEvery = 20 * time.Millisecond

// probeEnded lets the next probe go.
func (b *breaker) probeEnded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probe = false
}

// answered records that Telegram took a message that was sent at a moment, or refused it
// because of the chat or the item: Telegram is alive.
func (b *breaker) answered(sent time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.delivered++
	clear(b.failing)
	b.limiter.faster()
	if b.why == "" || sent.Before(b.until) {
		return // it was on its way when the pause began: that says nothing of now
	}
	b.log.Info("sending goes on", "after", b.why, "paused", time.Since(b.since).Round(time.Second), "pauses", b.pauses)
	b.why, b.pauses = "", 0
}

// failed records that a message which was sent at a moment got no answer.
func (b *breaker) failed(chat int64, first bool, sent time.Time, failure error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	switch {
	case !first:
	case b.why != "":
		if !sent.Before(b.until) { // the probe
			b.pause(b.why, now, 0)
		}
	default:
		b.failing[chat] = true
		if len(b.failing) >= manyFail {
			b.pause(whyOutage, now, 0)
			b.log.Warn("sending pauses: messages to many chats get no answer", "chats", len(b.failing), "until", b.until, "error", failure)
		}
	}
}

// toldToWait records that Telegram asked for a pause in a chat; after is 0 where it named
// no length. Groups don't vote: most often a group that is told to wait is in slow mode. It
// reports whether a pause begins with that, for everybody.
func (b *breaker) toldToWait(chat int64, first bool, sent time.Time, after time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if chat < 0 || !first {
		return false
	}
	if b.why != "" {
		if late := now.Add(min(after, longestBreak)); sent.Before(b.until) && late.After(b.until) {
			b.until = late // it was on its way when the pause began
		} else if !sent.Before(b.until) {
			b.pause(whyTooMany, now, after)
			return true
		}
		return false
	}
	if !b.count(chat, now) {
		return false
	}
	b.pause(whyTooMany, now, after)
	b.limiter.slower()
	b.log.Warn("sending pauses: Telegram asks many chats to wait", "chats", len(b.waiting), "retry_after", after, "until", b.until)
	b.waiting = nil
	return true
}

// count takes a vote, and reports whether the limit over all chats was met: several chats
// were told to wait with nearly nobody served in between, or more of them with few.
func (b *breaker) count(chat int64, now time.Time) bool {
	kept := b.waiting[:0]
	for _, v := range b.waiting {
		if now.Sub(v.at) <= waitWindow && v.chat != chat {
			kept = append(kept, v)
		}
	}
	b.waiting = append(kept, vote{chat, now, b.delivered})
	n, served := len(b.waiting), b.delivered-b.waiting[0].delivered
	return n >= manyWait && served <= n || n >= 2*manyWait && served <= 9*n
}

// pause opens the breaker for as long as Telegram asked for, if it did, but for no more than
// longestBreak until the next probe; the caller holds the lock.
func (b *breaker) pause(why string, now time.Time, asked time.Duration) {
	if b.why == "" {
		b.since = now
	}
	b.pauses++
	if asked == 0 {
		asked = pause(b.pauses)
	}
	b.why, b.until = why, now.Add(min(asked, longestBreak))
	clear(b.failing)
}
