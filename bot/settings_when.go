package bot

import (
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// digestHours are those at which a digest can come; one more can't be chosen by a tap.
var digestHours = []int{7, 8, 9, 12, 18, 20}

// defaultHour is when a digest comes until the person chooses another hour.
const defaultHour = 9

// week is in the order in which people here write it.
var week = []time.Weekday{
	time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday,
}

// whenScreen offers each item at once, or a digest every day or week.
func (v view) whenScreen() screen {
	when := v.preferences.When
	hour := defaultHour
	if when.Rhythm != subscriptions.AtOnce {
		hour = when.Hour
	}
	day := time.Monday
	if when.Rhythm == subscriptions.Weekly {
		day = when.Weekday
	}
	rows := append([][]telegram.Button{{whenButton(when, subscriptions.When{}, v.words.T("button.at_once", nil))}}, render.RowsOf(
		rhythmButton(when, subscriptions.When{Rhythm: subscriptions.Daily, Hour: hour}, v.words.T("button.daily", nil)),
		rhythmButton(when, subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: day, Hour: hour}, v.words.T("button.weekly", nil)),
	)...)
	if when.Rhythm == subscriptions.Weekly {
		names := strings.Fields(v.words.T("date.days", nil))
		var row []telegram.Button
		for _, day := range week {
			row = append(row, whenButton(when, subscriptions.When{Rhythm: when.Rhythm, Weekday: day, Hour: hour}, names[day]))
		}
		rows = append(rows, row[:4], row[4:])
	}
	if when.Rhythm != subscriptions.AtOnce {
		var row []telegram.Button
		for _, hour := range digestHours {
			row = append(row, whenButton(when, subscriptions.When{Rhythm: when.Rhythm, Weekday: when.Weekday, Hour: hour}, clock(hour)))
		}
		rows = append(rows, row[:3], row[3:], v.zoneRow())
	}
	text := v.words.T("screen.when", nil)
	if v.paused() {
		text += "\n\n" + v.timesLabel()
	}
	rows = append(rows, v.pauseRow()...)
	return v.toSet(screen{text, append(rows, v.backToSettings())})
}

// whenButton sets the times to what is wanted, and is marked when they are just so.
func whenButton(have, want subscriptions.When, label string) telegram.Button {
	return telegram.Button{Text: chosen(have == want, label), Data: whenData(want)}
}

// rhythmButton is marked whatever the day and the hour.
func rhythmButton(have, want subscriptions.When, label string) telegram.Button {
	return telegram.Button{Text: chosen(have.Rhythm == want.Rhythm, label), Data: whenData(want)}
}

func whenData(w subscriptions.When) string {
	return render.Data(render.VerbSet, "when", strconv.Itoa(int(w.Rhythm)), strconv.Itoa(int(w.Weekday)), strconv.Itoa(w.Hour))
}

func (v view) setWhen(value []string) func(*subscriptions.Preferences) {
	rhythm, ok1 := number(value, 0, int(subscriptions.Weekly))
	day, ok2 := number(value, 1, int(time.Saturday))
	hour, ok3 := number(value, 2, 23)
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	when := subscriptions.When{Rhythm: subscriptions.Rhythm(rhythm)}
	if when.Rhythm != subscriptions.AtOnce {
		when.Hour = hour
	}
	if when.Rhythm == subscriptions.Weekly {
		when.Weekday = time.Weekday(day)
	}
	return v.reschedule(func(p *subscriptions.Preferences) { p.When = when })
}

func (v view) whenInWords() string {
	when := v.preferences.When
	switch when.Rhythm {
	case subscriptions.Daily:
		return v.words.T("line.daily", map[string]any{"Time": clock(when.Hour)})
	case subscriptions.Weekly:
		day := strings.Fields(v.words.T("date.weekdays", nil))[when.Weekday]
		return v.words.T("line.weekly", map[string]any{"Day": day, "Time": clock(when.Hour)})
	}
	return v.words.T("line.at_once", nil)
}
