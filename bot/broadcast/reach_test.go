package broadcast

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestReachIsWhoGetsIt draws an audience and an announcement, and compares whom it is said
// to reach with whom it is planned for and who gets it: at once, when their quiet hours end,
// in a digest, and not before their pause ends. -rapid.checks=100 tries as many audiences, as CI does.
func TestReachIsWhoGetsIt(t *testing.T) {
	t.Parallel()
	checkInBubbles(t, func(rt *rapid.T, run func(*testing.T, redis.UniversalClient, *redistest.Embedded)) {
		synctest.Test(t, func(t *testing.T) { run(t, redistest.Bubble(t).Client(t), nil) })
	}, reachIsWhoGetsIt)
}

func reachIsWhoGetsIt(t *testing.T, rt *rapid.T, rdb redis.UniversalClient, _ *redistest.Embedded) {
	f := newFixture(t, rdb)
	f.options.Topics = map[string]subscriptions.Topic{"legal-aid": 3, "fraud": 4}
	f.work() // the hour from which on there are digests
	time.Sleep(time.Duration(rapid.IntRange(0, 23).Draw(rt, "hours"))*time.Hour + 10*time.Minute)
	audience := f.drawAudience(rt)
	editions, err := feeds.Prepare(anAnnouncement.Draw(rt, "editions"), time.Now())
	if err != nil {
		rt.Fatal(err)
	}
	reach, err := f.engine.Reach(t.Context(), editions, time.Now())
	if err != nil {
		rt.Fatal(err)
	}
	if err := f.archive.Publish(t.Context(), editions); err != nil {
		rt.Fatal(err)
	}
	foretold := f.explained(rt, audience, editions)
	active := 0
	for _, p := range audience {
		if p.Status == subscriptions.Active {
			active++
		}
	}
	want := reach.All.Now
	f.brings(rt, "at once", News, want)
	if planned := f.planned(editions); planned != want+reach.All.waiting() || reach.All.Active() != active {
		rt.Fatalf("planned for %d of %d active ones; %+v", planned, active, reach)
	}
	for _, end := range slices.SortedFunc(maps.Keys(reach.All.Later), time.Time.Compare) {
		time.Sleep(time.Until(end) + time.Minute)
		want += reach.All.Later[end]
		f.brings(rt, fmt.Sprint("at ", end), News, want)
	}
	midway, phones := f.explained(rt, audience, editions), f.phones.all()
	for chat, x := range midway {
		if has := len(phones[chat]) > 0; has != (x.Outcome == Has) || !has && x.Outcome != Will {
			rt.Errorf("chat %d has it: %v, and %+v", chat, has, x)
		}
	}
	f.bringsDigests(rt, reach)
	time.Sleep(15 * 24 * time.Hour)
	f.brings(rt, "in a digest, or when a pause is over", Digest, reach.All.Digest+reach.All.Paused)
	f.matches(rt, reach, audience, editions)
	f.cameAs(rt, foretold)
	f.cameAs(rt, midway)
}

// cameAs compares who is said to get which edition with the phones.
func (f *fixture) cameAs(rt *rapid.T, said map[int64]Explanation) {
	phones := f.phones.all()
	for chat, x := range said {
		if len(phones[chat]) == 0 {
			rt.Errorf("chat %d has nothing: %+v", chat, x)
		} else if item, err := f.archive.Item(f.tb.Context(), x.Item); err != nil || phones[chat][0].item != item.Language {
			rt.Errorf("chat %d has %s (%v): %+v", chat, phones[chat][0].item, err, x)
		}
	}
	for chat := range phones {
		if _, is := said[chat]; !is {
			rt.Errorf("chat %d has it and is said not to", chat)
		}
	}
}

