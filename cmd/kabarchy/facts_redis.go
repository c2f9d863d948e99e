package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/redis/go-redis/v9"
)

// serverFact is what a Redis server says of its memory and its disk. A number that it does
// not tell is below zero.
type serverFact struct {
	where       string // its address
	used, limit float64
	file        float64 // bytes of the append-only file
	writes      bool    // the last writes to the disk went well
}

// servers asks each master. Where INFO is forbidden it knows of none.
func (r Redis) servers(ctx context.Context) ([]serverFact, error) {
	cluster, ok := r.UniversalClient.(*redis.ClusterClient)
	if !ok {
		found, err := askServer(ctx, r.UniversalClient, r.Where)
		return found, err
	}
	var mu sync.Mutex
	var all []serverFact
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		found, err := askServer(ctx, master, master.Options().Addr)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, found...)
		return err
	})
	return all, err
}

func askServer(ctx context.Context, rdb redis.Cmdable, where string) ([]serverFact, error) {
	text, err := rdb.Info(ctx, "memory", "persistence").Result()
	var refused redis.Error
	if errors.As(err, &refused) {
		return nil, nil // it is there, and does not tell
	}
	if err != nil {
		return nil, fmt.Errorf("ask redis for its memory: %w", err)
	}
	info := parseInfo(text)
	s := serverFact{where: where, used: told(info, "used_memory"), limit: told(info, "maxmemory"), file: told(info, "aof_current_size"), writes: true}
	if s.limit <= 0 {
		s.limit = told(info, "total_system_memory")
	}
	for _, last := range []string{"aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status"} {
		if info[last] == "err" {
			s.writes = false
		}
	}
	return []serverFact{s}, nil
}

// told is a number of INFO; -1 where it is not there.
func told(info map[string]string, name string) float64 {
	n, err := strconv.ParseFloat(info[name], 64)
	if err != nil {
		return -1
	}
	return n
}
