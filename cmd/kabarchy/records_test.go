package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// later is a record as a later release may write it.
type later struct {
	key, field, value string // a string has no field
	want              string // in the error: the key, the version that was found, and the one that is known
	read              func(context.Context, *testing.T, Redis) error
}

// laterRecords are one of each kind that carries a version, and the schema that all others share.
func laterRecords() map[string]later {
	const chat = 4242
	bucket := strconv.Itoa(subscriptions.BucketOf(chat))
	get := func(ctx context.Context, _ *testing.T, r Redis) error {
		_, _, err := subscriptions.NewStore(r).Get(ctx, chat)
		return err
	}
	const asked, knows = "(version 2; this one knows 1)", "version 2, and this release knows 1"
	return map[string]later{
		"preferences": {"subs:" + bucket, strconv.Itoa(chat), "\x02from the future", knows, get},
		"words":       {"subs:words:{subs:" + bucket + "}", strconv.Itoa(chat), "\x02from the future", knows, nil},
		"item": {"{news}:items", "abcdefgh", `{"id":"abcdefgh","layout":2,"title":["from","the","future"]}`, "{news}:items abcdefgh: a newer release wrote it " + asked,
			func(ctx context.Context, _ *testing.T, r Redis) error {
				archive := feeds.NewArchive(r)
				if err := archive.Revise(ctx, "abcdefgh", feeds.Text{Title: "Эски"}, "case"); err == nil {
					return nil
				}
				_, err := archive.Item(ctx, "abcdefgh")
				return err
			}},
		"plan and its ledger": {"{news}:broadcast:7", "layout", "2", "{news}:broadcast:7: a newer release wrote it " + asked,
			func(ctx context.Context, _ *testing.T, r Redis) error {
				if err := r.ZAdd(ctx, "{news}:broadcasts:running", redis.Z{Score: 7, Member: "7"}).Err(); err != nil {
					return err
				}
				_, err := broadcast.Restored(ctx, r, nil, time.Now())
				return err
			}},
		"case": {"{news}:desk:case:abc", "", `{"id":"abc","layout":2,"status":7}`, "{news}:desk:case:abc: a newer release wrote it " + asked,
			func(ctx context.Context, t *testing.T, r Redis) error {
				c, err := config.Load(top + "/kabarchy.example.yaml")
				if err != nil {
					return err
				}
				engine, err := onlooker(ctx, c, r)
				if err != nil {
					return err
				}
				d, err := desk.New(desk.Options{Redis: r, Archive: feeds.NewArchive(r), Engine: engine})
				if err != nil {
					return err
				}
				if _, err := d.Do(ctx, desk.Act{ID: "act", Case: "abc", Verb: desk.Stop, Who: 5}); err == nil {
					t.Error("somebody changed it")
				}
				_, _, err = d.Look(ctx, "abc")
				return err
			}},
		"all else": {keyBot, fieldSchema, strconv.Itoa(schema + 1), "{news}:bot schema: a newer release wrote it (version 2; this one knows 1)", nil},
	}
}

// TestNewerReleasesRecords: a record that a later release wrote is refused by its name, stays as it is,
// and a file with it is not restored: before anything is written.
func TestNewerReleasesRecords(t *testing.T) {
	t.Parallel()
	_, empty := redistest.Mini(t)
	for kind, l := range laterRecords() {
		_, rdb := redistest.Mini(t)
		r := Redis{UniversalClient: rdb, Where: "the test's Redis"}
		ctx := t.Context()
		rdb.HSet(ctx, keyBot, "id", botID(testToken), fieldSchema, schema)
		if l.field == "" {
			rdb.Set(ctx, l.key, l.value, 0)
		} else {
			rdb.HSet(ctx, l.key, l.field, l.value)
		}
		if l.read != nil {
			if err := l.read(ctx, t, r); err == nil || !strings.Contains(err.Error(), l.want) {
				t.Errorf("%s: read: %v, want %q", kind, err, l.want)
			}
		}
		kept := rdb.HGet(ctx, l.key, l.field).Val() + rdb.Get(ctx, l.key).Val()
		if kept != l.value {
			t.Errorf("%s: it was overwritten: %q", kind, kept)
		}
		_, err := restored(t, empty, taken(t, rdb))
		if err == nil || !strings.Contains(err.Error(), l.want) || !strings.Contains(err.Error(), l.key) || !strings.HasSuffix(err.Error(), "; restore the file with that release") {
			t.Errorf("%s: restored: %v, want %q", kind, err, l.want)
		}
	}
	if n := empty.DBSize(t.Context()).Val(); n != 0 {
		t.Error(fmt.Sprint(n, " keys were written"))
	}
}
