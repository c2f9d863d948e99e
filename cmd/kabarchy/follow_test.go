package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// follow returns the lines of the log that name an item.
func (w *fixture) follow(item string) (lines []string) {
	named := regexp.MustCompile(`items?="?[0-9a-z ]*` + item) // as docs/operate.md says
	for line := range strings.Lines(w.log.String()) {
		if named.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestAnItemIsFollowedThroughTheLog by its id, from the poll that found it to the chats that
// refused it, over what the desk decided, its correction and its withdrawal.
func TestAnItemIsFollowedThroughTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		w := newFixture(t, rdb, simulator.Options{})
		admin, blocked, refuses := w.telegram.Citizen("Бакыт", "ru"), w.telegram.Citizen("Айгүл", "ky"), w.telegram.Citizen("Бермет", "ky")
		w.config.Admins, w.config.Poll = []int64{admin.ID()}, "@every 10s"
		w.config.Telegram.MessagesPerSecond = 2
		a := w.app()
		defer w.stop(a)
		w.says(admin, "/start ru", "Вы подписались")
		readers := []*simulator.Citizen{blocked, refuses}
		for range 12 {
			readers = append(readers, w.telegram.Citizen("Нурлан", "ky"))
		}
		for _, reader := range readers {
			reader.Open()
			redistest.Fill(t, rdb, reader.ID(), 1, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
		}
		w.telegram.Fault(simulator.Fault{Chats: func(chat int64) bool { return chat == blocked.ID() }, Refuse: &simulator.Refusal{Code: 403, Description: "Forbidden: bot was blocked by the user"}})
		w.telegram.Fault(simulator.Fault{Chats: func(chat int64) bool { return chat == refuses.ID() }, Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: chat not found"}})

		w.publish(1)
		eventually(t, "it goes out", func() bool { return w.delivered(1) > 2 })
		ids := map[string]string{}
		for _, language := range []string{"ky", "ru", "en"} {
			latest, err := a.Archive.Latest(t.Context(), language, 0, 1)
			if err != nil || len(latest) != 1 {
				t.Fatal(latest, err)
			}
			ids[language] = latest[0].ID
		}
		stopped, err := a.Desk.StopItem(t.Context(), desk.Act{ID: "stop", Case: ids["ky"], Who: admin.ID(), Via: "chat"})
		if err != nil || stopped.Result != desk.Acted {
			t.Fatal(stopped, err)
		}
		time.Sleep(time.Minute)
		goes, err := a.Desk.Do(t.Context(), desk.Act{ID: "goon", Verb: desk.GoOn, Case: stopped.Case.ID, Version: stopped.Case.Version, Who: admin.ID(), Via: "web"})
		if err != nil || goes.Result != desk.Acted {
			t.Fatal(goes, err)
		}
		eventually(t, "it is out", func() bool { return w.finished(a, 3) })
		if _, err := w.site.Correct(1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		taken, err := a.Desk.Do(t.Context(), desk.Act{ID: "takeback", Verb: desk.Approve, Case: "withdraw1", Kind: desk.Withdraw, Items: []string{ids["ky"]}, Who: admin.ID(), Via: "chat"})
		if err != nil || taken.Result != desk.Acted {
			t.Fatal(taken, err)
		}
		time.Sleep(2 * time.Minute)

		followed := strings.Join(w.follow(ids["ky"]), "")
		for _, want := range []string{
			`msg="item announced" .* kind=published`, `msg="broadcast planned" .* kind=news .* language=ky`, `msg="broadcast begins" .* planned=14`,
			`msg="act at the desk" .*act=stop .*to=stopped`, `msg="broadcast stopped"`, `msg="act at the desk" .*act=goon .*via=web`, `msg="broadcast goes on"`,
			`msg="delivery settled without a message" .* chat=` + strconv.FormatInt(blocked.ID(), 10) + ` verdict=blocked`,
			`msg="delivery settled without a message" .* chat=` + strconv.FormatInt(refuses.ID(), 10) + ` verdict=gone`,
			`msg="broadcast finished" .* kind=news .* sent=12`,
			`msg="item announced" .* kind=corrected`, `msg="broadcast planned" .* kind=correction`, `msg="broadcast finished" .* kind=correction`,
			`msg="act at the desk" .*act=approve kind=withdraw`, `msg="act at the desk" .*act=go `, `msg="broadcast planned" .* kind=withdrawal`, `msg="broadcast finished" .* kind=withdrawal`,
			`msg="act at the desk" .*act=done`,
		} {
			if !regexp.MustCompile(want).MatchString(followed) {
				t.Errorf("not followed: %s", want)
			}
		}
		if t.Failed() {
			t.Log(followed)
		}
		w.eachBroadcastHasItsItem()

		x, err := a.Engine.Explain(t.Context(), ids["ky"], blocked.ID())
		if err != nil || !strings.HasPrefix(x.Steps[0].Says, ids["ky"]+": ") {
			t.Errorf("%+v, %v", x, err)
		}

		// What is held is followed to who decided of it.
		w.site.Flood()
		eventually(t, "it is held", func() bool { return strings.Contains(w.log.String(), "item held") })
		held, err := a.Archive.Held(t.Context())
		if err != nil || len(held) == 0 {
			t.Fatal(held, err)
		}
		if _, err := a.Desk.Decide(t.Context(), admin.ID(), desk.Batch(held[0]), []string{held[0].Item}, true, 1, "chat"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is sent", func() bool { return strings.Contains(strings.Join(w.follow(held[0].Item), ""), "broadcast planned") })
		if lines := strings.Join(w.follow(held[0].Item), ""); !strings.Contains(lines, "item held") || !strings.Contains(lines, "held item decided") {
			t.Errorf("not followed: %s", lines)
		}
	})
}

// eachBroadcastHasItsItem: whatever the log says of a broadcast, it names one item, and each
// broadcast has one.
func (w *fixture) eachBroadcastHasItsItem() {
	w.t.Helper()
	of := map[string]string{}
	number, item := regexp.MustCompile(` broadcast=(\d+)`), regexp.MustCompile(` items?=("[^"]+"|[^" ]\S*)`)
	for line := range strings.Lines(w.log.String()) {
		n := number.FindStringSubmatch(line)
		if n == nil {
			continue
		}
		it := item.FindStringSubmatch(line)
		switch {
		case it == nil:
			w.t.Errorf("a broadcast without its item: %s", line)
		case of[n[1]] != "" && of[n[1]] != it[1]:
			w.t.Errorf("broadcast %s is of %s and of %s", n[1], of[n[1]], it[1])
		default:
			of[n[1]] = it[1]
		}
	}
	if len(of) < 5 {
		w.t.Errorf("%d broadcasts are in the log", len(of))
	}
}
