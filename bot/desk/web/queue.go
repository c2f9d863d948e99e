package web

import (
	"slices"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
)

// queuePage is what comes when, by day: what runs until its end, what is approved, and what
// waits. Of the week all days are shown, also those on which nothing comes.
type queuePage struct {
	Days    []queueDay
	Waiting []waiting
	Held    []heldItem
}

type queueDay struct {
	At      time.Time
	Planned []planned
}

// planned is something on a day.
type planned struct {
	At, Until time.Time // Until is zero where the end is not known
	Title     string
	Case      string
	Item      string
	Words     string // an entry
	Readers   string // of a digest, how many
	Urgent    bool
	Correct   bool // it is approved, and corrects what has its title
}

// heldItem is an item that waits for a decision.
type heldItem struct {
	Item, Title, Source string
	Why                 string // an entry
}

// queueDays is how many days the page shows at least.
const queueDays = 7

// queue shows what comes when.
func (d *Desk) queue(r *request) error {
	g, err := lookAt(r.Context(), d.options)
	if err != nil {
		return err
	}
	now := time.Now().In(d.options.Zone)
	p := queuePage{Waiting: d.nowOf(g, viewer{r.view, r.who, r.roles}).Waiting}
	all, err := d.plannedOf(r, g)
	if err != nil {
		return err
	}
	for day := range queueDays {
		p.Days = append(p.Days, queueDay{At: midnight(now).AddDate(0, 0, day)})
	}
	for _, item := range all {
		day := midnight(item.At)
		i := slices.IndexFunc(p.Days, func(of queueDay) bool { return of.At.Equal(day) })
		if i < 0 {
			p.Days = append(p.Days, queueDay{At: day})
			i = len(p.Days) - 1
		}
		p.Days[i].Planned = append(p.Days[i].Planned, item)
	}
	slices.SortFunc(p.Days, func(a, b queueDay) int { return a.At.Compare(b.At) })
	if p.Held, err = d.heldItems(r); err != nil {
		return err
	}
	return r.show("queue", p)
}

func midnight(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
}

// plannedOf are what runs, from today on, what is approved, and each reader's next digest, by when.
func (d *Desk) plannedOf(r *request, g *glance) (all []planned, err error) {
	now := time.Now().In(d.options.Zone)
	all = d.casesOf(r, g, now)
	for _, story := range g.stories(r.Language()) {
		p := story[0]
		if g.halted[p.Subject()] != "" {
			continue
		}
		item := planned{At: now, Until: endOf(story), Title: r.broadcast(p.Title), Words: doing[kindOf(p.Kind)], Urgent: p.Urgent}
		if p.Title != "" {
			item.Item = p.Item
		}
		all = append(all, item)
	}
	digests, err := d.office.Digests(r.Context())
	for at, readers := range digests {
		all = append(all, planned{At: at.In(d.options.Zone), Title: r.T("web.digest"), Readers: r.count(readers)})
	}
	slices.SortStableFunc(all, func(a, b planned) int { return a.At.Compare(b.At) })
	return all, err
}

// endOf is when the last of some broadcasts is expected to end; zero where that is not known.
func endOf(all []broadcast.Progress) (end time.Time) {
	for _, p := range all {
		if p.FinishedAt.IsZero() && p.ExpectedEnd.After(end) {
			end = p.ExpectedEnd
		}
	}
	return end
}

// casesOf are the cases that run or are approved.
func (d *Desk) casesOf(r *request, g *glance, now time.Time) (all []planned) {
	for _, c := range g.open {
		item := planned{Title: r.broadcast(g.title(c, r.Language())), Case: c.ID, Urgent: c.Urgent}
		switch c.Status {
		case desk.Sending:
			item.At, item.Until, item.Words = now, progressOf(g.progress, c.Items, c.Kind).Ends, doing[c.Kind]
		case desk.Approved:
			item.At, item.Words = c.Due.In(d.options.Zone), "web.approved"
			item.Correct = c.Kind == desk.Correct
		default:
			continue
		}
		all = append(all, item)
	}
	return all
}

// kindOf is the kind of case that sends a kind of broadcast.
func kindOf(kind broadcast.Kind) desk.Kind {
	for of, sends := range sent {
		if sends == kind {
			return of
		}
	}
	return desk.Announce // a digest
}
