package render

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A moment of which something is in doubt is left as it is: the words alone are true in any case.

// elsewhere is what may mean another clock than the ministry's: a named one, and places abroad, to
// which embassies and others invite people.
var elsewhere = regexp.MustCompile(spaced(`(?i:по\s\p{L}+ому\sвремени|по\sмест\p{L}+\sвр|\p{L}+\sубакт[ыа]\p{L}*|жергиликтүү|local\stime|` +
	`посольств|консульс|консулд|элчилик|embass|consula|` +
	`москв|moscow|росси|russia|петербург|petersburg|екатеринбург|yekaterinburg|новосибирск|novosibirsk|казан[ьи]|` +
	`казак?хстан|kazakhstan|астан[аеы]|astana|алматы|almaty|өзбекстан|узбекистан|uzbekistan|ташкен|tashkent|тажикстан|таджикистан|tajikistan|душанбе|dushanbe|` +
	`түркия|турци|turkey|türkiye|стамбул|istanbul|анкар|ankara|эмират|emirates|дубай|dubai|корея|кореи|korea|сеул|seoul|китай|china|пекин|beijing|` +
	`германи|germany|берлин|berlin|женев|geneva|вен[аеы](?:[^\p{L}]|$)|vienna|брюссел|brussels|страсбург|strasbourg|лондон|london|париж|paris|` +
	`америк|америка|united\sstates|нью-йорк|new\syork|вашингтон|washington)|` +
	`\b(?:UTC|GMT|MSK|CET|CEST|EET|KST|JST|EST|EDT|PST|PDT|TRT|GST)\b|МСК|США|АКШ|ОАЭ|БАЭ|\p{Lu}\p{L}+\stime\b|времени\s\p{Lu}`))

// otherYears is what may mean a day of another year than the nearest.
var otherYears = regexp.MustCompile(spaced(`(?i)(?:прошл|позапрошл|минувш|следующ|будущ|кажд)\p{L}*\s+год|ежегодн|былтыр|(?:өткөн|кийинки|келерки|келээрки)\s+жыл|жыл\s+сайын|` +
	`(?:last|next|every|each)\s+year|annual|yearly`))

// partOf is what stands before a day that is not all of it: more days, a number, a street named so.
var partOf = regexp.MustCompile(spaced(`(?i)(?:(?:^|[^\d.:])\d{1,2}\s?(?:-?[а-яё]{1,2}\s)?(?:,|и|жана|менен|and|&amp;|по|to|до)|№|(?:^|[^\p{L}])(?:ул|улиц\p{L}*|просп\p{L}*|мкр))\.?\s$`))

// goesOn is what follows a moment that is not all of it: more of a number, the end of a span,
// another clock's time, the half of a day, what was counted.
var goesOn = regexp.MustCompile(spaced(`(?i)^(?:\d|[.:]\d|\s?[-–—+−/]\s?\d|\s?\(\s?[-+−]?\d|\s\d|,\s20\d\d|(?:д[аеоө]|т[аеоө])?\s?(?:вечера|дня|ночи|кечинде|кечки|түнү|түндө|in\sthe|at\snight|tonight)|` +
	`\s?[ap]\.?\s?m\b|\s?(?:%|‰|°|\$|€|сом|руб|долл|евро|млн|млрд|тыс|миң|миллион|миллиард|процент|пайыз|эсе|чел|тонн|million|billion|percent|soms?\b)|` +
	`\s?(?:раза?|га|м|км|кг|кв|kg|km)(?:[^\p{L}]|$)|\s?\(?(?-i:по|на)\s(?-i:\p{Lu}))`))

// spaced has the spaces of an expression be ones that do not break, too.
func spaced(expression string) string {
	return strings.ReplaceAll(expression, `\s`, `[\s\x{a0}\x{202f}]`)
}

// apart reports whether what stands around a moment leaves it as it is.
func apart(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	if unicode.IsLetter(last) || unicode.IsDigit(last) || strings.ContainsRune(".:/-–—№", last) && before != "" {
		return false
	}
	return !partOf.MatchString(before) && !goesOn.MatchString(after)
}

// endsClause matches where nothing follows a moment in its clause. Without that and a word of the
// clock, "10.50" may be anything.
var endsClause = regexp.MustCompile(`^(?:$|[.,;!)\n])`)

// earliest is the hour before which nobody is invited: "3:00" may well be that of the afternoon.
const earliest = 7

// dayNames are the days of the week, from Monday on.
var dayNames = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:(дүйшөмбү|понедельник|monday)|(шейшемби|вторник|tuesday)|(шаршемби|сред[аеуы](?:[^\p{L}]|$)|wednesday)|` +
	`(бейшемби|четверг|thursday)|(жума(?:[^\p{L}]|$)|пятниц|friday)|(ишемби|суббот|saturday)|(жекшемби|воскресень|sunday))`)

// otherDay reports whether the words name a day of the week, and not that of the moment.
func otherDay(words string, at time.Time) bool {
	found := dayNames.FindStringSubmatch(words)
	if found == nil {
		return false
	}
	sunday := 7
	return found[(int(at.Weekday())+sunday-1)%sunday+1] == ""
}

// lastWords are the last two words of a text.
func lastWords(text string) string {
	words := strings.Fields(text)
	return strings.Join(words[max(0, len(words)-2):], " ")
}
