package main

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestAlertsAreExplained: each alert has its section in docs/alerts.md, and each metric that a
// rule looks at is there. Prometheus reads the rules.
func TestAlertsAreExplained(t *testing.T) {
	t.Parallel()
	text := rules(t)
	page := documentTexts(t)["docs/alerts.md"]
	var explained []string
	named := alertNames(t)
	for _, alert := range named {
		if !strings.Contains(text, "runbook: docs/alerts.md#"+strings.ToLower(alert)+"\n") {
			t.Errorf("the rules lead from %s to no section", alert)
		}
	}
	for _, section := range regexp.MustCompile(`(?m)^## (Kabarchy\w+)$`).FindAllStringSubmatch(page, -1) {
		explained = append(explained, section[1])
	}
	if len(named) == 0 || !slices.Equal(named, explained) {
		t.Errorf("the rules have %q, docs/alerts.md %q", named, explained)
	}
	defined := definedMeasures(t)
	for _, metric := range ruledMetrics(t) {
		if _, is := defined[metric]; !is && !strings.HasPrefix(metric, "node_") { // TestAlertsOfADisk has that exporter's
			t.Errorf("the rules look at %s, which is no metric", metric)
		}
	}
	if regexp.MustCompile(`to_go|unsent|waiting|_held|pending`).MatchString(text) {
		t.Error("a rule looks at the length of a queue")
	}
	promtool(t, "", "check", "rules", rulesFile)
}

// alertNames are the alerts in the order of the rules.
func alertNames(t *testing.T) (named []string) {
	t.Helper()
	for _, alert := range regexp.MustCompile(`(?m)- alert: (\w+)$`).FindAllStringSubmatch(rules(t), -1) {
		named = append(named, alert[1])
	}
	return named
}

// TestEachAlertIsRaised: of each alert there is a case that raises it, in one of the tables that
// TestAlerts, TestAlertsOfRedis and TestAlertsOfADisk record.
func TestEachAlertIsRaised(t *testing.T) {
	t.Parallel()
	raised := make(map[string]bool)
	for _, tt := range alertCases {
		for _, alert := range tt.fires {
			raised[alert] = true
		}
	}
	for _, tt := range redisAlertCases {
		raised[tt.fires] = tt.fires != ""
	}
	for _, tt := range diskAlertCases {
		for _, alert := range tt.fires {
			raised[alert] = true
		}
	}
	for _, alert := range alertNames(t) {
		if !raised[alert] {
			t.Errorf("%s: no case raises it", alert)
		}
	}
}

// alertCase is what happens, and which alerts it raises.
type alertCase struct {
	name  string
	fires []string
	// happens lets it happen while it is recorded.
	happens func(c *alerted)
}

// alerted is the fixture of an alertCase, with the instance that leads.
type alerted struct {
	*fixture
	redis *redistest.Embedded
	app   *App
	*recording
}

// everybody is how many people there are: 3,000, or as PEOPLE says for the broadcast to all of
// them.
func (tt alertCase) everybody(t *testing.T) int {
	text := os.Getenv("PEOPLE")
	if text == "" || tt.name != alertCases[0].name {
		return 3000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("PEOPLE: %v", err)
	}
	return n
}

