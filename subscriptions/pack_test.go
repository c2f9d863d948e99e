package subscriptions

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	_ "kabarchy/bot/bottest/seed" // RAPID_SEED
)

// day is some hour of a subscription.
var day = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// TestStoredForm holds what is stored byte for byte: a release that fails here cannot
// read what the one before it wrote.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		p    Preferences
		want string
	}{
		{"nothing", Preferences{}, "\x01\x00\x00\x00\x00\x00"},
		{"a usual subscriber", Preferences{Interface: "ky", Languages: []string{"ky"}, Since: day}, "\x01\x00\x11\x07\x9c\x29"},
		{"Russian, stopped", Preferences{Status: Stopped, Interface: "ru", Languages: []string{"ru"}}, "\x01\x01\x22\x00\x00\x00"},
		{"an English channel, blocked, no pictures", Preferences{Status: Blocked, Kind: Channel, NoPictures: true, Interface: "en"}, "\x01\x1a\x30\x00\x00\x00"},
		{"two languages of news", Preferences{Interface: "ru", Languages: []string{"ky", "ru"}}, "\x01\x00\x21\x00\x00\x00\x00\x02"},
		{"no topic", Preferences{Topics: Only()}, "\x01\x00\x00\x00\x00\x00\x20\x00"},
		{"topics 0 and 9", Preferences{Topics: Only(9, 0)}, "\x01\x00\x00\x00\x00\x00\x21\x01\x02"},
		{"daily at 9", Preferences{When: When{Rhythm: Daily, Hour: 9}}, "\x01\x00\x00\x00\x00\x00\x40\x09"},
		{"Mondays at 9", Preferences{When: When{Rhythm: Weekly, Weekday: time.Monday, Hour: 9}}, "\x01\x00\x00\x00\x00\x00\x40\x39"},
		{"silent from 22 to 7", Preferences{Quiet: Quiet{From: 22, To: 7}}, "\x01\x00\x00\x00\x00\x00\x61\x16\x07"},
		{"waiting from 0 to 6", Preferences{Quiet: Quiet{To: 6, Wait: true}}, "\x01\x00\x00\x00\x00\x00\x61\x00\x86"},
		{"in Seoul", Preferences{Zone: 7}, "\x01\x00\x00\x00\x00\x00\x61\xe0\x00"},
		{"waiting from 22 to 7 in New York", Preferences{Zone: 9, Quiet: Quiet{From: 22, To: 7, Wait: true}}, "\x01\x00\x00\x00\x00\x00\x61\x36\xa7"},
		{"paused", Preferences{PausedUntil: day}, "\x01\x00\x00\x00\x00\x00\x82\x07\x9c\x29"},
		{"gone", Preferences{Status: Gone, GoneSince: day.Truncate(24 * time.Hour), Interface: "ky"}, "\x01\x03\x10\x00\x00\x00\xc1\x51\x2c"},
		{"paused, and owed what comes meanwhile", Preferences{PausedUntil: day, Owed: Owed{day.Add(-5 * time.Hour), day}}, "\x01\x00\x00\x00\x00\x00\x85\x07\x9c\x29\x07\x9c\x24"},
		{"owed", Preferences{Owed: Owed{day.Add(-5 * time.Hour), day}}, "\x01\x00\x00\x00\x00\x00\x85\x87\x9c\x29\x07\x9c\x24"},
		{"follows words, which stand elsewhere", Preferences{Interface: "ky", Words: []string{}}, "\x01\x20\x10\x00\x00\x00"},
		{"a forum topic", Preferences{Kind: Group, Thread: 258}, "\x01\x04\x00\x00\x00\x00\xa1\x01\x02"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			packed, err := pack(test.p)
			if err != nil {
				t.Fatal(err)
			}
			if string(packed) != test.want {
				t.Errorf("packed as %q, want %q", packed, test.want)
			}
			if got, err := unpack(test.want); err != nil || !reflect.DeepEqual(got, test.p) {
				t.Errorf("unpacked as %+v, %v; want %+v", got, err, test.p)
			}
		})
	}
}

