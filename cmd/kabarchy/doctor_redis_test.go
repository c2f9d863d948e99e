package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/telegram"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// ills are what a doctor has found ill.
func (d *doctor) ills() (found []finding) {
	for _, f := range d.found {
		if !f.OK {
			found = append(found, f)
		}
	}
	return found
}

// TestDoctorOfRedis: each thing that may be wrong with a server is said in words, with the command
// that mends it, and the status is 4; as JSON it is the same.
func TestDoctorOfRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	admin := server.Client(t).(*redis.Client)
	set := func(values ...string) {
		t.Helper()
		for pair := range slices.Chunk(values, 2) {
			if err := admin.ConfigSet(t.Context(), pair[0], pair[1]).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	set("appendonly", "yes", "maxmemory-policy", "noeviction")
	for _, c := range []struct {
		name             string
		break_, mend     func()
		url              string
		about, says, how string
	}{
		{name: "well"},
		{"no persistence", func() { set("appendonly", "no", "save", "") }, func() { set("appendonly", "yes") }, "",
			"redis", "keeps nothing on disk: all subscribers are lost when it stops", "redis-cli CONFIG SET appendonly yes; redis-cli CONFIG REWRITE"},
		{"eviction", func() { set("maxmemory", "1gb", "maxmemory-policy", "allkeys-lru") }, func() { set("maxmemory", "0", "maxmemory-policy", "noeviction") }, "",
			"redis", "evicts subscribers when its memory is full", "redis-cli CONFIG SET maxmemory-policy noeviction; redis-cli CONFIG REWRITE"},
		{"memory near its end", func() {
			admin.SetRange(t.Context(), "subs:large", 20<<20, "x") // beside which a connection is small
			used := told(parseInfo(admin.Info(t.Context(), "memory").Val()), "used_memory")
			set("maxmemory", strconv.FormatFloat(used*1.1, 'f', 0, 64))
		}, func() { set("maxmemory", "0"); admin.Del(t.Context(), "subs:large") }, "", "memory", " uses 2", "redis-cli CONFIG SET maxmemory, to what the machine has to spare; redis-cli CONFIG REWRITE"},
		{"memory at its end", func() { set("maxmemory", "100kb") }, func() { set("maxmemory", "0") }, "",
			"redis", "OOM", "redis-cli CONFIG SET maxmemory, to what the machine has to spare; redis-cli CONFIG REWRITE"},
		{"wrong password", func() {}, func() {}, "redis://kabarchy:hunter2@" + server.Addr(),
			"redis", "WRONGPASS", "set REDIS_URL with the user and the password that redis knows; redis-cli ACL LIST"},
		{"a user without rights", func() { admin.Do(t.Context(), "ACL", "SETUSER", "poor", "on", "nopass", "~*", "+@all", "-hset") }, func() {}, "redis://poor:x@" + server.Addr(),
			"redis", "may not run HSET; grant what docs/redis.md says: ACL SETUSER poor +hset", "redis-cli, with the ACL SETUSER that is named"},
		{"a user who may not ask", func() { admin.Do(t.Context(), "ACL", "SETUSER", "mute", "on", "nopass", "~*", "+@all", "-info") }, func() {}, "redis://mute:x@" + server.Addr(),
			"memory", "its user may not run INFO", "redis-cli ACL SETUSER mute +info"},
		{"a replica", func() { admin.Do(t.Context(), "REPLICAOF", "127.0.0.1", "1") }, func() { admin.Do(t.Context(), "REPLICAOF", "NO", "ONE") }, "",
			"redis", "is a replica and takes no writes", "set REDIS_URL to the server that redis-cli ROLE names as its master"},
		{"a disk that is gone", func() {
			set("save", "3600 1")
			if err := os.RemoveAll(admin.ConfigGet(t.Context(), "dir").Val()["dir"]); err != nil {
				t.Fatal(err)
			}
			eventually(t, "it fails", func() bool {
				admin.BgSave(t.Context()) // refused while another child of the server is at work
				return parseInfo(admin.Info(t.Context(), "persistence").Val())["rdb_last_bgsave_status"] == "err"
			})
		}, func() {}, "", "redis", "MISCONF", "df -h; redis-cli CONFIG GET dir; then redis-cli BGSAVE"},
	} {
		if c.break_ != nil {
			c.break_()
		}
		if c.url == "" {
			c.url = server.URL()
		}
		r := open(t, c.url)
		d := &doctor{redis: r}
		d.lookAtRedis(t.Context())
		found := slices.DeleteFunc(d.ills(), func(f finding) bool { return strings.Contains(f.Says, "for an answer") }) // a busy machine
		fits := func(f finding) bool {
			return f.About == c.about && strings.Contains(f.Says, c.says) && strings.Contains(f.Mend, c.how)
		}
		if c.about == "" && len(found) > 0 || c.about != "" && !slices.ContainsFunc(found, fits) {
			t.Errorf("%s: %+v", c.name, found)
		}
		toldTwice(t, d)
		if c.mend != nil {
			c.mend()
		}
		_ = r.Close()
	}
}

// redisSays is an answer of a server's.
type redisSays string

func (r redisSays) Error() string { return string(r) }
func (redisSays) RedisError()     {}

// TestWhatElseKeepsRedisSilent: an address of the wrong kind is said to be one, with what mends it.
func TestWhatElseKeepsRedisSilent(t *testing.T) {
	t.Parallel()
	unknownMaster := fmt.Errorf("redis: all sentinels specified in configuration are unreachable: %w", redis.Nil) // as go-redis says it
	for name, c := range map[string]struct {
		tls             bool
		err             error
		says, how, lack string
	}{
		"a master that sentinels don't know": {false, unknownMaster, "the sentinels know no master of that name", "SENTINEL MASTERS; set master_name in REDIS_URL", "unreachable; "},
		"a sentinel in a server's place":     {false, redisSays("ERR unknown command 'MULTI', with args beginning with: "), "is a sentinel, or no redis", "?master_name=", ""},
		"a cluster without a master":         {false, redisSays("CLUSTERDOWN Hash slot not served"), "can't do its work", "redis-cli --cluster fix", ""},
		"TLS to a server without":            {true, context.DeadlineExceeded, "redis:// where it speaks no TLS", "redis-cli --tls ping", ""},
		"no TLS to a server with":            {false, io.EOF, "rediss:// where it speaks TLS alone", "set REDIS_URL with rediss://", ""},
		"a server that is slow":              {false, context.DeadlineExceeded, "can't be reached", "systemctl status redis-server", "TLS"},
	} {
		err := Redis{Where: "here", tls: c.tls}.told(t.Context(), c.err)
		how := mendOf(err.Error(), "redis-cli ping; systemctl status redis-server")
		if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.says) || !strings.Contains(how, c.how) || c.lack != "" && strings.Contains(err.Error(), c.lack) {
			t.Errorf("%s: %v → %s", name, err, how)
		}
	}
	for shown, base := range map[string]string{"http://us:xxxxx@proxy.example": "http://us:hunter2@proxy.example", telegram.DefaultEndpoint: telegram.DefaultEndpoint} {
		if said := (&doctor{base: base}).shown(); said != shown {
			t.Errorf("%s is shown as %s", shown, said)
		}
	}
}

