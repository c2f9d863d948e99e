package broadcast

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/lease"
)

// stars keeps in Redis for how many messages was paid. They are counted before they are sent,
// in blocks: who is killed has paid for a block at most that was not sent, and nobody sends
// what was not counted. The count of a day ends by Redis's clock, so that no clock of ours that
// is put ahead makes another day of it.
type stars struct {
	plans
	aDay int
	zone *time.Location
}

// takeScript takes a block, once.
//
// KEYS[2] the day's count, [3] the item's
// ARGV[2] what names this taking, [3] messages a day, [4] messages of the item at most,
// [5] how many are wanted, [6] seconds until the day ends, [7] seconds to keep the item's count
// Returns how many there are, and the day's name.
var takeScript = redis.NewScript(fenced + `
local day = redis.call('HMGET', KEYS[2], 'spent', 'last', 'got', 'day')
if day[2] == ARGV[2] then return day[3] .. ' ' .. day[4] end
local spent = tonumber(day[1] or '0')
local paid = tonumber(redis.call('HGET', KEYS[3], 'messages') or '0')
local got = math.min(tonumber(ARGV[5]), tonumber(ARGV[3]) - spent, tonumber(ARGV[4]) - paid)
if got <= 0 then return '0 ' end
local name = day[4] or ARGV[2]
redis.call('HSET', KEYS[2], 'spent', spent + got, 'last', ARGV[2], 'got', got, 'day', name)
if not day[4] then redis.call('EXPIRE', KEYS[2], ARGV[6]) end
redis.call('HSET', KEYS[3], 'messages', paid + got)
redis.call('EXPIRE', KEYS[3], ARGV[7])
return got .. ' ' .. name
`)

// take takes a block of so many messages at most for a broadcast; what is left may be less, or
// nothing.
func (s stars) take(ctx context.Context, p plan, want int) (b block, err error) {
	now := time.Now().In(s.zone)
	year, month, day := now.Date()
	b.until = time.Date(year, month, day+1, 0, 0, 0, 0, s.zone)
	answer, err := s.lead(ctx, takeScript, []string{keyStars, keyPaid(p.Ledger)}, rand.Text(), s.aDay, p.Paid, want,
		int(b.until.Sub(now).Seconds())+1, int(ReportLife.Seconds())).Result()
	if err != nil {
		return b, fmt.Errorf("take Stars for broadcast %d: %w", p.ID, err)
	}
	said, taken := answer.(string)
	if !taken {
		return b, lease.ErrFenced
	}
	got, name, _ := strings.Cut(said, " ")
	b.left, err = strconv.Atoi(got)
	b.day = name
	return b, err
}

// giveBackScript gives back what of a block was not sent, once; to the day unless it is over.
//
// KEYS[2] the day's count, [3] the item's
// ARGV[2] what names this giving, [3] how many messages, [4] the day's name
var giveBackScript = redis.NewScript(fenced + `
local item = redis.call('HMGET', KEYS[3], 'messages', 'back')
if not item[1] or item[2] == ARGV[2] then return 0 end
redis.call('HSET', KEYS[3], 'messages', item[1] - ARGV[3], 'back', ARGV[2])
if redis.call('HGET', KEYS[2], 'day') == ARGV[4] then redis.call('HINCRBY', KEYS[2], 'spent', -ARGV[3]) end
return 1
`)

func (s stars) giveBack(ctx context.Context, p plan, b block) error {
	if _, err := s.guard(ctx, giveBackScript, []string{keyStars, keyPaid(p.Ledger)}, rand.Text(), b.left, b.day); err != nil {
		return fmt.Errorf("give back the Stars that broadcast %d did not need: %w", p.ID, err)
	}
	return nil
}
