package bot

import (
	"context"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// months is how many months back one can jump.
const months = 12

// browseScreen offers the months, and the topics where there are any.
func (v view) browseScreen() screen {
	names := strings.Fields(v.words.T("date.month_names", nil))
	now := v.now().In(v.zone)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, v.zone)
	var rows [][]telegram.Button
	for _, topic := range v.topics {
		rows = append(rows, []telegram.Button{{
			Text: "🏷 " + render.Cut(topic.NameIn(v.words.Language()), buttonLimit),
			Data: render.Data(render.VerbTopic, strconv.Itoa(int(topic.Number)), "0"),
		}})
	}
	for back := range months {
		month := first.AddDate(0, -back, 0)
		if back%2 == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], telegram.Button{
			Text: names[month.Month()-1] + " " + strconv.Itoa(month.Year()),
			Data: render.Data(render.VerbMonth, month.Format("2006-01")),
		})
	}
	return screen{v.words.T("screen.browse", nil), append(rows, []telegram.Button{v.backToLatest()})}
}

func (v view) backToLatest() telegram.Button {
	return telegram.Button{Text: v.words.T("button.back", nil), Data: render.Data(render.VerbLatest, "0")}
}

// onMonth shows the latest news from the end of a month back.
func (t *conversation) onMonth(ctx context.Context, args []string) (reply, error) {
	month, err := time.ParseInLocation("2006-01", render.Arg(args, 0), t.zone)
	if err != nil {
		return t.stale()
	}
	offset, err := t.offsetAt(ctx, month.AddDate(0, 1, 0))
	if err != nil {
		return reply{}, err
	}
	return reply{}, t.latest(ctx, offset)
}

// offsetAt is how many of the latest items are not older than the moment. The archive
// lists them by date, so that a dozen looks find it.
func (t *conversation) offsetAt(ctx context.Context, moment time.Time) (int, error) {
	var failed error
	offset := sort.Search(latestDepth, func(i int) bool {
		items, err := t.bot.archive.Latest(ctx, t.newsLanguage(), i, 1)
		if err != nil {
			failed = err
		}
		return len(items) == 0 || items[0].Published.Before(moment)
	})
	return offset, failed
}

// topicChunk and topicDepth bound how much of the archive is read to find a topic's items.
const (
	topicChunk = 100
	topicDepth = 1000
)

// onTopic lists the latest items of a topic, from a place in the list of all on.
func (t *conversation) onTopic(ctx context.Context, args []string) (reply, error) {
	n, isNumber := number(args, 0, 255)
	from, isPlace := number(args, 1, latestDepth)
	topic, known := t.topicWithNumber(subscriptions.Topic(n))
	if !isNumber || !isPlace || !known {
		return t.stale()
	}
	items, next, err := t.latestOf(ctx, topic, from)
	if err != nil {
		return reply{}, err
	}
	title := "🏷 " + render.Tagged("b", topic.NameIn(t.words.Language()))
	if len(items) == 0 {
		return reply{}, t.show(ctx, screen{render.JoinFilled("\n", title, t.words.T("screen.browse_empty", nil)), [][]telegram.Button{{t.backToLatest()}}})
	}
	text, row := t.list(title, items, render.BackToTopic+args[0]+"."+args[1])
	rows := [][]telegram.Button{row}
	if next > 0 {
		rows = append(rows, []telegram.Button{{Text: t.words.T("button.older", nil), Data: render.Data(render.VerbTopic, args[0], strconv.Itoa(next))}})
	}
	return reply{}, t.show(ctx, screen{text, append(rows, []telegram.Button{t.backToLatest()})})
}

// latestOf returns a screen's worth of a topic's items, and the place in the list of all
// from where on there may be more; 0 for none.
func (t *conversation) latestOf(ctx context.Context, topic render.Topic, from int) (found []feeds.Item, next int, err error) {
	for at := from; at < from+topicDepth; at += topicChunk {
		items, err := t.bot.archive.Latest(ctx, t.newsLanguage(), at, topicChunk)
		if err != nil {
			return nil, 0, err
		}
		for i, item := range items {
			if !slices.Contains(item.Topics, topic.ID) {
				continue
			}
			if len(found) == latestCount {
				return found, at + i, nil
			}
			found = append(found, item)
		}
		if len(items) < topicChunk {
			return found, 0, nil
		}
	}
	return found, from + topicDepth, nil
}
