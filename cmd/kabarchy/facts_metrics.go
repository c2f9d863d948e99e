package main

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions"
)

// gauges tell what is known of the service at the moment of a scrape.
type gauges struct {
	facts       *facts
	sources     []config.Source
	leads       func() bool
	subscribers func() (subscriptions.Counts, bool)
}

// gaugeDescs are all of them.
var gaugeDescs []*prometheus.Desc

func gauge(name, help string, labels ...string) *prometheus.Desc {
	d := prometheus.NewDesc(name, help, labels, nil)
	gaugeDescs = append(gaugeDescs, d)
	return d
}

// What every instance tells of itself.
var (
	leaderDesc = gauge("kabarchy_leader", "1 where this instance leads: it reads the sources and sends.")
	buildDesc  = gauge("kabarchy_build_info", "1; the labels say which build this is.", "version", "revision")
	redisDesc  = gauge("kabarchy_redis_up", "1 where Redis answers this instance, and in time.")
)

// What every instance tells alike, as Redis has it; nothing while Redis does not answer.
var (
	leaseDesc     = gauge("kabarchy_lease_taken", "1 where an instance holds the lease.")
	successDesc   = gauge("kabarchy_feeds_last_success_timestamp_seconds", "When a source was last read; 0 where it never was.", "source")
	dueDesc       = gauge("kabarchy_feeds_due_timestamp_seconds", "By when a source was to be read again, as of when it was last read.", "source")
	failuresDesc  = gauge("kabarchy_feeds_failures_in_row", "Failed polls of a source since the last that succeeded.", "source")
	lastItemDesc  = gauge("kabarchy_feeds_last_item_timestamp_seconds", "When something new last came from a source; 0 where nothing has.", "source")
	heldItemsDesc = gauge("kabarchy_feeds_held_items", "Items that wait for a person's decision, by why they are held.", "source", "reason")
	hubDesc       = gauge("kabarchy_hub_subscription_end_timestamp_seconds", "Until when a hub has granted to tell at once of a source's news; 0 where none has.", "source")
	archivedDesc  = gauge("kabarchy_archive_items", "Items in the archive.")
	linesDesc     = gauge("kabarchy_ledger_lines", "Messages, and reasons for none, that the ledgers hold; about.")
	runningDesc   = gauge("kabarchy_broadcasts_running", "Broadcasts planned and neither finished nor held.")
	heldDesc      = gauge("kabarchy_broadcasts_held", "Broadcasts that wait for a person's decision.")
	chatsDesc     = gauge("kabarchy_broadcast_chats", "Chats of the broadcasts that are not finished, by how far it is with them.", "kind", "state")
	oldestDesc    = gauge("kabarchy_oldest_unsent_item_age_seconds",
		"How long ago the oldest item was announced that somebody is still to get now; 0 where there is none.")
	stalledDesc = gauge("kabarchy_stalled_seconds",
		"For how long something has been due to be sent and nothing of it was done, as far as this instance has seen; 0 where all goes on.")
	starsDesc  = gauge("kabarchy_stars_a_day", "Stars that urgent announcements may cost in a day; 0 where nothing is paid for.")
	leftDesc   = gauge("kabarchy_stars_left", "Stars of these that are left today.")
	casesDesc  = gauge("kabarchy_desk_cases", "Cases of the press office that are not closed, by status; submitted ones wait for an approver.", "status")
	usedDesc   = gauge("kabarchy_redis_memory_used_bytes", "Memory that a Redis server uses.", "server")
	limitDesc  = gauge("kabarchy_redis_memory_limit_bytes", "Its maxmemory, or the machine's memory where that is not set.", "server")
	fileDesc   = gauge("kabarchy_redis_append_only_file_bytes", "Size of its append-only file.", "server")
	writesDesc = gauge("kabarchy_redis_persistence_ok", "0 where a Redis server last failed to write to its disk.", "server")
)

// What the instance that leads tells.
var subscribersDesc = gauge("kabarchy_subscribers", "Subscribers by state, as they were counted last.", "state")

