package feeds

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// List is what is listed of a language's news, the newest first. What was withdrawn is in no
// list. A list reaches back the language's last 20,000 items at least.
type List struct {
	Language string
	// Topic is the id of the one topic that is wanted; empty for all.
	Topic string
	// Since and Before bound what is wanted by date, Before itself not included; zero for all.
	Since, Before time.Time
}

// key is that of the sorted set.
func (l List) key() string {
	if l.Topic == "" {
		return keyLatest(l.Language)
	}
	return keyTopic(l.Language, l.Topic)
}

// bounds are those of the scores, as Redis writes them. An item's score lies within the second
// behind its date: see score.
func (l List) bounds() (lowest, highest string) {
	lowest, highest = "-inf", "+inf"
	if !l.Since.IsZero() {
		lowest = "(" + strconv.FormatInt(l.Since.Unix(), 10)
	}
	if !l.Before.IsZero() {
		highest = strconv.FormatInt(l.Before.Unix(), 10)
	}
	return lowest, highest
}

// Latest returns count items of a language, the newest first, from the offset-th on.
// It reaches back 20,000 items. A language without news has none.
func (a *Archive) Latest(ctx context.Context, language string, offset, count int) ([]Item, error) {
	return a.Listed(ctx, List{Language: language}, offset, count)
}

// Listed returns count items of a list from the offset-th on. A list of nothing has none.
func (a *Archive) Listed(ctx context.Context, l List, offset, count int) ([]Item, error) {
	if count <= 0 || offset < 0 {
		return nil, nil
	}
	lowest, highest := l.bounds()
	by := &redis.ZRangeBy{Min: lowest, Max: highest, Offset: int64(offset), Count: int64(count)}
	ids, err := a.rdb.ZRevRangeByScore(ctx, l.key(), by).Result()
	if err != nil {
		return nil, fmt.Errorf("items listed in %q: %w", l.Language, err)
	}
	records, err := a.records(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("items listed in %q: %w", l.Language, err)
	}
	items := make([]Item, 0, len(ids))
	for _, id := range ids {
		if r, ok := records[id]; ok {
			items = append(items, r.Item)
		}
	}
	return items, nil
}

// Counts returns how many items each of some lists has. It asks Redis once for all of them.
func (a *Archive) Counts(ctx context.Context, lists []List) ([]int, error) {
	if len(lists) == 0 {
		return nil, nil
	}
	pipe := a.rdb.Pipeline()
	answers := make([]*redis.IntCmd, len(lists))
	for i, l := range lists {
		lowest, highest := l.bounds()
		answers[i] = pipe.ZCount(ctx, l.key(), lowest, highest)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("count what is listed: %w", err)
	}
	counts := make([]int, len(lists))
	for i, n := range answers {
		counts[i] = int(n.Val())
	}
	return counts, nil
}

// fileLua is the function that keeps the lists of topics, for the scripts that write an
// item: file(latest list, id, record as it was, new record). What is not in the latest list
// is put into none; what is too old for it stays in those of its topics until refile. Their
// keys follow from that one's and share its hash tag.
const fileLua = `
local function topics(record)
  return record ~= '' and cjson.decode(record).topics or {}
end
local function file(latest, id, was, now)
  local score = redis.call('ZSCORE', latest, id)
  for _, topic in ipairs(topics(was)) do redis.call('ZREM', latest .. ':' .. topic, id) end
  if not score then return end
  for _, topic in ipairs(topics(now)) do redis.call('ZADD', latest .. ':' .. topic, score, id) end
end
`
