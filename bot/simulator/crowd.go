package simulator

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is many private chats, with ids in a row, that only count what they receive:
// what is sent to them is checked as everywhere, and not kept.
type crowd struct {
	first   int64
	start   time.Time // its members' times are milliseconds since
	members []crowdMember
	locks   [64]sync.Mutex // member i is guarded by lock i % 64
}

// crowdMember is 8 bytes, so that a million fit anywhere.
type crowdMember struct {
	received uint32
	full     uint32 // when its bucket is full again
}

// crowds are all of a server. They are found without a lock: every message asks for its crowd.
type crowds struct {
	account *account

	mu   sync.Mutex // for adding one
	last int64      // the newest member's id
	list atomic.Pointer[[]*crowd]
}

func (all *crowds) init(a *account) {
	all.account, all.last = a, 5_000_000_000
	all.list.Store(new([]*crowd))
}

// add adds a crowd of n.
func (all *crowds) add(n int) (first int64) {
	all.mu.Lock()
	defer all.mu.Unlock()
	c := &crowd{first: all.last + 1, start: all.account.now(), members: make([]crowdMember, n)}
	all.last += int64(n)
	all.list.Store(new(append(slices.Clone(*all.list.Load()), c)))
	return c.first
}

// joinAhead is how many updates of a joining crowd may wait for the bot.
const joinAhead = 200

// join adds a crowd of n whose members each send "/start <language>".
func (all *crowds) join(ctx context.Context, n int, languages []string) (first int64, err error) {
	first = all.add(n)
	for i := range int64(n) {
		if err := all.account.updates.awaitRoom(ctx, joinAhead); err != nil {
			return first, fmt.Errorf("crowd of %d joins, %d have: %w", n, i, err)
		}
		language := ""
		if len(languages) > 0 {
			language = languages[int(i)%len(languages)]
		}
		all.say(first+i, "/start "+language, language)
	}
	return first, nil
}

// say lets a member write to the bot, and returns the update's id, 0 without such a member.
func (all *crowds) say(chat int64, text, language string) int64 {
	if all.of(chat) == nil {
		return 0
	}
	user := User{ID: chat, FirstName: crowdName(chat), LanguageCode: language}
	return all.account.updates.push(chat, "message", &wireMessage{
		MessageID: all.account.lastMessage.Add(1), From: &user, Chat: crowdChat(chat),
		Date: all.account.now().Unix(), Text: text, Entities: commands(text),
	})
}

// of finds the crowd that a chat belongs to; nil if none.
func (all *crowds) of(chat int64) *crowd {
	for _, c := range *all.list.Load() {
		if i := chat - c.first; i >= 0 && i < int64(len(c.members)) {
			return c
		}
	}
	return nil
}

// size counts the members of all crowds.
func (all *crowds) size() (n int) {
	for _, c := range *all.list.Load() {
		n += len(c.members)
	}
	return n
}

// sample calls f for so many of the members at most, evenly among them.
func (all *crowds) sample(most int, f func(chat int64, received uint32)) (size, stride int) {
	size = all.size()
	stride = max(1, (size+most-1)/most)
	at := 0
	for _, c := range *all.list.Load() {
		for i := range c.members {
			if at++; (at-1)%stride == 0 {
				chat := c.first + int64(i)
				f(chat, uint32(c.received(chat)))
			}
		}
	}
	return size, stride
}

func crowdName(chat int64) string { return fmt.Sprintf("Citizen %d", chat%1_000_000_000) }

func crowdChat(chat int64) wireChat {
	return wireChat{ID: chat, FirstName: crowdName(chat), Type: Private}
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

// received counts the messages that were accepted for a member.
func (c *crowd) received(chat int64) int {
	m, unlock := c.lock(chat)
	defer unlock()
	return int(m.received)
}

// accept lets a message to a member pass the limits and counts it.
func (c *crowd) accept(l *limiter, now time.Time, chat int64, paid bool) *Refusal {
	m, unlock := c.lock(chat)
	defer unlock()
	p := pace{chat: bucket{c.time(m.full)}}
	if refusal := l.pass(&p, now, false, paid); refusal != nil {
		return refusal
	}
	m.full = c.ago(p.chat.full)
	m.received++
	return nil
}
