package broadcast

import (
	"testing"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

var bishkek = time.FixedZone("+06", 6*60*60)

func TestTurn(t *testing.T) {
	t.Parallel()
	a := audience{zone: bishkek, topics: map[string]subscriptions.Topic{"legal-aid": 3, "fraud": 4}}
	evening := time.Date(2026, 11, 23, 23, 30, 0, 0, bishkek)
	reader := func(change func(*subscriptions.Preferences)) subscriptions.Preferences {
		p := subscriptions.Preferences{Languages: []string{"ky", "ru"}}
		change(&p)
		return p
	}
	type preferences = subscriptions.Preferences
	tests := []struct {
		name   string
		change func(*preferences)
		item   feeds.Item
		urgent bool
		want   decision
	}{
		{"reads the language", func(*preferences) {}, feeds.Item{Language: "ky"}, false, sendNow},
		{"reads it as the second", func(*preferences) {}, feeds.Item{Language: "ru"}, false, afterMainEdition},
		{"reads it as the second, and it is urgent", func(*preferences) {}, feeds.Item{Language: "ru"}, true, sendNow},
		{"does not read it", func(*preferences) {}, feeds.Item{Language: "en"}, true, skip},
		{"left", func(p *preferences) { p.Status = subscriptions.Stopped }, feeds.Item{Language: "ky"}, true, skip},
		{"chose the topic", func(p *preferences) { p.Topics = subscriptions.Only(3) }, feeds.Item{Language: "ky", Topics: []string{"fraud", "legal-aid"}}, false, sendNow},
		{"chose another", func(p *preferences) { p.Topics = subscriptions.Only(3) }, feeds.Item{Language: "ky", Topics: []string{"fraud"}}, false, skip},
		{"chose, and it has none", func(p *preferences) { p.Topics = subscriptions.Only(3) }, feeds.Item{Language: "ky"}, false, skip},
		{"paused", func(p *preferences) { p.PausedUntil = evening.Add(time.Hour) }, feeds.Item{Language: "ky"}, false, skip},
		{"pause is over", func(p *preferences) { p.PausedUntil = evening }, feeds.Item{Language: "ky"}, false, sendNow},
		{"paused, but urgent", func(p *preferences) { p.PausedUntil = evening.Add(time.Hour) }, feeds.Item{Language: "ky"}, true, sendNow},
		{"gets digests", func(p *preferences) { p.When.Rhythm = subscriptions.Daily }, feeds.Item{Language: "ky"}, false, skip},
		{"waits for the morning", func(p *preferences) { p.Quiet = subscriptions.Quiet{From: 22, To: 7, Wait: true} }, feeds.Item{Language: "ky"}, false, afterQuiet},
		{"waits, but urgent", func(p *preferences) { p.Quiet = subscriptions.Quiet{From: 22, To: 7, Wait: true} }, feeds.Item{Language: "ky"}, true, sendNow},
		{"quiet without a sound", func(p *preferences) { p.Quiet = subscriptions.Quiet{From: 22, To: 7} }, feeds.Item{Language: "ky"}, false, sendNow},
		{"reads it as the second, and there is no other", func(*preferences) {}, feeds.Item{Language: "ru", Editions: []string{"en", "ru"}}, false, sendNow},
		{"reads it as the second, and there is the first", func(*preferences) {}, feeds.Item{Language: "ru", Editions: []string{"ru", "ky"}}, false, skip},
		{"there is none, and this one stands in", func(p *preferences) { p.Languages = []string{"tr", "uz"} }, feeds.Item{Language: "ru", Editions: []string{"ru"}, StandIn: []string{"uz"}}, false, sendNow},
		{"there is none, and this one stands in for others", func(p *preferences) { p.Languages = []string{"tr"} }, feeds.Item{Language: "ru", Editions: []string{"ru"}, StandIn: []string{"uz"}}, true, skip},
		{"it stands in, and there is the second", func(p *preferences) { p.Languages = []string{"en", "ky"} }, feeds.Item{Language: "ru", Editions: []string{"ru", "ky"}, StandIn: []string{"en"}}, false, skip},
		{"it stands in, of another topic", func(p *preferences) { p.Languages, p.Topics = []string{"en"}, subscriptions.Only(3) }, feeds.Item{Language: "ru", Editions: []string{"ru"}, StandIn: []string{"en"}}, false, skip},
		{"quiet at another time", func(p *preferences) { p.Quiet = subscriptions.Quiet{From: 13, To: 23, Wait: true} }, feeds.Item{Language: "ky"}, false, sendNow},
	}
	for _, test := range tests {
		if got := a.decide(reader(test.change), &test.item, nil, test.urgent, evening, evening); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestHoursOfOnesOwnZone: quiet hours and digests go by the clocks where somebody lives, also
// where these are put back in autumn.
func TestHoursOfOnesOwnZone(t *testing.T) {
	t.Parallel()
	a := audience{zone: bishkek}
	seoul, berlin := subscriptions.Zone(7), subscriptions.Zone(8)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 10, day, hour, minute, 0, 0, time.UTC) }
	night := subscriptions.Quiet{From: 22, To: 7, Wait: true}
	for _, test := range []struct {
		zone  subscriptions.Zone
		at    time.Time
		until time.Time // zero where it is no quiet hour
	}{
		{0, at(24, 0, 30), at(24, 1, 0)}, {0, at(24, 1, 0), time.Time{}}, {0, at(24, 15, 59), time.Time{}},
		{seoul, at(24, 0, 30), time.Time{}}, {seoul, at(24, 13, 0), at(24, 22, 0)}, {seoul, at(24, 22, 0), time.Time{}},
		{berlin, at(24, 4, 59), at(24, 5, 0)}, {berlin, at(24, 5, 0), time.Time{}},
		{berlin, at(24, 20, 0), at(25, 6, 0)}, {berlin, at(25, 5, 0), at(25, 6, 0)}, {berlin, at(25, 6, 0), time.Time{}},
	} {
		p := subscriptions.Preferences{Quiet: night, Zone: test.zone}
		switch quiet := a.quiet(p, test.at); {
		case quiet != !test.until.IsZero():
			t.Errorf("zone %d at %s: quiet %v", test.zone, test.at, quiet)
		case quiet && !a.quietUntil(p, test.at).Equal(test.until):
			t.Errorf("zone %d at %s: until %s", test.zone, test.at, a.quietUntil(p, test.at))
		}
	}
	p := subscriptions.Preferences{Zone: berlin, When: subscriptions.When{Rhythm: subscriptions.Daily, Hour: 9}}
	if first, next := a.nextDigest(p, at(24, 6, 0)), a.nextDigest(p, at(24, 7, 0)); !first.Equal(at(24, 7, 0)) || !next.Equal(at(25, 8, 0)) {
		t.Errorf("digests at %s and %s", first.UTC(), next.UTC())
	}
	x := explaining{e: &Engine{audience: a}, p: p}
	if says := x.times(); says != "in a digest each day at 9; by the time of Europe/Berlin" {
		t.Errorf("explained as %q", says)
	}
	before := p
	p.Reschedule(at(26, 12, 0), time.Time{}, bishkek, func(p *subscriptions.Preferences) { p.Zone = seoul })
	if want := (subscriptions.Owed{From: at(26, 8, 0), Until: at(26, 13, 0)}); p.Owed.From.UTC() != want.From || p.Owed.Until.UTC() != want.Until {
		t.Errorf("who moves from %d is owed %+v", before.Zone, p.Owed)
	}
}

func TestDigestAtItsHour(t *testing.T) {
	t.Parallel()
	a := audience{zone: bishkek}
	monday9 := time.Date(2026, 11, 23, 9, 0, 0, 0, bishkek)
	daily := subscriptions.Preferences{When: subscriptions.When{Rhythm: subscriptions.Daily, Hour: 9}}
	weekly := subscriptions.Preferences{When: subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: time.Monday, Hour: 9}}
	atOnce := subscriptions.Preferences{When: subscriptions.When{Hour: 9}}
	tests := []struct {
		name string
		p    subscriptions.Preferences
		at   time.Time
		want bool
	}{
		{"daily at its hour", daily, monday9.UTC(), true},
		{"daily an hour later", daily, monday9.Add(time.Hour), false},
		{"weekly on its day", weekly, monday9, true},
		{"weekly a day later", weekly, monday9.AddDate(0, 0, 1), false},
		{"at once", atOnce, monday9, false},
	}
	for _, test := range tests {
		if got := !a.digestDue(test.p, test.at.Add(-time.Hour), test.at).IsZero(); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestQuietUntil(t *testing.T) {
	t.Parallel()
	a := audience{zone: bishkek}
	at := time.Date(2026, 11, 23, 23, 30, 0, 0, bishkek)
	for to, want := range map[int]time.Time{
		7:  time.Date(2026, 11, 24, 7, 0, 0, 0, bishkek),
		0:  time.Date(2026, 11, 24, 0, 0, 0, 0, bishkek),
		23: time.Date(2026, 11, 24, 23, 0, 0, 0, bishkek),
	} {
		p := subscriptions.Preferences{Quiet: subscriptions.Quiet{From: 22, To: to}}
		if got := a.quietUntil(p, at.UTC()); !got.Equal(want) {
			t.Errorf("until %d: %v, want %v", to, got, want)
		}
	}
}
