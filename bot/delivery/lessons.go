package delivery

import (
	"sync"
	"time"

	"kabarchy/bot/render"
)

// enoughToLearn is how many chats in a row have to take an item's message only without
// something before it is left out for everybody: fewer may have their own reasons.
const enoughToLearn = 3

// lessonsLimit bounds how many items' lessons are kept.
const lessonsLimit = 64

// lessons remember what Telegram refuses in an item's message.
type lessons struct {
	mu    sync.Mutex
	items map[itemKey]*lesson
	now   func() time.Time
}

type lesson struct {
	suspect render.Part // what the last chats took the message only without
	chats   int         // how many in a row
	leave   render.Part // what is left out for everybody
	until   time.Time
}

func newLessons() *lessons { return &lessons{items: make(map[itemKey]*lesson), now: time.Now} }

// of is what to leave out of an item's message.
func (l *lessons) of(item itemKey) render.Part {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := l.items[item]; known != nil && l.now().Before(known.until) {
		return known.leave
	}
	return 0
}

// learn notes that a chat took an item's message with some parts, and only without those
// that are blamed.
func (l *lessons) learn(item itemKey, blamed, with render.Part) {
	if item == (itemKey{}) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.items[item]
	switch {
	case blamed == 0 && known != nil && with&known.suspect == known.suspect:
		known.suspect, known.chats = 0, 0 // it was the chats'
		return
	case blamed == 0:
		return
	case known == nil:
		if len(l.items) >= lessonsLimit {
			clear(l.items)
		}
		known = &lesson{}
		l.items[item] = known
	}
	if known.suspect != blamed {
		known.suspect, known.chats = blamed, 0
	}
	if known.chats++; known.chats < enoughToLearn {
		return
	}
	now := l.now()
	if !now.Before(known.until) {
		known.leave = 0
	}
	known.leave, known.until = known.leave|blamed, now.Add(refusalHolds)
}
