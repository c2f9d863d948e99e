package broadcast

import (
	"testing"
	"time"

	"kabarchy/subscriptions"
)

// TestADigestPlannedWhileTimesChangeRepeatsNothing: it is planned after KeepDigests has looked
// and before the new times are written, and comes by then, or in part, or not yet.
func TestADigestPlannedWhileTimesChangeRepeatsNothing(t *testing.T) {
	atOnce, weekly := subscriptions.When{}, subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: time.Monday, Hour: 9}
	for name, test := range map[string]struct {
		times  subscriptions.When
		answer func(d Delivery, try int) error
		lost   bool // the new times are not written
	}{
		"at once, it has come":           {atOnce, nil, false},
		"at once, its first part has":    {atOnce, failing(true), false},
		"weekly, it has come":            {weekly, nil, false},
		"weekly, it has not come":        {weekly, failing(false), false},
		"weekly, and nothing is written": {weekly, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				testDigestPlannedMeanwhile(t, f, test.times, test.answer, test.lost)
			})
		})
	}
}

func testDigestPlannedMeanwhile(t *testing.T, f *fixture, times subscriptions.When, answer func(Delivery, int) error, lost bool) {
	f.subscribe("ky", 1, 2)
	f.prefer(1, func(p *subscriptions.Preferences) { p.When = daily(9) })
	sleepUntil(8, 0)
	f.work()
	sleepUntil(8, 58)
	f.publish("ky", "Жаңылык 1.")
	f.publish("ky", "Жаңылык 2.")
	f.work()
	sleepUntil(8, 59)
	until, err := f.engine.KeepDigests(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	sleepUntil(9, 0)
	f.phones.reply(answer)
	stop := f.run()
	time.Sleep(10 * time.Second)
	if !lost {
		f.prefer(1, func(p *subscriptions.Preferences) {
			p.Reschedule(time.Now(), until, bishkek, func(p *subscriptions.Preferences) { p.When = times })
		})
	}
	stop()             // and a restart
	if answer != nil { // the next hour's digest begins before the rest has come
		sleepUntil(10, 0)
		stop = f.run()
		time.Sleep(10 * time.Second)
		stop()
	}
	f.phones.reply(nil)
	f.work()
	f.publish("ky", "Жаңылык 3.")
	time.Sleep(time.Hour)
	f.work()
	for _, days := range []int{0, 0, 7} { // the last comes when the ledgers are gone
		time.Sleep(time.Duration(days) * 24 * time.Hour)
		sleepUntil(9, 1)
		f.work()
	}
	for _, title := range []string{" 1.", " 2.", " 3."} {
		if n := f.phones.told(1, title); n != 1 {
			t.Errorf("item %s was told %d times: %v", title, n, f.phones.titles()[1])
		}
	}
}
