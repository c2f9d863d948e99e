package backup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// KeyRestoring: hash, that a restore is not over: token → of who is at work, at → when that
// last wrote, in Unix seconds. The service does not start while it is there.
const KeyRestoring = "{news}:restoring"

// diedAfter is how long after its last sign a restore counts as dead.
const diedAfter = 15 * time.Second

// ErrUnfinished says that a restore was begun and is not over.
var ErrUnfinished = errors.New("a restore was begun and is not over: what is here is not whole; run kabarchy restore with the file again")

// Unrestored returns ErrUnfinished where that is so.
func Unrestored(ctx context.Context, rdb redis.UniversalClient) error {
	there, err := rdb.Exists(ctx, KeyRestoring).Result()
	if err == nil && there > 0 {
		err = ErrUnfinished
	}
	return err
}

// marker is that of a restore that is at work.
type marker struct {
	rdb   redis.UniversalClient
	token string
	said  time.Time
}

// beginScript sets the marker.
//
// KEYS[1] the marker; ARGV[1] the token, [2] now, [3] before when another's counts as dead
// Result: 1 where there was none, 2 where a dead one's was taken over, 0 where another is at work.
var beginScript = redis.NewScript(`
local before = redis.call('HMGET', KEYS[1], 'token', 'at')
if before[1] and tonumber(before[2]) > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'at', ARGV[2])
return before[1] and 2 or 1
`)

var errAtWork = fmt.Errorf("another restore is at work here; where it was killed, wait for %v", diedAfter)

// begin sets the marker; over reports whether one was there, of a restore that died.
func begin(ctx context.Context, rdb redis.UniversalClient) (m *marker, over bool, err error) {
	m = &marker{rdb: rdb, token: rand.Text(), said: time.Now()}
	now := m.said.Unix()
	answer, err := beginScript.Run(ctx, rdb, []string{KeyRestoring}, m.token, now, now-int64(diedAfter.Seconds())).Int()
	if err == nil && answer == 0 {
		err = errAtWork
	}
	return m, answer == 2, err
}

// aliveScript says that this restore is at work, or with end takes the marker away.
//
// KEYS[1] the marker; ARGV[1] the token, [2] now, [3] 1 at the end
// Result: 1, or 0 where it is another's.
var aliveScript = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
if ARGV[3] == '1' then redis.call('DEL', KEYS[1]) else redis.call('HSET', KEYS[1], 'at', ARGV[2]) end
return 1
`)

var errTakenOver = errors.New("another restore has begun here meanwhile: this one has ended")

// alive says each second that this restore is at work.
func (m *marker) alive(ctx context.Context) error {
	if time.Since(m.said) < time.Second {
		return nil
	}
	m.said = time.Now()
	return m.tell(ctx, false)
}

// end takes the marker away.
func (m *marker) end(ctx context.Context) error { return m.tell(ctx, true) }

func (m *marker) tell(ctx context.Context, end bool) error {
	mine, err := aliveScript.Run(ctx, m.rdb, []string{KeyRestoring}, m.token, time.Now().Unix(), end).Bool()
	if err == nil && !mine {
		err = errTakenOver
	}
	return err
}
