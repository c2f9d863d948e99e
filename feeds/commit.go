package feeds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrArchive says that a poll failed on our side and not on the source's.
var ErrArchive = errors.New("the archive does not take it")

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
// KEYS: 1 items · 2 aliases · 3 outbox · 4 counter · 5 sources · 6 held · 7 latest of
// the language · 8 languages · 9… for each item two: the key of its text, and that of
// its picture, each the bare prefix for none
// ARGV: 1 now · 2 source id · 3 its state as read · 4 its new state · 5 how many
// items the latest list keeps · 6 seconds a text is remembered, and 7 a picture · 8 the
// language · 9 the number of items · then for each item six: id · its record as read, empty for none · its new record ·
// its score, empty to leave it · the kind to announce, empty for none · its Held as
// JSON, empty for none · then pairs: alias, item id
// Result: how many announcements were made; -1 for a conflict.
var commitScript = redis.NewScript(announceLua + `
local items, aliases, outbox, counter, sources, held, latest = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local now, source, count = ARGV[1], ARGV[2], tonumber(ARGV[9])
if (redis.call('HGET', sources, source) or '') ~= ARGV[3] then return -1 end
for i = 0, count - 1 do
  if (redis.call('HGET', items, ARGV[10 + i*6]) or '') ~= ARGV[11 + i*6] then return -1 end
end
local announced = 0
for i = 0, count - 1 do
  local at = 10 + i*6
  local id, record, score, kind, hold = ARGV[at], ARGV[at+2], ARGV[at+3], ARGV[at+4], ARGV[at+5]
  redis.call('HSET', items, id, record)
  local text, picture = KEYS[9 + i*2], KEYS[10 + i*2]
  if string.sub(text, -1) ~= ':' then redis.call('SET', text, id, 'EX', ARGV[6]) end
  if string.sub(picture, -1) ~= ':' then
    local owner = redis.call('HGET', picture, ARGV[8])
    redis.call('HSET', picture, ARGV[8], (not owner or owner == id) and id or '*')
    redis.call('EXPIRE', picture, ARGV[7])
  end
  if score ~= '' then redis.call('ZADD', latest, score, id) end
  if redis.call('HEXISTS', held, id) == 1 then
    kind = '' -- Nobody was told of it yet: there is nothing to correct.
  elseif hold ~= '' then
    redis.call('HSET', held, id, hold)
  end
  if kind ~= '' then
    announce(outbox, counter, kind, id, now)
    announced = announced + 1
  end
end
for i = 10 + count*6, #ARGV, 2 do redis.call('HSET', aliases, ARGV[i], ARGV[i+1]) end
redis.call('ZREMRANGEBYRANK', latest, 0, -(tonumber(ARGV[5]) + 1))
redis.call('SADD', KEYS[8], ARGV[8])
redis.call('HSET', sources, source, ARGV[4])
return announced
`)

// sourceState is what the archive remembers of a source between polls.
type sourceState struct {
	// URL and Language are those of the poll; with others the validators say nothing.
	URL      string `json:"url"`
	Language string `json:"language"`
	validators
	// Moved is where the URL has permanently moved to.
	Moved string `json:"moved,omitempty"`
	// TTL is for how long the document said that it stays fresh.
	TTL time.Duration `json:"ttl,omitempty"`
	// Primed says that a poll succeeded before, so that what is new now is news.
	Primed bool `json:"primed"`
	// LastItem is when something new last came, and Rhythm how long it usually takes.
	LastItem time.Time     `json:"last_item,omitzero"`
	Rhythm   time.Duration `json:"rhythm,omitempty"`
}

// state reads what is remembered of a source, with the bytes it was read from.
func (a *Archive) state(ctx context.Context, s Source) (state sourceState, raw string, err error) {
	raw, err = a.rdb.HGet(ctx, keySources, s.ID).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return state, "", fmt.Errorf("%w: state of the source: %w", ErrArchive, err)
	}
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &state); err != nil {
			return state, "", fmt.Errorf("%w: state of the source: %w", ErrArchive, err)
		}
	}
	if state.URL != s.URL || state.Language != s.Language {
		state.validators, state.Moved = validators{}, ""
	}
	return state, raw, nil
}

