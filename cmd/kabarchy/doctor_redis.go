package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/lease"
	"kabarchy/cmd/kabarchy/backup"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// What the doctor finds too slow, too full or too old.
const (
	slowRedis    = 50 * time.Millisecond
	fullRedis    = 0.8 // of maxmemory
	overdueFor   = 5 * time.Minute
	outboxFor    = time.Minute
	fewQuestions = 5
)

// redisMends are what mends a Redis, by words of what is wrong with it.
var redisMends = []struct{ wrong, mend string }{
	{"grant what docs/redis.md says", "redis-cli, with the ACL SETUSER that is named; see docs/redis.md"},
	{"WRONGPASS", "set REDIS_URL with the user and the password that redis knows; redis-cli ACL LIST"},
	{"NOAUTH", "set REDIS_URL with the user and the password that redis knows; redis-cli ACL LIST"},
	{"is a replica", "set REDIS_URL to the server that redis-cli ROLE names as its master"},
	{"READONLY", "set REDIS_URL to the server that redis-cli ROLE names as its master"},
	{"OOM", "redis-cli CONFIG SET maxmemory, to what the machine has to spare; redis-cli CONFIG REWRITE"},
	{"CLUSTERDOWN", "redis-cli --cluster check, with the address of a node; then redis-cli --cluster fix"},
	{"no master of that name", "redis-cli -p 26379 SENTINEL MASTERS; set master_name in REDIS_URL to the name that it says"},
	{"is a sentinel", "set REDIS_URL with ?master_name= and the name that redis-cli -p 26379 SENTINEL MASTERS says"},
	{"speaks no TLS", "redis-cli ping; redis-cli --tls ping; set REDIS_URL with redis:// where the former alone answers"},
	{"speaks TLS alone", "redis-cli --tls ping; set REDIS_URL with rediss:// where that answers"},
	{"MISCONF", "df -h; redis-cli CONFIG GET dir; then redis-cli BGSAVE"},
	{"append", "redis-cli CONFIG SET appendonly yes; redis-cli CONFIG REWRITE"},
	{"evicts", "redis-cli CONFIG SET maxmemory-policy noeviction; redis-cli CONFIG REWRITE"},
	{"hash-max-listpack-entries", "redis-cli CONFIG SET hash-max-listpack-entries 1024; redis-cli CONFIG REWRITE"},
	{"could not be checked", "redis-cli, with the ACL SETUSER of docs/redis.md"},
}

// mendOf is what mends something, by the first words that are in what is wrong.
func mendOf(wrong, otherwise string) string {
	for _, m := range redisMends {
		if strings.Contains(wrong, m.wrong) {
			return m.mend
		}
	}
	return otherwise
}

// lookAtRedis reports whether Redis can be used.
func (d *doctor) lookAtRedis(ctx context.Context) bool {
	if err := d.redis.Check(ctx); err != nil {
		d.ill("redis", mendOf(err.Error(), "redis-cli ping; systemctl status redis-server"), "%v", err)
		return false
	}
	slowest := time.Duration(0)
	for range fewQuestions {
		began := time.Now()
		if d.redis.Ping(ctx).Err() == nil {
			slowest = max(slowest, time.Since(began))
		}
	}
	if slowest > slowRedis {
		d.ill("redis", "redis-cli --latency; put it nearer, or look what else it does", "%s took %v for an answer", d.redis.Where, slowest.Round(time.Millisecond))
	} else {
		d.well("redis", "%s answers within %v", d.redis.Where, slowest.Round(10*time.Microsecond))
	}
	for _, warning := range d.redis.Warnings(ctx) {
		d.ill("redis", mendOf(warning, "see docs/redis.md, how to set it up"), "%s", warning)
	}
	d.lookAtServers(ctx)
	return true
}

// lookAtServers looks how full the memory of each server is, and whether it can write to its disk.
func (d *doctor) lookAtServers(ctx context.Context) {
	servers, err := d.redis.servers(ctx)
	if err == nil && len(servers) == 0 {
		err = errors.New("its user may not run INFO")
	}
	if err != nil {
		d.ill("memory", "redis-cli ACL SETUSER "+d.redis.user()+" +info", "how much memory redis uses can't be told: %v", err)
	}
	for _, s := range servers {
		full := s.limit > 0 && s.used > fullRedis*s.limit
		switch {
		case full:
			d.ill("memory", "redis-cli CONFIG SET maxmemory, to what the machine has to spare; redis-cli CONFIG REWRITE",
				"%s uses %.0f of %.0f MB", s.where, s.used/1e6, s.limit/1e6)
		case s.limit > 0:
			d.well("memory", "%s uses %.0f of %.0f MB", s.where, s.used/1e6, s.limit/1e6)
		default:
			d.well("memory", "%s uses %.0f MB", s.where, s.used/1e6)
		}
		if !s.writes {
			d.ill("disk", "df -h; redis-cli CONFIG GET dir; then redis-cli BGREWRITEAOF, or redis-cli BGSAVE",
				"%s could not write to its disk the last time", s.where)
		}
	}
}

