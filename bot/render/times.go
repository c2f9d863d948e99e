package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// monthNames begin like this, in the order of the year.
var monthNames = map[string]time.Month{}

func init() {
	for _, names := range []string{
		"янв фев мар апр май июн июл авг сен окт ноя дек", "янв фев мар апр мая июн июл авг сен окт ноя дек",
		"jan feb mar apr may jun jul aug sep oct nov dec",
	} {
		for i, name := range strings.Fields(names) {
			monthNames[name] = time.Month(i + 1)
		}
	}
}

// moment is a day and a time of it, as people write them: "28-ноябрда саат 10:00", "2026-жылдын
// 28-ноябрь, 10.00", "28 ноября 2026 года в 10:00", "28 November at 2:30 p.m.", "November 28, 2026,
// 10:00", "28.11.2026, 10:00". Of the months only the forms that they have: "3 мартаба" are three times.
var moment = regexp.MustCompile(spaced(`(?i)` +
	`(?:(?:(?P<year1>\d{4})-ж(?:ыл\p{L}*|\.)\s)?(?P<day1>\d{1,2})(?:-|\s)(?P<month1>` + cyrillic + `|` + english + `)` +
	`(?:,?\s(?P<year2>\d{4})(?:\sг(?:ода|\.))?)?` +
	`|(?P<month2>` + english + `)\s(?P<day2>\d{1,2})(?:,?\s(?P<year3>\d{4}))?` +
	`|(?P<day3>\d{1,2})\.(?P<month3>\d{2})\.(?P<year4>\d{4}))` +
	`(?:\s?\((?P<weekday>[^()\d]{1,20})\))?,?\s(?P<clock>(?:саат|в|at)\s)?(?P<hour>\d{1,2})(?P<point>[:.])(?P<minute>\d{2})(?:\s?(?P<half>[ap])\.?m\b\.?)?`))

const (
	cyrillic = `(?:(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)(?:ь|я|е|ю|ы|у|ында|унда|ынан|унан|ына|уна|да|до|дан|дон|га|го|дагы|догу)` +
		`|(?:март|август)(?:а|е|у|ы|ында|унда|ынан|унан|ына|уна|та|тан|ка|тагы)?|ма(?:й|я|е|ю|йы|йында|йынан|йына|йда|йдан|йга|йдагы))`
	english = `(?:January|February|March|April|May|June|July|August|September|October|November|December)`
)

// anyTime matches where there may be a moment.
var anyTime = regexp.MustCompile(`\d[:.]\d\d`)

// nearEnough is how far from its publication an item may speak of a day without its year.
const nearEnough = 120 * 24 * time.Hour

// Timed is a text in Telegram's HTML from the item, with each moment that it names made one that
// Telegram says by the clock of who reads it, at a tap. The words stay. What could be meant
// otherwise is left as it is.
func (r Renderer) Timed(item feeds.Item, source string) string {
	if !anyTime.MatchString(source) { // as most are: the rest costs more than all other rendering
		return source
	}
	own := strings.ToLower(locale.For(item.Language).T("line.place_home", nil))
	for _, clock := range elsewhere.FindAllString(item.Title+" "+source, -1) {
		if !strings.Contains(strings.ToLower(clock), own) {
			return source
		}
	}
	reading := timedReading{r, item.Published, otherYears.MatchString(item.Title + " " + source)}
	var out strings.Builder
	linked := false // no link may be a moment, too
	for source != "" {
		text, rest, tagged := strings.Cut(source, "<")
		if linked {
			out.WriteString(text)
		} else {
			out.WriteString(reading.timed(text))
		}
		if !tagged {
			break
		}
		tag, after, _ := strings.Cut(rest, ">")
		out.WriteString("<" + tag + ">")
		linked, source = strings.HasPrefix(tag, "a ") || linked && tag != "/a", after
	}
	return out.String()
}

// timedReading is how the moments of one text are read.
type timedReading struct {
	Renderer
	published  time.Time
	otherYears bool // the text speaks of others
}

// timed is Timed for a text between two tags.
func (r timedReading) timed(text string) string {
	var out strings.Builder
	done := 0
	for _, found := range moment.FindAllStringSubmatchIndex(text, -1) {
		from, to := found[0], found[1]
		before, after := text[:from], text[to:]
		group := func(name string) string {
			n := 2 * moment.SubexpIndex(name)
			return text[max(found[n], 0):max(found[n+1], 0)]
		}
		at, ok := r.momentOf(group)
		switch {
		case !ok, !apart(before, after), otherDay(group("weekday"), at), otherDay(lastWords(before), at):
			continue
		case group("clock") == "" && group("point") == "." && !endsClause.MatchString(after):
			continue
		}
		fmt.Fprintf(&out, `%s<tg-time unix="%d">%s</tg-time>`, text[done:from], at.Unix(), text[from:to])
		done = to
	}
	return out.String() + text[done:]
}

// momentOf is the moment of the groups, by the ministry's clock; false for what is none. Without a
// year it is the one nearest to the day on which it was published.
func (r timedReading) momentOf(group func(string) string) (time.Time, bool) {
	number := func(names ...string) int {
		for _, name := range names {
			if n, err := strconv.Atoi(group(name)); err == nil {
				return n
			}
		}
		return 0
	}
	day, minute, month := number("day1", "day2", "day3"), number("minute"), time.Month(number("month3"))
	if name := []rune(strings.ToLower(group("month1") + group("month2"))); len(name) >= 3 {
		month = monthNames[string(name[:3])]
	}
	hour, is := hourOf(number("hour"), strings.ToLower(group("half")))
	in := func(year int) time.Time { return time.Date(year, month, day, hour, minute, 0, 0, r.Zone) }
	at := in(number("year1", "year2", "year3", "year4"))
	if at.Year() < 1 { // none is named
		at = nearest(r.published, in)
		is = is && !r.otherYears && at.Sub(r.published).Abs() <= nearEnough
	}
	is = is && at.Day() == day && at.Month() == month && minute < 60
	return at, is && 2000 <= at.Year() && at.Year() < 2038 // Telegram counts in 32 bits
}

// hourOf is the hour of a day; half is "a" or "p" where it is one of its half. False for what is
// none, or may be one of the other half.
func hourOf(hour int, half string) (int, bool) {
	if half == "" {
		return hour, earliest <= hour && hour < 24
	}
	is := 1 <= hour && hour <= 12
	if hour %= 12; half == "p" {
		hour += 12
	}
	return hour, is
}

// nearest is the moment of the year in which it is nearest to another one.
func nearest(to time.Time, in func(year int) time.Time) time.Time {
	at := in(to.Year())
	for _, other := range []time.Time{in(to.Year() - 1), in(to.Year() + 1)} {
		if other.Sub(to).Abs() < at.Sub(to).Abs() {
			at = other
		}
	}
	return at
}

// untimed takes the moments out of Telegram's HTML: a server of before Bot API 9.5 knows none.
func untimed(source string) string { return timeTag.ReplaceAllString(source, "") }

var timeTag = regexp.MustCompile(`</?tg-time[^>]*>`)
