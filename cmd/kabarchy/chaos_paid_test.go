//go:build chaos

package main

import (
	"os"
	"strings"
	"testing"

	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// TestChaosPaid kills the program while an urgent announcement goes out that is paid for, and
// that the day's Stars are not enough for.
func TestChaosPaid(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes")
	limits := simulator.Limits{PerSecond: 200, Burst: 200, PaidPerSecond: 1000, ChatPerSecond: 1, ChatBurst: 3}
	c := newChaosWith(t, server.Client(t), server.URL(), 3000, simulator.Options{Latency: latency, Key: deskTitle, Limits: limits})
	c.trouble()
	c.configure(150, "")
	text, err := os.ReadFile(c.config)
	if err != nil {
		t.Fatal(err)
	}
	const stars = 150
	paid := strings.Replace(string(text), "correct_within_hours: 1}", "correct_within_hours: 1, paid: {urgent: true, per_second: 500, stars_a_day: 150}}", 1)
	if err := os.WriteFile(c.config, []byte(paid), 0o600); err != nil {
		t.Fatal(err)
	}
	item := feeds.Item{ID: feeds.DeskItemID("flood", "ky"), Language: "ky", Title: "Сел", Urgent: true, Paid: c.size}
	if err := feeds.NewArchive(c.rdb).Publish(t.Context(), []feeds.Item{item}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		program := c.start()
		c.await(100 + c.rnd.IntN(200))
		c.kill(program)
		c.look()
	}
	c.start()
	c.finished()
	c.verdict()
	n := c.telegram.Stats().Paid
	t.Logf("%d messages were paid for, with Stars for %d", n, 10*stars)
	if n > 10*stars || n == 0 {
		t.Errorf("%d messages were paid for, with Stars for %d", n, 10*stars)
	}
}
