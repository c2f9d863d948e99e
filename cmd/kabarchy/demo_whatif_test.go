package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestWhatIf has everything happen that a visitor can have happen, in the middle of a
// broadcast to a hundred: each of them gets the item once.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	const people = 100
	d := openDemo(t)
	crowd := d.Telegram.Crowd(people)
	redistest.Fill(t, d.App.options.Redis, crowd, people, subscriptions.Preferences{Languages: []string{"ky"}})
	got := func() (n, twice int) {
		for i := range int64(people) {
			if had := d.Telegram.Received(crowd + i); had > 0 {
				n, twice = n+1, twice+had-1
			}
		}
		return n, twice
	}
	if err := d.editor.Publish(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first twenty", func() bool { n, _ := got(); return n >= 20 })
	for _, what := range []string{siteFails, telegramWaits, programDies} { // a flood is a test of its own
		if err := d.editor.WhatIf(t.Context(), what); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	if !d.Site.Down() {
		t.Error("the site answers")
	}
	eventually(t, "all of them", func() bool { n, _ := got(); return n == people })
	if _, twice := got(); twice > 10 { // what was on its way when the program died
		t.Errorf("%d came twice", twice)
	}
	if err := d.editor.WhatIf(t.Context(), "war"); err == nil {
		t.Error("everything can happen")
	}
}

// TestAFloodIsAsked: many old items at once go to nobody, and the press office is asked.
func TestAFloodIsAsked(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	aigul, approver := d.Telegram.Phones()[0], d.Telegram.Phones()[3]
	has := func(c *simulator.Citizen, part string) bool {
		for _, m := range c.Messages() {
			if strings.Contains(m.Text, part) {
				return true
			}
		}
		return false
	}
	if err := d.editor.WhatIf(t.Context(), siteFloods); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a question", func() bool { return has(approver, "24") })
	if has(aigul, "№ 3") {
		t.Error("an old item was told")
	}
}

// TestTheDemoBeginsAgain: phones and news are as at first, on the same address.
func TestTheDemoBeginsAgain(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	if err := d.editor.Publish(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	d.Telegram.Phones()[0].Send("/stop")
	if err := d.editor.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(d.Telegram.Phones()); got != 2+len(page.Office) {
		t.Errorf("%d phones", got)
	}
	eventually(t, "two who are subscribed, and six drafts", func() bool {
		state, err := d.editor.State(t.Context())
		return err == nil && state.Audience.Active["ky"] == 1 && state.Audience.Active["ru"] == 1 && len(state.Drafts) == 6 && len(state.Broadcasts) == 0
	})
	if status, body := get(t, d.address()); status != 200 || !strings.Contains(body, "Кабарчы") {
		t.Errorf("%d %s", status, body)
	}
}

// TestHurriedVisitors begin again and kill the program at the same time, in two pages: what is
// left works.
func TestHurriedVisitors(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	var visitors sync.WaitGroup
	for range 3 {
		old := d.editor
		visitors.Go(func() {
			if err := old.WhatIf(t.Context(), programDies); err != nil && !errors.Is(err, errLeft) {
				t.Errorf("kill: %v", err)
			}
		})
		visitors.Go(func() {
			if err := old.Begin(t.Context()); err != nil {
				t.Errorf("begin: %v", err)
			}
		})
		visitors.Wait()
	}
	if err := d.editor.Publish(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	aigul := d.Telegram.Phones()[0]
	title := d.Site.Entries()[0].Editions["ky"].Title
	eventually(t, "the first item on a phone", func() bool { return strings.Contains(lastText(aigul), title) })
	select {
	case err := <-d.failed:
		t.Errorf("the demo has failed: %v", err)
	default:
	}
}

func lastText(c *simulator.Citizen) string {
	shown := c.Messages()
	if len(shown) == 0 {
		return ""
	}
	return shown[len(shown)-1].Text
}

// TestADeskBeforeItsService: a page may be open, and pressed, before the service is started.
func TestADeskBeforeItsService(t *testing.T) {
	t.Parallel()
	d := &editor{stage: &stage{}}
	_, state := d.State(t.Context())
	for what, err := range map[string]error{
		"state": state, "publish": d.Publish(t.Context(), "1"), "correct": d.Correct(t.Context(), "1"), "withdraw": d.Withdraw(t.Context(), "1"),
	} {
		if !errors.Is(err, errNotStarted) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestNightFalls: an item of the night comes to one without a sound, to one in the morning
// and to one in the morning's digest, night after night; what came by day comes once.
func TestNightFalls(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	d.ahead.Store(int64((36-d.clock().Hour())%24) * int64(time.Hour)) // noon, whenever the test runs
	aigul, sergei := d.Telegram.Phones()[0], d.Telegram.Phones()[1]
	happens := func(what string) {
		t.Helper()
		if err := d.editor.WhatIf(t.Context(), what); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	count := func(c *simulator.Citizen, text string) (n int) {
		for _, m := range c.Messages() {
			if m.Bot && strings.Contains(m.Text, text) {
				n++
			}
		}
		return n
	}
	eventually(t, "two who are subscribed", func() bool { return count(aigul, "✅") == 1 && count(sergei, "✅") == 1 })
	if err := d.editor.Publish(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	title := func(item int, language string) string {
		return opening(d.Site.Entries()[item].Editions[language].Title)
	}
	eventually(t, "an item by day", func() bool { return count(aigul, title(0, "ky")) == 1 && count(sergei, title(0, "ru")) == 1 })
	for night := 1; night <= 2; night++ {
		happens(nightFalls)
		happens(nightFalls) // pressed twice
		if hour := d.clock().Hour(); hour != nightFrom || d.whatIfs()[0] != morningComes {
			t.Fatalf("night %d: it is %d o'clock, what can happen is %q", night, hour, d.whatIfs())
		}
		if service, phones := time.Now().In(d.App.options.Config.Zone()), d.clock(); service.Format(time.DateTime) != phones.Format(time.DateTime) {
			t.Errorf("night %d: the service writes %s, the phones %s", night, service, phones)
		}
		eventually(t, "the item of the night without a sound", func() bool {
			last := sergei.Messages()[len(sergei.Messages())-1]
			return strings.Contains(last.Text, title(night, "ru")) && last.Silent
		})
		bakyt := d.Telegram.Phones()[4]
		if n := count(aigul, title(night, "ky")) + count(bakyt, title(night, "ky")); n != 0 {
			t.Errorf("night %d: %d messages at night", night, n)
		}
		happens(morningComes)
		eventually(t, "the morning", func() bool { return count(aigul, title(night, "ky")) == 1 && count(bakyt, title(night, "ky")) == 1 })
		if n := count(bakyt, title(night-1, "ky")); n > 1 {
			t.Errorf("morning %d: %d digests bring the item of before", night, n)
		}
	}
	if n := count(aigul, title(0, "ky")); n != 1 {
		t.Errorf("the item of the day came %d times", n)
	}
}

// TestAGroupJoins: it gets the news in its language, and the phone of its owner shows it.
func TestAGroupJoins(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	for range 2 {
		if err := d.editor.WhatIf(t.Context(), groupJoins); err != nil {
			t.Fatal(err)
		}
	}
	group := d.Telegram.Groups()[0]
	subscribed := func() bool {
		p, known, err := d.App.Store.Get(t.Context(), group.ID())
		return err == nil && known && p.Kind == subscriptions.Group
	}
	eventually(t, "a group that is subscribed", subscribed)
	if err := d.editor.Publish(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	title := opening(d.Site.Entries()[0].Editions["ky"].Title)
	eventually(t, "the item in the group", func() bool {
		shown := group.Messages()
		return strings.Contains(shown[len(shown)-1].Text, title)
	})
}

// TestEverythingAtOnce has two windows press each button, and close at once: all of it happens to
// its end, one after the other, and what is published then comes to whoever waits, once. A heap of
// old news is not among it: what one poll sees beside that is held with it.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	d := openDemo(t)
	aigul := d.Telegram.Phones()[0]
	eventually(t, "a subscription", func() bool { return strings.Contains(lastText(aigul), "✅") })
	var visitors sync.WaitGroup
	for _, what := range []string{nightFalls, groupJoins, siteFails, programDies, nightFalls, siteFails, groupJoins} {
		visitors.Go(func() {
			closed, leave := context.WithCancel(t.Context())
			leave()
			if err := d.editor.WhatIf(closed, what); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
	visitors.Go(func() {
		if err := d.editor.Publish(t.Context(), "3"); err != nil {
			t.Errorf("publish: %v", err)
		}
	})
	visitors.Wait()
	d.Site.SetDown(false) // half a minute is long
	if err := d.editor.WhatIf(t.Context(), morningComes); err != nil {
		t.Fatal(err)
	}
	title := opening(d.Site.Entries()[2].Editions["ky"].Title)
	eventually(t, "the item", func() bool {
		n := 0
		for _, m := range aigul.Messages() {
			if strings.Contains(m.Text, title) {
				n++
			}
		}
		if n > 1 {
			t.Fatalf("it came %d times", n)
		}
		return n == 1
	})
}

// TestWhatIsAnnouncedGrowsOlderToo: an edition that was announced at night, and planned only when
// the morning had come, is of the night, so that the morning's digest has it.
func TestWhatIsAnnouncedGrowsOlderToo(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	archive := feeds.NewArchive(rdb)
	editions, err := feeds.Prepare([]feeds.Item{
		{ID: feeds.DeskItemID("1", "ky"), Language: "ky", Title: "Салык"}, {ID: feeds.DeskItemID("1", "ru"), Language: "ru", Title: "Налог"},
	}, time.Now())
	if err == nil {
		err = archive.Publish(t.Context(), editions)
	}
	before, listed := archive.Announcements(t.Context(), 10)
	if err = errors.Join(err, listed, rdb.HSet(t.Context(), broadcastKey(2), "item", before[1].Item).Err()); err != nil {
		t.Fatal(err)
	}
	if err := makeOlder(t.Context(), rdb, 10); err != nil {
		t.Fatal(err)
	}
	after, err := archive.Announcements(t.Context(), 10)
	if err != nil || len(after) != 2 {
		t.Fatalf("%v, %v", after, err)
	}
	for i, hours := range []float64{10, 0} { // the second is planned
		if grown := before[i].At.Sub(after[i].At).Hours(); grown != hours || before[i].Item != after[i].Item {
			t.Errorf("announcement %d is %v hours older, want %v", i+1, grown, hours)
		}
	}
	for _, a := range after {
		if err := archive.Taken(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := archive.Announcements(t.Context(), 10); len(left) > 0 || err != nil {
		t.Errorf("left in the outbox: %v, %v", left, err)
	}
}
