package feeds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/article"
)

// DeskItemID is the ID of the item that a case at the ministry's desk publishes in a
// language. It is always the same one: publishing twice is publishing once.
func DeskItemID(caseID, language string) string { return hash("desk", caseID, language) }

// publishScript archives what was written at the desk, and announces it. What is in the
// archive already stays as it is.
//
// KEYS: 1 items · 2 outbox · 3 counter · then for each edition two: the latest list of its
// language · the set of its other editions
// ARGV: 1 now · 2 how many items a latest list keeps · 3 seconds an edition is remembered ·
// 4 the kind · then for each edition three: id · its record · its score
// Result: how many announcements were made.
var publishScript = redis.NewScript(announceLua + fileLua + `
local count, announced = (#ARGV - 4) / 3, 0
for i = 0, count - 1 do
  local id, latest, editions = ARGV[5 + i*3], KEYS[4 + i*2], KEYS[5 + i*2]
  if redis.call('HSETNX', KEYS[1], id, ARGV[6 + i*3]) == 1 then
    redis.call('ZADD', latest, ARGV[7 + i*3], id)
    file(latest, id, '', ARGV[6 + i*3])
    redis.call('ZREMRANGEBYRANK', latest, 0, -(tonumber(ARGV[2]) + 1))
    for j = 0, count - 1 do
      if j ~= i then
        redis.call('SADD', editions, ARGV[5 + j*3])
        redis.call('EXPIRE', editions, ARGV[3])
      end
    end
    announce(KEYS[2], KEYS[3], ARGV[4], id, ARGV[1])
    announced = announced + 1
  end
end
return announced
`)

// Publish archives and announces the editions of one announcement that was written at the
// desk, all in one step and in their order. What Prepare fills in may be left out. An
// edition whose ID is in the archive already is not published again, nor changed.
func (a *Archive) Publish(ctx context.Context, editions []Item) error {
	now := time.Now()
	editions, err := Prepare(editions, now)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	keys := []string{keyItems, keyOutbox, keyCounter}
	args := []any{stamp(now), latestKept, int(articleKept.Seconds()), string(Published)}
	for _, it := range editions {
		raw, err := json.Marshal(record{Item: it})
		if err != nil {
			return fmt.Errorf("publish item %s: %w", it.ID, err)
		}
		keys = append(keys, keyLatest(it.Language), keyEditions(it.ID))
		args = append(args, it.ID, string(raw), score(it, now, -1)) // before what a poll brings in the same second
	}
	if err := publishScript.Run(ctx, a.rdb, keys, args...).Err(); err != nil {
		return fmt.Errorf("publish item %s in %d languages: %w", editions[0].ID, len(editions), err)
	}
	return nil
}

// Prepare returns the editions of an announcement as Publish would archive them now: with
// Summary from Blocks, Editions, Revision, and the dates where there are none. So a preview
// shows what will be sent. It fails where they are no editions of one announcement.
func Prepare(editions []Item, now time.Time) ([]Item, error) {
	if len(editions) == 0 {
		return nil, errors.New("there is no edition")
	}
	var languages []string
	for _, it := range editions {
		switch {
		case it.ID == "" || it.Language == "":
			return nil, fmt.Errorf("edition %q in language %q: both must be given", it.ID, it.Language)
		case strings.TrimSpace(it.Title) == "":
			return nil, fmt.Errorf("edition %s in %q has no title", it.ID, it.Language)
		case slices.Contains(languages, it.Language):
			return nil, fmt.Errorf("two editions are in %q", it.Language)
		}
		languages = append(languages, it.Language)
	}
	prepared := slices.Clone(editions)
	for i := range prepared {
		it := &prepared[i]
		it.Title = article.OneLine(it.Title)
		it.Summary, it.Editions, it.Revision, it.FirstSeen = summaryOf(it.Summary, it.Blocks), languages, 1, now
		if it.Published.IsZero() {
			it.Published = now
		}
	}
	return prepared, nil
}

// summaryOf returns an item's summary: as it is given, else the beginning of its text.
func summaryOf(summary string, blocks []article.Block) string {
	if summary != "" {
		return summary
	}
	return article.Shorten(article.Article{Blocks: blocks}.Text(), maxSummary)
}
