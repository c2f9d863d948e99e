package feeds

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// storyZone is the zone of all stories.
var storyZone = time.FixedZone("+06", 6*60*60)

// storyStart is when every story's first poll is made: a Monday.
var storyStart = time.Date(2026, 11, 23, 10, 0, 0, 0, storyZone)

// player plays one story: the real poller and archive, a real site on loopback, and
// time that passes at once.
type player struct {
	t       *testing.T
	story   *story
	site    *storySite
	mini    *miniredis.Miniredis
	archive *Archive
	poller  *Poller
	last    time.Time // of the last poll; with a schedule, of the last step's end
	passed  time.Time // until when time has passed in Redis

	told map[string]string // what each item that was told was called then, by its id
	out  tally             // what this step has told so far
}

// play plays a story to its end, or to the step that goes wrong.
func play(t *testing.T, s *story) {
	site := newStorySite(t, storyStart)
	mini := miniredis.RunT(t)
	rdb := redis.NewClient(&redis.Options{Addr: mini.Addr(), DisableIdentity: true, PoolSize: 64})
	t.Cleanup(func() { _ = rdb.Close() })
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(storyStart))
		p := &player{t: t, story: s, site: site, mini: mini, archive: NewArchive(rdb), last: time.Now(), passed: time.Now(), told: make(map[string]string)}
		mini.SetTime(time.Now())
		var err error
		if p.poller, err = NewPoller(p.options(), p.archive); err != nil {
			t.Fatal(err)
		}
		if s.Schedule > 0 {
			p.byItself()
			return
		}
		p.byHand()
	})
}

func (p *player) options() Options {
	o := Options{Schedule: "@every 1m", Zone: storyZone, AllowPrivate: true}
	if p.story.Schedule > 0 {
		o.Schedule = "@every " + time.Duration(p.story.Schedule).String()
	}
	for _, s := range p.story.Sources {
		o.Sources = append(o.Sources, Source{
			ID: s.ID, Language: s.Language, URL: p.site.site + s.Path, Kind: s.Kind, Links: s.Links, Plausible: s.Plausible,
		})
	}
	return o
}

// step begins a step: what people did, and what the site shows from now on.
func (p *player) step(st *step) (heldBefore map[string]bool) {
	for _, act := range st.Officer {
		for what, title := range act {
			p.act(what, title)
		}
	}
	heldBefore = p.held()
	p.site.show(p.story, st)
	return heldBefore
}

// byHand polls whenever the story says so.
func (p *player) byHand() {
	for i := range p.story.Steps {
		st := &p.story.Steps[i]
		if i > 0 {
			p.until(p.last.Add(st.After.or(time.Minute)))
		}
		p.out = newTally()
		held := p.step(st)
		for n := range max(st.Polls, 1) {
			if n > 0 {
				p.until(p.last.Add(st.Every.or(time.Minute)))
			}
			p.last = time.Now()
			p.pollAll(st)
			p.collect()
		}
		if p.compare(i, held) {
			return
		}
	}
}

// pollAll polls every source, and compares how it went.
func (p *player) pollAll(st *step) {
	for _, s := range p.story.Sources {
		_, err := p.poller.Poll(p.t.Context(), s.ID)
		must := st.Error == "true" && (st.Shows == nil || st.Shows[s.ID] != nil)
		switch {
		case must && err == nil:
			p.out.wrong("the poll of %s did not fail", s.ID)
		case st.Error == "" && err != nil:
			p.out.wrong("the poll failed: %v", err)
		}
	}
}

