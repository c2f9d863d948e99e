package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/backup"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestEveryKeyIsBackedUpOrNot: each row of docs/redis.md is in the backup's table, with its
// type, to be read or left out.
func TestEveryKeyIsBackedUpOrNot(t *testing.T) {
	t.Parallel()
	kinds := map[string]string{"sorted set": "zset"}
	rows := regexp.MustCompile("(?m)^\\| `((?:subs|sent|\\{news\\}):[^`]*)` \\| ([a-z ]+) \\|").FindAllStringSubmatch(redisDocument(t), -1)
	if len(rows) < 50 {
		t.Fatalf("docs/redis.md has %d rows of keys", len(rows))
	}
	for _, row := range rows {
		kind, _, known := backup.Family(placeholder.ReplaceAllString(row[1], "1"))
		want := row[2]
		if kinds[want] != "" {
			want = kinds[want]
		}
		if !known || kind != want {
			t.Errorf("%s, a %s, is a %q in the backup's table", row[1], want, kind)
		}
	}
}

// taken takes a backup of a Redis.
func taken(t *testing.T, rdb redis.UniversalClient) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := backup.Take(t.Context(), backup.Options{Redis: rdb, Bot: botID(testToken)}, &file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// restored brings a backup back into a Redis.
func restored(t *testing.T, rdb redis.UniversalClient, file []byte) (backup.Restored, error) {
	t.Helper()
	return backup.Restore(t.Context(), backup.RestoreOptions{Redis: rdb, Bot: botID(testToken), Schema: schema}, bytes.NewReader(file))
}

// TestNobodyIsToldTwiceAfterARestore takes a backup in the middle of a broadcast. What came
// afterwards is lost with Redis. Nobody hears anything after the restore until an administrator decides;
// then those get the item whom the backup does not name, and no others.
func TestNobodyIsToldTwiceAfterARestore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(57 * time.Minute)
		lost := redistest.Bubble(t).Client(t)
		w := newFixture(t, lost, simulator.Options{Latency: 60 * time.Millisecond})
		w.config.Telegram.MessagesPerSecond = 70
		a := w.app()
		const people = 120
		readers := w.subscribe(a, people)
		leaver, asleep := w.telegram.Citizen("Айгүл", "ky"), w.telegram.Citizen("Бакыт", "ky")
		for chat, p := range map[*simulator.Citizen]subscriptions.Preferences{
			leaver: {Interface: "ky", Languages: []string{"ky"}, Status: subscriptions.Stopped},
			asleep: {Interface: "ky", Languages: []string{"ky"}, When: subscriptions.When{Rhythm: subscriptions.Daily, Hour: time.Now().In(w.config.Zone()).Hour() + 1}},
		} {
			if _, err := a.Store.Update(t.Context(), chat.ID(), func(kept *subscriptions.Preferences, _ bool) { *kept = p }); err != nil {
				t.Fatal(err)
			}
		}
		w.publish(1)
		eventually(t, "the broadcast has begun", func() bool { return w.delivered(1) > 40 })
		before := w.delivered(1)
		file := taken(t, lost)
		eventually(t, "the item is out", func() bool { return w.finished(a, 3) })
		w.publish(2)
		eventually(t, "the next one, too", func() bool { return w.finished(a, 6) })
		w.verify(1, readers, 0)
		w.stop(a)

		w.rdb = redistest.Bubble(t).Client(t)
		if done, err := restored(t, w.rdb, file); err != nil || done.Held != 3 || done.Subscribers != people+2 {
			t.Fatalf("%+v, %v", done, err)
		}
		b := w.app()
		defer w.stop(b)
		time.Sleep(4 * time.Minute) // over the hour of the digest
		w.verify(1, readers, 0)
		w.verify(2, readers, 0)
		if len(leaver.Messages())+len(asleep.Messages()) > 0 {
			t.Errorf("told unasked: %v, %v", leaver.Messages(), asleep.Messages())
		}
		held, err := b.Archive.Held(t.Context())
		if err != nil || len(held) != 3 { // the second item in three languages
			t.Errorf("held: %+v, %v", held, err)
		}
		broadcasts, err := b.Engine.HeldBroadcasts(t.Context())
		if err != nil || len(broadcasts) != 3 {
			t.Fatalf("held broadcasts: %+v, %v", broadcasts, err)
		}
		for _, p := range broadcasts {
			if p.Held != broadcast.FromBackup {
				t.Errorf("held for %q", p.Held)
			}
			if err := b.Engine.Resume(t.Context(), p.ID); err != nil {
				t.Error(err)
			}
		}
		eventually(t, "the rest is out", func() bool { return w.finished(b, 3) })
		const onTheWay = 8 // as the backup was taken
		w.verify(1, readers, people-before+onTheWay)
		w.publish(3)
		eventually(t, "what is new then goes out", func() bool { return w.finished(b, 6) })
		w.verify(3, readers, 0)
	})
}

