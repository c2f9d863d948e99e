package bot

import (
	"context"
	"slices"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// onDo does an act on the version of a case that is on the button.
func (t deskTalk) onDo(ctx context.Context, args []string) (reply, error) {
	verb, id := desk.Verb(render.Arg(args, 0)), render.Arg(args, 1)
	if verb == verbWithdraw {
		return t.withdraw(ctx, id, render.Arg(args, 2))
	}
	if verb == desk.Retry && render.IsItemID(id) && len(args) == 2 {
		return t.retry(ctx, id)
	}
	version, isNumber := number(args, 2, maxVersion)
	if _, known := confirmed[verb]; !known || !isNumber {
		return t.stale()
	}
	a := desk.Act{Verb: verb, Case: id, Version: version}
	if verb == desk.Approve {
		a.Paid, _ = number(args, 3, maxPaid)
		return t.approve(ctx, a)
	}
	return t.do(ctx, a)
}

// maxPaid is more messages than any bot sends at a time.
const maxPaid = 100_000_000

// verbWithdraw is on buttons; the case that it makes begins as approved.
const verbWithdraw desk.Verb = "withdraw"

// confirmed are the acts that buttons may name, with the question that comes before those
// which people notice.
var confirmed = map[desk.Verb]string{
	desk.Submit:   "",
	desk.TakeBack: "",
	desk.Stop:     "",
	desk.End:      "",
	desk.Approve:  "screen.desk_sure_approve", // or what kindWords have for the case
	desk.GoOn:     "screen.desk_sure_go_on",
	desk.Retry:    "screen.desk_sure_retry",
	desk.Discard:  "screen.desk_sure_discard",
}

// do does an act and shows the case as it is then. What stood against it is said.
func (t deskTalk) do(ctx context.Context, a desk.Act) (reply, error) {
	a.Who, a.Via = t.from.ID, viaChat
	a.ID = t.actID(string(a.Verb) + "\x00" + a.Case + "\x00" + decimal(int64(a.Version)) + "\x00" + fieldsOf(a.Changes))
	out, err := t.office.Do(ctx, a)
	return t.after(ctx, out, err)
}

// after shows what an act has come to, unless it failed.
func (t deskTalk) after(ctx context.Context, out desk.Outcome, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	defer t.bot.wakeDesk() // when what was pressed shows it
	switch {
	case out.Result == desk.Conflict, out.Result == desk.Refused && out.Refusal == desk.WrongStatus:
		return t.moved(ctx, out.Case)
	case out.Case.ID == "":
		return t.refused(out.Refusal), nil
	case out.Result == desk.Refused:
		return t.refused(out.Refusal), t.showCase(ctx, out.Case, t.view.findingsText(out.Findings))
	}
	return reply{}, t.showCase(ctx, out.Case, "")
}

// fieldsOf tells the changes of one message's buttons apart.
func fieldsOf(ch *desk.Changes) string {
	if ch == nil {
		return ""
	}
	return telegram.JSON(ch)
}

func (v view) findingsText(found []desk.Finding) string {
	var lines []string
	for _, f := range found {
		if f.Error {
			lines = append(lines, v.finding(f))
		}
	}
	return render.JoinFilled("\n", lines...)
}

// approve approves with the number of those whom it reaches. Who sends alone submits in the
// same press.
func (t deskTalk) approve(ctx context.Context, a desk.Act) (reply, error) {
	c, found, err := t.office.Look(ctx, a.Case)
	if err != nil {
		return reply{}, err
	}
	if found && c.Version == a.Version && (c.Status == desk.Draft || c.Status == desk.Returned) {
		submit := desk.Act{ID: t.actID("submit\x00" + a.Case), Verb: desk.Submit, Case: a.Case, Version: a.Version, Who: t.from.ID, Via: viaChat}
		out, err := t.office.Do(ctx, submit)
		if err != nil {
			return reply{}, err
		}
		if out.Result == desk.Refused || out.Result == desk.Conflict {
			return t.refused(out.Refusal), t.showCase(ctx, out.Case, t.view.findingsText(out.Findings))
		}
		c, a.Version = out.Case, out.Case.Version
	}
	a.Reach, _ = t.bot.reachCount(ctx, c)
	return t.do(ctx, a)
}

// onSure asks before an act that people notice, with the number of those who do.
func (t deskTalk) onSure(ctx context.Context, args []string) (reply, error) {
	verb := desk.Verb(render.Arg(args, 0))
	if verb == verbWithdraw {
		return t.sureWithdraw(ctx, render.Arg(args, 1))
	}
	if verb == desk.Retry && render.IsItemID(render.Arg(args, 1)) && len(args) == 2 {
		return t.sureRetry(ctx, render.Arg(args, 1))
	}
	entry := confirmed[verb]
	version, isNumber := number(args, 2, maxVersion)
	if entry == "" || !isNumber {
		return t.stale()
	}
	c, found, err := t.office.Look(ctx, render.Arg(args, 1))
	if err != nil {
		return reply{}, err
	}
	if !found {
		return t.stale()
	}
	may, err := t.may(ctx, c, verb)
	if err != nil {
		return reply{}, err
	}
	if !may || c.Version != version {
		return t.moved(ctx, c)
	}
	return t.sure(ctx, c, verb, entry)
}

// sure asks whether an act is to be done.
func (t deskTalk) sure(ctx context.Context, c desk.Case, verb desk.Verb, entry string) (reply, error) {
	count, err := t.concerned(ctx, c, verb)
	if err != nil {
		return reply{}, err
	}
	back, agreed := "case", yes[verb]
	if verb == desk.Approve {
		back, entry, agreed = "look", kindWords[c.Kind].sure, kindWords[c.Kind].yes
	}
	was, err := t.bot.recall(ctx, t.chat.ID, t.pressed.ID)
	if err != nil {
		return reply{}, err
	}
	number := map[string]any{"Count": t.words.Number(count), "Hours": t.words.Number(int(t.office.CorrectWithin().Hours()))}
	agree := telegram.Button{
		Text: t.words.T(agreed, number), Style: telegram.Danger,
		Data: render.Data(render.VerbDesk, "do", string(verb), c.ID, decimal(int64(c.Version))),
	}
	rows := [][]telegram.Button{{agree}, {{Text: t.words.T("button.back", nil), Data: caseData(back, c)}}}
	text := t.words.T(entry, number)
	if verb == desk.Approve {
		if c.Illustrates() {
			text = render.JoinFilled("\n\n", text, t.finding(desk.Finding{Check: desk.CheckNoPictureLater}))
		}
		price, offered, err := t.office.Price(ctx, c)
		if err != nil {
			return reply{}, err
		}
		if offered {
			text = render.JoinFilled("\n\n", text, strings.Join(price.InWords(t.words), "\n"))
		}
		if price.Messages > 0 {
			rows[0][0].Text = t.words.T("button.paid_not", number)
			rows = slices.Insert(rows, 1, []telegram.Button{t.payButton(agree, price)})
		}
	}
	return reply{}, t.stay(ctx, page{
		screen: screen{text, rows},
		shows:  shown{Case: c.ID, Version: c.Version, What: showsSure, Previews: was.Previews},
	})
}

// payButton agrees to an announcement and to its price: for how many messages is on it.
func (v view) payButton(agree telegram.Button, p desk.Price) telegram.Button {
	agree.Text = v.words.T("button.paid_send", map[string]any{"Stars": v.words.Number(broadcast.Stars(p.Messages))})
	agree.Data += ":" + decimal(int64(p.Messages))
	return agree
}

// yes is how a question is agreed to.
var yes = map[desk.Verb]string{
	desk.GoOn:    "button.desk_yes_go_on",
	desk.Retry:   "button.desk_yes_retry",
	desk.Discard: "button.desk_yes_discard",
}

// concerned is how many people an act is noticed by.
func (t deskTalk) concerned(ctx context.Context, c desk.Case, verb desk.Verb) (int, error) {
	if verb == desk.Approve {
		n, _ := t.bot.reachCount(ctx, c)
		return n, nil
	}
	s, err := t.bot.sumsOf(ctx, c)
	if verb == desk.Retry {
		return s.gaveUp, err
	}
	return s.rest(), err
}

// onStopItem stops an item of a feed: its case begins with that.
func (t deskTalk) onStopItem(ctx context.Context, args []string) (reply, error) {
	id := render.Arg(args, 0)
	item, found, err := t.bot.item(ctx, id)
	if err != nil {
		return reply{}, err
	}
	if !found {
		return reply{text: t.words.T("toast.no_item", nil)}, nil
	}
	out, err := t.office.StopItem(ctx, desk.Act{ID: t.actID("stop\x00" + item.ID), Case: item.ID, Who: t.from.ID, Via: viaChat})
	return t.after(ctx, out, err)
}
