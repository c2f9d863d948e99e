package locale

import (
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
)

// million is a whole audience: the country has seven.
const million = 1_000_000

// filler stands for what somebody is called, or has written: no letter of any alphabet.
const filler = "■"

// longest are the longest values of placeholders, which the program or the configuration
// bounds. Those that a language writes in its own way are in longestIn.
var longest = map[string]any{
	"Site": "https://minjust.example.gov.kg", "Bot": strings.Repeat(filler, 32), "Source": strings.Repeat(filler, 32),
	"Address": "https://" + strings.Repeat(filler, 192), "Link": "https://" + strings.Repeat(filler, 72), "Label": strings.Repeat(filler, 24),
	"Command": "/desk poster osh-bus", "Method": "setMyShortDescription", "Words": strings.Repeat(filler, 120),
	"Title": strings.Repeat(filler, 80), "Topic": strings.Repeat(filler, 80), "Reason": strings.Repeat(filler, 500), "Year": 2026,
	"Who": strings.Repeat(filler, 80), "By": strings.Repeat(filler, 80), "Name": strings.Repeat(filler, 80), "Names": strings.Repeat(filler, 240),
	"Groups": strings.Repeat(filler, 240), "Language": "Кыргызча", "Main": "Кыргызча", "Hours": 168, "Days": 365, "ChannelDays": 30, "Rate": "30",
}

// longestIn are the values in a language.
func longestIn(l Locale) map[string]any {
	all := map[string]any{"Ministry": strings.Repeat(filler, room), "Month": l.months[8], "Day": "30"}
	for k, v := range longest {
		all[k] = v
	}
	for _, k := range []string{"Count", "Sent", "Planned", "Blocked", "Failed", "Rest", "Done", "All", "Before", "Now", "Number", "Messages"} {
		all[k] = l.Number(million)
	}
	for _, k := range []string{"Stars", "ADay", "Left"} { // a tenth for each of a million
		all[k] = l.Number(million / 10)
	}
	september := time.Date(2026, time.September, 30, 20, 0, 0, 0, time.UTC)
	for _, k := range []string{"Time", "When", "Since", "Until", "Date", "First", "Half", "Last"} {
		all[k] = l.Date(september) + ", 20:00"
	}
	all["Minutes"] = l.Number(24 * 60)
	all["Languages"] = fmt.Sprintf("Кыргызча %[1]s · Русский %[1]s · English %[1]s", l.Number(million))
	all["Value"] = strings.Repeat(filler, 20)
	all["Word"] = strings.Repeat(filler, 20)
	return all
}

// narrow are the values of an entry whose values are shorter than elsewhere.
func narrow(l Locale, id string) map[string]any {
	wednesday := strings.Fields(l.T("date.weekdays", nil))[3]
	weekly := l.T("line.weekly", map[string]any{"Day": wednesday, "Time": "20:00"})
	switch id {
	case "line.daily", "line.weekly":
		return map[string]any{"Day": wednesday, "Time": "20:00"}
	case "line.corrected", "line.corrected_day":
		return map[string]any{"Day": "30 " + l.months[8] + " 2026", "Time": "20:00"}
	case "line.group_few":
		return map[string]any{"Count": "5"}
	case "line.desk_in_seconds":
		return map[string]any{"Count": "300"}
	case "screen.returned":
		return map[string]any{"When": weekly}
	case "button.when":
		return map[string]any{"Value": weekly}
	case "button.paused":
		return map[string]any{"Date": l.Day(time.Date(2026, time.September, 30, 0, 0, 0, 0, time.UTC))}
	case "button.pictures":
		return map[string]any{"Value": l.T("line.off", nil)}
	case "button.quiet":
		return map[string]any{"Value": "21:00–7:00"}
	case "button.words":
		return map[string]any{"Value": l.T("line.no_words", nil)}
	case "button.desk_inbox", "button.desk_held_send_all", "button.desk_held_keep_all", "button.desk_held_correct_all", "button.desk_held_leave_all":
		return map[string]any{"Count": l.Number(1000)} // a site that moved shows no more
	case "button.desk_days":
		return map[string]any{"Count": "365"}
	}
	return nil
}

// cut are the buttons that the program cuts to a row. Of the value at least so much must be seen.
var cut = map[string]bool{
	"button.language": true, "button.topics": true, "button.word_on": true, "button.word_off": true, "button.desk_put_out": true,
	"button.counted": true,
}

const seen = 10

// render fills a form of an entry with the longest values there are.
func render(l Locale, id, text string) string {
	values := longestIn(l)
	for k, v := range narrow(l, id) {
		values[k] = v
	}
	if cut[id] {
		for _, k := range []string{"Value", "Word", "Who", "Name"} {
			values[k] = strings.Repeat(filler, seen)
		}
	}
	parsed, err := strict.Parse(text, "", "")
	if err != nil {
		return err.Error()
	}
	rendered, err := parsed.Execute(values)
	if err != nil {
		return err.Error()
	}
	return rendered
}

// said is a text that people see, and where it stands.
type said struct{ language, where, text string }

// rendered are all texts of the catalogues with their longest values, without tags.
var rendered = sync.OnceValue(func() (all []said) {
	for _, language := range Languages() {
		for id, e := range catalogues()[language] {
			for form, text := range e {
				where := strings.TrimSpace(id + " " + form)
				all = append(all, said{language, where, anyTag.ReplaceAllString(render(For(language), id, text), "")})
			}
		}
	}
	return all
})

// units is a text's length as Telegram counts it.
func units(text string) int { return len(utf16.Encode([]rune(text))) }
