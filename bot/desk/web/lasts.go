package web

import (
	"html/template"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
)

// mostBeside is how many broadcasts are named that go out beside an announcement.
const mostBeside = 5

// lastsWords say how long an announcement goes out, and what goes out beside it.
func (d *Desk) lastsWords(r *request, c desk.Case, reach broadcast.Reach) (lines []template.HTML, err error) {
	of, err := d.office.Lasts(r.Context(), c, reach, func(other desk.Case) string { return d.titleOf(r.Context(), other, r.Language()) })
	if err != nil {
		return nil, err
	}
	if of.Lasts >= time.Minute {
		lines = append(lines, r.HTML("line.desk_lasts", "Minutes", r.Number(int(of.Lasts.Minutes()+0.5)), "Time", r.Moment(of.Until)))
	}
	var others []template.HTML
	for _, p := range of.Beside {
		entry := "line.desk_beside"
		if c.Delays(p) {
			entry = "line.desk_delays"
		}
		others = append(others, r.HTML(entry, "Title", r.broadcast(p.Title)))
	}
	for _, next := range of.Within {
		title := r.broadcast(next.Title)
		if next.Title == "" {
			title += " (" + r.count(next.Messages) + ")"
		}
		others = append(others, r.HTML("line.desk_within", "Title", title, "Time", r.Moment(next.At)))
	}
	if len(others) > mostBeside {
		others = append(others[:mostBeside], "…")
	}
	return append(lines, others...), nil
}

// broadcast is what a broadcast is called; a digest has no title.
func (v view) broadcast(title string) string {
	if title == "" {
		return v.T("line.desk_digest")
	}
	return title
}
