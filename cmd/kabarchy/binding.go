package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/cmd/kabarchy/backup"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions"
)

// keyBot: hash, whose data it is: id → the bot's id, subscribers → how many there were
// when they were last counted, fence → the last fencing number, topic:<id> → that topic's
// number, empty → when the bot began on an empty Redis, lost → when this hash was found
// lost, both in Unix seconds, schema → see schema.go.
const keyBot = "{news}:bot"

// keyBotID: string, the bot's id once more, so that the loss of the one is noticed.
const keyBotID = "{news}:bot:id"

// botID is the bot's id, which a token begins with.
func botID(token config.Secret) string {
	id, _, _ := strings.Cut(string(token), ":")
	return strings.TrimLeft(id, "0")
}

// bindScript binds the data to a bot, unless it is another's.
//
// KEYS[1] the binding, [2] the id once more, [3] that a restore is not over, [4…] keys of
// which at least one is there unless all is new
// ARGV[1] the bot's id, [2] 1 to bind it anyway, [3] now, Unix seconds, [4] 1 if nobody
// subscribed: what belongs to nobody is bound by itself only then, [5] the schema, which is raised
// Returns the id of the bot whose data it is, nothing where it belongs to nobody, or -1 where a
// restore is not over; and the schema that was there, if it is a later one, and nothing was done.
var bindScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[3]) == 1 then return {'-1', ''} end
local schema = tonumber(redis.call('HGET', KEYS[1], 'schema') or 0)
if schema > tonumber(ARGV[5]) then return {'', schema .. ''} end
local id, copy = redis.call('HGET', KEYS[1], 'id'), redis.call('GET', KEYS[2])
if ARGV[2] ~= '1' then
  if not id and not copy and ARGV[4] ~= '1' then return {'', ''} end
  if (id or copy) and (id or copy) ~= ARGV[1] then return {id or copy, ''} end
end
redis.call('SET', KEYS[2], ARGV[1])
if schema < tonumber(ARGV[5]) then redis.call('HSET', KEYS[1], 'schema', ARGV[5]) end
if id and ARGV[2] ~= '1' then return {id, ''} end
if not id and copy then
  redis.call('HSET', KEYS[1], 'lost', ARGV[3])
elseif not id and ARGV[4] == '1' and redis.call('EXISTS', KEYS[4], KEYS[5]) == 0 then
  redis.call('HSET', KEYS[1], 'empty', ARGV[3])
end
redis.call('HDEL', KEYS[1], 'subscribers', 'fence')
redis.call('HSET', KEYS[1], 'id', ARGV[1])
return {ARGV[1], ''}
`)

// bind runs the script.
func (r Redis) bind(ctx context.Context, token config.Secret, rebind, empty bool) (id string, err error) {
	keys := []string{keyBot, keyBotID, backup.KeyRestoring, "{news}:fence", "{news}:sources"}
	answer, err := bindScript.Run(ctx, r, keys, botID(token), rebind, time.Now().Unix(), empty, schema).StringSlice()
	if err != nil {
		return "", unavailable(fmt.Errorf("redis at %s: ask whose data it is: %w", r.Where, err))
	}
	if answer[0] == "-1" {
		return "", r.unrestored()
	}
	return answer[0], r.newer(answer[1])
}

// unrestored is the error that a restore is not over.
func (r Redis) unrestored() error {
	return misuse(fmt.Errorf("redis at %s: %w", r.Where, backup.ErrUnfinished))
}

// Bind makes sure that what this Redis holds is the data of the bot with the token: an empty
// one becomes its own, and with rebind whatever is there. With another bot's token every
// subscriber would look like one who has left. So data of which nobody says whose it is
// belongs to nobody either.
func (r Redis) Bind(ctx context.Context, token config.Secret, rebind bool) error {
	id, err := r.bind(ctx, token, false, false)
	if err == nil && (id == "" || rebind) {
		var inhabited bool
		if inhabited, err = r.inhabited(ctx); err == nil {
			id, err = r.bind(ctx, token, rebind, !inhabited) // another instance may have come first
		}
	}
	if err != nil {
		return err
	}
	return r.foreign(id, token)
}

// BoundTo is Bind that only looks. It knows nothing of a bot without a token.
func (r Redis) BoundTo(ctx context.Context, token config.Secret) error {
	if token == "" {
		return nil
	}
	id, err := r.boundID(ctx)
	if err != nil {
		return err
	}
	if id == "" {
		if inhabited, err := r.inhabited(ctx); err != nil || !inhabited {
			return err
		}
	}
	return r.foreign(id, token)
}

// boundID is the id of the bot whose data it is; empty where it is nobody's.
func (r Redis) boundID(ctx context.Context) (id string, err error) {
	err = backup.Unrestored(ctx, r)
	if errors.Is(err, backup.ErrUnfinished) {
		return "", r.unrestored()
	}
	bound := map[string]string{}
	if err == nil {
		bound, err = r.HGetAll(ctx, keyBot).Result()
	}
	if err == nil {
		if err := r.newer(bound[fieldSchema]); err != nil {
			return "", err
		}
		if id = bound["id"]; id == "" {
			id, err = r.Get(ctx, keyBotID).Result()
		}
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", unavailable(fmt.Errorf("redis at %s: ask whose data it is: %w", r.Where, err))
	}
	return id, nil
}

// inhabited reports whether there are subscribers, or ledgers of what some were sent.
func (r Redis) inhabited(ctx context.Context) (bool, error) {
	sent, err := r.Exists(ctx, "{news}:broadcasts:running", "{news}:broadcasts:finished").Result()
	if err == nil && sent > 0 {
		return true, nil
	}
	store := subscriptions.NewStore(r)
	for from := 0; err == nil && from < subscriptions.Buckets; from += bucketsAtOnce {
		buckets := make([]int, bucketsAtOnce)
		for i := range buckets {
			buckets[i] = from + i
		}
		var n int
		if n, err = store.Present(ctx, buckets); n > 0 {
			return true, nil
		}
	}
	if err != nil {
		return false, unavailable(fmt.Errorf("redis at %s: ask whether anybody subscribed: %w", r.Where, err))
	}
	return false, nil
}

// bucketsAtOnce is how many buckets are looked for in one exchange with Redis.
const bucketsAtOnce = 1024

// foreign is the error that the data is another bot's, or nobody's, if it is.
func (r Redis) foreign(id string, token config.Secret) error {
	if id == botID(token) {
		return nil
	}
	if id == "" {
		return misuse(fmt.Errorf("redis at %s holds subscribers, or what was sent to them, and nothing says of which bot: "+
			"%s and %s are missing, and more may be; bring the last backup back, or set the REDIS_URL that is meant; "+
			"only if all is there and the bot's with this token, as when a build of before 25 November 2026 wrote it, start it once with --rebind",
			r.Where, keyBot, keyBotID))
	}
	return misuse(fmt.Errorf("redis at %s holds the subscribers of bot %s, and TELEGRAM_BOT_TOKEN is that of bot %s: "+
		"set the token of the former, or give the latter a Redis of its own in REDIS_URL; "+
		"only if all is to be the latter's from now on, start it once with --rebind", r.Where, id, botID(token)))
}
