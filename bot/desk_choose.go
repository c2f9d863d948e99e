package bot

import (
	"context"
	"slices"
	"strconv"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// editableCase is the case that a button names, if the person may change it; done where not,
// with what the press is answered then.
func (t deskTalk) editableCase(ctx context.Context, id string) (c desk.Case, r reply, done bool, err error) {
	c, found, err := t.office.Look(ctx, id)
	if err != nil {
		return c, r, true, err
	}
	if !found {
		r, err = t.stale()
		return c, r, true, err
	}
	allowed, err := t.office.Allowed(ctx, c, t.from.ID)
	if err != nil {
		return c, r, true, err
	}
	if !slices.Contains(allowed, desk.Change) {
		r, err = t.moved(ctx, c)
		return c, r, true, err
	}
	return c, r, false, nil
}

// onTopicChoice offers the topics, each with how many it reaches.
func (t deskTalk) onTopicChoice(ctx context.Context, args []string) (reply, error) {
	c, r, done, err := t.editableCase(ctx, render.Arg(args, 0))
	if done {
		return r, err
	}
	var rows [][]telegram.Button
	for _, topic := range t.topics {
		with := c
		with.Topic = topic.ID
		reached := ""
		if n, known := t.bot.reachCount(ctx, with); known {
			reached = " · " + t.count(n)
		}
		label := inButton(topic.NameIn(t.words.Language()), chosen(true, reached)) + reached
		rows = append(rows, []telegram.Button{{Text: chosen(c.Topic == topic.ID, label), Data: setData(c, "topic", strconv.Itoa(int(topic.Number)))}})
	}
	rows = append(rows, []telegram.Button{{Text: chosen(c.Topic == "", t.words.T("button.desk_no_topic", nil)), Data: setData(c, "topic", "-")}})
	rows = append(rows, t.caseButton(c))
	return reply{}, t.open(ctx, page{screen: t.sayChosen(screen{t.words.T("screen.desk_topic", nil), rows})})
}

// caseButton leads back to the case.
func (v view) caseButton(c desk.Case) []telegram.Button {
	return []telegram.Button{{Text: v.words.T("button.back", nil), Data: caseData("case", c)}}
}

// onTimeChoice offers times.
func (t deskTalk) onTimeChoice(ctx context.Context, args []string) (reply, error) {
	c, r, done, err := t.editableCase(ctx, render.Arg(args, 0))
	if done {
		return r, err
	}
	rows := [][]telegram.Button{{{Text: chosen(c.At.IsZero(), t.words.T("button.desk_at_once", nil)), Data: setData(c, "at", "0")}}}
	for _, at := range proposedTimes(t.now().In(t.zone)) {
		rows = append(rows, []telegram.Button{{Text: chosen(c.At.Equal(at), t.momentOf(at)), Data: setData(c, "at", minutes(at))}})
	}
	rows = append(rows, []telegram.Button{{Text: t.words.T("button.desk_other_time", nil), Data: caseData("ask", c, askTime)}}, t.caseButton(c))
	return reply{}, t.open(ctx, page{screen: t.sayChosen(screen{t.words.T("screen.desk_when", nil), rows})})
}

// proposedTimes are in an hour, the next 18:00 and the next 9:00.
func proposedTimes(now time.Time) []time.Time {
	next := func(hour int) time.Time {
		at := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, now.Location())
		if at.Before(now.Add(leastAhead)) {
			at = at.AddDate(0, 0, 1)
		}
		return at
	}
	times := []time.Time{now.Add(time.Hour).Truncate(time.Minute), next(18), next(9)}
	slices.SortFunc(times, time.Time.Compare)
	return slices.CompactFunc(times, time.Time.Equal)
}

// leastAhead is how far ahead a proposed time is at least.
const leastAhead = 10 * time.Minute

// onSetField sets a field of a draft to what the button names.
func (t deskTalk) onSetField(ctx context.Context, args []string) (reply, error) {
	version, isNumber := number(args, 1, maxVersion)
	changes, known := t.changes(render.Arg(args, 2), render.Arg(args, 3))
	if !isNumber || !known {
		return t.stale()
	}
	return t.do(ctx, desk.Act{Verb: desk.Change, Case: render.Arg(args, 0), Version: version, Changes: &changes})
}

// maxVersion bounds what is read as one.
const maxVersion = 1 << 30

// topicChosen is the id of the topic that a button names by its number; empty for none.
func (t deskTalk) topicChosen(value string) (id string, known bool) {
	if value == "-" {
		return "", true
	}
	n, err := strconv.ParseUint(value, 10, 8)
	topic, is := t.topicWithNumber(subscriptions.Topic(n))
	return topic.ID, err == nil && is
}

// changes are what a button's field and value change; false for what this release would not
// write.
func (t deskTalk) changes(field, value string) (ch desk.Changes, known bool) {
	on := value == "1"
	switch field {
	case "topic":
		id, is := t.topicChosen(value)
		if !is {
			return ch, false
		}
		ch.Topic = &id
	case "urgent":
		ch.Urgent = &on
	case "picture":
		none := ""
		ch.Picture = &none
	case "missing":
		missing := desk.SkipMissing
		if value == string(desk.MainMissing) {
			missing = desk.MainMissing
		}
		ch.Missing = &missing
	case "main":
		if !locale.Spoken(value) {
			return ch, false
		}
		ch.Main = &value
	case "at":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 || n > maxVersion {
			return ch, false
		}
		at := time.Time{}
		if n > 0 {
			at = time.Unix(n*60, 0)
		}
		ch.At = &at
	default:
		return ch, false
	}
	return ch, true
}