// lookAtData looks whose data it is, and whether it is whole.
func (d *doctor) lookAtData(ctx context.Context) error {
	id, err := d.redis.boundID(ctx)
	switch {
	case errors.Is(err, backup.ErrUnfinished):
		d.ill("data", "kabarchy restore FILE", "%v", err)
		return nil
	case err != nil:
		return err
	case id == "":
		d.ill("data", "kabarchy run, or set the REDIS_URL that is meant; where there was data, kabarchy restore FILE", "no bot's data is there")
		return nil
	case id != botID(d.token):
		d.ill("data", "set the token of that bot, or the REDIS_URL of this one", "it is bot %s's, and the token bot %s's", id, botID(d.token))
		return nil
	}
	counts, err := subscriptions.NewStore(d.redis).Count(ctx)
	if err != nil {
		return err
	}
	for _, n := range counts.Active {
		d.active += n
	}
	before, err := d.redis.HGet(ctx, keyBot, "subscribers").Int()
	if err == nil && vanished(before, counts.Total) {
		d.ill("data", "stop the bot, kabarchy restore FILE; where the number is right, start once with --rebind", "%d subscribers are there, and there were %d", counts.Total, before)
		return nil
	}
	d.well("data", "bot %s has %d subscribers, %d of whom get news", id, counts.Total, d.active)
	if counts.Unreadable > 0 {
		d.ill("data", "run the newer release again", "a newer release wrote what %d subscribers want: this one sends them nothing", counts.Unreadable)
	}
	return nil
}

func (d *doctor) lookAtLeader(ctx context.Context) error {
	taken, err := lease.New(d.redis, nil).Taken(ctx)
	if err != nil {
		return err
	}
	if !taken {
		d.ill("leader", "systemctl start kabarchy, or kabarchy run; its log says why it does not lead", "no instance leads: nothing is read and nothing is sent")
		return nil
	}
	d.well("leader", "an instance leads")
	return nil
}

// lookAtSources looks when each was read, as the instance that leads last wrote it.
func (d *doctor) lookAtSources(ctx context.Context) error {
	known, err := report.Sources(ctx, d.redis)
	if err != nil {
		return err
	}
	health := make(map[string]feeds.Health)
	for _, h := range known {
		health[h.Source] = h
	}
	for _, source := range d.config.Sources {
		h := health[source.ID]
		overdue := time.Since(cmp.Or(h.Due, h.LastSuccess)) // a release from before Due was there left it out
		mend := "kabarchy check; correct its url, or ask the site's administrator"
		switch {
		case h.LastAttempt.IsZero():
			d.ill("source", "kabarchy run: it asks every source at its start", "%s was not asked yet", source.ID)
		case h.LastSuccess.IsZero():
			d.ill("source", mend, "%s was never read: %s", source.ID, h.LastError)
		case overdue > overdueFor:
			d.ill("source", mend, "%s should have been read %v ago, and was last read %s; %s", source.ID, overdue.Round(time.Minute),
				h.LastSuccess.In(d.config.Zone()).Format("2 January 15:04"), cmp.Or(h.LastError, "nobody has asked it since"))
		default:
			d.well("source", "%s was read %v ago", source.ID, time.Since(h.LastSuccess).Round(time.Second))
		}
	}
	return nil
}

// lookAtHeld looks what waits for a person, and what waits longer than it should.
func (d *doctor) lookAtHeld(ctx context.Context) error {
	archive := feeds.NewArchive(d.redis)
	held, err := archive.Held(ctx)
	if err != nil {
		return err
	}
	engine, err := onlooker(ctx, d.config, d.redis)
	if err != nil {
		return err
	}
	broadcasts, err := engine.HeldBroadcasts(ctx)
	if err != nil {
		return err
	}
	var since []time.Time
	for _, h := range held {
		since = append(since, h.At)
	}
	for _, b := range broadcasts {
		since = append(since, b.HeldAt)
	}
	if len(since) > 0 {
		d.ill("held", "/held or /status in the chat, as an administrator", "%d items and %d broadcasts wait for a decision, the first since %s",
			len(held), len(broadcasts), slices.MinFunc(since, time.Time.Compare).In(d.config.Zone()).Format("2 January 15:04"))
	} else {
		d.well("held", "nothing waits for a decision")
	}
	announced, err := archive.Announcements(ctx, 1)
	if err != nil {
		return err
	}
	if len(announced) > 0 && time.Since(announced[0].At) > outboxFor {
		d.ill("outbox", "look for \"planned\" in the log of the instance that leads", "item %s was announced %v ago, and its broadcast is not planned", announced[0].Item, time.Since(announced[0].At).Round(time.Second))
	} else {
		d.well("outbox", "what is announced is planned")
	}
	return nil
}
