package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions/redistest"
)

func TestOpenRedis(t *testing.T) {
	t.Parallel()
	tests := []struct{ address, kind, where string }{
		{"redis://127.0.0.1:6379/0", "*redis.Client", "127.0.0.1:6379"},
		{"redis://bot:hunter2@cache.example:6380/3", "*redis.Client", "cache.example:6380"},
		{"rediss://bot:hunter2@cache.example", "*redis.Client", "cache.example:6379"},
		{"redis://:hunter2@one:26379/0?master_name=kabarchy&addr=two:26379", "*redis.Client", "the sentinels one:26379, two:26379"},
		{"redis://bot:hunter2@one:7000?addr=two:7000&addr=three:7000", "*redis.ClusterClient", "the cluster one:7000, two:7000, three:7000"},
	}
	for _, tt := range tests {
		r, err := OpenRedis(config.Secret(tt.address))
		if err != nil {
			t.Errorf("%s: %v", tt.address, err)
			continue
		}
		defer r.Close()
		if kind := fmt.Sprintf("%T", r.UniversalClient); kind != tt.kind || r.Where != tt.where {
			t.Errorf("%s: got a %s at %q, want a %s at %q", tt.address, kind, r.Where, tt.kind, tt.where)
		}
		if o, single := r.UniversalClient.(*redis.Client); single && strings.HasPrefix(tt.address, "rediss") && o.Options().TLSConfig == nil {
			t.Errorf("%s: no TLS", tt.address)
		}
	}
}

func TestBadRedisAddressesShowNoPassword(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"http://:hunter2@host", "hunter2", ":hunter2@host", "redis://:hunter2@host:port", "redis://:hunter2@host/zero",
		"redis://:hunter2@host/0/1", "redis://:a/hunter2@host:6379/0", "redis://:a#hunter2@host:6379/0", "redis://:a?hunter2@host:6379/0",
		"redis://a/hunter2@host:6379/0", "redis://a?hunter2@host", "redis://:hunter2@host?colour=red", "redis://:%zzhunter2@host",
		"redis://:hunter2@host?master_name=m&addr=x", "redis://:hunter2@host?addr=x", "redis://host?master_name=m&password=hunter2&colour=red", "",
	} {
		_, err := OpenRedis(config.Secret(address))
		if err == nil || !strings.HasPrefix(err.Error(), "REDIS_URL") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestUnreachableRedis(t *testing.T) {
	t.Parallel()
	r, err := OpenRedis(config.Secret("redis://:hunter2@" + closedAddress))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := "redis at " + closedAddress + " can't be reached: connect: connection refused; start it, or set REDIS_URL"
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	for i, ctx := range []context.Context{t.Context(), late} {
		if err := r.Check(ctx); err == nil || err.Error() != want {
			t.Errorf("check %d: got  %v\nwant %s", i, err, want)
		}
	}
}

func TestRefusingRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	if err := server.Client(t).ConfigSet(t.Context(), "requirepass", "hunter2").Err(); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRedis(config.Secret("redis://:wrong@" + server.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	err = r.Check(t.Context())
	if err == nil || !strings.Contains(err.Error(), "refuses: WRONGPASS") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}
