package web

import (
	"net/http"
	"strconv"
	"time"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
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
	days, err := daysOf(r)
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
	p := readersPage{Days: days, Choices: readerDays, Active: of.Active(), Came: r.T("line.growth_came"), Left: r.T("line.growth_left")}
	for _, g := range []readersGroup{
		{"web.by_language", r.groupLines(of.Languages(), func(key string) string { return locale.For(key).Name() })},
		{"web.by_rhythm", r.groupLines(of.Rhythms(), entry(rhythmWords))},
		{"web.by_choice", r.groupLines(of.Choices(), entry(choiceWords))},
		{"web.by_topic", r.folded(topics, d.topicNumbered(r.Language()))},
		{"web.by_state", r.groupLines(of.States(), entry(stateWords))},
	} {
		if g.Lines != nil {
			p.Groups = append(p.Groups, g)
		}
	}
	chart, lines, err := d.growth(r, days)
	if err != nil {
		return err
	}
	p.Growth, p.Chart = lines, len(chart.Labels) > 0
	return r.show("readers", p)
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

// growth is who came and who left, as a picture and as a table: in stretches of days that hold
// nobody or report.Least at least.
func (d *Desk) growth(r *request, n int) (chart report.Chart, lines []growthLine, err error) {
	days, err := report.Days(r.Context(), d.rdb, d.options.Zone, time.Now(), n)
	if err != nil {
		return chart, nil, err
	}
	spans, counts := report.Together(report.Counted(days, report.Came), report.Counted(days, report.Left))
	chart = report.Chart{
		Title: r.N("line.growth", n), Series: []report.Series{{Name: r.T("line.growth_came")}, {Name: r.T("line.growth_left")}}, Number: r.Number,
	}
	some := false
	for i, s := range spans {
		from, to := days[s.From].At, days[s.To-1].At
		label := from.Format("02.01")
		if !from.Equal(to) {
			label += "–" + to.Format("02.01")
		}
		chart.Labels = append(chart.Labels, label)
		for of := range chart.Series {
			chart.Series[of].Values = append(chart.Series[of].Values, counts[i][of])
			some = some || counts[i][of] > 0
		}
		if counts[i][0]+counts[i][1] > 0 {
			lines = append(lines, growthLine{label, r.Number(counts[i][0]), r.Number(counts[i][1])})
		}
	}
	if !some {
		chart.Labels = nil
	}
	return chart, lines, nil
}

// growthChart draws who came and who left.
func (d *Desk) growthChart(r *request) error {
	n, err := daysOf(r)
	if err != nil {
		return err
	}
	chart, _, err := d.growth(r, n)
	if err != nil {
		return err
	}
	return r.drawn(chart)
}

// curve draws when the phones got an item.
func (d *Desk) curve(r *request) error {
	item, editions, err := d.itemOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	of, err := d.reportOf(r.Context(), idsOf(item, editions))
	if err != nil {
		return err
	}
	chart := report.Chart{Title: item.Title, Series: []report.Series{{Name: r.T("column.sent")}}, Number: r.Number}
	for _, h := range of.Hours(d.options.Zone) {
		if report.Few(h.N) {
			return errNoPage
		}
		chart.Labels = append(chart.Labels, h.From.In(d.options.Zone).Format("02.01 15:04"))
		chart.Series[0].Values = append(chart.Series[0].Values, h.N)
	}
	return r.drawn(chart)
}

// drawn answers with a chart.
func (r *request) drawn(chart report.Chart) error {
	if len(chart.Labels) == 0 {
		return errNoPage
	}
	picture, err := chart.SVG()
	if err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "image/svg+xml")
	// What the library draws has style= in it. Opened by itself, it may use that and nothing else.
	r.w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	r.w.WriteHeader(http.StatusOK)
	_, err = r.w.Write(picture)
	return err
}
