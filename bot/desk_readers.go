package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// readerDays are the stretches of time that the screen offers, in days.
var readerDays = []int{7, 30, 90, 365}

// onReaders shows who reads, and who came and left in the last days.
func (t deskTalk) onReaders(ctx context.Context, args []string) (reply, error) {
	n, known := number(args, 0, 800)
	if !known || n == 0 {
		return t.stale()
	}
	p, err := t.readersPage(ctx, n)
	if err != nil {
		return reply{}, err
	}
	return reply{}, t.open(ctx, p)
}

// growth are the sums of the last n days, today included.
func (t deskTalk) growth(ctx context.Context, n int) ([]report.Day, error) {
	return report.Days(ctx, t.bot.admins.Redis, t.zone, time.Now(), n)
}

func (t deskTalk) readersPage(ctx context.Context, n int) (page, error) {
	readers, err := report.Take(ctx, t.bot.admins.Numbers.Census)
	if err != nil {
		return page{}, err
	}
	days, err := t.growth(ctx, n)
	if err != nil {
		return page{}, err
	}
	text := render.JoinFilled("\n\n", t.words.T("screen.desk_readers", nil), t.readersInWords(readers), t.growthInWords(days), t.postersInWords(days))
	var choice []telegram.Button
	for _, d := range readerDays {
		label := t.words.N("button.desk_days", d, nil)
		if d == n {
			label = "• " + label
		}
		choice = append(choice, telegram.Button{Text: label, Data: render.Data(render.VerbDesk, "readers", strconv.Itoa(d))})
	}
	rows := [][]telegram.Button{choice[:2], choice[2:], {
		{Text: t.words.T("button.desk_chart", nil), Data: render.Data(render.VerbDesk, "chart", "readers", strconv.Itoa(n))},
		{Text: t.words.T("button.desk_csv", nil), Data: render.Data(render.VerbDesk, "csv", "readers", strconv.Itoa(n))},
	}, {
		{Text: t.words.T("button.desk_month", nil), Data: render.Data(render.VerbDesk, "month")},
	}}
	if t.roles&desk.Officer != 0 {
		rows = append(rows, []telegram.Button{{Text: t.words.T("button.desk_poster", nil), Data: render.Data(render.VerbDesk, "poster", newNonce())}})
	}
	return page{screen: screen{text, append(rows, t.deskButton())}}, nil
}

// readersInWords says who reads, by language, rhythm and topic.
func (v view) readersInWords(of report.Readers) string {
	topics, _ := of.Topics()
	lines := []string{v.subscribersInWords(of.Languages())}
	for _, l := range []struct {
		entry, groups string
	}{
		{"line.readers_rhythm", v.groupsInWords(of.Rhythms(), v.entryOf(rhythmNames))},
		{"line.readers_choice", v.groupsInWords(of.Choices(), v.entryOf(choiceNames))},
	} {
		if l.groups != "" {
			lines = append(lines, v.words.T(l.entry, map[string]any{"Groups": l.groups}))
		}
	}
	var chosen []string
	for _, g := range topics {
		chosen = append(chosen, render.Escaped(v.topicInWords(g.Key), titleLength)+" "+v.words.Number(g.N))
	}
	if chosen != nil {
		lines = append(lines, v.words.T("line.readers_topics", map[string]any{"Groups": strings.Join(chosen, " · ")}))
	}
	return render.JoinFilled("\n", append(lines, v.statesInWords(of.States()))...)
}

var (
	rhythmNames = map[string]string{report.AtOnce: "line.group_at_once", report.Daily: "line.group_daily", report.Weekly: "line.group_weekly"}
	choiceNames = map[string]string{report.AllTopics: "line.group_all_topics", report.SomeTopics: "line.group_some_topics"}
	growthNames = map[string]string{
		report.Came: "line.growth_came", report.Returned: "line.growth_returned",
		report.Left: "line.growth_left", report.Blocked: "line.growth_blocked",
	}
)

// entryOf names keys by entries of the catalogue.
func (v view) entryOf(names map[string]string) func(key string) string {
	return func(key string) string { return v.words.T(names[key], nil) }
}

// topicInWords is the name of the topic with a number, or the number of one that is no more.
func (v view) topicInWords(number string) string {
	for _, topic := range v.topics {
		if strconv.Itoa(int(topic.Number)) == number {
			return topic.NameIn(v.words.Language())
		}
	}
	return "№ " + number
}

// growthInWords says who came and left. The sums are of stretches of days that are also shown
// in the picture: each holds nobody, or five people at least.
func (v view) growthInWords(days []report.Day) string {
	lines := []string{v.words.N("line.growth", len(days), nil)}
	for _, what := range []string{report.Came, report.Returned, report.Left, report.Blocked} {
		all := 0
		for _, n := range report.Counted(days, what) {
			all += n
		}
		lines = append(lines, v.words.T(growthNames[what], nil)+": "+v.count(all))
	}
	return strings.Join(lines, "\n")
}

// postersInWords says by which posters people came; empty where by none.
func (v view) postersInWords(days []report.Day) string {
	posters := report.ByPoster(days)
	if report.Sum(posters) == 0 {
		return ""
	}
	return v.words.T("line.posters", map[string]any{"Groups": v.groupsInWords(posters, func(label string) string { return label })})
}

// historyMost is how many broadcasts of a month are looked at.
const historyMost = 1000

// onMonth shows how many messages each topic had in the last thirty days.
func (t deskTalk) onMonth(ctx context.Context, _ []string) (reply, error) {
	topics, err := t.month(ctx)
	if err != nil {
		return reply{}, err
	}
	lines := t.groupsInWords(topics, func(id string) string { return render.Escaped(t.topicNamed(id), titleLength) })
	if lines == "" {
		lines = t.words.T("line.no_broadcasts", nil)
	}
	text := render.JoinFilled("\n\n", t.words.T("screen.desk_month", nil), strings.ReplaceAll(lines, " · ", "\n"))
	return reply{}, t.open(ctx, page{screen: screen{text, [][]telegram.Button{
		{{Text: t.words.T("button.desk_chart", nil), Data: render.Data(render.VerbDesk, "chart", "month")}},
		{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "readers", "30")}}, t.deskButton(),
	}}})
}

// month are the messages of the last thirty days by topic: an item's count under its first one,
// so that no topic's sum tells of another's.
func (t deskTalk) month(ctx context.Context) ([]report.Group, error) {
	history, err := t.bot.admins.Numbers.History(ctx, historyMost)
	if err != nil {
		return nil, err
	}
	return report.ByTopic(history, t.now().Add(-30*24*time.Hour), func(id string) (string, error) {
		item, found, err := t.bot.anyItem(ctx, id)
		if err != nil || !found || len(item.Topics) == 0 {
			return "", err
		}
		return item.Topics[0], nil
	})
}

// topicNamed is the name of the topic with an id; of none, that there is none.
func (v view) topicNamed(id string) string {
	if id == "" {
		return v.words.T("line.group_no_topic", nil)
	}
	if topic, known := v.topicWithID(id); known {
		return topic.NameIn(v.words.Language())
	}
	return id
}
