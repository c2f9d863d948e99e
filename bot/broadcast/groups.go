package broadcast

import (
	"slices"
	"sync"
	"time"
)

// A group takes 20 messages a minute, a broadcast's and answers to its people together
// (https://core.telegram.org/bots/faq). One fewer goes to it. Who asks without end leaves room
// for the news, and much news for who asks; where somebody waits for an answer, the news takes
// no more than what is kept for it.
const (
	groupMinute    = 19
	groupAnswers   = 16
	groupNews      = 15
	groupLeastNews = groupMinute - groupAnswers
)

// A chat takes a message a second, and a few at once.
const groupBurst = 2

// groupShare is how much of that is one instance's.
type groupShare struct{ minute, answers, news, leastNews, burst int }

// shareAmong is the share of each of so many instances. With a webhook all of them answer people: each
// has its part of the answers, and the one that leads has all the news.
func shareAmong(instances int) groupShare {
	n := max(1, instances)
	answers := max(1, groupAnswers/n)
	return groupShare{
		minute: max(groupLeastNews, groupMinute-(n-1)*answers), answers: answers,
		news: max(groupLeastNews, groupNews/n), leastNews: groupLeastNews, burst: max(1, groupBurst/n),
	}
}

// groupLimits keeps what is sent to each group below Telegram's limit for one. A group that got
// nothing for a minute is forgotten.
type groupLimits struct {
	among  int // instances; 0 for one
	mu     sync.Mutex
	recent map[int64]*lastMinute
	swept  time.Time
}

// lastMinute is what was sent to a group: what Telegram has not answered yet, and in a minute
// from its answer on, since nobody knows when it counted the message.
type lastMinute struct {
	flying  [2]int    // answers, and news
	ended   []ended   // oldest first
	waiting time.Time // until when an answer may wait for its place
}

type kind int

const (
	ofAnswers kind = iota
	ofNews
)

type ended struct {
	kind kind
	at   time.Time
}

// enter takes a place for a message to the chat, or returns how long there is none. Other
// chats than groups and channels have always one.
func (g *groupLimits) enter(chat int64, what kind) (wait time.Duration) {
	if chat >= 0 {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.sweep(now)
	m := g.recent[chat]
	if m == nil {
		m = &lastMinute{}
		g.recent[chat] = m
	}
	wait = m.room(now, what, shareAmong(g.among))
	switch {
	case wait == 0:
		m.flying[what]++
	case what == ofAnswers:
		m.waiting = now.Add(wait + time.Second)
	}
	return wait
}

// share has so many instances answer from now on.
func (g *groupLimits) share(among int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.among = among
}

// leave says that a message that had a place is at Telegram, or never left.
func (g *groupLimits) leave(chat int64, what kind, sent bool) {
	if chat >= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.recent[chat]
	m.flying[what]--
	if sent {
		m.ended = append(m.ended, ended{what, time.Now()})
	}
}

// sweep forgets the groups that were left in peace.
func (g *groupLimits) sweep(now time.Time) {
	if g.recent != nil && now.Sub(g.swept) < time.Minute {
		return
	}
	if g.recent == nil {
		g.recent = make(map[int64]*lastMinute)
	}
	g.swept = now
	for chat, m := range g.recent {
		if m.forget(now); len(m.ended) == 0 && m.flying == [2]int{} {
			delete(g.recent, chat)
		}
	}
}

// forget forgets what was sent more than a minute ago.
func (m *lastMinute) forget(now time.Time) {
	m.ended = slices.DeleteFunc(m.ended, func(e ended) bool { return now.Sub(e.at) >= time.Minute })
}

// room is how long it takes until there is a place; 0 if there is one.
func (m *lastMinute) room(now time.Time, what kind, s groupShare) time.Duration {
	m.forget(now)
	own := s.answers
	if what == ofNews {
		own = s.news
		if m.waiting.After(now) {
			own = s.leastNews
		}
	}
	is := func(e ended) bool { return e.kind == what }
	all := func(ended) bool { return true }
	flying := m.flying[ofAnswers] + m.flying[ofNews]
	return max(
		m.within(now, time.Minute, s.minute-flying, all),
		m.within(now, time.Minute, own-m.flying[what], is),
		m.within(now, groupBurst*time.Second, s.burst-flying, all),
	)
}

// within is how long it takes until fewer than most of those messages are younger than space.
func (m *lastMinute) within(now time.Time, space time.Duration, most int, which func(ended) bool) time.Duration {
	n := 0
	for _, e := range slices.Backward(m.ended) {
		age := now.Sub(e.at)
		if age >= space {
			break
		}
		if which(e) {
			if n++; n >= most {
				return space - age
			}
		}
	}
	if most <= 0 {
		return time.Second // others are on their way
	}
	return 0
}

// EnterGroup takes a place for an answer to the chat and returns what to call when Telegram has
// been asked, or how long there is no place: Telegram takes 20 messages a minute in a group.
// In a private chat there is always one.
func (l *Limiter) EnterGroup(chat int64) (leave func(), wait time.Duration) {
	if wait := l.groups.enter(chat, ofAnswers); wait > 0 {
		return nil, wait
	}
	return func() { l.groups.leave(chat, ofAnswers, true) }, 0
}
