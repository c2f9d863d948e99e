package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"
)

// Store keeps the subscribers in Redis: a single server, Sentinel or Cluster. It is
// safe for concurrent use, also by several programs.
type Store struct {
	rdb   redis.UniversalClient
	watch func(Change) // nil where nobody does
}

// NewStore returns the store in rdb, which stays the caller's to close.
func NewStore(rdb redis.UniversalClient) *Store { return &Store{rdb: rdb} }

// Unreadable is the error for preferences that this release cannot read: a newer one
// wrote them, or nobody did. They stay stored as they are.
type Unreadable struct {
	Chats []int64
	Err   error // what is wrong with the first of them
}

func (u *Unreadable) Error() string {
	if len(u.Chats) == 1 {
		return fmt.Sprintf("preferences of chat %d: %v", u.Chats[0], u.Err)
	}
	return fmt.Sprintf("preferences of %d chats, the first of them %d: %v", len(u.Chats), u.Chats[0], u.Err)
}

// add notes another chat, and what is wrong with it.
func (u *Unreadable) add(chat int64, err error) {
	if u.Err == nil {
		u.Err = err
	}
	u.Chats = append(u.Chats, chat)
}

// Unwrap returns what is wrong with the first chat.
func (u *Unreadable) Unwrap() error { return u.Err }

// Get returns a chat's preferences and whether it has any.
func (s *Store) Get(ctx context.Context, chat int64) (Preferences, bool, error) {
	stored, err := s.kept(ctx, chat)
	if err != nil || stored.preferences == "" {
		return Preferences{}, false, err
	}
	p, err := stored.unpack()
	if err != nil {
		return Preferences{}, false, &Unreadable{Chats: []int64{chat}, Err: err}
	}
	return p, true, nil
}

// packed returns what is stored of a chat; it is empty where nothing is.
func (s *Store) packed(ctx context.Context, chat int64) (string, error) {
	key, field := place(chat)
	packed, err := s.rdb.HGet(ctx, key, field).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("read preferences of chat %d: %w", chat, err)
	}
	return packed, nil
}

// Forget deletes all that is stored of a chat.
func (s *Store) Forget(ctx context.Context, chat int64) error {
	var was Preferences
	if s.watch != nil {
		was, _, _ = s.Get(ctx, chat) // what can't be read is deleted all the same
	}
	keys, field := places(chat)
	deleted, err := forget.Run(ctx, s.rdb, keys, field).Bool()
	if err != nil {
		return fmt.Errorf("forget chat %d: %w", chat, err)
	}
	if deleted {
		s.changed(Change{Before: was, Known: true})
	}
	return nil
}

// forget deletes what is stored of a chat.
//
//	KEYS[1]  the bucket
//	KEYS[2]  the bucket's followed words
//	ARGV[1]  the chat
//	result   1, or 0 if nothing was
var forget = redis.NewScript(`
redis.call('HDEL', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])`)

// swap replaces what is stored of a chat if it still is what the caller read. It also
// succeeds where the new values stand there already: so it is when the answer to a first try
// got lost and the client has sent the script again.
//
//	KEYS[1]  the bucket
//	KEYS[2]  the bucket's followed words
//	ARGV[1]  the chat
//	ARGV[2]  what was read, empty for nothing
//	ARGV[3]  the new value, empty to delete the old one
//	ARGV[4]  the words that were read, empty for none
//	ARGV[5]  the new ones, empty to delete them
//	result   1, or 0 if another change came first
var swap = redis.NewScript(`
local now, words = redis.call('HGET', KEYS[1], ARGV[1]) or '', ''
if ARGV[4] ~= '' or ARGV[5] ~= '' then words = redis.call('HGET', KEYS[2], ARGV[1]) or '' end
if now == ARGV[3] and words == ARGV[5] then return 1 end
if now ~= ARGV[2] or ARGV[4] ~= '' and words ~= ARGV[4] then return 0 end
local function put(key, value)
	if value == '' then
		redis.call('HDEL', key, ARGV[1])
	else
		redis.call('HSET', key, ARGV[1], value)
	end
end
put(KEYS[1], ARGV[3])
if words ~= ARGV[5] then put(KEYS[2], ARGV[5]) end
return 1`)