// TestPackNormalizes shows what does not survive because it says nothing.
func TestPackNormalizes(t *testing.T) {
	t.Parallel()
	bishkek := time.FixedZone("Asia/Bishkek", 6*3600)
	packed, err := pack(Preferences{
		Since:     time.Date(2026, 11, 23, 15, 59, 59, 999, bishkek),
		When:      When{Rhythm: AtOnce, Weekday: time.Friday, Hour: 9},
		GoneSince: day, // though it is active
		Quiet:     Quiet{From: 7, To: 7, Wait: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := unpack(string(packed))
	if want := (Preferences{Since: day}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestPackRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		p    Preferences
		want string
	}{
		{Preferences{Interface: "uz"}, `language "uz" has no number`},
		{Preferences{Languages: []string{"KY"}}, `language "KY" has no number`},
		{Preferences{Languages: []string{"ky", ""}}, "empty language"},
		{Preferences{Languages: []string{""}}, "empty language"},
		{Preferences{Languages: slices.Repeat([]string{"ky"}, 9)}, "9 languages"},
		{Preferences{Status: 4}, "status 4"},
		{Preferences{Status: Gone, GoneSince: day.AddDate(200, 0, 0)}, "gone since"},
		{Preferences{Kind: 3}, "kind 3"},
		{Preferences{Since: time.Unix(0, 0)}, "since"},
		{Preferences{PausedUntil: day.AddDate(3000, 0, 0)}, "paused until"},
		{Preferences{When: When{Rhythm: 3}}, "rhythm 3"},
		{Preferences{When: When{Rhythm: Daily, Hour: 24}}, "hour 24"},
		{Preferences{When: When{Rhythm: Weekly, Weekday: 7}}, "weekday 7"},
		{Preferences{Quiet: Quiet{From: 22, To: -1}}, "quiet hours"},
		{Preferences{Zone: 10}, "zone 10"},
		{Preferences{Thread: -1}, "thread -1"},
	}
	for _, test := range tests {
		if _, err := pack(test.p); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want one that names %s", test.p, err, test.want)
		}
	}
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	const head = "\x01\x00\x11\x00\x00\x00"
	tests := []struct {
		name   string
		packed string
		newer  bool // the error says that a newer release may have written it
	}{
		{"nothing", "", false},
		{"a newer version", "\x02anything", true},
		{"a zone", head + "\x61\x36\x67", true},
		{"no quiet hours, at another time", head + "\x61\xe5\x05", true},
		{"a cut head", "\x01\x00\x11", false},
		{"an unknown kind", "\x01\x0c\x11\x00\x00\x00", true},
		{"an unknown bit", "\x01\x40\x11\x00\x00\x00", true},
		{"an unknown language", "\x01\x00\x14\x00\x00\x00", true},
		{"an unknown language of the bot", "\x01\x00\xf1\x00\x00\x00", true},
		{"an unknown further language", head + "\x00\x0f", true},
		{"no further language", head + "\x00\x00", true},
		{"a further language without a main one", "\x01\x00\x10\x00\x00\x00\x00\x01", true},
		{"an unknown field", head + "\xe0\x00", true},
		{"gone and active", head + "\xc1\x51\x2c", true},
		{"gone on no day", "\x01\x03\x11\x00\x00\x00\xc1\x00\x00", true},
		{"gone on a day of three bytes", "\x01\x03\x11\x00\x00\x00\xc2\x51\x2c\x00", true},
		{"a cut field", head + "\x21\x01", false},
		{"a field twice", head + "\x40\x01\x40\x01", false},
		{"fields out of order", head + "\x40\x01\x20\x01", false},
		{"an impossible hour", head + "\x40\xc0", true},
		{"an hour of two bytes", head + "\x41\x01\x01", true},
		{"impossible quiet hours", head + "\x61\x18\x01", true},
		{"no quiet hours", head + "\x61\x07\x07", true},
		{"quiet hours of one byte", head + "\x60\x07", true},
		{"a cut pause", head + "\x81\x07\x07", false},
		{"a long thread", head + "\xa4\x01\x01\x01\x01\x01", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := unpack(test.packed)
			if err == nil {
				t.Fatalf("unpacked as %+v", p)
			}
			if errors.Is(err, errNewer) != test.newer {
				t.Errorf("error: %v", err)
			}
		})
	}
}

// TestPackProperty: what is packed comes back, and fits.
func TestPackProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPreferences().Draw(t, "preferences")
		packed, err := pack(p)
		if err != nil {
			t.Fatal(err)
		}
		if len(packed) > MaxPacked {
			t.Fatalf("%d bytes, at most %d are allowed", len(packed), MaxPacked)
		}
		if got, err := unpack(string(packed)); err != nil || !reflect.DeepEqual(got, p) {
			t.Fatalf("came back as %+v, %v", got, err)
		}
	})
}