// poll is what a poll found, to be archived.
type poll struct {
	source     Source
	entries    []entry
	validators validators
	moved      string
	ttl        time.Duration
	now        time.Time
}

// commit archives what a poll found and plans its announcements in one step.
func (a *Archive) commit(ctx context.Context, found poll, plausible int) (changes, error) {
	for range attempts {
		k, err := a.know(ctx, found.source, found.entries)
		if err != nil {
			return changes{}, fmt.Errorf("%w: %w", ErrArchive, err)
		}
		c := plan(found.source, found.entries, k, plausible, found.now)
		c.state = found.next(k.state, c.result.New)
		c.result.Announced, err = a.write(ctx, found.source, k.rawState, c, found.now)
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, errConflict) {
			return changes{}, fmt.Errorf("%w: %w", ErrArchive, err)
		}
	}
	return changes{}, fmt.Errorf("%w: %w", ErrArchive, errConflict)
}

// next is what is remembered of the source after the poll.
func (found poll) next(old sourceState, news int) sourceState {
	state := sourceState{
		URL: found.source.URL, Language: found.source.Language, validators: found.validators,
		Moved: found.moved, TTL: found.ttl, Primed: true,
		LastItem: old.LastItem, Rhythm: rhythm(old, found.entries, news, found.now),
	}
	if news > 0 {
		state.LastItem = found.now
	}
	return state
}

// know reads all that plan needs.
func (a *Archive) know(ctx context.Context, s Source, entries []entry) (k knowledge, err error) {
	if k.state, k.rawState, err = a.state(ctx, s); err != nil {
		return k, err
	}
	k.aliases, k.texts = make(map[string]string), make(map[string]string)
	if len(entries) == 0 {
		return k, nil
	}
	ids, texts := make([]string, len(entries)), make([]string, len(entries))
	for i, e := range entries {
		ids[i], texts[i] = e.Item.ID, keyText(textPrint(e.Item))
	}
	found, err := a.rdb.HMGet(ctx, keyAliases, ids...).Result()
	if err != nil {
		return k, err
	}
	owners, err := a.rdb.MGet(ctx, texts...).Result()
	if err != nil {
		return k, err
	}
	for i := range entries {
		if id, ok := found[i].(string); ok {
			k.aliases[ids[i]] = id
		}
		if id, ok := owners[i].(string); ok && textPrint(entries[i].Item) != "" {
			k.texts[textPrint(entries[i].Item)] = id
		}
	}
	k.records, err = a.records(ctx, k.ids(entries))
	return k, err
}

func (a *Archive) write(ctx context.Context, s Source, state string, c changes, now time.Time) (announced int, err error) {
	next, err := json.Marshal(c.state)
	if err != nil {
		return 0, err
	}
	keys := []string{keyItems, keyAliases, keyOutbox, keyCounter, keySources, keyHeld, keyLatest(s.Language), keyLanguages}
	args := []any{stamp(now), s.ID, state, string(next), latestKept, int(republished.Seconds()),
		int(pictureKept.Seconds()), s.Language, len(c.items)}
	for _, item := range c.items {
		keys = append(keys, keyText(textPrint(item.Item)), keyPicture(picturePrint(item.Item)))
		record, err := json.Marshal(item.record)
		if err != nil {
			return 0, err
		}
		held := ""
		if item.held != nil {
			raw, err := json.Marshal(item.held)
			if err != nil {
				return 0, err
			}
			held = string(raw)
		}
		args = append(args, item.ID, item.expected, string(record), item.score, string(item.announce), held)
	}
	for alias, id := range c.aliases {
		args = append(args, alias, id)
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

// stamp writes a time as the announcements hold it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
