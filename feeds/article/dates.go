package article

import (
	"cmp"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var errNoDate = errors.New("this is no date")

// months maps the beginning of a month's name to its number, so that every ending
// of Kyrgyz and Russian fits: "ноябрь", "ноября", "ноябрында", "Nov".
var months = []struct {
	stem  string
	month time.Month
}{
	// The folk months of the Kyrgyz calendar, as the ministry's own site prints them.
	{"үчтүн айы", 1}, {"бирдин айы", 2}, {"жалган куран", 3}, {"чын куран", 4}, {"бугу", 5}, {"кулжа", 6},
	{"теке", 7}, {"баш оона", 8}, {"аяк оона", 9}, {"тогуздун айы", 10}, {"жетинин айы", 11}, {"бештин айы", 12},
	{"янв", 1}, {"фев", 2}, {"мар", 3}, {"апр", 4}, {"май", 5}, {"мая", 5}, {"мае", 5}, {"июн", 6},
	{"июл", 7}, {"авг", 8}, {"сен", 9}, {"окт", 10}, {"ноя", 11}, {"дек", 12},
	{"jan", 1}, {"feb", 2}, {"mar", 3}, {"apr", 4}, {"may", 5}, {"jun", 6},
	{"jul", 7}, {"aug", 8}, {"sep", 9}, {"oct", 10}, {"nov", 11}, {"dec", 12},
}

// zones are the abbreviations that the region's sites write, and what they mean there.
var zones = map[string]time.Duration{
	"z": 0, "ut": 0, "utc": 0, "gmt": 0, "kgt": 6 * time.Hour, "msk": 3 * time.Hour, "almt": 5 * time.Hour,
	"uzt": 5 * time.Hour, "tjt": 5 * time.Hour, "omst": 6 * time.Hour, "est": -5 * time.Hour, "edt": -4 * time.Hour,
	"pst": -8 * time.Hour, "pdt": -7 * time.Hour, "cet": 1 * time.Hour, "cest": 2 * time.Hour, "eet": 2 * time.Hour,
	"eest": 3 * time.Hour, "bst": 1 * time.Hour,
}

const monthName = `(\p{L}{3,}(?: (?:айы|куран|оона))?)`

// The forms of a date. Each names its groups y, m, d or word.
var dateForms = []*regexp.Regexp{
	regexp.MustCompile(`\b(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})(?:\b|t)`),     // 2018-11-22
	regexp.MustCompile(`\b(?P<d>\d{1,2})[-./](?P<m>\d{1,2})[-./](?P<y>\d{4}|\d{2})\b`),     // 22.11.2018
	regexp.MustCompile(`\b(?P<y>\d{4})[- ]?(?:ж\p{L}*)?[ ,]*(?P<d>\d{1,2})[- ]?` + word()), // 2018-жылдын 22-ноябры
	regexp.MustCompile(`\b(?P<d>\d{1,2})[- .]*` + word() + `[-., ]*(?P<y>\d{4}|\d{2}\b)`),  // 22 ноябрь 2018
	regexp.MustCompile(word() + `\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})\b`),     // November 22, 2018
}

var (
	clockForm = regexp.MustCompile(`\b(\d{1,2}):(\d{2})(?::(\d{1,2}))?(?:[.,]\d+)?\s*([ap]m)?`)
	zoneForm  = regexp.MustCompile(`^\s*(?:\(?(?:utc|gmt)?\s*([+-])(\d{1,2}):?(\d{2})?\b|\(?([a-z]{1,4})\b)`)
	unixForm  = regexp.MustCompile(`^\d{10}(?:\d{3})?$`)
)

// Forms of a date that are brought into one of the above first.
var (
	// Mon Nov 23 10:58:46 KGT 2026: asctime, and the program date.
	ctimeForm = regexp.MustCompile(`(?:^|[^\p{L}])(\p{L}{3,}) +(\d{1,2}) +(\d{1,2}:\d{2}(?::\d{2})?)(?: +([a-z]{1,5}|[+-]\d{2}:?\d{2}))? +(\d{4})\b`)
	// 20261123T105846+0600: ISO 8601 without its signs, or the digits alone.
	basicForm = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?(?:[.,]\d+)?)?( ?z| ?[+-]\d{2}(?::?\d{2})?)?$`)
)

// usual brings an unusual form of a date into a usual one.
func usual(s string) string {
	if m := ctimeForm.FindStringSubmatch(s); m != nil && monthOf(m[1]) != 0 {
		return m[2] + " " + m[1] + " " + m[5] + " " + m[3] + " " + m[4]
	}
	if m := basicForm.FindStringSubmatch(s); m != nil {
		date := m[1] + "-" + m[2] + "-" + m[3]
		if m[4] == "" {
			return date
		}
		return date + "t" + m[4] + ":" + m[5] + ":" + cmp.Or(m[6], "00") + m[7]
	}
	return s
}

func word() string { return strings.Replace(monthName, "(", "(?P<word>", 1) }

// ParseDate reads a date as the region's sites write it, in Kyrgyz, Russian or
// English. What names no zone is meant in the given one, and what names no hour at
// its midnight.
func ParseDate(s string, zone *time.Location) (time.Time, error) {
	s = strings.ToLower(OneLine(s))
	if len(s) > 200 || !strings.ContainsAny(s, "0123456789") {
		return time.Time{}, errNoDate
	}
	if unixForm.MatchString(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		if len(s) == 13 {
			n /= 1000
		}
		return plausible(time.Unix(n, 0).In(zone), err)
	}
	s = usual(s)
	for _, form := range dateForms {
		groups := form.FindStringSubmatchIndex(s)
		if groups == nil {
			continue
		}
		year, month, day, ok := ymd(form, s, groups)
		if !ok {
			continue
		}
		// The time may stand on either side; digits of the date must not be taken for it.
		hour, minute, second, zone := clock(s[:groups[0]]+" "+s[groups[1]:], zone)
		t := time.Date(year, month, day, hour, minute, second, 0, zone)
		if hour > 24 || minute > 59 || second > 60 {
			return time.Time{}, errNoDate
		}
		return plausible(t, nil)
	}
	return time.Time{}, errNoDate
}

// plausible refuses what is a date but can't be that of a news item.
func plausible(t time.Time, err error) (time.Time, error) {
	if err != nil || t.Year() < 1991 || t.Year() > 2100 {
		return time.Time{}, errNoDate
	}
	return t, nil
}

// ymd reads the groups of a date form; ok reports whether there is such a day.
func ymd(form *regexp.Regexp, s string, groups []int) (year int, month time.Month, day int, ok bool) {
	for i, name := range form.SubexpNames() {
		if i == 0 || groups[2*i] < 0 {
			continue
		}
		text := s[groups[2*i]:groups[2*i+1]]
		n, _ := strconv.Atoi(text)
		switch name {
		case "y":
			if year = n; len(text) == 2 {
				year += 2000
			}
		case "m":
			month = time.Month(n)
		case "d":
			day = n
		case "word":
			month = monthOf(text)
		}
	}
	if month > 12 && month <= 31 && day <= 12 {
		month, day = time.Month(day), int(month) // 11/23/2026: there the month goes first.
	}
	if month < 1 || month > 12 || day < 1 {
		return 0, 0, 0, false
	}
	return year, month, day, time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() == day
}

func monthOf(word string) time.Month {
	for _, m := range months {
		if strings.HasPrefix(word, m.stem) {
			return m.month
		}
	}
	return 0
}

// clock reads the time of day and the zone behind it.
func clock(s string, zone *time.Location) (hour, minute, second int, in *time.Location) {
	found := clockForm.FindStringSubmatchIndex(s)
	if found == nil {
		return 0, 0, 0, zone
	}
	group := func(i int) string {
		if found[2*i] < 0 {
			return ""
		}
		return s[found[2*i]:found[2*i+1]]
	}
	hour, _ = strconv.Atoi(group(1))
	minute, _ = strconv.Atoi(group(2))
	second, _ = strconv.Atoi(group(3))
	switch half := group(4); {
	case half == "pm" && hour < 12:
		hour += 12
	case half == "am" && hour == 12:
		hour = 0
	}
	return hour, minute, second, zoneOf(s[found[1]:], zone)
}

// zoneOf reads a zone: "+0600", "+06", "GMT+6", "KGT", "Z".
func zoneOf(s string, zone *time.Location) *time.Location {
	m := zoneForm.FindStringSubmatch(s)
	if m == nil {
		return zone
	}
	if m[1] == "" {
		offset, known := zones[m[4]]
		if !known {
			return zone
		}
		return time.FixedZone(strings.ToUpper(m[4]), int(offset.Seconds()))
	}
	hours, _ := strconv.Atoi(m[2])
	minutes, _ := strconv.Atoi(m[3])
	offset := hours*3600 + minutes*60
	if m[1] == "-" {
		offset = -offset
	}
	return time.FixedZone("", offset)
}

// dateWord finds the words that dates are written with, besides months.
var dateWord = regexp.MustCompile(`^(?:год|жыл|үчтүн|бирдин|жалган|чын|куран|баш|аяк|оона|тогуздун|жетинин|бештин|айы|utc|gmt|msk|kgt)`)

// isDate reports whether a text is a date and hardly more: a weekday, "г.", "жыл".
func isDate(text string, zone *time.Location) bool {
	if utf8.RuneCountInString(text) > MinParagraph {
		return false
	}
	if _, err := ParseDate(text, zone); err != nil {
		return false
	}
	others := 0
	for _, w := range Words(text) {
		if utf8.RuneCountInString(w) > 2 && monthOf(w) == 0 && !strings.ContainsAny(w, "0123456789") && !dateWord.MatchString(w) {
			others++
		}
	}
	return others <= 1
}
