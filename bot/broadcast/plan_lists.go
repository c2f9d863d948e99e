package broadcast

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
)

// last returns the highest number that a broadcast has had.
func (s plans) last(ctx context.Context) (int64, error) {
	last, err := s.rdb.Get(ctx, keyLast).Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("read the last broadcast's number: %w", err)
	}
	known, err := s.all(ctx)
	return max(last, slices.Max(append(known, 0))), err
}

// ledgerOf returns the ledger in which one of the items stands, 0 where none does.
func (s plans) ledgerOf(ctx context.Context, items ...string) (int64, error) {
	for _, item := range items {
		number, err := s.rdb.Get(ctx, keyItemLedger(item)).Int64()
		if err == nil {
			return number, nil
		}
		if !errors.Is(err, redis.Nil) {
			return 0, fmt.Errorf("find the ledger of item %s: %w", item, err)
		}
	}
	return 0, nil
}

// running lists the plans that are not finished, oldest first.
func (s plans) running(ctx context.Context) ([]record, error) {
	ids, err := s.rdb.ZRange(ctx, keyRunning, 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("list running broadcasts: %w", err)
	}
	return s.load(ctx, ids)
}

// known lists the running broadcasts and the last finished ones, the newest first. Both
// lists are read in one step: one that ends meanwhile is in one of them.
func (s plans) known(ctx context.Context, most int64) ([]record, error) {
	pipe := s.rdb.TxPipeline()
	running := pipe.ZRevRange(ctx, keyRunning, 0, -1)
	finished := pipe.ZRevRange(ctx, keyFinished, 0, most-1)
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("list broadcasts: %w", err)
	}
	return s.load(ctx, append(running.Val(), finished.Val()...))
}

// all lists the numbers of the broadcasts of which anything is kept.
func (s plans) all(ctx context.Context) ([]int64, error) {
	var numbers []int64
	for _, set := range []string{keyRunning, keyFinished} {
		ids, err := s.rdb.ZRange(ctx, set, 0, -1).Result()
		if err != nil {
			return nil, fmt.Errorf("list broadcasts: %w", err)
		}
		for _, member := range ids {
			number, err := strconv.ParseInt(member, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("list broadcasts: %w", err)
			}
			numbers = append(numbers, number)
		}
	}
	return numbers, nil
}

// finishedSince lists the plans that finished after a moment.
func (s plans) finishedSince(ctx context.Context, since time.Time) ([]record, error) {
	ids, err := s.rdb.ZRangeByScore(ctx, keyFinished, &redis.ZRangeBy{Min: id(since.Unix()), Max: "+inf"}).Result()
	if err != nil {
		return nil, fmt.Errorf("list finished broadcasts: %w", err)
	}
	return s.load(ctx, ids)
}

// CheckPlan returns an error of type *feeds.Newer for the broadcast of a number, by the version that its
// record has, which is empty for the first, where a later release wrote it.
func CheckPlan(number, layout string) error {
	version, _ := strconv.Atoi(layout)
	return feeds.NewerThan(planLayout, version, "{news}:broadcast:"+number)
}

func (s plans) load(ctx context.Context, ids []string) ([]record, error) {
	pipe := s.rdb.Pipeline()
	answers := make([]*redis.MapStringStringCmd, len(ids))
	for i, n := range ids {
		answers[i] = pipe.HGetAll(ctx, "{news}:broadcast:"+n)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("read broadcasts: %w", err)
	}
	loaded := make([]record, 0, len(ids))
	for i, answer := range answers {
		if len(answer.Val()) == 0 {
			continue // its report ended between the two reads
		}
		if err := CheckPlan(ids[i], answer.Val()["layout"]); err != nil {
			return nil, err
		}
		p := record{}
		number, err := strconv.ParseInt(ids[i], 10, 64)
		if err := errors.Join(err, answer.Scan(&p.plan), answer.Scan(&p.state), answer.Scan(&p.tally), answer.Scan(&p.hold)); err != nil {
			return nil, fmt.Errorf("read broadcast %s: %w", ids[i], err)
		}
		p.ID = number
		loaded = append(loaded, p)
	}
	return loaded, nil
}
