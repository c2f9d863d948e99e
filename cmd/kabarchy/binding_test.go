package main

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestAnotherBotsTokenIsRefused starts a second bot on the Redis of the first: nobody is
// lost, whatever is configured. Only when told so the data becomes the second one's, and
// then the first one ends.
func TestAnotherBotsTokenIsRefused(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w := newFixture(t, rdb, simulator.Options{})
		first := w.app()
		redistest.Fill(t, rdb, 1, 200, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
		defer w.stop(first)

		const other = "7000000002:AAothertokenothertokenothertoken"
		second := func(rebind bool) (*App, error) {
			return NewApp(t.Context(), AppOptions{
				Config: w.config, Token: other, Endpoint: w.endpoint, Rebind: rebind,
				Redis: Redis{UniversalClient: redistest.Again(t, rdb), Where: "the test's Redis"}, Log: slog.New(slog.NewTextHandler(w.log, nil)),
				HTTP: w.net.client, Dial: w.net.dial, Listen: w.net.listen,
			})
		}
		_, err := second(false)
		want := "redis at the test's Redis holds the subscribers of bot 7000000001, and TELEGRAM_BOT_TOKEN is that of bot 7000000002: "
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "--rebind") || exitStatus(err) != exitMisuse {
			t.Fatalf("status %d, %v", exitStatus(err), err)
		}
		if err := first.options.Redis.BoundTo(t.Context(), other); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("check says: %v", err)
		}
		if counts, err := first.Store.Count(t.Context()); err != nil || counts.Total != 200 || counts.Active["ky"] != 200 {
			t.Errorf("after that: %+v, %v", counts, err)
		}

		a, err := second(true)
		if err != nil {
			t.Fatal(err)
		}
		w.stop(a)
		waiting, cancel := context.WithTimeout(t.Context(), wait)
		defer cancel()
		if err := first.Wait(waiting); exitStatus(err) != exitMisuse || !strings.Contains(err.Error(), "holds the subscribers of bot 7000000002") {
			t.Errorf("the first one goes on: %v", err)
		}
	})
}

// TestALostBindingIsToldAndStillBinds: only {news}:bot is gone before a start.
func TestALostBindingIsToldAndStillBinds(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w, log := watched(t, rdb)
		if err := rdb.Del(t.Context(), keyBot).Err(); err != nil {
			t.Fatal(err)
		}
		const other = "7000000002:AAothertokenothertokenothertoken"
		for what, err := range map[string]error{
			"Bind": w.redis.Bind(t.Context(), other, false), "BoundTo": w.redis.BoundTo(t.Context(), other),
		} {
			if err == nil || exitStatus(err) != exitMisuse || !strings.Contains(err.Error(), "of bot 7000000001") {
				t.Errorf("%s takes another bot's token: %v", what, err)
			}
		}
		if err := w.redis.Bind(t.Context(), testToken, false); err != nil { // a restart
			t.Fatal(err)
		}
		if err := w.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.raised(); !slices.Equal(got, []bot.Alarm{{Kind: bot.AlarmBinding}}) {
			t.Errorf("alarms %+v", got)
		}
		if n := strings.Count(log.String(), "whose data it is had vanished"); n != 1 {
			t.Errorf("%d times in the log:\n%s", n, log)
		}
		if err := w.redis.Bind(t.Context(), other, true); err != nil {
			t.Fatal(err)
		}
		if err := w.redis.Bind(t.Context(), testToken, false); err == nil {
			t.Error("after --rebind the former token is taken")
		}
	})
}

// TestDataOfNobodyIsRefused: the binding is lost with all that stood beside it, or the data is
// older than bindings. A person has to say that it is this bot's.
func TestDataOfNobodyIsRefused(t *testing.T) {
	t.Parallel()
	someone := subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}}
	for what, fill := range map[string]func(t *testing.T, rdb redis.UniversalClient) error{
		"a subscriber": func(t *testing.T, rdb redis.UniversalClient) error {
			redistest.Fill(t, rdb, 41, 1, someone)
			return nil
		},
		"a broadcast that runs": func(t *testing.T, rdb redis.UniversalClient) error {
			return rdb.ZAdd(t.Context(), "{news}:broadcasts:running", redis.Z{Score: 1, Member: 1}).Err()
		},
		"a broadcast that ended": func(t *testing.T, rdb redis.UniversalClient) error {
			return rdb.ZAdd(t.Context(), "{news}:broadcasts:finished", redis.Z{Score: 1, Member: 1}).Err()
		},
	} {
		t.Run(what, func(t *testing.T) {
			redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
				r := Redis{UniversalClient: rdb, Where: "the test's Redis"}
				if err := r.BoundTo(t.Context(), testToken); err != nil {
					t.Errorf("check refuses an empty Redis: %v", err)
				}
				if err := fill(t, rdb); err != nil {
					t.Fatal(err)
				}
				for who, err := range map[string]error{"Bind": r.Bind(t.Context(), testToken, false), "BoundTo": r.BoundTo(t.Context(), testToken)} {
					if err == nil || exitStatus(err) != exitMisuse || !strings.Contains(err.Error(), "nothing says of which bot") ||
						!strings.Contains(err.Error(), "--rebind") {
						t.Errorf("%s: status %d, %v", who, exitStatus(err), err)
					}
				}
				for _, rebind := range []bool{true, false} {
					if err := r.Bind(t.Context(), testToken, rebind); err != nil {
						t.Errorf("with --rebind %t: %v", rebind, err)
					}
				}
				if empty, err := rdb.HExists(t.Context(), keyBot, "empty").Result(); err != nil || empty {
					t.Errorf("it counts as a start on an empty Redis: %t, %v", empty, err)
				}
			})
		})
	}
}

// TestANewerReleasesDataIsRefused: by start, check and backup, also with --rebind, and by a release
// that runs as the newer one starts. What no release or an older one numbered gets the number.
func TestANewerReleasesDataIsRefused(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w, _ := watched(t, rdb)
		stored := func() string { return rdb.HGet(t.Context(), keyBot, fieldSchema).Val() }
		if got := stored(); got != strconv.Itoa(schema) {
			t.Errorf("bound, the schema is %q", got)
		}
		if err := rdb.HSet(t.Context(), keyBot, fieldSchema, schema-1).Err(); err != nil {
			t.Fatal(err)
		}
		if err := w.redis.Bind(t.Context(), testToken, false); err != nil || stored() != strconv.Itoa(schema) {
			t.Errorf("after an older release: schema %q, %v", stored(), err)
		}
		if err := rdb.HSet(t.Context(), keyBot, fieldSchema, schema+1).Err(); err != nil {
			t.Fatal(err)
		}
		_, taken := w.redis.boundID(t.Context())
		for what, err := range map[string]error{
			"a start": w.redis.Bind(t.Context(), testToken, false), "a start with --rebind": w.redis.Bind(t.Context(), testToken, true),
			"check": w.redis.BoundTo(t.Context(), testToken), "backup": taken, "who runs": w.run(t.Context()),
		} {
			if err == nil || exitStatus(err) != exitMisuse || !strings.Contains(err.Error(), "a newer release of kabarchy has written what this one can't read (schema 2; this one knows 1)") {
				t.Errorf("%s: status %d, %v", what, exitStatus(err), err)
			}
		}
		if got := stored(); got != strconv.Itoa(schema+1) {
			t.Errorf("refused, the schema is %q", got)
		}
	})
}

func TestBotID(t *testing.T) {
	t.Parallel()
	for token, want := range map[config.Secret]string{testToken: "7000000001", "007:abc": "7", "": ""} {
		if got := botID(token); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
