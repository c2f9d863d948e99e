package feeds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// findLoss notices that Redis lost the items or the index of a source that was polled
// before: then all that its document shows looks new. The item that the source showed last
// is the witness: items are never deleted, and each stands in the index. An index that is
// lost alone is made anew.
func (a *Archive) findLoss(ctx context.Context, language string, k *knowledge) error {
	if k.state.Last == "" {
		return nil
	}
	last, err := a.record(ctx, k.state.Last)
	if errors.Is(err, ErrNotFound) {
		k.lost = true
		return nil
	}
	if err != nil {
		return err
	}
	keys := k.record(last.record).keys
	found := make(map[string][]string)
	if err := a.readIndex(ctx, language, keys, found); err != nil {
		return err
	}
	for _, ids := range found {
		if slices.Contains(ids, last.ID) {
			return nil
		}
	}
	k.reindexed, err = a.reindex(ctx, language)
	if err != nil {
		return fmt.Errorf("make the index of %q anew: %w", language, err)
	}
	return nil
}

// reindexScript adds to the index.
//
// KEYS: 1 index of the language
// ARGV: 1 how many items a key has at most · then pairs: key · item id
// Result: how many pairs were added.
var reindexScript = redis.NewScript(`
local added = 0
for i = 2, #ARGV, 2 do
  local ids, count = redis.call('HGET', KEYS[1], ARGV[i]) or '', 0
  for id in string.gmatch(ids, '%S+') do
    if id == ARGV[i+1] then count = tonumber(ARGV[1]) end
    count = count + 1
  end
  if count < tonumber(ARGV[1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ids == '' and ARGV[i+1] or ids .. ' ' .. ARGV[i+1])
    added = added + 1
  end
end
return added
`)

// indexedAtOnce is how many items are read at once to make an index.
const indexedAtOnce = 200

// reindex makes the index of a language anew from its items, the latest first: each knows
// its keys. It returns how many items there are.
func (a *Archive) reindex(ctx context.Context, language string) (int, error) {
	ids, err := a.byAge(ctx, language)
	if err != nil {
		return 0, err
	}
	for part := range slices.Chunk(ids, indexedAtOnce) {
		records, err := a.records(ctx, part)
		if err != nil {
			return 0, err
		}
		args := []any{idsKept}
		for _, id := range part {
			for _, key := range records[id].Keys {
				args = append(args, key, id)
			}
		}
		if err := reindexScript.Run(ctx, a.rdb, []string{keyKnown(language)}, args...).Err(); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// byAge returns the ids of a language's items, the latest first.
func (a *Archive) byAge(ctx context.Context, language string) ([]string, error) {
	seen := make(map[string]time.Time)
	items := a.rdb.HScan(ctx, keyItems, 0, "", indexedAtOnce).Iterator()
	for items.Next(ctx) {
		id := items.Val()
		if !items.Next(ctx) {
			break
		}
		r, err := readRecord(id, items.Val())
		if err != nil {
			return nil, err
		}
		if r.Language == language {
			seen[id] = r.FirstSeen
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(x, y string) int {
		return cmp.Or(seen[y].Compare(seen[x]), cmp.Compare(x, y))
	}), items.Err()
}

// isLost reports whether what an entry shows may be an item that Redis lost.
func (k knowledge) isLost(place int) bool {
	if k.lost {
		return true
	}
	for _, kind := range []string{keyGUID, keyExact, keyDated, keyAll} {
		ids := k.index[k.subjects[place].key(kind)]
		if len(ids) > 0 && len(k.present(ids)) == 0 {
			return true
		}
	}
	return false
}

// present returns those of some ids whose items there are.
func (k knowledge) present(ids []string) []string {
	missing := func(id string) bool {
		_, known := k.records[id]
		return !known
	}
	if !slices.ContainsFunc(ids, missing) {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), missing)
}
