package bot_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// asked is a fixture in which a flood of three items waits for the administrators.
func asked(t *testing.T, rdb redis.UniversalClient, admins int) (h *fixture, all []*simulator.Citizen) {
	t.Helper()
	h = open(t, rdb, simulator.Options{})
	for range admins {
		c := h.newAdmin("en")
		h.says(c, "/start en", "subscribed")
		all = append(all, c)
	}
	for _, letter := range []string{"a", "b", "c"} {
		h.shelf.put(bottest.Item(idOf(letter), "en", "Item "+letter))
	}
	h.desk.hold("news-en", feeds.HeldFlood, feeds.Published, ids("abc")...)
	h.tell()
	for _, c := range all {
		h.until(c.Chat, "3 items to review")
	}
	return h, all
}

// adminsAsked runs a test in a bubble, beside others, on what asked makes.
func adminsAsked(t *testing.T, admins int, test func(t *testing.T, h *fixture, admins []*simulator.Citizen)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, all := asked(t, redistest.Bubble(t).Client(t), admins)
		test(t, h, all)
	})
}

func (h *fixture) tell() {
	h.t.Helper()
	if err := h.bot.TellAdmins(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// questions counts what a person was asked.
func questions(c *simulator.Citizen) (n int) {
	for _, m := range c.Messages() {
		if m.Bot && strings.Contains(m.Text, "to review") {
			n++
		}
	}
	return n
}

func TestAdminsAreAskedOnce(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		h, admins := asked(t, rdb, 1)
		h.tell()
		second := h.newAdmin("en") // with another life of the bot
		h.says(second, "/start en", "subscribed")
		h.tell()
		h.tell()
		h.desk.hold("news-en", feeds.HeldFlood, feeds.Published, ids("de")...)
		h.tell()
		for i, c := range []*simulator.Citizen{admins[0], second} {
			if n := questions(c); n != 2 {
				t.Errorf("administrator %d was asked %d times of two batches", i, n)
			}
		}
		// What is settled is forgotten.
		h.desk.held = nil
		h.tell()
		if left, err := rdb.Keys(t.Context(), "{news}:told:*").Result(); err != nil || len(left) > 0 {
			t.Errorf("kept: %v, %v", left, err)
		}
	})
}

func TestTheFirstDecisionHolds(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		h, admins := asked(t, rdb, 2)
		if toast := h.presses(admins[0], "🗄 Don't send"); toast != "" {
			t.Errorf("the first one is told %q", toast)
		}
		if toast := h.presses(admins[1], "📤 Send"); !strings.Contains(toast, "already been decided") {
			t.Errorf("the second one is told %q", toast)
		}
		h.until(admins[1].Chat, "Decided: don't send.")
		if released, dismissed := h.desk.did(); released != 0 || dismissed != 3 {
			t.Errorf("%d released, %d dismissed", released, dismissed)
		}
	})
}

// TestOppositeDecisionsAtOnce: never is a part of a batch sent and the other not.
func TestOppositeDecisionsAtOnce(t *testing.T) {
	adminsAsked(t, 2, func(t *testing.T, h *fixture, admins []*simulator.Citizen) {
		h.presses(admins[0], "📤 Send")
		var taps sync.WaitGroup
		for i, label := range []string{"📤 Yes, send", "🗄 Don't send"} {
			taps.Go(func() {
				if _, err := admins[i].Tap(label); err != nil {
					t.Error(err)
				}
			})
		}
		taps.Wait()
		h.settled()
		if released, dismissed := h.desk.did(); released+dismissed != 3 || released != 0 && dismissed != 0 {
			t.Errorf("%d released, %d dismissed", released, dismissed)
		}
	})
}

// TestADecisionIsCarriedOutToItsEnd: a press that meets an outage half-way is tried
// again, and does what was decided with the rest.
func TestADecisionIsCarriedOutToItsEnd(t *testing.T) {
	adminsAsked(t, 1, func(t *testing.T, h *fixture, admins []*simulator.Citizen) {
		h.presses(admins[0], "📤 Send")
		h.desk.mu.Lock()
		h.desk.failAt = 2
		h.desk.mu.Unlock()
		if toast := h.presses(admins[0], "📤 Yes, send"); toast != "" {
			t.Errorf("told %q", toast)
		}
		if released, dismissed := h.desk.did(); released != 3 || dismissed != 0 {
			t.Errorf("%d released, %d dismissed", released, dismissed)
		}
	})
}