// explained are which edition each chat is said to have or to get, by its language, and how.
func (f *fixture) explained(rt *rapid.T, audience map[int64]subscriptions.Preferences, editions []feeds.Item) map[int64]Explanation {
	said := make(map[int64]Explanation)
	for chat := range audience {
		for _, e := range editions {
			x, err := f.engine.Explain(f.tb.Context(), e.ID, chat)
			if err != nil {
				rt.Fatal(err)
			}
			if x.Outcome == Wont {
				continue
			}
			if before, twice := said[chat]; twice {
				rt.Errorf("chat %d is said to get both\n%+v\n%+v", chat, before, x)
			}
			said[chat] = x
		}
	}
	return said
}

// bringsDigests compares when the first digests come with when they were said to. What comes
// when a pause is over is no part of that.
func (f *fixture) bringsDigests(rt *rapid.T, reach Reach) {
	const looked = 2
	dues := slices.SortedFunc(maps.Keys(reach.All.Digests), time.Time.Compare)
	want := 0
	for i, due := range dues {
		want += reach.All.Digests[due]
		if i < looked && due.After(time.Now()) && reach.All.Paused == 0 {
			time.Sleep(time.Until(due) + time.Minute)
			f.brings(rt, fmt.Sprint("in a digest at ", due), Digest, want)
		}
	}
	if want != reach.All.Digest {
		rt.Errorf("%d come in digests by their time, %d in all", want, reach.All.Digest)
	}
}

// brings works until nothing is to do but to wait, and compares how many have got a message
// of a kind by then. Whoever has one has one alone.
func (f *fixture) brings(rt *rapid.T, when string, kind Kind, want int) {
	stop := f.run()
	f.until("nothing is to do but to wait", func() bool {
		digested, errDigested := f.engine.plans.lastDigest(f.tb.Context())
		announced, err := f.archive.Announcements(f.tb.Context(), 1)
		running, errRunning := f.engine.plans.running(f.tb.Context()) // last: what was planned meanwhile is among them
		if errors.Join(err, errRunning, errDigested) != nil {
			return false
		}
		busy := func(b record) bool { return b.Wake <= time.Now().Unix() }
		return len(announced) == 0 && digested == time.Now().Unix()/3600 && !slices.ContainsFunc(running, busy)
	})
	stop()
	got := 0
	for chat, messages := range f.phones.all() {
		if len(messages) != 1 {
			rt.Errorf("%s: chat %d has %d messages", when, chat, len(messages))
		}
		if messages[0].kind == kind {
			got++
		}
	}
	if got != want {
		rt.Fatalf("%s: %d have it, want %d", when, got, want)
	}
}

// planned returns how many the editions' broadcasts were planned for.
func (f *fixture) planned(editions []feeds.Item) (n int) {
	progress, err := f.engine.Progress(f.tb.Context())
	if err != nil {
		f.tb.Fatal(err)
	}
	for _, p := range progress {
		if slices.ContainsFunc(editions, func(e feeds.Item) bool { return e.ID == p.Item }) {
			n += p.Planned
		}
	}
	return n
}

// matches compares the numbers by edition, main language and kind of chat with the phones.
func (f *fixture) matches(rt *rapid.T, reach Reach, audience map[int64]subscriptions.Preferences, editions []feeds.Item) {
	has := make(map[string]int)
	groups := 0
	for chat, messages := range f.phones.all() {
		p := audience[chat]
		if p.PausedUntil.IsZero() || editions[0].Urgent {
			has["edition "+messages[0].item]++
			if !slices.Contains(editions[0].Editions, p.Languages[0]) && len(p.Languages) == 1 {
				has["instead of "+p.Languages[0]]++
			}
		}
		has["main "+p.Languages[0]]++
		if chat < 0 {
			groups++
		}
	}
	if n := reach.Groups.Reached() + reach.Groups.Paused; n != groups {
		rt.Errorf("%d groups have it, want %d", groups, n)
	}
	for language, n := range reach.Editions {
		if has["edition "+language] != n {
			rt.Errorf("%d have the edition in %s, want %d", has["edition "+language], language, n)
		}
	}
	for language, n := range reach.StandIn {
		if has["instead of "+language] > n {
			rt.Errorf("%d have it instead of one in %s, want %d", has["instead of "+language], language, n)
		}
	}
	for language, places := range reach.Languages {
		if n := places.Reached() + places.Paused; has["main "+language] != n {
			rt.Errorf("%d whose main language is %q have it, want %d", has["main "+language], language, n)
		}
	}
}