// byItself lets the poller run by its schedule.
func (p *player) byItself() {
	ctx, cancel := context.WithCancel(p.t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	p.out = newTally()
	for i := range p.story.Steps {
		st := &p.story.Steps[i]
		if i > 0 {
			p.until(p.last.Add(st.After.or(time.Minute)))
			p.collect()
		}
		held := p.step(st)
		if i == 0 {
			running.Go(func() { _ = p.poller.Run(ctx) })
		}
		before := p.asked()
		p.until(time.Now().Add(st.Within.or(2 * time.Minute)))
		p.last = time.Now()
		p.collect()
		p.compareRun(st, p.asked()-before)
		if p.compare(i, held) {
			return
		}
		p.out = newTally()
	}
}

// asked returns how often the sources were asked.
func (p *player) asked() int {
	n := 0
	for _, s := range p.story.Sources {
		n += p.site.asked(s.Path)
	}
	return n
}

// compareRun compares what a step with a schedule says of its polls.
func (p *player) compareRun(st *step, asked int) {
	if st.Asked != nil && !st.Asked.allows(asked) {
		p.out.wrong("the site was asked %d times and not %v", asked, st.Asked)
	}
	if st.Error != "true" {
		return
	}
	for _, h := range p.poller.Health() {
		if h.Failures == 0 {
			p.out.wrong("the last poll of %s did not fail", h.Source)
		}
	}
}

// until lets time pass, for the site and for Redis as well.
func (p *player) until(moment time.Time) {
	const tick = 30 * time.Second
	for now := time.Now(); now.Before(moment); now = time.Now() {
		if p.story.Schedule == 0 {
			time.Sleep(moment.Sub(now)) // Nothing happens meanwhile.
			p.pass(time.Now())
			continue
		}
		time.Sleep(min(tick, moment.Sub(now)))
		p.pass(time.Now())
		p.collect()
	}
	synctest.Wait()
}

// pass says what time it is.
func (p *player) pass(now time.Time) {
	p.site.passes(now.In(storyZone))
	p.mini.SetTime(now)
	p.mini.FastForward(now.Sub(p.passed))
	p.passed = now
}

// act does what an officer does.
func (p *player) act(what, title string) {
	ctx, did := p.t.Context(), false
	do := map[string]func(context.Context, string) error{
		"release": p.archive.Release, "dismiss": p.archive.Dismiss, "withdraw": p.archive.Withdraw,
	}[what]
	ids := p.held()
	if what == "withdraw" {
		ids = make(map[string]bool)
		for id := range p.told {
			ids[id] = true
		}
	}
	for _, id := range p.inOrder(ids) {
		if title != "all" && !strings.HasPrefix(p.item(id).Title, title) && !strings.HasPrefix(p.told[id], title) {
			continue
		}
		if err := do(ctx, id); err != nil {
			p.t.Fatalf("%s %q: %v", what, title, err)
		}
		did = true
	}
	if !did && title != "all" {
		p.t.Fatalf("there was nothing to %s that begins with %q", what, title)
	}
	for _, a := range p.take() { // What this alone causes is expected by no step.
		if _, told := p.told[a.Item]; !told && a.Kind == Published {
			p.told[a.Item] = p.item(a.Item).Title
		}
	}
}

// held returns the ids of what waits for an administrator.
func (p *player) held() map[string]bool {
	list, err := p.archive.Held(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	ids := make(map[string]bool, len(list))
	for _, h := range list {
		ids[h.Item] = true
	}
	return ids
}

// inOrder returns ids in the order of the held list, and then of first sight.
func (p *player) inOrder(ids map[string]bool) []string {
	list, err := p.archive.Held(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	var ordered []string
	for _, h := range list {
		if ids[h.Item] {
			ordered = append(ordered, h.Item)
		}
	}
	for id := range p.told {
		if ids[id] && !slices.Contains(ordered, id) {
			ordered = append(ordered, id)
		}
	}
	return ordered
}

func (p *player) item(id string) Item {
	it, err := p.archive.Item(p.t.Context(), id)
	if err != nil {
		p.t.Fatal(err)
	}
	return it
}

// take empties the outbox.
func (p *player) take() []Announcement {
	list, err := p.archive.Announcements(p.t.Context(), 10_000)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, a := range list {
		if err := p.archive.Announced(p.t.Context(), a.ID); err != nil {
			p.t.Fatal(err)
		}
	}
	return list
}

// collect notes what was told.
func (p *player) collect() {
	for _, a := range p.take() {
		_, told := p.told[a.Item]
		switch {
		case a.Kind == Published:
			p.out.news = append(p.out.news, a.Item)
			if told {
				p.out.wrong("told twice: %q", p.item(a.Item).Title)
			} else {
				p.told[a.Item] = p.item(a.Item).Title
			}
		case a.Kind == Corrected && told:
			p.out.corrections[a.Item]++
		case a.Kind == Withdrawn:
			p.out.wrong("withdrawn: %q", p.item(a.Item).Title)
		}
	}
	if p.site.failed() != nil {
		p.t.Fatal(p.site.failed())
	}
}

// compare fails the test where a step told something else than expected, and reports it.
func (p *player) compare(i int, heldBefore map[string]bool) (wrong bool) {
	c := comparison{player: p, tally: p.out, held: make(map[string]bool)}
	for id := range p.held() {
		c.held[id] = !heldBefore[id]
	}
	if p.compareStep(&c, p.story.Steps[i].Expect); len(c.faults) == 0 {
		return false
	}
	note := ""
	if n := p.story.Steps[i].Note; n != "" {
		note = " (" + n + ")"
	}
	p.t.Errorf("%s\nstep %d%s at %s:\n%s\n%s", p.story.Name, i+1, note, time.Now().In(storyZone).Format("Mon 2 Jan 15:04"),
		"  "+strings.Join(c.faults, "\n  "), c.summary())
	return true
}
