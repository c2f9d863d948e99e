package report_test

import (
	"slices"
	"testing"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk/report"
)

// told is a broadcast of an item in a language.
func told(language string, sent, blocked, gaveUp int, pace ...broadcast.Pace) broadcast.Report {
	r := broadcast.Report{Pace: pace, Progress: broadcast.Progress{
		Kind: broadcast.News, Language: language, Planned: sent + blocked + gaveUp, Sent: sent, Blocked: blocked, Failed: gaveUp,
		Reasons: map[broadcast.Reason]int{broadcast.ReasonBlocked: blocked, broadcast.ReasonGaveUp: gaveUp},
	}}
	if len(pace) > 0 {
		r.First, r.Last = pace[0].At, pace[len(pace)-1].At
	}
	return r
}

// TestItem: what became of an item adds up over its languages; by hour and language no group
// is under five.
func TestItem(t *testing.T) {
	t.Parallel()
	ten := time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC) // 10:00 in Bishkek
	of := report.NewItem([]broadcast.Report{
		told("ky", 60, 40, 0, broadcast.Pace{At: ten, Sent: 50}, broadcast.Pace{At: ten.Add(time.Hour), Sent: 7}, broadcast.Pace{At: ten.Add(5 * time.Hour), Sent: 3}),
		told("ru", 20, 9, 3, broadcast.Pace{At: ten.Add(2 * time.Hour), Sent: 20}),
		{Progress: broadcast.Progress{Kind: broadcast.Correction, Language: "ky", Planned: 60, Sent: 60}},
	})
	if of.Planned+of.Came != of.Sent+of.Blocked+of.Failed+of.Waiting+of.ToGo+of.NoLongerDue || of.Planned != 132 || of.Sent != 80 || of.Reasons[broadcast.ReasonGaveUp] != 3 {
		t.Errorf("the figures are %+v", of.Figures)
	}
	if !of.First.Equal(ten) || !of.Half.Equal(ten) || !of.Last.Equal(ten.Add(5*time.Hour)) {
		t.Errorf("first, half, last: %s, %s, %s", of.First, of.Half, of.Last)
	}
	var hours []int
	for _, h := range of.Hours(bishkek) {
		hours = append(hours, h.N)
	}
	if !slices.Equal(hours, []int{50, 7, 23}) {
		t.Errorf("by hour %v", hours)
	}
	coarse := of.Table().Coarsen()
	if len(coarse.Rows) != 2 || len(coarse.Columns) != 5 || !slices.Equal(coarse.Columns[1], []int{1, 2}) || !slices.Equal(coarse.Cells[1][:2], []int{20, 12}) {
		t.Errorf("the table reads %+v", coarse)
	}
}

// TestByTopic: a month's messages by the first topic of each item; what is no news and what
// is older is left out.
func TestByTopic(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)
	history := []broadcast.Progress{
		{Kind: broadcast.News, Item: "a", Sent: 7, PlannedAt: now},
		{Kind: broadcast.News, Item: "b", Sent: 9, PlannedAt: now},
		{Kind: broadcast.News, Item: "a", Sent: 100, PlannedAt: now.Add(-time.Hour)},
		{Kind: broadcast.Correction, Item: "a", Sent: 7, PlannedAt: now},
	}
	got, err := report.ByTopic(history, now, func(item string) (string, error) { return "topic-" + item, nil })
	if err != nil || !slices.Equal(got, []report.Group{{Key: "topic-b", N: 9}, {Key: "topic-a", N: 7}}) {
		t.Errorf("%v, %v", got, err)
	}
}