// TestADecisionOutlivesACrash: the press is forgotten, the decision is not.
func TestADecisionOutlivesACrash(t *testing.T) {
	adminsAsked(t, 1, func(t *testing.T, h *fixture, admins []*simulator.Citizen) {
		h.presses(admins[0], "🗄 Don't send")
		keys, err := h.rdb.Keys(t.Context(), "{news}:decided:*").Result()
		if err != nil || len(keys) != 1 {
			t.Fatalf("%v, %v", keys, err)
		}
		h.desk.mu.Lock()
		h.desk.held, h.desk.dismissed = h.desk.was, nil // as it was before the press
		h.desk.mu.Unlock()
		h.tell()
		if released, dismissed := h.desk.did(); released != 0 || dismissed != 3 {
			t.Errorf("%d released, %d dismissed", released, dismissed)
		}
		if n := questions(admins[0]); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestOnlyAdminsDecide(t *testing.T) {
	adminsAsked(t, 1, func(t *testing.T, h *fixture, admins []*simulator.Citizen) {
		var button simulator.Button
		for _, m := range admins[0].Messages() {
			for _, row := range m.Keyboard {
				for _, b := range row {
					if strings.HasPrefix(b.Data, "held:") {
						button = b
					}
				}
			}
		}
		if button.Data == "" || len(button.Data) > 64 {
			t.Fatalf("button %+v", button)
		}
		stranger := h.telegram.Citizen("Нурлан", "en")
		shown := h.says(stranger, "/start en", "subscribed")
		for _, data := range []string{button.Data, strings.Replace(button.Data, "keep", "send", 1), strings.Replace(button.Data, "keep", "ask", 1)} {
			tap, err := stranger.TapRaw(shown.ID, data)
			if err != nil {
				t.Fatal(err)
			}
			if toast := h.answered(tap); !strings.Contains(toast, "no longer works") {
				t.Errorf("%s: told %q", data, toast)
			}
		}
		// Nor does an administrator in a group, where others read along.
		group := h.telegram.Group("Айыл", admins[0])
		group.AddBot(admins[0], simulator.AllRights)
		h.settled()
		before := len(group.Messages())
		group.Say(admins[0], "/status@kabarchy_bot", 0)
		h.settled()
		if after := len(group.Messages()); after != before+1 {
			t.Errorf("the group reads %+v", group.Messages()[before:])
		}
		if released, dismissed := h.desk.did(); released+dismissed != 0 {
			t.Errorf("%d released, %d dismissed", released, dismissed)
		}
	})
}

// TestAnAdminWhoCantBeToldHarmsNothing: the others are told, it is logged once, and who
// comes later is told then.
func TestAnAdminWhoCantBeToldHarmsNothing(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		absent, present := h.newAdmin("ru"), h.newAdmin("")
		present.Open()
		h.desk.find(feeds.Health{
			Source: "news-ky", Condition: feeds.Failing, Since: today,
			LastError: "feeds: source news-ky: parse \"http://u:hunter2@[x/?k=hunter2\": " + strings.Repeat("<b>&no ", 1000),
		})
		for range 3 {
			h.tell()
		}
		m := h.until(present.Chat, "Источник news-ky не читается")
		if strings.Contains(m.Text, "hunter2") || !strings.Contains(m.Text, "<b>&no") || len([]rune(m.Text)) > 400 {
			t.Errorf("told %q", m.Text)
		}
		if n := strings.Count(h.log.String(), "administrator can't be told"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, h.log)
		}
		h.says(absent, "/start", "новости")
		h.tell()
		h.until(absent.Chat, "Источник news-ky не читается")
		for _, c := range []*simulator.Citizen{absent, present} {
			told := 0
			for _, m := range c.Messages() {
				if m.Bot && strings.Contains(m.Text, "не читается") {
					told++
				}
			}
			if told != 1 {
				t.Errorf("told %d times", told)
			}
		}
	})
}

// TestASourceIsReportedOnceAcrossRestarts: a restarted bot does not yet know how a
// source is, and says nothing until it does.
func TestASourceIsReportedOnceAcrossRestarts(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		admin := h.newAdmin("en").Open()
		source := feeds.Health{Source: "news-ky", Condition: feeds.Well, Since: today}
		is := func(c feeds.Condition, read bool) {
			source.Condition, source.LastSuccess = c, time.Time{}
			if read {
				source.LastSuccess = today
			}
			h.desk.find(source)
			h.tell()
		}
		is(feeds.Well, true)
		is(feeds.Failing, true)
		is(feeds.Well, false) // after a restart
		is(feeds.Failing, false)
		is(feeds.Well, false)
		is(feeds.Well, true)
		is(feeds.Well, true)
		var got []string
		for _, m := range admin.Messages() {
			got = append(got, strings.SplitN(m.Text, "\n", 2)[0])
		}
		if want := []string{"⚠️ Источник news-ky не читается", "✅ Источник news-ky снова работает"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

// errOutage is what a Redis says that is away for a moment.
var errOutage = fmt.Errorf("release: %w", context.DeadlineExceeded)

// TestBothAreShown: who decides whether one item repeats another, or is it, sees both.
func TestBothAreShown(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		h, admins := asked(t, rdb, 1)
		for reason, says := range map[string]string{
			feeds.HeldRepeated: "This repeats an earlier item",
			feeds.HeldDoubtful: "an earlier item that was rewritten",
		} {
			h.desk.hold("news-en", reason, feeds.Published, idOf("b"))
			h.desk.held[len(h.desk.held)-1].Other = idOf("a")
			h.tell()
			m := h.until(admins[0].Chat, says)
			if !strings.Contains(m.Text, "• Item b\n↳ earlier: Item a, ") {
				t.Errorf("%s: the question is %q", reason, m.Text)
			}
		}
	})
}