var alertCases = []alertCase{
	{"a broadcast to everybody", nil, func(c *alerted) {
		c.publish(1)
		c.lasts(c.fixture, 3)
		// The embedded Redis has no memory and no disk of its own: TestAlertsOfADisk has a broadcast with both.
		c.misses("kabarchy_redis_memory_used_bytes", "kabarchy_redis_memory_limit_bytes", "kabarchy_redis_persistence_ok",
			"node_filesystem_avail_bytes", "node_filesystem_size_bytes")
	}},
	{"a broadcast that a person has to decide of", nil, func(c *alerted) {
		lift := c.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage", "sendPhoto"}, Refuse: simulator.BotBlocked})
		c.publish(1)
		c.run(time.Hour)
		lift()
	}},
	{"messages to a few that fail for a day", nil, func(c *alerted) {
		c.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage", "sendPhoto"}, HTML: http.StatusBadGateway, Chats: func(chat int64) bool { return chat%1000 == 7 }})
		c.publish(1)
		c.run(6 * time.Hour)
	}},
	{"Telegram asks everybody to wait for five minutes", nil, func(c *alerted) {
		c.publish(1)
		c.run(2 * time.Minute)
		lift := c.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage", "sendPhoto"}, Refuse: simulator.TooMany(300)})
		c.run(5 * time.Minute)
		lift()
		c.run(20 * time.Minute)
	}},
	{"Telegram answers, and takes no message", []string{"KabarchyNoProgress"}, func(c *alerted) {
		c.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage", "sendPhoto"}, HTML: http.StatusBadGateway})
		for i := range 6 { // what comes meanwhile is no progress
			if i < 3 {
				c.publish(i + 1)
			}
			c.run(5 * time.Minute)
		}
	}},
	{"Telegram does not answer at all", nil, func(c *alerted) {
		c.telegram.Fault(simulator.Fault{HTML: http.StatusBadGateway})
		c.publish(1)
		c.run(30 * time.Minute)
	}},
	{"Redis is down for a moment", nil, func(c *alerted) {
		c.publish(1)
		c.run(2 * time.Minute)
		c.redis.Kill()
		time.Sleep(90 * time.Second)
		c.redis.Restart()
		c.run(20 * time.Minute)
	}},
	{"Redis takes no writes", []string{"KabarchyNobodyLeads"}, func(c *alerted) {
		c.run(2 * time.Minute)
		c.redis.RefuseWrites("READONLY You can't write against a read only replica.")
		c.run(10 * time.Minute)
		c.redis.RefuseWrites("")
		c.run(2 * time.Minute)
	}},
	{"the site fails", []string{"KabarchySourceUnread"}, func(c *alerted) {
		c.broken.Store(true)
		c.run(4 * time.Hour)
	}},
	{"the site fails for two hours", nil, func(c *alerted) {
		c.broken.Store(true)
		c.run(2 * time.Hour)
		c.broken.Store(false)
		c.run(time.Hour)
	}},
	{"the token is revoked", []string{"KabarchyTokenRefused", "KabarchyNobodyLeads"}, func(c *alerted) {
		c.run(2 * time.Minute)
		c.telegram.Fault(simulator.Fault{Refuse: simulator.Unauthorized})
		c.run(10 * time.Minute)
	}},
	{"the clock is wrong", []string{"KabarchyClockOff"}, func(c *alerted) {
		c.shift.Store(int64(-40 * time.Second))
		c.run(15 * time.Minute)
	}},
	{"nobody runs it", []string{"KabarchyDown"}, func(c *alerted) {
		c.run(2 * time.Minute)
		c.stop(c.app)
		c.instances["instance-1"] = nil
		c.run(10 * time.Minute)
	}},
	{"another instance takes over", nil, func(c *alerted) {
		second := c.instance()
		c.instances["instance-2"] = second
		c.run(2 * time.Minute)
		c.publish(1)
		c.run(time.Minute)
		c.stop(c.app)
		c.instances["instance-1"] = nil
		c.run(20 * time.Minute)
		c.app = second
	}},
}

// lasts records until the item's broadcasts are over, and a while longer.
func (c *alerted) lasts(w *fixture, editions int) {
	for began := time.Now(); !w.finished(c.app, editions); {
		if time.Since(began) > 24*time.Hour {
			w.t.Fatal("the broadcast does not end")
		}
		c.run(10 * time.Minute)
	}
	c.run(30 * time.Minute)
}

// TestAlerts records the metrics of the program in what happens, and has Prometheus' own tool
// say which alerts that raises.
func TestAlerts(t *testing.T) {
	if os.Getenv("ALERTS") == "" {
		t.Log("only with ALERTS=true, as in CI: it takes minutes")
		return
	}
	t.Parallel()
	for _, tt := range alertCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := ""
			synctest.Test(t, func(t *testing.T) { file = tt.recorded(t) })
			verdictOn(t, file)
		})
	}
}

func (tt alertCase) recorded(t *testing.T) string {
	c := &alerted{redis: redistest.Bubble(t)}
	c.fixture = newFixture(t, c.redis.Client(t), simulator.Options{})
	c.config.Poll = "@every 1m"
	people := tt.everybody(t)
	c.config.Telegram.MessagesPerSecond = min(30, float64(people)/600) // ten minutes at least
	c.app = c.fixture.app()
	first := c.telegram.Crowd(people)
	redistest.Fill(t, c.rdb, first, people, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}},
		subscriptions.Preferences{Interface: "ru", Languages: []string{"ru"}}, subscriptions.Preferences{Interface: "en", Languages: []string{"en"}})
	c.recording = c.fixture.record(c.app)
	tt.happens(c)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_ = c.app.Stop(ctx)
	return c.tests(tt.fires...)
}
