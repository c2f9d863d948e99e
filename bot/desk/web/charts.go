package web

import (
	"net/http"
	"time"

	"kabarchy/bot/desk/report"
)

// days are the sums of the last n days, today included; n is what the request asks for.
func (d *Desk) days(r *request) (n int, days []report.Day, err error) {
	if n, err = daysOf(r); err != nil {
		return 0, nil, err
	}
	days, err = report.Days(r.Context(), d.rdb, d.options.Zone, time.Now(), n)
	return n, days, err
}

// growth is who came and who left, as a picture and as a table: in stretches of days that hold
// nobody or report.Least at least.
func (v view) growth(days []report.Day) (chart report.Chart, lines []growthLine) {
	spans, counts := report.Together(report.Counted(days, report.Came), report.Counted(days, report.Left))
	chart = report.Chart{
		Title: v.N("line.growth", len(days)), Series: []report.Series{{Name: v.T("line.growth_came")}, {Name: v.T("line.growth_left")}}, Number: v.Number,
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
			lines = append(lines, growthLine{label, v.Number(counts[i][0]), v.Number(counts[i][1])})
		}
	}
	if !some {
		chart.Labels = nil
	}
	return chart, lines
}

// growthChart draws who came and who left.
func (d *Desk) growthChart(r *request) error {
	_, days, err := d.days(r)
	if err != nil {
		return err
	}
	chart, _ := r.growth(days)
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
	// What the library draws has style= in it. Opened by itself, it may use that and nothing else.
	r.w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	send(r.w, r.Request, http.StatusOK, "image/svg+xml", picture)
	return nil
}
