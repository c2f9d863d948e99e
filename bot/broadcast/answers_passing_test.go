package broadcast_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

// TestPassingTrouble: nobody is lost, and twice comes only what Telegram took without
// being able to say so.
func TestPassingTrouble(t *testing.T) { inBubble(t, testPassingTrouble) }

func testPassingTrouble(t *testing.T) {
	c := newAnswerFixture(t, func(s *setup) {
		s.client.HTTP.Timeout = 2 * time.Second // an answer that never comes
	})
	const healthy = 100 // so that it is not everything that fails
	redistest.Fill(t, c.rdb, c.telegram.Crowd(healthy), healthy, readsKyrgyz)
	rows := []struct {
		name  string
		fault simulator.Fault
		shows int
	}{
		{"500 in HTML", simulator.Fault{HTML: 500}, 1},
		{"502 in HTML", simulator.Fault{HTML: 502}, 1},
		{"503 in HTML", simulator.Fault{HTML: 503}, 1},
		{"504 in HTML, taken", simulator.Fault{HTML: 504, Taken: true}, 2},
		{"500 in JSON", simulator.Fault{Refuse: &simulator.Refusal{Code: 500, Description: "Internal Server Error"}}, 1},
		{"reset before", simulator.Fault{Reset: true}, 1},
		{"reset after", simulator.Fault{Reset: true, Taken: true}, 2},
		{"no answer", simulator.Fault{Hang: true}, 1},
		{"no answer, taken", simulator.Fault{Hang: true, Taken: true}, 2},
		{"429 for one chat", simulator.Fault{Refuse: simulator.TooMany(1)}, 1},
		{"never heard of", simulator.Fault{Refuse: bad("MOON_PHASE_INVALID")}, 1},
		{"403 never heard of", simulator.Fault{Refuse: &simulator.Refusal{Code: 403, Description: "Forbidden: the moon is full"}}, 1},
	}
	chats := map[string]int64{}
	for _, row := range rows {
		chats[row.name] = c.person(once(row.fault)).ID()
		c.subscribe(chats[row.name], "ky")
	}
	defer c.send()()
	c.publish("Жаңылык")
	c.finished(1, time.Minute)
	report := c.last()
	for _, row := range rows {
		chat := chats[row.name]
		if got := c.telegram.Received(chat); got != row.shows {
			t.Errorf("%s: %d messages arrived, want %d", row.name, got, row.shows)
		}
		if got := c.kept(chat); got != active {
			t.Errorf("%s: the chat is %s, want it active", row.name, got)
		}
		if c.noted(report.ID, chat) == "" {
			t.Errorf("%s: the ledger does not name the chat", row.name)
		}
	}
	c.wantReport(t, report, len(rows)+healthy, 0, 0)
}

// TestUnknownAnswersAreKeptAsFailed: at once, with what Telegram said, when nothing is
// left to leave out of the message; the chat gets the next item all the same.
func TestUnknownAnswersAreKeptAsFailed(t *testing.T) { inBubble(t, testUnknownAnswersAreKeptAsFailed) }

func testUnknownAnswersAreKeptAsFailed(t *testing.T) {
	c := newAnswerFixture(t)
	seen := c.watch()
	odd, other := c.telegram.Citizen("Асан", "ky").Open(), c.person()
	lift := c.telegram.Fault(simulator.Fault{
		Refuse: bad("MOON_PHASE_INVALID"), Chats: func(chat int64) bool { return chat == odd.ID() },
	})
	c.subscribe(odd.ID(), "ky")
	c.subscribe(other.ID(), "ky")
	defer c.send()()
	c.publish("Биринчи")
	c.finished(1, 30*time.Second)
	report := c.last()
	c.wantReport(t, report, 1, 0, 1)
	failures, err := c.engine.Failures(t.Context(), report.ID)
	if err != nil || !strings.Contains(failures[itoa(odd.ID())], "MOON_PHASE_INVALID") || len(failures) != 1 {
		t.Errorf("failures %v, %v; want the chat with the answer", failures, err)
	}
	tries := 0
	for _, s := range seen.all() {
		if s.chat == odd.ID() {
			tries++
		}
	}
	if tries != 3 {
		t.Errorf("%d calls, want one with all, one without buttons and a plain one", tries)
	}
	if got := c.kept(odd.ID()); got != active {
		t.Errorf("the chat is %s, want it active", got)
	}
	if got := c.counted("kabarchy_broadcast_attempts_total", broadcast.Refused.String()); got != 1 {
		t.Errorf("%d refusals counted, want 1", got)
	}
	lift()
	c.publish("Экинчи")
	c.finished(2, 30*time.Second)
	if shown := odd.Messages(); len(shown) != 1 || !strings.Contains(shown[0].Text, "Экинчи") {
		t.Errorf("the chat shows %+v, want the second item", shown)
	}
}

// TestWrongTokenStopsEverything: and loses nothing; with the right one it goes on.
func TestWrongTokenStopsEverything(t *testing.T) { inBubble(t, testWrongTokenStopsEverything) }

func testWrongTokenStopsEverything(t *testing.T) {
	c := newAnswerFixture(t)
	reader := c.person()
	c.subscribe(reader.ID(), "ky")
	lift := c.telegram.Fault(simulator.Fault{Refuse: simulator.Unauthorized})
	c.publish("Жаңылык")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	err := c.lead(ctx)
	if err == nil || !strings.Contains(err.Error(), "Unauthorized") || strings.Contains(err.Error(), c.telegram.Token()) {
		t.Fatalf("Run ends with %v, want what Telegram said and not the token", err)
	}
	if got := c.telegram.Stats().Requests; got != 1 {
		t.Errorf("%d requests with a wrong token, want 1", got)
	}
	lift()
	defer c.send()()
	c.finished(1, 30*time.Second)
	c.wantReport(t, c.last(), 1, 0, 0)
	if got := reader.Received(); got != 1 {
		t.Errorf("%d messages arrived, want 1", got)
	}
}