// TestLongest: every field at its longest fits.
func TestLongest(t *testing.T) {
	t.Parallel()
	packed, err := pack(Preferences{
		Status: Gone, GoneSince: day, Interface: "en", Languages: slices.Repeat([]string{"en"}, MaxLanguages),
		Since: day, Kind: Channel, Topics: Only(255), When: When{Rhythm: Weekly, Weekday: time.Saturday, Hour: 23},
		Quiet: Quiet{From: 22, To: 7, Wait: true}, Zone: 9, NoPictures: true, PausedUntil: day, Thread: 1<<32 - 1,
	})
	if err != nil || len(packed) != MaxPacked {
		t.Errorf("%d bytes, %v; want 64, as the description of the packing says", len(packed), err)
	}
}

// FuzzUnpack: whatever is stored, unpack does not panic, and what it accepts it would
// store and read again as the same.
func FuzzUnpack(f *testing.F) {
	for _, p := range []Preferences{
		{},
		{Interface: "ky", Languages: []string{"ky", "ru"}, Since: day},
		{Topics: Only(0, 9, 255), When: When{Rhythm: Weekly, Hour: 9}, Quiet: Quiet{From: 22, To: 7, Wait: true}},
		{Kind: Group, Thread: 1 << 20, PausedUntil: day, NoPictures: true},
		{Status: Gone, GoneSince: day.Truncate(24 * time.Hour)},
	} {
		packed, err := pack(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(packed))
	}
	f.Fuzz(func(t *testing.T, stored string) {
		p, err := unpack(stored)
		if err != nil {
			return
		}
		packed, err := pack(p)
		if err != nil {
			t.Fatalf("%+v was accepted and cannot be packed: %v", p, err)
		}
		if again, err := unpack(string(packed)); err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("%+v came back as %+v, %v", p, again, err)
		}
	})
}

// anyPreferences draws preferences as pack leaves them.
func anyPreferences() *rapid.Generator[Preferences] {
	language := rapid.SampledFrom(languages[1:])
	hourOfDay := rapid.IntRange(0, 23)
	someHour := rapid.Custom(func(t *rapid.T) time.Time {
		h := rapid.Int64Range(0, maxHours).Draw(t, "hours")
		if h == 0 {
			return time.Time{}
		}
		return time.Unix(h*3600, 0).UTC()
	})
	// A time beside which a flag is stored has a bit less.
	soon := someHour.Filter(func(t time.Time) bool { return t.IsZero() || t.Unix()/3600 <= maxHours/2 })
	return rapid.Custom(func(t *rapid.T) Preferences {
		p := Preferences{
			Status:      Status(rapid.IntRange(0, 3).Draw(t, "status")),
			Interface:   rapid.SampledFrom(languages).Draw(t, "interface"),
			Languages:   rapid.SliceOfN(language, 0, MaxLanguages).Draw(t, "languages"),
			Since:       someHour.Draw(t, "since"),
			Kind:        Kind(rapid.IntRange(0, 2).Draw(t, "kind")),
			NoPictures:  rapid.Bool().Draw(t, "no pictures"),
			PausedUntil: soon.Draw(t, "paused until"),
			Thread:      int(rapid.Uint32().Draw(t, "thread")),
		}
		if rapid.Bool().Draw(t, "owed") && p.Status != Gone {
			p.Owed = Owed{From: someHour.Draw(t, "owed from"), Until: p.PausedUntil}
			if p.PausedUntil.IsZero() {
				p.Owed.Until = soon.Draw(t, "owed until")
			}
		}
		if p.Status == Gone {
			p.GoneSince = time.Unix(rapid.Int64Range(1, maxDays).Draw(t, "gone since")*secondsADay, 0).UTC()
		}
		if len(p.Languages) == 0 {
			p.Languages = nil
		}
		if rapid.Bool().Draw(t, "chose topics") {
			p.Topics = Only()
			for _, n := range rapid.SliceOf(rapid.Byte()).Draw(t, "topics") {
				p.Topics = p.Topics.With(Topic(n))
			}
		}
		switch rapid.IntRange(0, 2).Draw(t, "rhythm") {
		case 1:
			p.When = When{Rhythm: Daily, Hour: hourOfDay.Draw(t, "hour")}
		case 2:
			weekday := time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
			p.When = When{Rhythm: Weekly, Weekday: weekday, Hour: hourOfDay.Draw(t, "hour")}
		}
		if from, to := hourOfDay.Draw(t, "from"), hourOfDay.Draw(t, "to"); from != to {
			p.Quiet = Quiet{From: from, To: to, Wait: rapid.Bool().Draw(t, "wait")}
		}
		p.Zone = rapid.SampledFrom(Zones()).Draw(t, "zone")
		return p
	})
}
