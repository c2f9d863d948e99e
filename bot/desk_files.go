package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// upload brings a file to the chat, below the screen that asked for it.
func (t deskTalk) upload(ctx context.Context, method string, file telegram.File, caption string) (reply, error) {
	params := map[string]string{"chat_id": decimal(t.chat.ID), "caption": caption}
	a := &answer{life: screenLife, call: func(ctx context.Context) error {
		return t.bot.client.Upload(ctx, method, params, file, nil)
	}}
	_, err := t.bot.outbox.say(ctx, addressee{chat: t.chat.ID}, a)
	return reply{}, err
}

// onChart sends a picture: of an item, of the readers, or of a month.
func (t deskTalk) onChart(ctx context.Context, args []string) (reply, error) {
	var c report.Chart
	var found bool
	var err error
	switch what := render.Arg(args, 0); what {
	case "readers":
		c, found, err = t.growthChart(ctx, args[1:])
	case "month":
		c, found, err = t.monthChart(ctx)
	default:
		c, found, err = t.itemChart(ctx, what)
	}
	if err != nil {
		return reply{}, err
	}
	if !found {
		return reply{text: t.words.T("toast.nothing_to_draw", nil)}, nil
	}
	c.Number = t.words.Number
	picture, err := c.PNG()
	if err != nil {
		return reply{}, err
	}
	return t.upload(ctx, "sendPhoto", telegram.File{Param: "photo", Name: "chart.png", Data: picture}, c.Title)
}

// itemChart shows when the phones got an item.
func (t deskTalk) itemChart(ctx context.Context, id string) (c report.Chart, found bool, err error) {
	item, found, err := t.bot.anyItem(ctx, id)
	if err != nil || !found {
		return c, false, err
	}
	of, _, err := t.reportOf(ctx, item)
	if err != nil {
		return c, false, err
	}
	c = report.Chart{Title: t.titleIn(ctx, item), Series: []report.Series{{Name: t.words.T("column.sent", nil)}}}
	for _, h := range of.Hours(t.zone) {
		if report.Few(h.N) {
			return c, false, nil
		}
		c.Labels = append(c.Labels, t.stretchInWords(h))
		c.Series[0].Values = append(c.Series[0].Values, h.N)
	}
	return c, len(c.Labels) > 0, nil
}

// growthChart shows who came and who left.
func (t deskTalk) growthChart(ctx context.Context, args []string) (c report.Chart, found bool, err error) {
	n, known := number(args, 0, 800)
	if !known || n == 0 {
		return c, false, nil
	}
	days, err := t.growth(ctx, n)
	if err != nil {
		return c, false, err
	}
	spans, counts := report.Together(report.Counted(days, report.Came), report.Counted(days, report.Left))
	c = report.Chart{Title: t.words.N("line.growth", n, nil), Series: []report.Series{
		{Name: t.words.T("line.growth_came", nil)}, {Name: t.words.T("line.growth_left", nil)},
	}}
	for i, s := range spans {
		c.Labels = append(c.Labels, daysInWords(days[s.From].At, days[s.To-1].At))
		for of := range c.Series {
			c.Series[of].Values = append(c.Series[of].Values, counts[i][of])
			found = found || counts[i][of] > 0
		}
	}
	return c, found, nil
}

// daysInWords names a day, or several.
func daysInWords(from, to time.Time) string {
	if from.Equal(to) {
		return from.Format("02.01")
	}
	return from.Format("02.01") + "–" + to.Format("02.01")
}

// monthChart shows the messages of a month by topic.
func (t deskTalk) monthChart(ctx context.Context) (c report.Chart, found bool, err error) {
	topics, err := t.month(ctx)
	if err != nil {
		return c, false, err
	}
	c = report.Chart{Title: t.words.T("line.month", nil), Lying: true, Series: []report.Series{{Name: t.words.T("column.sent", nil)}}}
	for _, g := range report.Fold(topics) {
		if report.Few(g.N) {
			return c, false, nil
		}
		c.Labels = append(c.Labels, t.groupName(g, t.topicNamed))
		c.Series[0].Values = append(c.Series[0].Values, g.N)
	}
	return c, len(c.Labels) > 0, nil
}

// onCSV sends a table: of an item, or of the readers.
func (t deskTalk) onCSV(ctx context.Context, args []string) (reply, error) {
	var lines [][]string
	var err error
	file := "readers"
	if what := render.Arg(args, 0); what == file {
		lines, err = t.growthLines(ctx, args[1:])
	} else {
		file = "report"
		lines, err = t.itemLines(ctx, what)
	}
	if err != nil {
		return reply{}, err
	}
	if len(lines) < 2 {
		return reply{text: t.words.T("toast.nothing_to_draw", nil)}, nil
	}
	table, err := report.CSV(lines)
	if err != nil {
		return reply{}, err
	}
	return t.upload(ctx, "sendDocument", telegram.File{Param: "document", Name: file + ".csv", Data: table}, "")
}

// columnNames are the entries for the columns of an item's table.
var columnNames = map[string]string{
	"sent": "column.sent", "blocked": "column.blocked", "failed": "column.failed",
	"waiting": "column.waiting", "to_go": "column.to_go", "no_longer_due": "column.no_longer_due",
}

// itemLines are an item's table: a line for each language, what may not be told apart joined.
func (t deskTalk) itemLines(ctx context.Context, id string) (lines [][]string, err error) {
	item, found, err := t.bot.anyItem(ctx, id)
	if err != nil || !found {
		return nil, err
	}
	of, _, err := t.reportOf(ctx, item)
	if err != nil {
		return nil, err
	}
	table := of.Table()
	coarse := table.Coarsen()
	head := []string{t.words.T("column.date", nil), t.words.T("column.title", nil), t.words.T("column.language", nil), t.words.T("column.all", nil)}
	for _, joined := range coarse.Columns {
		head = append(head, namesOf(joined, func(i int) string { return t.words.T(columnNames[table.Columns[i]], nil) }))
	}
	lines = [][]string{head}
	for i, joined := range coarse.Rows {
		all := 0
		for _, n := range coarse.Cells[i] {
			all += n
		}
		if coarse.Hidden || all == 0 {
			continue
		}
		line := []string{
			item.Published.In(t.zone).Format(time.DateOnly), t.titleIn(ctx, item),
			namesOf(joined, func(i int) string { return locale.For(table.Rows[i]).Name() }), strconv.Itoa(all),
		}
		for _, n := range coarse.Cells[i] {
			line = append(line, strconv.Itoa(n))
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// namesOf names what was joined.
func namesOf(joined []int, name func(int) string) string {
	var all []string
	for _, i := range joined {
		all = append(all, name(i))
	}
	return strings.Join(all, ", ")
}

// growthLines are who came and left: a line for each sort and stretch of days.
func (t deskTalk) growthLines(ctx context.Context, args []string) (lines [][]string, err error) {
	n, known := number(args, 0, 800)
	if !known || n == 0 {
		return nil, nil
	}
	days, err := t.growth(ctx, n)
	if err != nil {
		return nil, err
	}
	lines = [][]string{{t.words.T("column.from", nil), t.words.T("column.to", nil), t.words.T("column.what", nil), t.words.T("column.people", nil)}}
	for _, what := range []string{report.Came, report.Returned, report.Left, report.Blocked} {
		for _, s := range report.Spans(report.Counted(days, what)) {
			if s.N > 0 {
				from, to := days[s.From].At.Format(time.DateOnly), days[s.To-1].At.Format(time.DateOnly)
				lines = append(lines, []string{from, to, t.words.T(growthNames[what], nil), t.count(s.N)})
			}
		}
	}
	return lines, nil
}
