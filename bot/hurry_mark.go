package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// hurryLasts is how long after a screen has gone out a tap on it may be meant for the screen
// before: it has to come to the phone, and the tap back. Whoever has read it is later.
const hurryLasts = 3 * time.Second

// asksPatience begins the data of a button that asks who is in a hurry to wait. Until when, it
// says itself, so that each instance knows.
const asksPatience = render.VerbAfter + ":"

// patient is the button as one that asks for patience; the button itself where there is no room
// for that.
func patient(b telegram.Button) telegram.Button {
	if data := dated(asksPatience+b.Data, time.Now()); len(data) <= render.DataLimit {
		b.Data = asksPatience + b.Data
	}
	return b
}

// dated is the data, with the time until which it asks for patience, as it goes out.
func dated(data string, now time.Time) string {
	then, asks := strings.CutPrefix(data, asksPatience)
	if !asks {
		return data
	}
	return render.Data(render.VerbAfter, strconv.FormatInt(now.Add(hurryLasts).Unix(), 36), then)
}

// dateAll is the rows with their data dated.
func dateAll(rows [][]telegram.Button, now time.Time) [][]telegram.Button {
	all := make([][]telegram.Button, len(rows))
	for i, row := range rows {
		all[i] = slices.Clone(row)
		for j := range row {
			all[i][j].Data = dated(row[j].Data, now)
		}
	}
	return all
}

// undated is what a button does whose data is this, and whether its person has to wait until
// then. A clock that was set back makes nobody wait for longer.
func undated(data string, now time.Time) (then string, soon bool) {
	rest, asks := strings.CutPrefix(data, asksPatience)
	if !asks {
		return data, false
	}
	until, then, _ := strings.Cut(rest, ":")
	seconds, err := strconv.ParseInt(until, 36, 64)
	left := time.Unix(seconds, 0).Sub(now)
	return then, err == nil && 0 < left && left <= hurryLasts
}
