package feeds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// errConflict says that the archive changed between reading and writing.
var errConflict = errors.New("the archive was changed by somebody else meanwhile")

// attempts is how often a change is tried anew after a conflict.
const attempts = 5

// announceLua is the function that puts an announcement into the outbox, for the
// scripts below: announce(outbox, counter, kind, item id, time).
const announceLua = `
local function announce(outbox, counter, kind, item, at)
  local id = string.format('%.0f', redis.call('INCR', counter))
  redis.call('ZADD', outbox, id, '{"id":' .. id .. ',"kind":"' .. kind .. '","item":"' .. item .. '","at":"' .. at .. '"}')
end
`

// commitScript writes what one poll found, or nothing where its ground has shifted.
//
// KEYS: 1 items · 2 index of the language · 3 outbox · 4 counter · 5 sources · 6 held · 7
// latest of the language · 8 languages · 9… for each item the key of its picture, the
// bare prefix for none
// ARGV: 1 now · 2 source id · 3 its state as read · 4 its new state · 5 how many
// items the latest list keeps · 6 seconds a picture is remembered · 7 the language · 8 the
// number of items, and 9 of keys that items have no longer · then for each item six: id · its record as read, empty for none · its
// new record · its score, empty to leave it · the kind to announce, empty for none · its
// Held as JSON, "-" to hold it no longer, empty to leave it · then pairs: key that an item has no longer,
// id of that item · then of the index threes: key · its items as read, empty for none · its
// new items, empty for none
// Result: how many announcements were made; -1 for a conflict.
var commitScript = redis.NewScript(announceLua + fileLua + `
local items, known, outbox, counter, sources, held, latest = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local now, source, count = ARGV[1], ARGV[2], tonumber(ARGV[8])
local gone = 10 + count*6
local index = gone + tonumber(ARGV[9])*2
if (redis.call('HGET', sources, source) or '') ~= ARGV[3] then return -1 end
for i = 0, count - 1 do
  if (redis.call('HGET', items, ARGV[10 + i*6]) or '') ~= ARGV[11 + i*6] then return -1 end
end
for i = index, #ARGV, 3 do
  if (redis.call('HGET', known, ARGV[i]) or '') ~= ARGV[i+1] then return -1 end
end
local announced = 0
for i = 0, count - 1 do
  local at = 10 + i*6
  local id, record, score, kind, hold = ARGV[at], ARGV[at+2], ARGV[at+3], ARGV[at+4], ARGV[at+5]
  redis.call('HSET', items, id, record)
  local picture = KEYS[9 + i]
  if string.sub(picture, -1) ~= ':' then
    local owner = redis.call('HGET', picture, ARGV[7])
    redis.call('HSET', picture, ARGV[7], (not owner or owner == id) and id or '*')
    redis.call('EXPIRE', picture, ARGV[6])
  end
  if score ~= '' then redis.call('ZADD', latest, score, id) end
  file(latest, id, ARGV[at+1], record)
  if hold == '-' then
    redis.call('HDEL', held, id)
  elseif hold ~= '' then
    redis.call('HSET', held, id, hold)
  end
  if kind ~= '' then
    announce(outbox, counter, kind, id, now)
    announced = announced + 1
  end
end
for i = gone, index - 2, 2 do
  local ids = {}
  for id in string.gmatch(redis.call('HGET', known, ARGV[i]) or '', '%S+') do
    if id ~= ARGV[i+1] then ids[#ids+1] = id end
  end
  if #ids > 0 then redis.call('HSET', known, ARGV[i], table.concat(ids, ' ')) else redis.call('HDEL', known, ARGV[i]) end
end
for i = index, #ARGV, 3 do
  if ARGV[i+2] == '' then redis.call('HDEL', known, ARGV[i]) else redis.call('HSET', known, ARGV[i], ARGV[i+2]) end
end
redis.call('ZREMRANGEBYRANK', latest, 0, -(tonumber(ARGV[5]) + 1))
redis.call('SADD', KEYS[8], ARGV[7])
redis.call('HSET', sources, source, ARGV[4])
return announced
`)

// commit archives what a poll found and plans its announcements in one step.
func (a *Archive) commit(ctx context.Context, found poll, plausible int) (changes, error) {
	for range attempts {
		k, err := a.know(ctx, found.source, found.entries)
		if err != nil {
			return changes{}, fmt.Errorf("%w: %w", ErrArchive, err)
		}
		c := diff(found, k, plausible)
		c.result.Announced, err = a.write(ctx, found.source, k, c, found.now)
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, errConflict) {
			return changes{}, fmt.Errorf("%w: %w", ErrArchive, err)
		}
	}
	return changes{}, fmt.Errorf("%w: %w", ErrArchive, errConflict)
}

// write writes a diff, where what it is based on still holds.
func (a *Archive) write(ctx context.Context, s Source, k knowledge, c changes, now time.Time) (announced int, err error) {
	next, err := json.Marshal(c.state)
	if err != nil {
		return 0, err
	}
	keys := []string{keyItems, keyKnown(s.Language), keyOutbox, keyCounter, keySources, keyHeld, keyLatest(s.Language), keyLanguages}
	args := []any{stamp(now), s.ID, k.rawState, string(next), latestKept, int(pictureKept.Seconds()), s.Language, len(c.items), len(c.gone)}
	for _, item := range c.items {
		picture := ""
		if item.content {
			picture = pictureFingerprint(item.Item)
		}
		keys = append(keys, keyPicture(picture))
		record, err := json.Marshal(item.record)
		if err != nil {
			return 0, err
		}
		held, err := item.holding()
		if err != nil {
			return 0, err
		}
		args = append(args, item.ID, item.expected, string(record), item.score, string(item.announce), held)
	}
	for _, pair := range c.gone {
		args = append(args, pair[0], pair[1])
	}
	for key, ids := range c.index {
		args = append(args, key, strings.Join(k.index[key], " "), strings.Join(ids, " "))
	}
	announced, err = commitScript.Run(ctx, a.rdb, keys, args...).Int()
	if err != nil {
		return 0, err
	}
	if announced < 0 {
		return 0, errConflict
	}
	return announced, nil
}

// holding is what is written to the held items about one.
func (c change) holding() (string, error) {
	switch {
	case c.held != nil:
		raw, err := json.Marshal(c.held)
		return string(raw), err
	case c.freed:
		return "-", nil
	}
	return "", nil
}

// stamp writes a time as the announcements hold it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
