package main

import (
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rogpeppe/go-internal/testscript"

	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/sample"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestScripts runs testdata/script: the program as an operator meets it, with what goes
// wrong, in one line each.
func TestScripts(t *testing.T) {
	t.Parallel()
	mini, _ := redistest.Mini(t)
	_, empty := redistest.Mini(t)
	full, item := filled(t, 30)
	few, _ := filled(t, 2)
	telegram := httptest.NewServer(simulator.New(simulator.Options{Token: testToken}).Handler())
	t.Cleanup(telegram.Close)
	ministry, err := sample.NewSite(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(ministry.Handler())
	t.Cleanup(site.Close)
	example, err := filepath.Abs(filepath.Join("..", "..", "kabarchy.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "configure": configure,
		},
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars,
				"TOKEN="+testToken, "TELEGRAM="+telegram.URL, "REDIS=redis://"+mini.Addr(),
				"SITE="+site.URL, "TAKEN="+site.Listener.Addr().String(), "CLOSED="+closedAddress,
				"EXAMPLE="+example, "EMPTY="+urlOf(empty), "FULL="+full, "FEW="+few, "ITEM="+item,
				"CI="+os.Getenv("CI"), // by it tests choose how many buckets there are: here and in the program
			)
			return nil
		},
	})
}

// filled is the address of a Redis of a bot with so many subscribers, who read Kyrgyz and Russian
// in turn, and an item that is announced in Kyrgyz.
func filled(t *testing.T, people int) (address, item string) {
	t.Helper()
	_, rdb := redistest.Mini(t)
	redistest.Fill(t, rdb, 1, people, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}}, subscriptions.Preferences{Interface: "ru", Languages: []string{"ru"}})
	if err := rdb.HSet(t.Context(), keyBot, "id", botID(testToken)).Err(); err != nil {
		t.Fatal(err)
	}
	item = feeds.DeskItemID("case", "ky")
	editions, err := feeds.Prepare([]feeds.Item{{ID: item, Language: "ky", Title: "Салыктар"}}, time.Now())
	if err == nil {
		err = feeds.NewArchive(rdb).Publish(t.Context(), editions)
	}
	if err != nil {
		t.Fatal(err)
	}
	return urlOf(rdb), item
}

func urlOf(rdb redis.UniversalClient) string {
	return "redis://" + rdb.(*redis.Client).Options().Addr
}

// exits runs the program and checks its status: exits 2 kabarchy run. Whatever the
// program prints, it prints no secret and no stack; an error is one line.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits <status> <program> [<argument>...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var ended *exec.ExitError
	got := 0
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	if got != want {
		ts.Fatalf("exit status %d, want %d\n%s%s", got, want, stdout, stderr)
	}
	_, secret, _ := strings.Cut(testToken, ":")
	for _, never := range []string{secret, "hunter2", "goroutine ", "panic"} {
		if strings.Contains(stdout+stderr, never) {
			ts.Fatalf("the program printed %q", never)
		}
	}
	if complaints := strings.Count("\n"+stderr, "\nkabarchy: "); got != 0 && complaints != 1 {
		ts.Fatalf("%d lines say what is wrong, want 1:\n%s", complaints, stderr)
	}
}

// configure writes a configuration whose one source is at the address given, and what
// else a file says: configure kabarchy.yaml http://…/ky/rss
func configure(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: configure <file> <url> [<file>]")
	}
	more := ""
	if len(args) == 3 {
		more = ts.ReadFile(args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(`ministry:
  name: {ky: Министрлик, ru: Министерство, en: Ministry}
  site: https://ministry.example
timezone: Asia/Bishkek
sources:
  - {id: news-ky, language: ky, url: "`+args[1]+`"}
network: {allow_private_addresses: true}
listen: 127.0.0.1:0
`+more), 0o600))
}

// closedAddress is one at which nobody listens. A port that was free a moment ago would be given
// to the next test that asks for one.
const closedAddress = "127.0.0.1:1"