// swapTries bounds how often a change is tried when others come first. Each time one
// of those has succeeded, so only a chat changed by more hands than that can exhaust it.
const swapTries = 64

// ErrContended says that a chat's preferences changed each time before a change could
// be stored. It is safe to try again.
var ErrContended = errors.New("others keep changing them")

// Update changes a chat's preferences in one atomic step and returns them as they are
// stored. It hands change the present ones, or the zero value where known is false;
// where change changes nothing, nothing is written. When another change comes first
// change is called again with the newer preferences, so it must not do anything else.
//
// After an error of Redis the change may have been stored or not: try again.
func (s *Store) Update(ctx context.Context, chat int64, change func(p *Preferences, known bool)) (Preferences, error) {
	for try := range swapTries {
		p, stored, err := s.tryUpdate(ctx, chat, change)
		if err != nil || stored {
			return p, err
		}
		if err := pause(ctx, try); err != nil {
			return Preferences{}, fmt.Errorf("change preferences of chat %d: %w", chat, err)
		}
	}
	return Preferences{}, fmt.Errorf("change preferences of chat %d: %w", chat, ErrContended)
}

// tryUpdate is one try of Update; stored is false when another change came first.
func (s *Store) tryUpdate(ctx context.Context, chat int64, change func(*Preferences, bool)) (_ Preferences, stored bool, _ error) {
	before, err := s.kept(ctx, chat)
	if err != nil {
		return Preferences{}, false, err
	}
	unchanged, known := before, before.preferences != ""
	var p Preferences
	if !known {
		unchanged = kept{preferences: nothing}
	} else if p, err = before.unpack(); err != nil {
		return Preferences{}, false, &Unreadable{Chats: []int64{chat}, Err: err}
	}
	was := p
	change(&p, known)
	after, err := keep(p)
	if err != nil {
		return Preferences{}, false, fmt.Errorf("change preferences of chat %d: %w", chat, err)
	}
	if after != unchanged {
		if stored, err = s.swap(ctx, chat, before, after); err != nil || !stored {
			return Preferences{}, false, err
		}
		s.changed(Change{Before: was, Known: known, After: p, Kept: true})
	}
	p, err = after.unpack()
	return p, true, err
}

// nothing is the packed zero value: a chat that nobody knew and that stays at the
// defaults is not stored.
var nothing = string([]byte{version, 0, 0, 0, 0, 0})

// swap runs the script.
func (s *Store) swap(ctx context.Context, chat int64, before, after kept) (bool, error) {
	keys, field := places(chat)
	swapped, err := swap.Run(ctx, s.rdb, keys, field, before.preferences, after.preferences, before.words, after.words).Bool()
	if err != nil {
		return false, fmt.Errorf("change preferences of chat %d: %w", chat, err)
	}
	return swapped, nil
}

// pause lets the others finish, for a random time so that two do not meet again.
func pause(ctx context.Context, try int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rand.N(time.Duration(min(try+1, 10)) * time.Millisecond)):
		return nil
	}
}

// Move gives a chat's preferences to the chat that replaces it, as when a group becomes
// a supergroup. What the new chat has already is newer and stays. Move is idempotent:
// the two chats stand in different buckets, so it writes the new one first and then
// deletes the old one; whatever fails between, Move again ends it.
func (s *Store) Move(ctx context.Context, from, to int64) error {
	if from == to {
		return nil
	}
	for try := range swapTries {
		moved, err := s.tryMove(ctx, from, to)
		if err != nil {
			return fmt.Errorf("move chat %d to %d: %w", from, to, err)
		}
		if moved {
			return nil
		}
		if err := pause(ctx, try); err != nil {
			return fmt.Errorf("move chat %d to %d: %w", from, to, err)
		}
	}
	return fmt.Errorf("move chat %d to %d: %w", from, to, ErrContended)
}

// tryMove is one try of Move; moved is false when the old chat changed meanwhile. It
// moves the packed value as it is, so that a newer release's moves as well.
func (s *Store) tryMove(ctx context.Context, from, to int64) (moved bool, _ error) {
	stored, err := s.kept(ctx, from)
	if err != nil || stored.preferences == "" {
		return err == nil, err
	}
	if _, err := s.swap(ctx, to, kept{}, stored); err != nil { // what the new one has stays
		return false, err
	}
	return s.swap(ctx, from, stored, kept{})
}
