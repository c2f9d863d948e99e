package simulator

import "sync"

// tallies count by key and chat; see Server.Deliveries.
type tallies struct {
	mu   sync.RWMutex
	keys map[string]*tally
}

// tally is how often each chat accepted what one key names.
type tally struct {
	mu     sync.Mutex
	chats  map[int64]int
	crowds map[*crowd][]uint32
}

func (t *tallies) of(key string) *tally {
	t.mu.RLock()
	found := t.keys[key]
	t.mu.RUnlock()
	if found != nil {
		return found
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys == nil {
		t.keys = map[string]*tally{}
	}
	if t.keys[key] == nil {
		t.keys[key] = &tally{crowds: map[*crowd][]uint32{}}
	}
	return t.keys[key]
}

func (t *tally) add(c *crowd, chat int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c == nil {
		if t.chats == nil {
			t.chats = map[int64]int{}
		}
		t.chats[chat]++
		return
	}
	if t.crowds[c] == nil {
		t.crowds[c] = make([]uint32, len(c.members))
	}
	t.crowds[c][chat-c.first]++
}

// deliveries says how often each chat accepted such a message, for every chat that did.
func (t *tally) deliveries() map[int64]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	got := make(map[int64]int, len(t.chats))
	for chat, n := range t.chats {
		got[chat] = n
	}
	for c, members := range t.crowds {
		for i := range members {
			if n := members[i]; n > 0 {
				got[c.first+int64(i)] = int(n)
			}
		}
	}
	return got
}
