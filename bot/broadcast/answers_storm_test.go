package broadcast_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// newStorm is a crowd that reads Kyrgyz, and a Telegram that takes thirty messages a second.
func newStorm(t *testing.T, rdb redis.UniversalClient, people int) (c *answerFixture, first int64) {
	c = newAnswerFixtureOn(t, rdb, simulator.Options{Limits: simulator.Limits{PerSecond: 30, Burst: 30}}, 30)
	first = c.telegram.Crowd(people)
	redistest.Fill(t, rdb, first, people, readsKyrgyz)
	return c, first
}

// inTime holds a broadcast to thirty messages a second.
func inTime(t *testing.T, took time.Duration, people int) {
	t.Helper()
	if most := time.Duration(people)*time.Second/30*103/100 + 3*time.Second; took > most {
		t.Errorf("it took %v, where %v are enough", took, most)
	}
}

// TestOneInAHundredChatsIsRefusedInNewWords: the others have every item on time, and those
// chats cost a few calls each and are listed with the reason.
func TestOneInAHundredChatsIsRefusedInNewWords(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		const people = 400
		c, _ := newStorm(t, rdb, people)
		c.telegram.Fault(simulator.Fault{Refuse: bad("SOMETHING_NEW"), Share: 0.01})
		defer c.send()()
		for n := 1; n <= 2; n++ {
			began := time.Now()
			c.publish(fmt.Sprintf("Жаңылык %d", n))
			c.finished(n, 10*time.Minute)
			inTime(t, time.Since(began), people)
			report := c.last()
			failures, err := c.engine.Failures(t.Context(), report.ID)
			if err != nil {
				t.Fatal(err)
			}
			if report.Failed == 0 || report.Failed > people/30 || report.Sent != people-report.Failed || len(failures) != report.Failed {
				t.Errorf("report %+v with %d failures", report, len(failures))
			}
			for chat, why := range failures {
				if !strings.Contains(why, "SOMETHING_NEW") {
					t.Errorf("chat %s is listed for %q", chat, why)
				}
			}
		}
		stats, bad := c.telegram.Stats(), int64(c.last().Failed)
		if stats.Faulted > 2*3*bad { // with everything, without buttons, plain; for two items
			t.Errorf("%d calls for %d chats that refuse", stats.Faulted, bad)
		}
		if stats.Limited429 > 0 {
			t.Errorf("Telegram asked for patience %d times", stats.Limited429)
		}
	})
}

// TestAPictureThatTelegramRefuses: whatever the words, everybody has the item without it,
// at the full rate, and only the first few wait for two calls.
func TestAPictureThatTelegramRefuses(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"PHOTO_SAVE_FILE_INVALID", "wrong HTTP URL specified", "SOMETHING_NEW"} {
		t.Run(words, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				rdb := redistest.Bubble(t).Client(t)
				const people = 150
				c, _ := newStorm(t, rdb, people)
				c.telegram.Fault(simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: bad(words)})
				defer c.send()()
				began := time.Now()
				c.post("ky", story{title: "Жаңылык", text: "Текст.", picture: "https://ministry.example/1.jpg"})
				c.finished(1, 10*time.Minute)
				inTime(t, time.Since(began), people)
				c.wantReport(t, c.last(), people, 0, 0)
				if stats := c.telegram.Stats(); stats.Faulted > 30 || stats.Accepted != people {
					t.Errorf("%d refusals, %d messages for %d people", stats.Faulted, stats.Accepted, people)
				}
				c.publish("Кийинки")
				c.finished(2, 10*time.Minute)
				c.wantReport(t, c.last(), people, 0, 0)
			})
		})
	}
}

// TestButtonsThatTelegramRefuses: as a picture.
func TestButtonsThatTelegramRefuses(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		const people = 150
		c, _ := newStorm(t, rdb, people)
		c.telegram.Fault(simulator.Fault{Refuse: bad("BUTTON_URL_INVALID"), Match: func(r simulator.Request) bool { return r.Params["reply_markup"] != "" }})
		defer c.send()()
		began := time.Now()
		c.publish("Жаңылык")
		c.finished(1, 10*time.Minute)
		inTime(t, time.Since(began), people)
		c.wantReport(t, c.last(), people, 0, 0)
		if stats := c.telegram.Stats(); stats.Faulted > 30 {
			t.Errorf("%d refusals for %d people", stats.Faulted, people)
		}
	})
}

// TestAnItemThatEveryChatRefusesIsAPersonsDecision: it is held after the first chats, the
// administrator reads Telegram's words, and what they press is done.
func TestAnItemThatEveryChatRefusesIsAPersonsDecision(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		const people = 100
		c, first := newStorm(t, rdb, people)
		admin := c.person()
		client := telegram.NewClient(c.reach())
		desk := bot.New(bot.Options{
			Client: client, Store: c.store, Archive: c.archive,
			Admins: bot.Admins{IDs: []int64{admin.ID()}, Redis: rdb, Service: struct {
				*broadcast.Engine
				*feeds.Poller
				*feeds.Archive
				*subscriptions.Store
			}{c.engine, c.poller, c.archive, c.store}},
		})
		lift := c.telegram.Fault(simulator.Fault{Refuse: bad("SOMETHING_NEW"), Chats: func(chat int64) bool { return chat >= first && chat < first+people }})
		defer c.start(c.lead, updates.NewPoller(updates.NewDispatcher(updates.Options{Client: client, Handler: desk}), nil).Run)()
		c.publish("Жаңылык")
		c.await("it is held", time.Minute, func() bool {
			held, err := c.engine.HeldBroadcasts(t.Context())
			return err == nil && len(held) == 1
		})
		for range 2 { // they are asked once
			if err := desk.TellAdmins(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		shown := admin.Messages()
		if len(shown) != 1 || !strings.Contains(shown[0].Text, "Bad Request: SOMETHING_NEW") || !strings.Contains(shown[0].Text, "Жаңылык") {
			t.Fatalf("the administrator reads %+v", shown)
		}
		lift()
		if err := admin.Press("▶️ Продолжить"); err != nil {
			t.Fatal(err)
		}
		c.finished(1, 10*time.Minute)
		c.wantReport(t, c.last(), people, 0, 0)
		for chat := first; chat < first+people; chat++ {
			if n := c.telegram.Received(chat); n != 1 {
				t.Errorf("chat %d has it %d times", chat, n)
			}
		}
	})
}
