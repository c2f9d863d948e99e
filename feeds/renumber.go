package feeds

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// findLua is the function that finds an announcement in the outbox, for the scripts
// below: find(outbox, number, kind, item id, time). Where the counter was lost two may
// have the same number.
const findLua = `
local function find(outbox, number, kind, item, at)
  for _, raw in ipairs(redis.call('ZRANGEBYSCORE', outbox, number, number)) do
    local a = cjson.decode(raw)
    if a.kind == kind and a.item == item and a.at == at then return raw end
  end
end
`

// takeScript takes an announcement out of the outbox.
//
// KEYS: 1 outbox
// ARGV: 1 number · 2 kind · 3 item id · 4 time
// Result: 1, or 0 where it is not there.
var takeScript = redis.NewScript(findLua + `
local raw = find(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
if not raw then return 0 end
return redis.call('ZREM', KEYS[1], raw)
`)

// Taken takes an announcement out of the outbox, and no other that has its number. One
// that is not there is no error.
func (a *Archive) Taken(ctx context.Context, n Announcement) error {
	err := takeScript.Run(ctx, a.rdb, []string{keyOutbox}, n.ID, string(n.Kind), n.Item, stamp(n.At)).Err()
	if err != nil {
		return fmt.Errorf("announcement %d taken: %w", n.ID, err)
	}
	return nil
}

// renumberScript gives an announcement the next number above one.
//
// KEYS: 1 outbox · 2 counter
// ARGV: 1 number · 2 kind · 3 item id · 4 time · 5 what the new number has to exceed
// Result: the new number, or 0 where the announcement is not there.
var renumberScript = redis.NewScript(announceLua + findLua + `
local raw = find(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
if not raw then return '0' end
if tonumber(redis.call('GET', KEYS[2]) or '0') < tonumber(ARGV[5]) then redis.call('SET', KEYS[2], ARGV[5]) end
redis.call('ZREM', KEYS[1], raw)
announce(KEYS[1], KEYS[2], ARGV[2], ARGV[3], ARGV[4])
return redis.call('GET', KEYS[2])
`)

// Renumber gives an announcement in the outbox the next number above one, and returns
// that, 0 where the announcement is not there any more. It mends a counter that was lost,
// so that numbers are given twice.
func (a *Archive) Renumber(ctx context.Context, n Announcement, above int64) (int64, error) {
	answer, err := renumberScript.Run(ctx, a.rdb, []string{keyOutbox, keyCounter},
		n.ID, string(n.Kind), n.Item, stamp(n.At), above).Text()
	if err != nil {
		return 0, fmt.Errorf("renumber announcement %d: %w", n.ID, err)
	}
	return strconv.ParseInt(answer, 10, 64)
}
