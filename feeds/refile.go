package feeds

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// refileScript puts items into the lists of their topics, and out of those of others.
//
// KEYS: 1 items · 2 latest of the language · 3… the lists of the topics
// ARGV: the topics in the order of their lists · then the ids of the items
var refileScript = redis.NewScript(`
local places = {}
for i = 3, #KEYS do places[ARGV[i-2]] = KEYS[i] end
for i = #KEYS - 1, #ARGV do
  local record, score = redis.call('HGET', KEYS[1], ARGV[i]), redis.call('ZSCORE', KEYS[2], ARGV[i])
  local has = {}
  if record and score then
    for _, topic in ipairs(cjson.decode(record).topics or {}) do has[topic] = true end
  end
  for topic, list in pairs(places) do
    if has[topic] then redis.call('ZADD', list, score, ARGV[i]) else redis.call('ZREM', list, ARGV[i]) end
  end
end
return 1
`)

// refile makes the lists of a language's topics agree with its latest list: an archive that
// an older release wrote to lacks them.
func (a *Archive) refile(ctx context.Context, language string, topics []string) error {
	if len(topics) == 0 {
		return nil
	}
	keys := []string{keyItems, keyLatest(language)}
	for _, topic := range topics {
		keys = append(keys, keyTopic(language, topic))
	}
	var ids []string
	for _, list := range keys[1:] {
		members, err := a.rdb.ZRange(ctx, list, 0, -1).Result()
		if err != nil {
			return fmt.Errorf("lists of topics in %q: %w", language, err)
		}
		ids = append(ids, members...)
	}
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), indexedAtOnce) {
		var args []any
		for _, arg := range append(slices.Clone(topics), part...) {
			args = append(args, arg)
		}
		if err := refileScript.Run(ctx, a.rdb, keys, args...).Err(); err != nil {
			return fmt.Errorf("lists of topics in %q: %w", language, err)
		}
	}
	return nil
}

// refileAgain is how long after a failure the lists of topics are tried again.
const refileAgain = 10 * time.Second

// refileAll brings the lists of the topics up to date, of all languages that there may be
// news in: the desk writes also in one without a source.
func (a *Archive) refileAll(ctx context.Context, o Options) {
	var topics []string
	for _, topic := range o.Topics {
		topics = append(topics, topic.ID)
	}
	languages := slices.Collect(maps.Keys(spellings))
	for _, s := range o.Sources {
		languages = append(languages, s.Language)
	}
	slices.Sort(languages)
	for _, language := range slices.Compact(languages) {
		for {
			err := a.refile(ctx, language, topics)
			if err == nil || ctx.Err() != nil {
				break
			}
			o.Log.WarnContext(ctx, "lists of topics are not up to date yet", "language", language, "error", err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(refileAgain):
			}
		}
	}
}
