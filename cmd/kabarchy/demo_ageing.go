package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
)

// The service's clock is the machine's, which the demo can't put ahead. So it puts the
// ministry's time zone ahead by some hours, and makes what the service has noted of its
// broadcasts as many hours older. The service must not run meanwhile.

// moments are those in a broadcast's record, with how many of their units an hour has.
// When it was announced stays: by that the service knows it again.
var moments = map[string]int64{
	"planned_at": 3_600_000, "halted_at": 3_600_000, "first": 3_600_000, "last": 3_600_000,
	"finished": 3600, "held_at": 3600, "next": 3600, "wake": 3600,
}

// ofDigest are the keys of a digest, whose number is its hour, since 1970, below zero.
var ofDigest = regexp.MustCompile(`^(\{news\}:(?:broadcast|retry|failed|doubt|promised|pace):|sent:)-(\d{6,7})(:\d+)?$`)

// makeOlder makes the broadcasts some hours older, and the hours whose digests were planned.
func makeOlder(ctx context.Context, rdb redis.UniversalClient, hours int64) error {
	if err := renameDigests(ctx, rdb, hours); err != nil {
		return err
	}
	for _, set := range []string{"{news}:broadcasts:running", "{news}:broadcasts:finished"} {
		if err := ageSet(ctx, rdb, set, hours); err != nil {
			return err
		}
	}
	if err := ageOutbox(ctx, rdb, hours); err != nil {
		return err
	}
	if rdb.Exists(ctx, "{news}:broadcasts:digested").Val() == 0 {
		return nil
	}
	return rdb.DecrBy(ctx, "{news}:broadcasts:digested", hours).Err()
}

// ageSet ages the broadcasts of a set, in which their moments or their numbers order them.
func ageSet(ctx context.Context, rdb redis.UniversalClient, set string, hours int64) error {
	members, err := rdb.ZRangeWithScores(ctx, set, 0, -1).Result()
	if err != nil || len(members) == 0 {
		return err
	}
	for i, m := range members {
		number, err := strconv.ParseInt(m.Member.(string), 10, 64)
		if err != nil {
			return fmt.Errorf("list broadcasts: %w", err)
		}
		older := number
		if number < 0 {
			older += hours
		}
		members[i] = redis.Z{Member: older, Score: m.Score - 3600*float64(hours)}
		if m.Score == float64(number) {
			members[i].Score = float64(older)
		}
		if err := ageBroadcast(ctx, rdb, older, hours); err != nil {
			return err
		}
	}
	pipe := rdb.TxPipeline()
	pipe.Del(ctx, set)
	pipe.ZAdd(ctx, set, members...)
	_, err = pipe.Exec(ctx)
	return err
}

// renameDigests gives the digests the numbers of hours that lie further back.
func renameDigests(ctx context.Context, rdb redis.UniversalClient, hours int64) error {
	keys, err := rdb.Keys(ctx, "*:-*").Result()
	if err != nil {
		return fmt.Errorf("list digests: %w", err)
	}
	slices.Sort(keys) // the earlier ones first: none takes the name of one that still has it
	for _, key := range keys {
		parts := ofDigest.FindStringSubmatch(key)
		if parts == nil {
			continue
		}
		hour, err := strconv.ParseInt(parts[2], 10, 64)
		if err == nil {
			err = rdb.Rename(ctx, key, parts[1]+strconv.FormatInt(hours-hour, 10)+parts[3]).Err()
		}
		if err != nil {
			return fmt.Errorf("age %s: %w", key, err)
		}
	}
	return nil
}

// ageOutbox ages what is announced and not planned yet. What is planned keeps the moment by which
// its broadcast knows it.
func ageOutbox(ctx context.Context, rdb redis.UniversalClient, hours int64) error {
	announced, err := feeds.NewArchive(rdb).Announcements(ctx, math.MaxInt32)
	if err != nil {
		return err
	}
	for _, a := range announced {
		planned, err := rdb.Exists(ctx, broadcastKey(a.ID)).Result()
		if err == nil && planned == 0 {
			a.At = a.At.Add(-time.Duration(hours) * time.Hour)
			err = putInOutbox(ctx, rdb, a)
		}
		if err != nil {
			return fmt.Errorf("age announcement %d: %w", a.ID, err)
		}
	}
	return nil
}

// putInOutbox puts an announcement in the place of the one of its number.
func putInOutbox(ctx context.Context, rdb redis.UniversalClient, a feeds.Announcement) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return err
	}
	number := strconv.FormatInt(a.ID, 10)
	_, err = rdb.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.ZRemRangeByScore(ctx, "{news}:outbox", number, number)
		pipe.ZAdd(ctx, "{news}:outbox", redis.Z{Member: raw, Score: float64(a.ID)})
		return nil
	})
	return err
}

func broadcastKey(number int64) string { return "{news}:broadcast:" + strconv.FormatInt(number, 10) }

func ageBroadcast(ctx context.Context, rdb redis.UniversalClient, number, hours int64) error {
	key := broadcastKey(number)
	record, err := rdb.HGetAll(ctx, key).Result()
	if err != nil {
		return fmt.Errorf("age broadcast %d: %w", number, err)
	}
	pipe := rdb.TxPipeline()
	for field, unit := range moments {
		if value := record[field]; value != "" && value != "0" {
			pipe.HIncrBy(ctx, key, field, -unit*hours)
		}
	}
	if record["kind"] == "digest" {
		pipe.HIncrBy(ctx, key, "from", -hours)
		pipe.HSet(ctx, key, "ledger", number)
	}
	if pipe.Len() == 0 {
		return nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("age broadcast %d: %w", number, err)
	}
	return nil
}
