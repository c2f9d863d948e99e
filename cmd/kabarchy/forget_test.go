package main

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// aPerson finds in docs/redis.md, in what a key holds, that it says who somebody is.
var aPerson = regexp.MustCompile(`chat id →|user id →|→ user id|^chats that|<user>|<chat>|<admin>`)

// keptOnPurpose begin the keys that stay after /forget, as docs/redis.md says: who decided
// what at the desk, and what an administrator of the configuration was told.
var keptOnPurpose = []string{"{news}:desk:", "{news}:told:"}

// plant writes a chat's id wherever docs/redis.md says that one may stand, of a broadcast that
// has ended where the key is of one, and returns in how many keys.
func plant(t *testing.T, rdb redis.UniversalClient, chat int64) (planted int) {
	t.Helper()
	ctx, id := t.Context(), strconv.FormatInt(chat, 10)
	ended, err := rdb.ZRange(ctx, "{news}:broadcasts:finished", 0, 0).Result()
	if err != nil || len(ended) != 1 {
		t.Fatalf("no broadcast has ended: %q, %v", ended, err)
	}
	fill := strings.NewReplacer("<user>", id, "<chat>", id, "<admin>", id, "<broadcast>", ended[0], "<ledger>", ended[0])
	for row := range strings.Lines(redisDocument(t)) {
		cells := strings.Split(row, " | ")
		if len(cells) != 5 || !strings.HasPrefix(row, "| `") || !aPerson.MatchString(cells[2]) && !aPerson.MatchString(cells[0]) {
			continue
		}
		key := fill.Replace(strings.Trim(cells[0], "|` "))
		if strings.Contains(key, "<") { // a chat's bucket: the person stands there already
			continue
		}
		switch kind := cells[1]; {
		case kind == "sorted set":
			err = rdb.ZAdd(ctx, key, redis.Z{Score: 1, Member: id}).Err()
		case kind == "list":
			err = rdb.RPush(ctx, key, id).Err()
		case kind == "string":
			err = rdb.Set(ctx, key, "1", 0).Err()
		case strings.Contains(cells[2], "→ user id"):
			err = rdb.HSet(ctx, key, "-1001234567890", id).Err()
		default:
			err = rdb.HSet(ctx, key, id, "{}").Err()
		}
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		planted++
	}
	return planted
}

// traces are the keys in which a chat's id stands, but for those that stay on purpose.
func traces(t *testing.T, rdb redis.UniversalClient, chat int64) (found []string) {
	t.Helper()
	id := strconv.FormatInt(chat, 10)
	for _, key := range keysOf(t, rdb) {
		kept := false
		for _, prefix := range keptOnPurpose {
			kept = kept || strings.HasPrefix(key, prefix) && key != "{news}:desk:phones"
		}
		if !kept && (strings.Contains(key, id) || strings.Contains(contents(t, rdb, key), id)) {
			found = append(found, key)
		}
	}
	return found
}

// contents is all that a key holds.
func contents(t *testing.T, rdb redis.UniversalClient, key string) string {
	t.Helper()
	ctx := t.Context()
	var all []string
	kind, err := rdb.Type(ctx, key).Result()
	if err == nil {
		switch kind {
		case "hash":
			var fields map[string]string
			fields, err = rdb.HGetAll(ctx, key).Result()
			for field, value := range fields {
				all = append(all, field, value)
			}
		case "set":
			all, err = rdb.SMembers(ctx, key).Result()
		case "zset":
			all, err = rdb.ZRange(ctx, key, 0, -1).Result()
		case "list":
			all, err = rdb.LRange(ctx, key, 0, -1).Result()
		case "string":
			all = make([]string, 1)
			all[0], err = rdb.Get(ctx, key).Result()
			if errors.Is(err, redis.Nil) { // it has expired
				err = nil
			}
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return strings.Join(all, "\n")
}
