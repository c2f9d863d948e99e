package broadcast

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// What is no longer plausible of the answers to one broadcast.
const (
	rowRefused  = 20  // chats in a row that refuse it in the same words
	doubtWindow = 400 // attempts that are looked at together; older ones count half
	leastLost   = 20  // chats said to be gone, or to have blocked the bot, before anybody doubts it
	mostGone    = 0.05
	mostBlocked = 0.5 // after a long silence many have left
)

// doubt counts what the chats answer to a broadcast, and finds answers that can hardly be
// the chats' own.
type doubt struct {
	mu      sync.Mutex
	trusted []string // what a person said to go on in spite of
	found   bool     // something was: the broadcast is about to be held

	row    []int64 // those who refused in a row
	reason string  // the reason for which they did

	attempts      int
	gone, blocked []int64 // those that were marked so
	dropped       []int64 // those that are counted no more, and still kept as suspects
}

func newDoubt(trusted string) *doubt { return &doubt{trusted: strings.Split(trusted, "\n")} }

// finding is why a broadcast is to be held: the answers of these chats can hardly be their own.
type finding struct {
	why    Suspicion
	words  string // Telegram's, to the last of them
	reason string // the same for all of them
	chats  []int64
	again  bool // it was found before
}

// delivered ends a row, and reports whether there was one.
func (d *doubt) delivered() (ended bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ended = len(d.row) > 0
	d.drop(&d.row, len(d.row))
	d.count()
	return ended
}

// settled counts an answer that settled a chat without a message. It returns a finding, nil
// in most cases.
func (d *doubt) settled(chat int64, e *Error) *finding {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count()
	if d.found {
		return &finding{chats: []int64{chat}, again: true}
	}
	return d.doubts(chat, e)
}

// doubts looks at an answer; the caller holds the lock.
func (d *doubt) doubts(chat int64, e *Error) *finding {
	switch e.Verdict {
	case Refused, OurFault:
		if reason := e.reason(); reason != d.reason {
			d.drop(&d.row, len(d.row))
			d.reason = reason
		}
		d.row = append(d.row, chat)
		why := AllRefuse
		if d.reason == panicReason {
			why = Broken
		}
		return d.judge(why, e, &d.row, len(d.row) >= rowRefused)
	case Gone:
		d.gone = append(d.gone, chat)
		return d.judge(ManyGone, e, &d.gone, d.many(len(d.gone), mostGone))
	case BlockedByUser:
		d.blocked = append(d.blocked, chat)
		return d.judge(ManyBlocked, e, &d.blocked, d.many(len(d.blocked), mostBlocked))
	}
	return nil
}

// count counts an attempt. Of a full window one half is forgotten.
func (d *doubt) count() {
	if d.attempts++; d.attempts < doubtWindow {
		return
	}
	d.attempts /= 2
	d.drop(&d.gone, len(d.gone)/2)
	d.drop(&d.blocked, len(d.blocked)/2)
}

// drop counts the first chats of a list no more.
func (d *doubt) drop(list *[]int64, n int) {
	d.dropped = append(d.dropped, (*list)[:n]...)
	*list = (*list)[n:]
}

// suspectOf is what is to be kept of an answer that may come to be doubted.
func (d *doubt) suspectOf(chat int64, e *Error) (who suspect, counts bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	who = suspect{chat: chat, at: time.Now(), attempts: d.attempts + 1}
	switch e.Verdict {
	case Refused, OurFault:
		who.answer, who.reason = string(AllRefuse), e.reason()
	case Gone:
		who.answer = string(ManyGone)
	case BlockedByUser:
		who.answer = string(ManyBlocked)
	default:
		return suspect{}, false
	}
	return who, true
}

// recall counts again what was counted before a restart, of so many attempts. These were
// saved up to a second before the end, the chats at once: without the attempts that each of
// them notes, too, the chats of that second would look like all who were written to.
func (d *doubt) recall(kept []suspect, attempts int) {
	d.attempts = attempts
	for _, who := range kept {
		d.attempts = max(d.attempts, who.attempts)
		switch Suspicion(who.answer) {
		case AllRefuse:
			if who.reason != d.reason {
				d.row, d.reason = nil, who.reason
			}
			d.row = append(d.row, who.chat)
		case ManyGone:
			d.gone = append(d.gone, who.chat)
		case ManyBlocked:
			d.blocked = append(d.blocked, who.chat)
		}
	}
}

// news returns how many attempts are looked at, and who is counted no more since it was
// asked last.
func (d *doubt) news() (attempts int, dropped []int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dropped, d.dropped = d.dropped, nil
	return d.attempts, dropped
}

func (d *doubt) many(lost int, share float64) bool {
	return lost >= leastLost && float64(lost) > share*float64(d.attempts)
}

// judge returns a finding where there is something that nobody has trusted yet.
func (d *doubt) judge(why Suspicion, e *Error, chats *[]int64, implausible bool) *finding {
	if !implausible {
		return nil
	}
	found := &finding{why: why, words: cmp.Or(e.Words, e.reason()), reason: e.reason(), chats: *chats}
	if slices.Contains(d.trusted, why.line(found.reason)) {
		d.drop(chats, len(*chats))
		return nil
	}
	*chats = nil // they stay suspects, until it is held
	d.found = true
	return found
}

// reason is why Telegram refused, the same for all that are refused for it.
func (e *Error) reason() string {
	if e.Reason == "" && e.Err != nil {
		return e.Err.Error()
	}
	return e.Reason
}

// Suspicion is why a broadcast is held.
type Suspicion string

// The suspicions.
const (
	// AllRefuse: twenty chats in a row refused the item for the same reason, and nobody
	// took it in between. The item is at fault, or Telegram has a new rule.
	AllRefuse Suspicion = "refused"
	// ManyGone: more chats are said to be gone than is plausible. It may be another bot's
	// token.
	ManyGone Suspicion = "gone"
	// ManyBlocked: more chats are said to have blocked the bot than is plausible. Likewise.
	ManyBlocked Suspicion = "blocked"
	// Broken: the program itself fails at the item. A later release may not.
	Broken Suspicion = "broken"
	// FromBackup: a backup was brought back, in which it was not over. It may have been since.
	FromBackup Suspicion = "restored"
)

// line is how trusted names what a broadcast was held for.
func (s Suspicion) line(reason string) string {
	if s != AllRefuse {
		reason = "" // they count together, whatever the words
	}
	return string(s) + ":" + strings.ReplaceAll(reason, "\n", " ")
}
