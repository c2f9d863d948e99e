package main

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestWhatIf has everything happen that a visitor can have happen, in the middle of a
// broadcast to 200: each of them gets the item once.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	const people = 200
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
	for _, what := range whatIfs[:3] { // a flood is a test of its own
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