// Describe and Collect make them a prometheus.Collector.
func (g *gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range gaugeDescs {
		to <- d
	}
}

// Collect never fails: what Redis does not tell in time is left out.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	build := thisRelease()
	set(buildDesc, 1, build.version, build.revision)
	set(leaderDesc, one(g.leads()))
	if c, known := g.subscribers(); known {
		active := 0
		for _, n := range c.Active {
			active += n
		}
		for state, n := range map[string]int{"active": active, "stopped": c.Stopped, "blocked": c.Blocked, "gone": c.Gone, "unreadable": c.Unreadable} {
			set(subscribersDesc, float64(n), state)
		}
	}
	found, stalled := g.facts.latest(context.Background())
	set(redisDesc, one(found != nil))
	if found == nil {
		return
	}
	set(leaseDesc, one(found.taken))
	set(archivedDesc, float64(found.archived))
	set(stalledDesc, stalled.Seconds())
	set(starsDesc, float64(broadcast.WholeStars(found.budget.ADay)))
	set(leftDesc, float64(broadcast.WholeStars(found.budget.Left)))
	g.collectSources(found, set)
	collectStanding(found, set)
	collectCases(found.cases, set)
	collectServers(found.servers, set)
}

type setter func(d *prometheus.Desc, value float64, labels ...string)

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// collectSources tells of those that are configured, and of no other.
func (g *gauges) collectSources(found *fact, set setter) {
	for _, source := range g.sources {
		h := found.sources[source.ID]
		if h.Due.IsZero() {
			h.Due = g.facts.began // nobody has asked it yet
		}
		set(successDesc, unix(h.LastSuccess), source.ID)
		set(dueDesc, unix(h.Due), source.ID)
		set(failuresDesc, float64(h.Failures), source.ID)
		set(lastItemDesc, unix(h.LastItem), source.ID)
	}
	for source, until := range found.hubsUntil() {
		if slices.ContainsFunc(g.sources, func(s config.Source) bool { return s.ID == source }) {
			set(hubDesc, unix(until), source)
		}
	}
	held := make(map[[2]string]int)
	for _, h := range found.held {
		held[[2]string{h.Source, h.Reason}]++
	}
	for labels, n := range held {
		set(heldItemsDesc, float64(n), labels[0], labels[1])
	}
}

// hubsUntil is until when a hub tells of the news of each source that has any.
func (f *fact) hubsUntil() map[string]time.Time {
	until := make(map[string]time.Time)
	for _, sub := range f.hubs {
		if before, is := until[sub.Source]; !is || sub.Until.After(before) {
			until[sub.Source] = sub.Until
		}
	}
	return until
}

func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

func collectStanding(found *fact, set setter) {
	s := found.standing
	set(runningDesc, float64(s.Running))
	set(heldDesc, float64(s.Held))
	set(linesDesc, float64(s.LedgerLines))
	age := 0.0
	if !s.Oldest.IsZero() {
		age = max(0, time.Since(s.Oldest).Seconds())
	}
	set(oldestDesc, age)
	for kind, states := range s.Chats {
		for state, n := range states {
			set(chatsDesc, float64(n), string(kind), state)
		}
	}
}

// collectCases tells of each status in which a case can be open.
func collectCases(cases []desk.Case, set setter) {
	waiting := map[desk.Status]int{desk.Draft: 0, desk.Submitted: 0, desk.Returned: 0, desk.Approved: 0, desk.Sending: 0, desk.Stopped: 0}
	for _, c := range cases {
		if _, open := waiting[c.Status]; open {
			waiting[c.Status]++
		}
	}
	for status, n := range waiting {
		set(casesDesc, float64(n), string(status))
	}
}

func collectServers(servers []serverFact, set setter) {
	for _, s := range servers {
		for d, value := range map[*prometheus.Desc]float64{usedDesc: s.used, limitDesc: s.limit, fileDesc: s.file} {
			if value >= 0 {
				set(d, value, s.where)
			}
		}
		set(writesDesc, one(s.writes), s.where)
	}
}
