package bot

import (
	"context"
	"strconv"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

const (
	monthsBack  = 240 // how many months back one can jump
	monthsShown = 6   // how many of those with news a screen offers
)

// browse offers the topics and the months in which there are news, each with how many. Who
// reads several languages has a way to the others. It asks Redis once for all numbers.
func (t *conversation) browse(ctx context.Context, args []string) error {
	from, _ := number(args, 0, monthsBack)
	language, tag, err := t.languageOf(ctx, render.Arg(args, 1))
	if err != nil {
		return err
	}
	others := without(t.ownLanguages(), language)
	months := t.months()
	var lists []feeds.List
	for _, month := range months {
		lists = append(lists, monthList(language, month))
	}
	for _, topic := range t.topics {
		lists = append(lists, feeds.List{Language: language, Topic: topic.ID})
	}
	counts, err := t.bot.archive.Counts(ctx, append(lists, inLanguages(others)...))
	if err != nil {
		return err
	}
	ofMonths, rest := counts[:len(months)], counts[len(months):]
	var topics, further [][]telegram.Button
	if from == 0 {
		topics = t.topicRows(rest[:len(t.topics)], tag)
		further = t.languageRows(others, rest[len(t.topics):])
	}
	jumps := t.monthRows(months, ofMonths, from, tag)
	switch {
	case len(jumps) == 0 && from > 0:
		return t.browse(ctx, []string{"0", tag})
	case len(jumps) == 0 && len(further) == 0:
		return t.show(ctx, t.noNews())
	}
	text := "screen.browse"
	if len(topics) == 0 {
		text = "screen.browse_months"
	}
	back := t.backToBrowse("")
	if tag == "" {
		back = []telegram.Button{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbLatest, "0")}}
	}
	rows := append(append(topics, jumps...), further...)
	return t.show(ctx, screen{t.words.T(text, nil), append(rows, back)})
}

// months are those that one can jump to, the latest first, each by its first moment.
func (v view) months() (months []time.Time) {
	now := v.now().In(v.zone)
	for back := range monthsBack {
		months = append(months, time.Date(now.Year(), now.Month()-time.Month(back), 1, 0, 0, 0, 0, v.zone))
	}
	return months
}

func monthList(language string, month time.Time) feeds.List {
	return feeds.List{Language: language, Since: month, Before: month.AddDate(0, 1, 0)}
}

// topicRows are a row for each topic in which there is something.
func (v view) topicRows(counts []int, language string) (rows [][]telegram.Button) {
	for i, topic := range v.topics {
		if counts[i] > 0 {
			rows = append(rows, []telegram.Button{{
				Text: v.withCount("🏷 "+topic.NameIn(v.words.Language()), counts[i]),
				Data: part{verb: render.VerbTopic, key: strconv.Itoa(int(topic.Number)), language: language}.data(0),
			}})
		}
	}
	return rows
}

// monthRows are a row for each of the months with news, from one of these on, and one that
// leads to further months.
func (v view) monthRows(months []time.Time, counts []int, from int, language string) (rows [][]telegram.Button) {
	full, newer, older := 0, "", ""
	place := browsing(language)
	for i, month := range months {
		if counts[i] == 0 {
			continue
		}
		if full++; full > from+monthsShown {
			older = place.data(from + monthsShown)
			break
		}
		if full > from {
			rows = append(rows, []telegram.Button{{
				Text: v.withCount(v.words.Month(month), counts[i]),
				Data: part{verb: render.VerbMonth, key: month.Format("2006-01"), language: language}.data(0),
			}})
		}
	}
	if from > 0 {
		newer = place.data(max(0, from-monthsShown))
	}
	if len(rows) == 0 {
		return nil
	}
	return append(rows, v.leafButtons(newer, older)...)
}

// languageRows lead to the news in the other languages that the person reads.
func (v view) languageRows(languages []string, counts []int) (rows [][]telegram.Button) {
	for i, language := range languages {
		if counts[i] > 0 {
			rows = append(rows, []telegram.Button{{
				Text: v.withCount("🌐 "+locale.For(language).Name(), counts[i]),
				Data: browsing(language).data(0),
			}})
		}
	}
	return rows
}

// browsing is where one chooses a topic or a month.
func browsing(language string) part {
	return part{verb: render.VerbShow, key: "browse", language: language}
}

func (v view) backToBrowse(language string) []telegram.Button {
	return []telegram.Button{{Text: v.words.T("button.back", nil), Data: browsing(language).data(0)}}
}

// onMonth lists the news of a month.
func (t *conversation) onMonth(ctx context.Context, args []string) (reply, error) {
	month, err := time.ParseInLocation("2006-01", render.Arg(args, 0), t.zone)
	if err != nil {
		return t.stale()
	}
	return t.listed(ctx, args, part{
		list: monthList("", month), title: "📅 " + render.Tagged("b", t.words.Month(month)),
		verb: render.VerbMonth, back: render.BackToMonth,
	})
}

// onTopic lists the news of a topic.
func (t *conversation) onTopic(ctx context.Context, args []string) (reply, error) {
	n, isNumber := number(args, 0, 255)
	topic, known := t.topicWithNumber(subscriptions.Topic(n))
	if !isNumber || !known {
		return t.stale()
	}
	return t.listed(ctx, args, part{
		list: feeds.List{Topic: topic.ID}, title: "🏷 " + render.Tagged("b", topic.NameIn(t.words.Language())),
		verb: render.VerbTopic, back: render.BackToTopic,
	})
}

// listed lists a part that a button names: the part's key, the offset, and the language where
// it is not the main one. The offset may be left out.
func (t *conversation) listed(ctx context.Context, args []string, p part) (reply, error) {
	offset, isPlace := number(args, 1, latestDepth)
	if !isPlace && render.Arg(args, 1) != "" {
		return t.stale()
	}
	language, tag, err := t.languageOf(ctx, render.Arg(args, 2))
	if err != nil {
		return reply{}, err
	}
	p.list.Language, p.language, p.key = language, tag, args[0]
	p.below = [][]telegram.Button{t.backToBrowse(tag)}
	p.none = screen{render.JoinFilled("\n", p.title, t.words.T("screen.browse_empty", nil)), p.below}
	return reply{}, t.leaf(ctx, p, offset)
}
