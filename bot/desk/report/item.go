package report

import (
	"slices"
	"time"

	"kabarchy/bot/broadcast"
)

// Figures say what became of an item's messages.
// Planned + Came = Sent + Blocked + Failed + Waiting + ToGo + NoLongerDue.
type Figures struct {
	Planned, Came                                     int
	Sent, Blocked, Failed, Waiting, ToGo, NoLongerDue int
	// Reasons are Blocked and Failed by the reason.
	Reasons map[broadcast.Reason]int
}

func (f *Figures) add(p broadcast.Progress) {
	f.Planned, f.Came, f.Sent, f.Blocked = f.Planned+p.Planned, f.Came+p.Came, f.Sent+p.Sent, f.Blocked+p.Blocked
	f.Failed, f.Waiting, f.ToGo, f.NoLongerDue = f.Failed+p.Failed, f.Waiting+p.Waiting, f.ToGo+p.ToGo, f.NoLongerDue+p.NoLongerDue
	if f.Reasons == nil {
		f.Reasons = make(map[broadcast.Reason]int)
	}
	for reason, n := range p.Reasons {
		f.Reasons[reason] += n
	}
}

// outcomes are what came of it, in the order of Outcomes.
func (f Figures) outcomes() []int {
	return []int{f.Sent, f.Blocked, f.Failed, f.Waiting, f.ToGo, f.NoLongerDue}
}

// Outcomes are the columns of Item.Table.
var Outcomes = []string{"sent", "blocked", "failed", "waiting", "to_go", "no_longer_due"}

// Item says what became of an item in all its languages.
type Item struct {
	Figures           // of all languages together
	Editions          []Edition
	Running           bool
	First, Half, Last time.Time // when the first, half and the last of the phones had it; zero where none has
	pace              []broadcast.Pace
}

// Edition says what became of an item in one language.
type Edition struct {
	Language string
	Figures
}

// NewItem makes a report of an item's broadcasts, of which what is no news is left out.
func NewItem(told []broadcast.Report) (i Item) {
	for _, r := range told {
		if r.Kind != broadcast.News {
			continue
		}
		i.add(r.Progress)
		i.Running = i.Running || r.FinishedAt.IsZero()
		at := slices.IndexFunc(i.Editions, func(e Edition) bool { return e.Language == r.Language })
		if at < 0 {
			at, i.Editions = len(i.Editions), append(i.Editions, Edition{Language: r.Language})
		}
		i.Editions[at].add(r.Progress)
		if !r.First.IsZero() && (i.First.IsZero() || r.First.Before(i.First)) {
			i.First = r.First
		}
		if r.Last.After(i.Last) {
			i.Last = r.Last
		}
		i.pace = append(i.pace, r.Pace...)
	}
	slices.SortStableFunc(i.pace, func(a, b broadcast.Pace) int { return a.At.Compare(b.At) })
	i.Half = half(i.pace)
	return i
}

// half is when half of the phones had it, to ten seconds.
func half(pace []broadcast.Pace) time.Time {
	all, had := 0, 0
	for _, p := range pace {
		all += p.Sent
	}
	for _, p := range pace {
		if had += p.Sent; 2*had >= all {
			return p.At
		}
	}
	return time.Time{}
}

// Languages are who has it, by language.
func (i Item) Languages() (groups []Group) {
	for _, e := range i.Editions {
		groups = append(groups, Group{Key: e.Language, N: e.Sent})
	}
	return groups
}

// FailedBy are those who never got it, by the reason.
func (i Item) FailedBy() (groups []Group) {
	for _, reason := range []broadcast.Reason{broadcast.ReasonGaveUp, broadcast.ReasonRefused, broadcast.ReasonNoRights} {
		groups = append(groups, Group{Key: string(reason), N: i.Reasons[reason]})
	}
	return groups
}

// BlockedBy are those who have blocked the bot or are gone.
func (i Item) BlockedBy() (groups []Group) {
	for _, reason := range []broadcast.Reason{broadcast.ReasonBlocked, broadcast.ReasonGone} {
		groups = append(groups, Group{Key: string(reason), N: i.Reasons[reason]})
	}
	return groups
}

// Table is the item by language and outcome, exactly: it is shown only when coarse.
func (i Item) Table() Table {
	t := Table{Columns: Outcomes}
	for _, e := range i.Editions {
		t.Rows, t.Cells = append(t.Rows, e.Language), append(t.Cells, e.outcomes())
	}
	return t
}

// Stretch is a time in which so many phones got it.
type Stretch struct {
	From, To time.Time // To is not in it
	N        int
}

// mostHours bounds the hours of a report: an item goes out within three days.
const mostHours = 24 * 8

// Hours are the phones that got it by the hour, in a zone: hours with too few are joined, and
// those in which nobody got it are left out.
func (i Item) Hours(zone *time.Location) (hours []Stretch) {
	if len(i.pace) == 0 {
		return nil
	}
	at := i.pace[0].At.In(zone)
	first := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), 0, 0, 0, zone)
	var counts []int
	for _, p := range i.pace {
		n := min(mostHours, int(p.At.Sub(first)/time.Hour))
		for len(counts) <= n {
			counts = append(counts, 0)
		}
		counts[n] += p.Sent
	}
	for _, s := range Spans(counts) {
		if s.N > 0 {
			hours = append(hours, Stretch{first.Add(time.Duration(s.From) * time.Hour), first.Add(time.Duration(s.To) * time.Hour), s.N})
		}
	}
	return hours
}
