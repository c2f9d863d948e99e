package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"kabarchy/cmd/kabarchy/config"
)

// oldestRedis is the first major release that the program is made for.
const oldestRedis = 7

// Warnings say what of this Redis could break the promise that nothing is lost, and
// what to do; of a Cluster or behind sentinels, what of its masters could. It says too
// what it could not find out.
func (r Redis) Warnings(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	cluster, ok := r.UniversalClient.(*redis.ClusterClient)
	if !ok {
		return append(warnings(ctx, r.UniversalClient), r.Roomy(ctx)...)
	}
	var mu sync.Mutex
	all := r.Roomy(ctx)
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		found := warnings(ctx, master)
		mu.Lock()
		defer mu.Unlock()
		for _, warning := range found {
			all = append(all, master.Options().Addr+": "+warning)
		}
		return nil
	})
	if err != nil {
		all = append(all, fmt.Sprintf("whether what the cluster keeps is safe could not be checked: %v", reason(err)))
	}
	return all
}

// checkRedis says how the Redis of the environment fares, for somebody who may not have
// one yet. Its error is of a Redis that answers, and with which the service can't work.
func checkRedis(ctx context.Context) (lines []string, unfit error) {
	environment, _ := config.ReadEnvironment(os.Environ()) // that there is no token yet does not matter
	if environment.Redis == "" {
		return nil, nil
	}
	r, err := OpenRedis(environment.Redis)
	if err != nil {
		return []string{"not checked"}, misuse(err)
	}
	defer r.Close()
	redis.SetLogger(redisLog{slog.New(slog.DiscardHandler)}) // the error says it all
	switch err := r.Check(ctx); {
	case err == nil:
	case answers(err):
		return []string{"not usable, see below"}, unavailable(err)
	default:
		return []string{"not checked: " + err.Error()}, nil
	}
	if err := r.BoundTo(ctx, environment.Token); err != nil {
		return []string{"not known to be this bot's, see below"}, err
	}
	if found := r.Warnings(ctx); len(found) > 0 {
		return found, nil
	}
	return []string{r.Where + " answers"}, nil
}

// answers reports whether the error is one of a Redis that is there.
func answers(err error) bool {
	var refused redis.Error
	return errors.As(err, &refused) || errors.As(err, new(*denied))
}

// warnings are those of one server.
func warnings(ctx context.Context, rdb redis.Cmdable) []string {
	text, err := rdb.Info(ctx).Result()
	if err != nil {
		return []string{fmt.Sprintf("whether what redis keeps is safe could not be checked: %v", reason(err))}
	}
	info := parseInfo(text)
	found := judge(info)
	if info["aof_enabled"] == "0" {
		found = append(found, unwritten(ctx, rdb))
	}
	return found
}

// judge says what is wrong with a server by what it tells of itself.
func judge(info map[string]string) (found []string) {
	version := info["redis_version"] // valkey names here the release that it is compatible with
	major, _, _ := strings.Cut(version, ".")
	if number, err := strconv.Atoi(major); err == nil && number < oldestRedis {
		found = append(found, fmt.Sprintf("redis %s is older than what this program is made for; install redis %d or newer, or valkey", version, oldestRedis))
	}
	limit, policy := info["maxmemory"], info["maxmemory_policy"]
	if limit != "0" && policy != "" && policy != "noeviction" {
		found = append(found, "redis evicts subscribers when its memory is full; set maxmemory-policy noeviction")
	}
	return found
}

// unwritten is the warning of a server that has no append-only file.
func unwritten(ctx context.Context, rdb redis.Cmdable) string {
	const remedy = "; set appendonly yes and appendfsync everysec"
	save, err := rdb.ConfigGet(ctx, "save").Result()
	switch {
	case err != nil: // where CONFIG is forbidden
		return "redis may lose minutes of what it knew, or all of it: it has no append-only file, and whether it takes snapshots could not be checked" + remedy
	case save["save"] == "":
		return "redis keeps nothing on disk: all subscribers are lost when it stops" + remedy
	default:
		return "redis keeps snapshots only: what changed since the last one is lost when it stops" + remedy
	}
}

// parseInfo reads the lines of INFO.
func parseInfo(text string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info
}
