package bot

import (
	"strconv"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// nights are the quiet hours to choose from.
var nights = []subscriptions.Quiet{{From: 21, To: 7}, {From: 22, To: 8}, {From: 23, To: 6}}

// quietScreen offers quiet hours, and what becomes of messages in them.
func (v view) quietScreen() screen {
	have := v.preferences.Quiet
	none := !v.quiet()
	rows := [][]telegram.Button{{{Text: chosen(none, v.words.T("button.no_quiet", nil)), Data: render.Data(render.VerbSet, "quiet", "off")}}}
	var row []telegram.Button
	for _, night := range nights {
		label := hours(night)
		same := have.From == night.From && have.To == night.To
		night.Wait = have.Wait
		row = append(row, telegram.Button{Text: chosen(same, label), Data: quietData(night)})
	}
	rows = append(rows, row[:2], row[2:])
	if !none {
		soft, wait := have, have
		soft.Wait, wait.Wait = false, true
		rows = append(rows,
			[]telegram.Button{{Text: chosen(!have.Wait, v.words.T("button.silent", nil)), Data: quietData(soft)}},
			[]telegram.Button{{Text: chosen(have.Wait, v.words.T("button.wait", nil)), Data: quietData(wait)}},
		)
	}
	return v.toSet(screen{v.words.T("screen.quiet", nil), append(rows, v.zoneRow(), v.backToSettings())})
}

func hours(q subscriptions.Quiet) string { return clock(q.From) + "–" + clock(q.To) }

func quietData(q subscriptions.Quiet) string {
	how := "silent"
	if q.Wait {
		how = "wait"
	}
	return render.Data(render.VerbSet, "quiet", strconv.Itoa(q.From), strconv.Itoa(q.To), how)
}

func (v view) setQuiet(value []string) func(*subscriptions.Preferences) {
	if render.Arg(value, 0) == "off" {
		return func(p *subscriptions.Preferences) { p.Quiet = subscriptions.Quiet{} }
	}
	from, ok1 := number(value, 0, 23)
	to, ok2 := number(value, 1, 23)
	how := render.Arg(value, 2)
	if !ok1 || !ok2 || from == to || how != "silent" && how != "wait" {
		return nil
	}
	quiet := subscriptions.Quiet{From: from, To: to, Wait: how == "wait"}
	return func(p *subscriptions.Preferences) { p.Quiet = quiet }
}

// quiet reports whether there are quiet hours.
func (v view) quiet() bool { return v.preferences.Quiet.From != v.preferences.Quiet.To }

// quietLabel says which they are.
func (v view) quietLabel() string {
	value := v.words.T("line.off", nil)
	if v.quiet() {
		value = hours(v.preferences.Quiet)
	}
	return v.words.T("button.quiet", map[string]any{"Value": value})
}