// TestWhatRestoreRefuses: each by its name, and before anything is written.
func TestWhatRestoreRefuses(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	redistest.Fill(t, rdb, 1, 200, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
	rdb.HSet(t.Context(), keyBot, "id", botID(testToken))
	file := taken(t, rdb)
	text := unzipped(t, file)
	flipped := bytes.Clone(file)
	flipped[len(flipped)/2] ^= 1
	whole := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	_, empty := redistest.Mini(t)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":            {nil, "it is no backup"},
		"another's":          {[]byte("REDIS0011"), "it is no backup"},
		"another's, zipped":  {zipped(t, "{}\n"), "it is no backup"},
		"cut":                {file[:len(file)-30], "its end is missing"},
		"cut between lines":  {zipped(t, strings.Join(whole[:len(whole)-1], "")), "its end is missing"},
		"half":               {file[:len(file)/2], "its end is missing"},
		"a flipped bit":      {flipped, "it is not as it was written"},
		"a changed line":     {zipped(t, strings.Replace(text, `"subscribers":200`, `"subscribers":201`, 1)), "it is not as it was written"},
		"a line less":        {zipped(t, strings.Join(append(whole[:5:5], whole[6:]...), "")), "it is not as it was written"},
		"twice":              {append(bytes.Clone(file), file...), "it is not as it was written"},
		"something behind":   {append(bytes.Clone(file), "more"...), "it is not as it was written"},
		"of a newer release": {zipped(t, strings.Replace(text, `"format":1`, `"format":2`, 1)), "a newer release wrote it"},
		"another bot's":      {zipped(t, strings.Replace(text, botID(testToken), "7000000002", 1)), "it is not as it was written"},
	} {
		if _, err := restored(t, empty, c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := backup.Restore(t.Context(), backup.RestoreOptions{Redis: empty, Bot: "7000000002"}, bytes.NewReader(file))
	if err == nil || !strings.Contains(err.Error(), "of bot 7000000001, and TELEGRAM_BOT_TOKEN is that of bot 7000000002") {
		t.Errorf("another bot's: %v", err)
	}
	if n := empty.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("something was written: %d keys", n)
	}
	if _, err := restored(t, rdb, file); err == nil || !strings.Contains(err.Error(), "it is not empty, it holds subs:") {
		t.Errorf("where something is: %v", err)
	}
	if rdb.Exists(t.Context(), backup.KeyRestoring).Val() != 0 {
		t.Error("the marker stays where nothing was written")
	}
}

func unzipped(t *testing.T, file []byte) string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var file bytes.Buffer
	zip := gzip.NewWriter(&file)
	if _, err := io.WriteString(zip, text); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestAFileBringsBackEveryKind fills each key of docs/redis.md, in a large and in a small hash
// alike, and moves all of it from one Redis to the next. With CI=true these are a single server,
// a Cluster, Sentinel, and the first again.
func TestAFileBringsBackEveryKind(t *testing.T) {
	t.Parallel()
	_, first := redistest.Mini(t)
	_, second := redistest.Mini(t)
	way := []redis.UniversalClient{first, second}
	if os.Getenv("CI") == "true" {
		way = []redis.UniversalClient{redistest.Start(t).Client(t), redistest.StartCluster(t, 3, 0).Client(t), redistest.StartSentinel(t).Client(t)}
	}
	way = append(way, way[0]) // and back
	fillEveryKey(t, way[0])
	want := everyKey(t, way[0])
	for i, to := range way[1:] {
		file := taken(t, way[i])
		if to == way[0] {
			if err := to.FlushDB(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := restored(t, to, file); err != nil {
			t.Fatal(err)
		}
		got := everyKey(t, to)
		for key := range want {
			if got[key] != want[key] {
				t.Errorf("%s: got %q\nwant %q", key, got[key], want[key])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d keys are there, want %d", len(got), len(want))
		}
	}
}

// versioned are values that restore looks into.
var versioned = map[string]string{"subs:<bucket>": "\x01\x00\x00\x00\x00\x00", "subs:words:{subs:<bucket>}": "\x01салык"}

// fillEveryKey writes something into each key that there is.
func fillEveryKey(t *testing.T, rdb redis.UniversalClient) {
	t.Helper()
	ctx := t.Context()
	for i, name := range documentedKeys(t) {
		key := placeholder.ReplaceAllString(name, "1")
		kind, _, _ := backup.Family(key)
		switch kind {
		case "string":
			rdb.Set(ctx, key, "{}", 0)
		case "hash":
			if value := versioned[name]; value != "" {
				rdb.HSet(ctx, key, "1", value, "-100", value)
				break
			}
			rdb.HSet(ctx, key, "1", "{}", "-100", "\x01\xff\x00", "ш<", "\u2028")
		case "set":
			rdb.SAdd(ctx, key, "a", "b")
		case "list":
			rdb.RPush(ctx, key, "2", "1", "2")
		case "zset":
			rdb.ZAdd(ctx, key, redis.Z{Score: 1.7e9 + 1.0/3, Member: "1"})
		case "stream":
			for n := range 3 {
				rdb.XAdd(ctx, &redis.XAddArgs{Stream: key, ID: fmt.Sprint(n+1, "-1"), Values: []string{"line", "{}"}})
			}
		}
		if i%3 == 0 && kind != "stream" && !strings.HasPrefix(key, "subs:") { // no stream expires: its entries go one by one
			rdb.Expire(ctx, key, 2*time.Hour)
		}
	}
	for n := range 2000 {
		rdb.HSet(ctx, "{news}:items", fmt.Sprint("item", n), "{}")
	}
	rdb.Del(ctx, backup.KeyRestoring, "{news}:broadcasts:running", "{news}:sources", "{news}:outbox")
	rdb.Set(ctx, "{news}:broadcasts:digested", time.Now().Unix()/3600+1, 0)
	rdb.HSet(ctx, keyBot, "id", botID(testToken))
}

// everyKey is what is in Redis, but for what is left out of a backup: a text for each key, with
// the minutes that it has left.
func everyKey(t *testing.T, rdb redis.UniversalClient) map[string]string {
	t.Helper()
	ctx, all := t.Context(), make(map[string]string)
	for _, key := range keysOf(t, rdb) {
		kind, why, _ := backup.Family(key)
		if why != "" {
			continue
		}
		var value any
		switch kind {
		case "string":
			value = rdb.Get(ctx, key).Val()
		case "hash":
			value = rdb.HGetAll(ctx, key).Val()
		case "set":
			value = slices.Sorted(slices.Values(rdb.SMembers(ctx, key).Val()))
		case "list":
			value = rdb.LRange(ctx, key, 0, -1).Val()
		case "zset":
			value = rdb.ZRangeWithScores(ctx, key, 0, -1).Val()
		case "stream":
			value = rdb.XRange(ctx, key, "-", "+").Val()
		}
		all[key] = fmt.Sprintf("%q %v", value, rdb.TTL(ctx, key).Val().Round(10*time.Minute))
	}
	return all
}

// TestAnInterruptedRestoreIsNoBot: the service does not start on what a restore has left, and
// one that runs ends. Another restore waits until the first is known to be dead, and begins anew.
func TestAnInterruptedRestoreIsNoBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		redistest.Fill(t, rdb, 1, 12_000, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
		rdb.HSet(t.Context(), keyBot, "id", botID(testToken))
		rdb.Set(t.Context(), "{news}:ledger:1", 1, time.Hour)
		rdb.XAdd(t.Context(), &redis.XAddArgs{Stream: "{news}:desk:audit", ID: "1-1", Values: []string{"line", "{}"}})
		file := taken(t, rdb)
		rdb = redistest.Bubble(t).Client(t)
		_, err := backup.Restore(t.Context(), backup.RestoreOptions{Redis: rdb, Bot: botID(testToken), Schema: schema}, &dying{Reader: bytes.NewReader(file), dies: len(file) - 40})
		if err == nil || !strings.Contains(err.Error(), "restore again") {
			t.Fatal(err)
		}
		if n := rdb.DBSize(t.Context()).Val(); n < 2 {
			t.Fatalf("%d keys: that was not the middle", n)
		}
		r := Redis{UniversalClient: rdb, Where: "the test's Redis"}
		for what, err := range map[string]error{"a start": r.Bind(t.Context(), testToken, true), "a check": r.BoundTo(t.Context(), testToken)} {
			if exitStatus(err) != exitMisuse || !strings.Contains(err.Error(), "a restore was begun and is not over") {
				t.Errorf("%s: %v", what, err)
			}
		}
		w := &witness{redis: r, token: testToken}
		if err := w.run(t.Context()); exitStatus(err) != exitMisuse {
			t.Errorf("one that runs: %v", err)
		}
		if _, err := restored(t, rdb, file); err == nil || !strings.Contains(err.Error(), "another restore is at work") {
			t.Errorf("at once: %v", err)
		}
		time.Sleep(16 * time.Second)
		if done, err := restored(t, rdb, file); err != nil || done.Subscribers != 12_000 {
			t.Errorf("again: %+v, %v", done, err)
		}
		if n := rdb.XLen(t.Context(), "{news}:desk:audit").Val(); n != 1 {
			t.Errorf("%d lines in the audit", n)
		}
		if err := r.Bind(t.Context(), testToken, false); err != nil {
			t.Error(err)
		}
	})
}

// dying is a file whose disk fails when it is read for the second time.
type dying struct {
	*bytes.Reader
	dies  int
	again bool
}

func (d *dying) Seek(offset int64, whence int) (int64, error) {
	d.again = true
	return d.Reader.Seek(offset, whence)
}

func (d *dying) Read(p []byte) (int, error) {
	at := int(d.Size()) - d.Len()
	if !d.again || at+len(p) <= d.dies {
		return d.Reader.Read(p)
	}
	if at >= d.dies {
		return 0, errors.New("the disk fails")
	}
	return d.Reader.Read(p[:d.dies-at])
}

// TestInterrupted: who interrupts a command that has an end is told that it was not done.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	if status := execute(ctx, []string{"healthcheck", "--config", top + "/kabarchy.example.yaml"}, io.Discard, &stderr); status != exitFailed || stderr.String() != "kabarchy: interrupted before it was done\n" {
		t.Errorf("status %d, %s", status, &stderr)
	}
}
