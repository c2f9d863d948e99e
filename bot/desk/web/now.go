package web

import (
	"cmp"
	"slices"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/feeds"
)

// now is the first page: what goes out, what waits, what comes next, and which sources are ill.
func (d *Desk) now(r *request) error {
	g, err := lookAt(r.Context(), d.options)
	if err != nil {
		return err
	}
	page := d.nowOf(g, viewer{r.view, r.who, r.roles}).short()
	if r.roles&desk.Officer != 0 {
		if page.Unsaved, err = (store{d.rdb}).unsavedOf(r.Context(), r.who, r.Language()); err != nil {
			return err
		}
	}
	return r.show("now", page)
}

// viewer is who looks at a page.
type viewer struct {
	view
	who   int64
	roles desk.Role
}

// nowPage is what the page is drawn from.
type nowPage struct {
	Running []running
	Waiting []waiting
	More    int // of those that wait, how many are not listed
	Mine    int // of those that wait, how many the person can approve
	Held    int
	Next    []next
	Ill     []ill
	Unsaved []unsaved // what the person has typed and not saved
}

// running is something that goes out, or was stopped.
type running struct {
	progress
	Title   string
	Head    string // the entry that says what it does
	Case    string // empty for a feed's item that nobody stopped
	Item    string
	Version int
	Stopped bool
	Until   time.Time // when what is stopped ends, if nobody decides
	Stop    bool      // the person may stop it
	GoOn    bool
	End     bool
}

// waiting is a case that waits for somebody.
type waiting struct {
	Case, Title, Status, Languages, By string
	Urgent, Mine                       bool // Mine: the person can approve it
	Correct                            bool // it corrects what has its title
}

// next is an approved case.
type next struct {
	Case, Title string
	Version     int
	Due         time.Time
	TakeBack    bool // the person may take it back
	Withdraw    bool
	Correct     bool
}

// ill is a source that is not well.
type ill struct{ Source, Entry string }

// How many of each the page lists.
const (
	mostWaiting = 20
	mostNext    = 3
)

// stoppedFor is after which time what is stopped ends, if nobody decides.
const stoppedFor = 24 * time.Hour

// nowOf is the page for somebody.
func (d *Desk) nowOf(g *glance, v viewer) nowPage {
	p := nowPage{Held: g.held}
	name := names(g.people)
	var approved []desk.Case
	for _, c := range g.open {
		allowed := d.office.AllowedTo(c, v.who, v.roles)
		may := func(verb desk.Verb) bool { return slices.Contains(allowed, verb) }
		switch c.Status {
		case desk.Sending, desk.Stopped:
			p.Running = append(p.Running, running{
				progress: progressOf(g.progress, c.Items, c.Kind), Title: v.broadcast(g.title(c, v.Language())), Head: doing[c.Kind],
				Case: c.ID, Version: c.Version, Stopped: c.Status == desk.Stopped, Until: c.StoppedAt.Add(stoppedFor),
				Stop: may(desk.Stop), GoOn: may(desk.GoOn), End: may(desk.End) && !c.Ended,
			})
		case desk.Approved:
			approved = append(approved, c)
		default:
			p.Waiting = append(p.Waiting, waiting{
				Case: c.ID, Title: g.title(c, v.Language()), Status: statusWords[c.Status], Languages: languagesOf(c),
				By: name(writer(c)), Urgent: c.Urgent, Mine: may(desk.Approve), Correct: c.Kind == desk.Correct,
			})
		}
	}
	p.Running = append(p.Running, v.feeds(g)...)
	p.arrange()
	slices.SortFunc(approved, byDue)
	for _, c := range approved[:min(mostNext, len(approved))] {
		p.Next = append(p.Next, next{
			Case: c.ID, Title: g.title(c, v.Language()), Version: c.Version, Due: c.Due, Withdraw: c.Kind == desk.Withdraw, Correct: c.Kind == desk.Correct,
			TakeBack: slices.Contains(d.office.AllowedTo(c, v.who, v.roles), desk.TakeBack),
		})
	}
	for _, h := range g.sources {
		if entry, is := illness[h.Condition]; is {
			p.Ill = append(p.Ill, ill{h.Source, entry})
		}
	}
	return p
}

// feeds are the items of feeds that go out and have no case, each with its editions. Whoever is at
// the desk may stop them.
func (v viewer) feeds(g *glance) (all []running) {
	for _, story := range g.stories(v.Language()) {
		p := story[0]
		if p.Kind != broadcast.News {
			continue
		}
		var items []string
		for _, edition := range story {
			items = append(items, edition.Item)
		}
		all = append(all, running{
			progress: progressOf(story, items, desk.Announce), Title: p.Title, Head: doing[desk.Announce],
			Item: p.Item, Stop: g.halted[p.Subject()] == "", Stopped: g.halted[p.Subject()] != "",
		})
	}
	return all
}

// arrange puts first what waits for the person, and counts.
func (p *nowPage) arrange() {
	slices.SortStableFunc(p.Waiting, func(a, b waiting) int {
		order := func(w waiting) int {
			if w.Mine {
				return 0
			}
			return 1
		}
		return cmp.Compare(order(a), order(b))
	})
	for _, w := range p.Waiting {
		if w.Mine {
			p.Mine++
		}
	}
}

// short is the page with no more than fits on it.
func (p nowPage) short() nowPage {
	if p.More = max(0, len(p.Waiting)-mostWaiting); p.More > 0 {
		p.Waiting = p.Waiting[:mostWaiting]
	}
	return p
}

// doing says what a case does with the phones.
var doing = map[desk.Kind]string{
	desk.Announce: "web.sending", desk.Correct: "web.correcting", desk.Withdraw: "web.withdrawing",
}

// statusWords say where a case is on its way.
var statusWords = map[desk.Status]string{
	desk.Draft: "web.draft", desk.Submitted: "web.submitted", desk.Returned: "web.returned",
}

// illness says how a source is that is not well.
var illness = map[feeds.Condition]string{
	feeds.Failing: "web.failing", feeds.Silent: "web.silent", feeds.Gone: "web.gone",
}

// writer is who wrote a case, or changed it last.
func writer(c desk.Case) int64 {
	if len(c.Hands) == 0 {
		return 0
	}
	return c.Hands[len(c.Hands)-1]
}
