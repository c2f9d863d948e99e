package web

import (
	"cmp"
	"errors"
	"strconv"
	"time"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// readersPage is what the page of the readers is drawn from. Its groups are folded: none of
// fewer than report.Least people is shown.
type readersPage struct {
	Days    int
	Choices []int
	Active  int
	Groups  []readersGroup
	Growth  []growthLine
	Came    string // of the table's columns, the names
	Left    string
	Chart   bool
}

// readersGroup are the readers by one thing that they have in common.
type readersGroup struct {
	Head  string // an entry
	Lines []groupLine
}

type groupLine struct{ Words, Number string }

// growthLine is a stretch of days.
type growthLine struct{ Days, Came, Left string }

// readerDays are the stretches of time that the page offers, in days.
var readerDays = []int{7, 30, 90, 365}

var (
	rhythmWords = map[string]string{report.AtOnce: "line.group_at_once", report.Daily: "line.group_daily", report.Weekly: "line.group_weekly"}
	choiceWords = map[string]string{report.AllTopics: "line.group_all_topics", report.SomeTopics: "line.group_some_topics"}
	stateWords  = map[string]string{report.StateLeft: "web.state_left", report.StateBlock: "web.state_blocked", report.StateGone: "web.state_gone"}
)

// readers shows who reads, and who came and left.
func (d *Desk) readers(r *request) error {
	n, days, err := d.days(r)
	if err != nil {
		return err
	}
	month, err := d.month(r)
	if err != nil {
		return err
	}
	of, err := report.Take(r.Context(), d.options.Census)
	if err != nil {
		return err
	}
	entry := func(words map[string]string) func(string) string {
		return func(key string) string { return r.T(words[key]) }
	}
	topics, _ := of.Topics()
	p := readersPage{Days: n, Choices: readerDays, Active: of.Active(), Came: r.T("line.growth_came"), Left: r.T("line.growth_left")}
	for _, g := range []readersGroup{
		{"web.by_language", r.groupLines(of.Languages(), func(key string) string { return locale.For(key).Name() })},
		{"web.by_rhythm", r.groupLines(of.Rhythms(), entry(rhythmWords))},
		{"web.by_choice", r.groupLines(of.Choices(), entry(choiceWords))},
		{"web.by_topic", r.folded(topics, d.topicNumbered(r.Language()))},
		{"web.by_state", r.groupLines(of.States(), entry(stateWords))},
		{"web.by_poster", r.groupLines(report.ByPoster(days), func(label string) string { return label })},
		{"web.by_month", r.groupLines(month, func(id string) string { return cmp.Or(d.topicNamed(id, r.Language()), r.T("line.group_no_topic")) })},
	} {
		if g.Lines != nil {
			p.Groups = append(p.Groups, g)
		}
	}
	chart, lines := r.growth(days)
	p.Growth, p.Chart = lines, len(chart.Labels) > 0
	return r.show("readers", p)
}

// What is looked at for a month by topic: of how long, and how many broadcasts at most.
const (
	monthLong = 30 * 24 * time.Hour
	monthMost = 1000
)

// month are the messages of the last thirty days by topic: an item's count under its first one,
// so that no topic's sum tells of another's.
func (d *Desk) month(r *request) ([]report.Group, error) {
	history, err := d.options.Engine.History(r.Context(), monthMost)
	if err != nil {
		return nil, err
	}
	return report.ByTopic(history, time.Now().Add(-monthLong), func(id string) (string, error) {
		item, err := d.options.Archive.Item(r.Context(), id)
		if errors.Is(err, feeds.ErrNotFound) || err == nil && len(item.Topics) == 0 {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return item.Topics[0], nil
	})
}

// daysOf are the days that a request asks for: 30 unless it says so.
func daysOf(r *request) (int, error) {
	asked := r.FormValue("days")
	if asked == "" {
		return 30, nil
	}
	days, err := strconv.Atoi(asked)
	if err != nil || days < 1 || days > 800 {
		return 0, errNoPage
	}
	return days, nil
}

// groupLines are groups that do not overlap, folded.
func (v view) groupLines(groups []report.Group, name func(string) string) []groupLine {
	folded := report.Fold(groups)
	if len(folded) == 1 && folded[0].Key == report.Other {
		return nil
	}
	return v.folded(folded, name)
}

// folded are groups that are folded already.
func (v view) folded(groups []report.Group, name func(string) string) (lines []groupLine) {
	for _, g := range groups {
		words := v.T("line.group_other")
		if g.Key != report.Other {
			words = name(g.Key)
			if g.Others {
				words = v.T("line.group_others", "Name", words)
			}
		}
		lines = append(lines, groupLine{words, v.Number(g.N)})
	}
	return lines
}

// topicNumbered names the topic with a number, or gives the number of one that is no more.
func (d *Desk) topicNumbered(language string) func(string) string {
	return func(number string) string {
		for _, topic := range d.options.Topics {
			if strconv.Itoa(topic.Number) == number {
				return topic.NameIn(language)
			}
		}
		return "№ " + number
	}
}
