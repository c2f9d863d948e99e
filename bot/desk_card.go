package bot

import (
	"slices"
	"strconv"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// longHold is from when on the hold of a case is told as a moment, not in seconds.
const longHold = 6 * time.Minute

// momentOf writes a day and the time on it.
func (v view) momentOf(at time.Time) string {
	at = at.In(v.zone)
	return v.words.Date(at) + ", " + at.Format("15:04")
}

// caseData is a button's for a case; what it does comes first.
func caseData(what string, c desk.Case, rest ...string) string {
	return render.Data(append([]string{render.VerbDesk, what, c.ID}, rest...)...)
}

// setData sets a field of the version that is seen.
func setData(c desk.Case, field, value string) string {
	return caseData("set", c, strconv.Itoa(c.Version), field, value)
}

// cardRows are the buttons that change a text, and the one that leads to the preview.
func (d caseDrawing) cardRows() (rows [][]telegram.Button) {
	if d.editable() {
		rows = append(rows, d.textButtons()...)
		if d.c.Kind == desk.Announce {
			rows = append(rows, d.choiceRows()...)
		}
		if d.c.Picture != "" {
			rows = append(rows, []telegram.Button{{Text: d.words.T("button.desk_no_picture", nil), Data: setData(d.c, "picture", "0")}})
		}
	}
	if len(d.c.Texts) > 0 {
		rows = append(rows, []telegram.Button{{Text: d.words.T("button.desk_look", nil), Data: caseData("look", d.c), Style: telegram.Primary}})
	}
	return rows
}

// textButtons ask for the text in each language; of a correction, in those of its items.
func (d caseDrawing) textButtons() [][]telegram.Button {
	var buttons []telegram.Button
	for _, language := range locale.Languages() {
		sign := "➕ "
		if _, has := d.c.Texts[language]; has {
			sign = "✏️ "
		}
		buttons = append(buttons, telegram.Button{Text: sign + locale.For(language).Name(), Data: caseData("ask", d.c, language)})
	}
	if d.c.Kind == desk.Correct {
		buttons = slices.DeleteFunc(buttons, func(b telegram.Button) bool {
			return !slices.ContainsFunc(d.items, func(i feeds.Item) bool { return b.Data == caseData("ask", d.c, i.Language) })
		})
	}
	return render.RowsOf(buttons...)
}

// choiceRows choose the topic, the haste, the time, and what those get in whose language
// there is no text.
func (d caseDrawing) choiceRows() [][]telegram.Button {
	c := d.c
	urgent := telegram.Button{Text: d.words.T("button.desk_urgent_on", nil), Data: setData(c, "urgent", "1")}
	if c.Urgent {
		urgent = telegram.Button{Text: d.words.T("button.desk_urgent_off", nil), Data: setData(c, "urgent", "0")}
	}
	rows := render.RowsOf(
		telegram.Button{Text: d.words.T("button.desk_topic", nil), Data: caseData("topic", c)},
		telegram.Button{Text: d.words.T("button.desk_when", nil), Data: caseData("when", c)},
	)
	rows = append(rows, []telegram.Button{urgent})
	rows = append(rows, d.urgentTopics()...)
	if n := len(c.Texts); n == 0 || n == len(locale.Languages()) {
		return rows
	}
	missing := telegram.Button{
		Text: d.words.T("button.desk_main_on", map[string]any{"Main": locale.For(c.Main).Name()}),
		Data: setData(c, "missing", string(desk.MainMissing)),
	}
	if c.Missing == desk.MainMissing {
		missing = telegram.Button{Text: d.words.T("button.desk_main_off", nil), Data: setData(c, "missing", "skip")}
	}
	return append(rows, []telegram.Button{missing})
}

// urgentTopics propose a topic of urgent news for what is urgent and of none.
func (d caseDrawing) urgentTopics() (rows [][]telegram.Button) {
	if own, _ := d.topicWithID(d.c.Topic); !d.c.Urgent || own.Urgent {
		return nil
	}
	for _, topic := range d.topics {
		if topic.Urgent {
			label := "🏷 " + topic.NameIn(d.words.Language())
			rows = append(rows, []telegram.Button{{Text: inButton(label, ""), Data: setData(d.c, "topic", strconv.Itoa(int(topic.Number)))}})
		}
	}
	return rows
}

// itemRows lead to what there is to say of the items that the case sent.
func (d caseDrawing) itemRows() [][]telegram.Button {
	if len(d.c.Items) == 0 {
		return nil
	}
	item := d.c.Items[0]
	rows := [][]telegram.Button{{{Text: d.words.T("button.desk_report", nil), Data: render.Data(render.VerbDesk, "report", item)}}}
	if d.c.Kind == desk.Withdraw || d.c.Status == desk.Sending {
		return rows
	}
	if d.corrects {
		rows[0] = append(rows[0], telegram.Button{Text: d.words.T("button.desk_correct", nil), Data: render.Data(render.VerbDesk, "correct", item)})
	}
	if !d.withdraws {
		return rows
	}
	return append(rows, []telegram.Button{{
		Text: d.words.T("button.desk_withdraw", nil), Data: render.Data(render.VerbDesk, "sure", "withdraw", item), Style: telegram.Danger,
	}})
}

// actButtons say how an act is offered. What is not here is offered elsewhere: writing on the
// desk, approving below the preview.
var actButtons = map[desk.Verb]struct {
	entry string
	what  string // the part of the data that comes before the verb
	style telegram.Style
}{
	desk.Return:   {"button.desk_return", "ask", ""},
	desk.TakeBack: {"button.desk_take_back", "do", ""},
	desk.Stop:     {"button.desk_stop", "do", telegram.Danger},
	desk.GoOn:     {"button.desk_go_on", "sure", telegram.Danger},
	desk.End:      {"button.desk_end", "do", ""},
	desk.Retry:    {"button.desk_retry", "sure", telegram.Danger},
	desk.Discard:  {"button.desk_discard", "sure", telegram.Danger},
}

// actButton offers an act on the case; false for what is offered elsewhere, and for what
// would do nothing.
func (d caseDrawing) actButton(verb desk.Verb) (telegram.Button, bool) {
	a, has := actButtons[verb]
	version := strconv.Itoa(d.c.Version)
	data := map[string]any{"Count": d.words.Number(d.sums.rest())}
	switch {
	case !has, verb == desk.End && d.c.Ended, verb == desk.Retry && d.sums.gaveUp == 0:
		return telegram.Button{}, false
	case verb == desk.Return:
		return telegram.Button{Text: d.words.T(a.entry, nil), Data: caseData("ask", d.c, askReason)}, true
	case verb == desk.Retry:
		data["Count"] = d.words.Number(d.sums.gaveUp)
	case verb == desk.TakeBack && d.c.Status == desk.Approved:
		a.entry, a.style = kindWords[d.c.Kind].takeBack, telegram.Danger
	}
	return telegram.Button{
		Text: d.words.T(a.entry, data), Style: a.style,
		Data: render.Data(render.VerbDesk, a.what, string(verb), d.c.ID, version),
	}, true
}

// deskButton leads back to the desk.
func (v view) deskButton() []telegram.Button {
	return []telegram.Button{{Text: v.words.T("button.desk_back", nil), Data: render.Data(render.VerbDesk, "now")}}
}
