package broadcast

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

func daily(hour int) subscriptions.When {
	return subscriptions.When{Rhythm: subscriptions.Daily, Hour: hour}
}

// reschedule changes a chat's times as the bot does.
func (f *fixture) reschedule(chat int64, change func(p *subscriptions.Preferences)) {
	f.tb.Helper()
	var digested time.Time
	f.until("Redis answers", func() bool { // the person taps again
		var err error
		digested, err = f.engine.KeepDigests(f.tb.Context(), chat)
		return err == nil
	})
	f.prefer(chat, func(p *subscriptions.Preferences) { p.Reschedule(time.Now(), digested, bishkek, change) })
	if err := f.engine.Joined(f.tb.Context(), chat); err != nil {
		f.tb.Fatal(err)
	}
}

func TestOneDigestHoweverLate(t *testing.T) {
	for _, hours := range []time.Duration{11, 80} {
		t.Run(fmt.Sprint(int(hours), " hours late"), func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				f.subscribe("ky", 1)
				f.prefer(1, func(p *subscriptions.Preferences) { p.When = daily(9) })
				sleepUntil(8, 0)
				f.publish("ky", "Биринчи")
				f.work()
				sleepUntil(9, 0)
				time.Sleep(hours * time.Hour)
				f.work()
				f.work()
				if n := f.phones.told(1, "Биринчи"); n != 1 || f.phones.count(1) != 1 {
					t.Errorf("told %d times in %d messages, want one digest", n, f.phones.count(1))
				}
				sleepUntil(9, 1)
				f.work()
				if n := f.phones.count(1); n != 1 {
					t.Errorf("%d messages after a day without news", n)
				}
			})
		})
	}
}

// TestNothingIsLostNorToldTwiceBetweenTwoSettings changes a reader's times between items.
func TestNothingIsLostNorToldTwiceBetweenTwoSettings(t *testing.T) {
	atOnce := subscriptions.When{}
	weekly := subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: time.Monday, Hour: 9}
	type preferences = subscriptions.Preferences
	set := func(w subscriptions.When) func(*preferences) { return func(p *preferences) { p.When = w } }
	pause := func(p *preferences) { p.PausedUntil = time.Now().Add(50 * time.Hour).Truncate(time.Hour) }
	resume := func(p *preferences) { p.PausedUntil = time.Time{} }
	for _, test := range []struct {
		name    string
		changes []func(*preferences)
	}{
		{"weekly to at once", []func(*preferences){set(weekly), set(atOnce)}},
		{"weekly to daily", []func(*preferences){set(weekly), set(daily(9))}},
		{"daily to weekly", []func(*preferences){set(daily(9)), set(weekly)}},
		{"daily to at once", []func(*preferences){set(daily(20)), set(atOnce)}},
		{"at once to daily", []func(*preferences){set(atOnce), set(daily(9))}},
		{"at once to weekly", []func(*preferences){set(atOnce), set(weekly)}},
		{"an hour to another", []func(*preferences){set(daily(20)), set(daily(9))}},
		{"to and fro", []func(*preferences){set(weekly), set(daily(20)), set(atOnce), set(weekly), set(atOnce)}},
		{"a pause of who gets all at once", []func(*preferences){set(atOnce), pause}},
		{"a pause that is ended", []func(*preferences){set(atOnce), pause, resume}},
		{"a pause of who gets digests", []func(*preferences){set(daily(9)), pause}},
	} {
		t.Run(test.name, func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				f.subscribe("ky", 1, 2)
				sleepUntil(8, 10)
				f.work()
				items := 0
				for _, change := range test.changes {
					f.work() // what was due until now has been sent
					f.reschedule(1, change)
					for range 2 {
						items++
						f.publish("ky", fmt.Sprintf("Жаңылык %d.", items))
						f.work()
						time.Sleep(40 * time.Minute)
					}
					time.Sleep(3 * time.Hour)
				}
				for range 3 { // nobody is at work for days
					sleepUntil(9, 1)
					f.work()
					time.Sleep(4 * 24 * time.Hour)
				}
				for i := 1; i <= items; i++ {
					if n := f.phones.told(1, fmt.Sprintf(" %d.", i)); n != 1 {
						t.Errorf("item %d of %d was told %d times: %v", i, items, n, f.phones.titles()[1])
					}
				}
			})
		})
	}
}

// failing lets all fail for now, but the first parts of digests where these may pass.
func failing(firstParts bool) func(d Delivery, _ int) error {
	return func(d Delivery, _ int) error {
		if firstParts && d.Kind == Digest && d.Part == 0 {
			return nil
		}
		return &Error{Verdict: Transient, Err: errors.New("502")}
	}
}

// TestADigestUnderWayReachesWhoChangesTheirTimes: the hour's digest has not been planned, or
// has not come, or only its first part has.
func TestADigestUnderWayReachesWhoChangesTheirTimes(t *testing.T) {
	for name, times := range map[string]subscriptions.When{
		"at once": {}, "daily": daily(20), "weekly": {Rhythm: subscriptions.Weekly, Weekday: time.Monday, Hour: 9},
	} {
		for when, begin := range map[string]func(f *fixture) (stop func()){
			"nobody is at work": func(*fixture) func() { return func() {} },
			"before it arrives": func(f *fixture) func() { f.phones.reply(failing(false)); return f.run() },
			"between its parts": func(f *fixture) func() { f.phones.reply(failing(true)); return f.run() },
		} {
			t.Run(name+", "+when, func(t *testing.T) {
				miniFixture(t, func(t *testing.T, f *fixture) { testDigestUnderWay(t, f, times, begin) })
			})
		}
	}
}

