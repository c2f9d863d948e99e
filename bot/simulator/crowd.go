package simulator

import (
	"context"
	"fmt"

	"time"
)

// Crowd adds n cheap chats that have pressed Start and only count what they receive.
// Their ids are first to first+n-1. A [Fault] with a Share blocks some of them.
func (s *Server) Crowd(n int) (first int64) {
	first = s.lastCrowd.Add(int64(n)) - int64(n) + 1
	c := &crowd{first: first, start: s.now(), members: make([]crowdMember, n)}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*crowd
	if old := s.crowds.Load(); old != nil {
		all = append(all, *old...)
	}
	all = append(all, c)
	s.crowds.Store(&all)
	return first
}

// joinAhead is how many updates of a joining crowd may wait for the bot.
const joinAhead = 200

// CrowdJoin adds a crowd of n whose members each send "/start <language>", one
// language after the other, as real people following a deep link do. It goes as fast
// as the bot confirms, and returns when all have spoken.
func (s *Server) CrowdJoin(ctx context.Context, n int, languages ...string) (first int64, err error) {
	first = s.Crowd(n)
	for i := range int64(n) {
		if err := s.updates.awaitRoom(ctx, joinAhead); err != nil {
			return first, fmt.Errorf("crowd of %d joins, %d have: %w", n, i, err)
		}
		language := ""
		if len(languages) > 0 {
			language = languages[int(i)%len(languages)]
		}
		s.crowdSays(first+i, "/start "+language, language)
	}
	return first, nil
}

// CrowdSays lets a crowd's member write to the bot. It returns the update's id, 0 if
// there is no such member.
func (s *Server) CrowdSays(chat int64, text, language string) (update int64) {
	return s.crowdSays(chat, text, language)
}

func (s *Server) crowdSays(chat int64, text, language string) int64 {
	c := s.crowdOf(chat)
	if c == nil {
		return 0
	}
	user := User{ID: chat, FirstName: crowdName(chat), LanguageCode: language}
	return s.updates.push(chat, "message", &wireMessage{
		MessageID: s.lastMessage.Add(1), From: &user, Chat: crowdChat(chat),
		Date: s.now().Unix(), Text: text, Entities: commands(text),
	})
}

func crowdName(chat int64) string { return fmt.Sprintf("Citizen %d", chat%1_000_000_000) }

func crowdChat(chat int64) wireChat {
	return wireChat{ID: chat, FirstName: crowdName(chat), Type: Private}
}

// crowdOf finds the crowd that a chat belongs to; nil if none.
func (s *Server) crowdOf(chat int64) *crowd {
	all := s.crowds.Load()
	if all == nil {
		return nil
	}
	for _, c := range *all {
		if i := chat - c.first; i >= 0 && i < int64(len(c.members)) {
			return c
		}
	}
	return nil
}

// lock returns a member, to be used until unlock.
func (c *crowd) lock(chat int64) (m *crowdMember, unlock func()) {
	i := chat - c.first
	mu := &c.locks[i%int64(len(c.locks))]
	mu.Lock()
	return &c.members[i], mu.Unlock
}

func (c *crowd) ago(t time.Time) uint32 { return uint32(max(0, t.Sub(c.start)/time.Millisecond)) }

func (c *crowd) time(ago uint32) time.Time { return c.start.Add(time.Duration(ago) * time.Millisecond) }

// accept lets a message to a member pass the limits and counts it.
func (c *crowd) accept(s *Server, chat int64, paid bool) *Refusal {
	m, unlock := c.lock(chat)
	defer unlock()
	p := pace{chat: bucket{c.time(m.full)}}
	if refusal := s.pass(&p, false, paid); refusal != nil {
		return refusal
	}
	m.full = c.ago(p.chat.full)
	m.received++
	return nil
}

// Received counts the messages of the bot that were accepted for a chat, a crowd's
// member too: exactly, whatever became of the answers.
func (s *Server) Received(chat int64) int {
	if c := s.crowdOf(chat); c != nil {
		m, unlock := c.lock(chat)
		defer unlock()
		return int(m.received)
	}
	if c, found := s.Chat(chat); found {
		return c.Received()
	}
	return 0
}

// count notes an accepted message.
func (s *Server) count(c *crowd, chat int64, text string) {
	if s.options.Key == nil {
		return
	}
	s.tallies.of(s.options.Key(text)).add(c, chat)
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
		t.keys[key] = &tally{chats: map[int64]int{}, crowds: map[*crowd][]uint32{}}
	}
	return t.keys[key]
}

func (t *tally) add(c *crowd, chat int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c == nil {
		t.chats[chat]++
		return
	}
	if t.crowds[c] == nil {
		t.crowds[c] = make([]uint32, len(c.members))
	}
	t.crowds[c][chat-c.first]++
}

// Deliveries says how often each chat accepted a message with the key, for every chat
// that did: lost and duplicate messages are counted from it. See [Options.Key].
func (s *Server) Deliveries(key string) map[int64]int {
	t := s.tallies.of(key)
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

// Sample calls f for so many of the crowds' members at most, evenly among them and in the
// order in which they came, with how many messages each received. It returns how many
// members there are, and for how many of them each of the sample stands.
func (s *Server) Sample(most int, f func(chat int64, received uint32)) (size, stride int) {
	var all []*crowd
	if crowds := s.crowds.Load(); crowds != nil {
		all = *crowds
	}
	for _, c := range all {
		size += len(c.members)
	}
	stride = max(1, (size+most-1)/most)
	at := 0
	for _, c := range all {
		for i := range c.members {
			if at++; (at-1)%stride != 0 {
				continue
			}
			chat := c.first + int64(i)
			m, unlock := c.lock(chat)
			received := m.received
			unlock()
			f(chat, received)
		}
	}
	return size, stride
}
