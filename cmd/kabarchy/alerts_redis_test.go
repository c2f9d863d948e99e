package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

// redisAlertCases are what a server can come to, and the alert that it raises.
var redisAlertCases = []struct {
	name, fires string
	happens     func(t *testing.T, w *fixture)
}{
	{"nothing", "", func(*testing.T, *fixture) {}},
	{"little memory", "KabarchyRedisMemoryLow", func(t *testing.T, w *fixture) {
		// Beside what there is, what connections take is little. The server fills it in itself:
		// what is sent to it would take memory for a moment.
		if err := w.rdb.SetRange(t.Context(), "ballast", 64<<20-1, "x").Err(); err != nil {
			t.Fatal(err)
		}
		used, err := w.rdb.Info(t.Context(), "memory").Result()
		if err != nil {
			t.Fatal(err)
		}
		limit := strconv.Itoa(int(told(parseInfo(used), "used_memory") * 1.07))
		if err := w.rdb.ConfigSet(t.Context(), "maxmemory", limit).Err(); err != nil {
			t.Fatal(err)
		}
	}},
	{"no disk", "KabarchyRedisDiskFails", func(t *testing.T, w *fixture) {
		dir, err := w.rdb.ConfigGet(t.Context(), "dir").Result()
		if err == nil {
			err = os.RemoveAll(dir["dir"])
		}
		if err == nil {
			err = w.rdb.BgSave(t.Context()).Err()
		}
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the server has failed to write", func() bool {
			told, err := askServer(t.Context(), w.rdb, "")
			return err == nil && !told[0].writes
		})
	}},
}

// TestAlertsOfRedis: a real server says that its memory nears its end, and that its disk is
// gone. What it said is recorded as if it had said it for half an hour.
func TestAlertsOfRedis(t *testing.T) {
	if os.Getenv("ALERTS") == "" {
		t.Log("only with ALERTS=true, as in CI: it needs a server of its own")
		return
	}
	t.Parallel()
	for _, tt := range redisAlertCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newFixture(t, redistest.Start(t).Client(t), simulator.Options{})
			tt.happens(t, w)
			a := w.app()
			defer w.stop(a)
			r := w.record(a)
			for range 30 {
				r.scrape()
			}
			var fires []string
			if tt.fires != "" {
				fires = append(fires, tt.fires)
			}
			verdictOn(t, r.tests(fires...))
		})
	}
}

// verdictOn lets Prometheus' own tool say which alerts a recording raises.
func verdictOn(t *testing.T, recorded string) {
	t.Helper()
	at := filepath.Join(t.TempDir(), "test.yml")
	if err := os.WriteFile(at, []byte(recorded), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "", "test", "rules", at)
}

// TestARevokedTokenIsToldBeforeTheEnd: the service can be asked why for a while, and ends at
// once when Telegram takes the token again.
func TestARevokedTokenIsToldBeforeTheEnd(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} {
		inBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
			w := newFixture(t, rdb, simulator.Options{})
			w.config.Poll = "@every 1h"
			a := w.fresh(Redis{UniversalClient: redistest.Again(t, rdb), Where: "the test's Redis"})
			ended := make(chan error, 1)
			go func() { ended <- a.Run(t.Context()) }()
			time.Sleep(5 * time.Second)
			began, lift := time.Now(), w.telegram.Fault(simulator.Fault{Refuse: simulator.Unauthorized})
			time.Sleep(time.Minute)
			w.tells(a, map[string]float64{"kabarchy_telegram_token_refused": 1, "kabarchy_leader": 0})
			if again {
				lift()
			}
			err := <-ended
			if took := time.Since(began); exitStatus(err) != exitMisuse || again && took > 3*time.Minute || !again && took < tellRefusedFor {
				t.Errorf("ended after %v with %v", took, err)
			}
		})
	}
}