// anAnnouncement draws the editions of one, each of which has its language as its title.
var anAnnouncement = rapid.Custom(func(t *rapid.T) []feeds.Item {
	languages := rapid.Permutation(subscriptions.Languages()).Draw(t, "languages")
	count := rapid.IntRange(1, len(languages)).Draw(t, "count")
	topics := rapid.SliceOfN(rapid.SampledFrom([]string{"legal-aid", "fraud", "unknown"}), 0, 2).Draw(t, "topics")
	urgent := rapid.IntRange(0, 4).Draw(t, "urgent") == 0
	var editions []feeds.Item
	for i, language := range languages[:count] {
		e := feeds.Item{ID: feeds.DeskItemID("case", language), Language: language, Title: language, Topics: topics, Urgent: urgent}
		e.Summary = rapid.SampledFrom([]string{"", "", "Салыктар.", "Мектепте сабак."}).Draw(t, "text")
		if i == 0 && rapid.Bool().Draw(t, "stands in") {
			e.StandIn = languages[count:]
		}
		editions = append(editions, e)
	}
	return editions
})

// drawAudience subscribes chats that differ in all that decides who gets what and when.
func (f *fixture) drawAudience(rt *rapid.T) map[int64]subscriptions.Preferences {
	audience := make(map[int64]subscriptions.Preferences)
	for i := range rapid.IntRange(1, 60).Draw(rt, "chats") {
		p := aSubscriber.Draw(rt, "preferences")
		chat := int64(i + 1)
		if p.Kind != subscriptions.Person {
			chat = -chat
		}
		f.prefer(chat, func(kept *subscriptions.Preferences) {
			*kept = p
			if pause := rapid.SampledFrom([]int{0, 0, 0, 2, 5}).Draw(rt, "days of pause"); pause > 0 {
				kept.Reschedule(time.Now(), time.Time{}, bishkek, func(p *subscriptions.Preferences) {
					p.PausedUntil = time.Now().AddDate(0, 0, pause).Truncate(time.Hour)
				})
			}
			audience[chat] = *kept
		})
	}
	return audience
}

var aSubscriber = rapid.Custom(func(t *rapid.T) subscriptions.Preferences {
	languages := rapid.Permutation(subscriptions.Languages()).Draw(t, "languages")
	p := subscriptions.Preferences{
		Status:    rapid.SampledFrom([]subscriptions.Status{0, 0, 0, 0, subscriptions.Stopped, subscriptions.Blocked}).Draw(t, "status"),
		Interface: "ky",
		Languages: languages[:rapid.SampledFrom([]int{0, 1, 1, 1, 2, 3}).Draw(t, "count")],
		Kind:      rapid.SampledFrom([]subscriptions.Kind{0, 0, 0, subscriptions.Group, subscriptions.Channel}).Draw(t, "kind"),
		Quiet: rapid.SampledFrom([]subscriptions.Quiet{
			{}, {From: 22, To: 7}, {From: 22, To: 7, Wait: true}, {From: 8, To: 17, Wait: true},
		}).Draw(t, "quiet"),
		When: rapid.SampledFrom([]subscriptions.When{
			{}, {}, {}, {Rhythm: subscriptions.Daily, Hour: 9}, {Rhythm: subscriptions.Weekly, Weekday: time.Friday, Hour: 18},
		}).Draw(t, "when"),
	}
	if rapid.Bool().Draw(t, "chose topics") {
		p.Topics = subscriptions.Only(rapid.SliceOfN(rapid.SampledFrom([]subscriptions.Topic{3, 4, 5}), 0, 2).Draw(t, "topics")...)
	}
	if rapid.Bool().Draw(t, "follows words") {
		p.Words = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"салык", "мектеп", "сот"}), 1, 2, rapid.ID[string]).Draw(t, "words")
	}
	return p
})
