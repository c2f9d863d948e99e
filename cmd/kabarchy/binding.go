package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/cmd/kabarchy/config"
)

// keyBot: hash, whose data it is: id → the bot's id, subscribers → how many there were
// when they were last counted, fence → the last fencing number, topic:<id> → that topic's
// number, empty → when the bot began on an empty Redis, lost → when this hash was found
// lost, both in Unix seconds.
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
// KEYS[1] the binding, [2] the id once more, [3…] keys of which at least one is there unless
// all is new
// ARGV[1] the bot's id, [2] 1 to bind it anyway, [3] now, Unix seconds
// Returns the id of the bot whose data it is.
var bindScript = redis.NewScript(`
local id, copy = redis.call('HGET', KEYS[1], 'id'), redis.call('GET', KEYS[2])
if ARGV[2] ~= '1' and (id or copy) and (id or copy) ~= ARGV[1] then return id or copy end
redis.call('SET', KEYS[2], ARGV[1])
if id and ARGV[2] ~= '1' then return id end
if not id and copy then
  redis.call('HSET', KEYS[1], 'lost', ARGV[3])
elseif not id and redis.call('EXISTS', KEYS[3], KEYS[4]) == 0 then
  redis.call('HSET', KEYS[1], 'empty', ARGV[3])
end
redis.call('HDEL', KEYS[1], 'subscribers', 'fence')
redis.call('HSET', KEYS[1], 'id', ARGV[1])
return ARGV[1]
`)

// Bind makes sure that what this Redis holds is the data of the bot with the token: what
// belongs to nobody yet becomes its own, and with rebind whatever is there. With another
// bot's token every subscriber would look like one who has left.
func (r Redis) Bind(ctx context.Context, token config.Secret, rebind bool) error {
	again := 0
	if rebind {
		again = 1
	}
	keys := []string{keyBot, keyBotID, "{news}:fence", "{news}:sources"}
	id, err := bindScript.Run(ctx, r, keys, botID(token), again, time.Now().Unix()).Text()
	if err != nil {
		return unavailable(fmt.Errorf("redis at %s: ask whose data it is: %w", r.Where, err))
	}
	return r.foreign(id, token)
}

// BoundTo is Bind that only looks. It knows nothing of a bot without a token.
func (r Redis) BoundTo(ctx context.Context, token config.Secret) error {
	id, err := r.HGet(ctx, keyBot, "id").Result()
	if errors.Is(err, redis.Nil) {
		id, err = r.Get(ctx, keyBotID).Result()
	}
	switch {
	case errors.Is(err, redis.Nil) || token == "":
		return nil
	case err != nil:
		return unavailable(fmt.Errorf("redis at %s: ask whose data it is: %w", r.Where, err))
	}
	return r.foreign(id, token)
}

// foreign is the error that the data is another bot's, if it is.
func (r Redis) foreign(id string, token config.Secret) error {
	if id == botID(token) {
		return nil
	}
	return misuse(fmt.Errorf("redis at %s holds the subscribers of bot %s, and TELEGRAM_BOT_TOKEN is that of bot %s: "+
		"set the token of the former, or give the latter a Redis of its own in REDIS_URL; "+
		"only if all is to be the latter's from now on, start it once with --rebind", r.Where, id, botID(token)))
}