// toldTwice holds that text and JSON tell the same, and that the status says whether all is well.
func toldTwice(t *testing.T, d *doctor) {
	t.Helper()
	var text, coded bytes.Buffer
	status := exitStatus(d.print(output{stdout: &text}, false))
	if other := exitStatus(d.print(output{stdout: &coded}, true)); other != status || (status == exitNot) != (len(d.ills()) > 0) {
		t.Errorf("status %d as text, %d as JSON: %+v", status, other, d.ills())
	}
	var found []finding
	if err := json.Unmarshal(coded.Bytes(), &found); err != nil || !slices.Equal(found, d.found) {
		t.Errorf("as JSON: %s, %v", &coded, err)
	}
	for _, f := range found {
		if !strings.Contains(text.String(), f.Says) || !strings.Contains(text.String(), f.Mend) {
			t.Errorf("as text it lacks %+v:\n%s", f, &text)
		}
	}
}

// TestDoctorAtNight: a source is late by its own schedule, and not where it is read seldom.
func TestDoctorAtNight(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	c, err := config.Load(top + "/kabarchy.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	read, late := now.Add(-9*time.Hour), now.Add(-time.Hour)
	health := []feeds.Health{
		{Source: "minjust-ky", LastAttempt: read, LastSuccess: read, Due: now.Add(time.Hour)}, // polls begin again at eight
		{Source: "minjust-ru", LastAttempt: now, LastSuccess: read, Due: late, Failures: 3, LastError: "the site answers 500"},
		{Source: "minjust-en", LastAttempt: now.Add(-time.Minute), LastSuccess: now.Add(-time.Minute), Due: now},
	}
	if err := report.NewKeeper(rdb).Keep(t.Context(), health); err != nil {
		t.Fatal(err)
	}
	d := &doctor{redis: Redis{UniversalClient: rdb}, config: c}
	if err := d.lookAtSources(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := d.ills(); len(found) != 1 || !strings.HasPrefix(found[0].Says, "minjust-ru should have been read 1h0m0s ago, and was last read "+read.In(c.Zone()).Format("2 January 15:04")+"; the site answers 500") {
		t.Errorf("%+v", found)
	}
}