func testDigestUnderWay(t *testing.T, f *fixture, times subscriptions.When, begin func(f *fixture) (stop func())) {
	f.subscribe("ky", 1, 2)
	f.prefer(1, func(p *subscriptions.Preferences) { p.When = daily(9) })
	sleepUntil(8, 0)
	f.work()
	f.publish("ky", "Жаңылык 0.") // comes in a digest of before
	sleepUntil(9, 1)
	f.work()
	f.publish("ky", "Жаңылык 1.")
	f.publish("ky", "Жаңылык 2.")
	f.work()
	sleepUntil(8, 59)
	f.work()
	sleepUntil(9, 0)
	stop := begin(f)
	time.Sleep(5 * time.Second)
	f.reschedule(1, func(p *subscriptions.Preferences) { p.When = times })
	f.publish("ky", "Жаңылык 3.")
	time.Sleep(time.Minute)
	stop() // and a restart
	f.phones.reply(nil)
	f.work()
	time.Sleep(24 * time.Hour) // till Monday
	f.work()
	for i := range 4 {
		if n := f.phones.told(1, fmt.Sprintf(" %d.", i)); n != 1 {
			t.Errorf("item %d was told %d times: %v", i, n, f.phones.titles()[1])
		}
	}
}

// TestADigestsPartsKeepTheirPlaces: what its first message told is taken back before a restart,
// or what the next one was to tell; all that is left comes.
func TestADigestsPartsKeepTheirPlaces(t *testing.T) {
	for gone := range 3 {
		t.Run(fmt.Sprint("item ", gone, " is withdrawn"), func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				f.subscribe("ky", 1, 2)
				f.prefer(1, func(p *subscriptions.Preferences) { p.When = daily(9) })
				sleepUntil(8, 0)
				f.work()
				for i := range 3 {
					f.publish("ky", fmt.Sprintf("Жаңылык %d.", i))
					f.work()
					time.Sleep(time.Minute) // the newest stands first: 2, 1, 0
				}
				sleepUntil(9, 0)
				f.phones.reply(failing(true))
				stop := f.run()
				time.Sleep(5 * time.Second)
				stop()
				if err := f.archive.Withdraw(t.Context(), f.item("ky", fmt.Sprintf("Жаңылык %d.", gone)).ID); err != nil {
					t.Fatal(err)
				}
				f.phones.reply(nil)
				f.work()
				for i := range 3 {
					want := 1
					if i == gone && i != 2 { // it was in no message yet
						want = 0
					}
					if n := f.phones.told(1, fmt.Sprintf(" %d.", i)); n != want {
						t.Errorf("item %d was told %d times, not %d: %v", i, n, want, f.phones.titles()[1])
					}
				}
			})
		})
	}
}

// TestDigestCoversByWhenAnItemWasAnnounced, not by when it was first seen: it may have been
// held for days.
func TestDigestCoversByWhenAnItemWasAnnounced(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, 11, 25, 9, 0, 0, 0, bishkek)
	r := &runner{engine: &Engine{audience: audience{zone: bishkek}}}
	p := subscriptions.Preferences{Languages: []string{"ky"}, When: daily(9)}
	j := &job{plan: plan{Kind: Digest, PlannedAt: nine.UnixMilli(), From: nine.Unix()/3600 - 1}}
	for _, test := range []struct {
		name      string
		announced time.Time
		want      int
	}{
		{"released before the hour", nine.Add(-time.Minute), 1},
		{"released at the last digest's hour", nine.AddDate(0, 0, -1), 0},
		{"released after that", nine.AddDate(0, 0, -1).Add(time.Millisecond), 1},
		{"released after the hour", nine.Add(time.Millisecond), 0},
	} {
		item := feeds.Item{ID: "a", Language: "ky", FirstSeen: nine.AddDate(0, 0, -5)}
		j.items = []digestItem{{item, nil, test.announced, 1, false}}
		if got := len(r.selection(j, p)); got != test.want {
			t.Errorf("%s: %d items, want %d", test.name, got, test.want)
		}
	}
}

// TestDigestRepeatsNothingUrgent: who had an item at once, though a digest or the end of a
// pause was days away, does not get it again then, when its ledger is gone.
func TestDigestRepeatsNothingUrgent(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.work() // the hour from which on there are digests
		f.subscribe("ky", 1, 2)
		now := time.Now()
		f.prefer(1, func(p *subscriptions.Preferences) {
			p.When = subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: now.AddDate(0, 0, 5).In(bishkek).Weekday(), Hour: 9}
		})
		f.prefer(2, func(p *subscriptions.Preferences) {
			p.Reschedule(now, time.Time{}, bishkek, func(p *subscriptions.Preferences) { p.PausedUntil = now.AddDate(0, 0, 5) })
		})
		for title, urgent := range map[string]bool{"Эвакуация": true, "Жаңылык": false} {
			err := f.archive.Publish(t.Context(), []feeds.Item{{ID: feeds.DeskItemID(title, "ky"), Language: "ky", Title: title, Urgent: urgent}})
			if err != nil {
				t.Fatal(err)
			}
		}
		f.work()
		f.wantTitles(map[int64][]string{1: {"Эвакуация"}, 2: {"Эвакуация"}})
		time.Sleep(6 * 24 * time.Hour)
		f.work()
		f.wantTitles(map[int64][]string{1: {"Эвакуация", "1/1 Жаңылык"}, 2: {"Эвакуация", "1/1 Жаңылык"}})
	})
}
