package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// onLook shows each text of a case as it will come, and below them whom it reaches.
func (t deskTalk) onLook(ctx context.Context, args []string) (reply, error) {
	c, found, err := t.office.Look(ctx, render.Arg(args, 0))
	if err != nil {
		return reply{}, err
	}
	if !found {
		return t.stale()
	}
	items, err := t.office.Editions(ctx, c)
	if err != nil || len(items) == 0 {
		return reply{text: t.words.T("toast.desk_nothing_to_see", nil)}, err
	}
	below, err := t.lookPage(ctx, c)
	if err != nil {
		return reply{}, err
	}
	was, err := t.bot.recall(ctx, t.chat.ID, t.pressed.ID)
	if err != nil {
		return reply{}, err
	}
	if was.Version == c.Version && len(was.Previews) > 0 { // they stand above it
		below.shows.Previews = was.Previews
		return reply{}, t.stay(ctx, below)
	}
	here := place{t.chat.ID, t.pressed.ID}
	if t.bot.renewals.below.Contains(here) {
		return reply{}, nil // pressed twice
	}
	below.gone = []int64{t.pressed.ID}
	if err := t.preview(ctx, items, below); err != nil {
		return reply{}, err
	}
	t.bot.renewals.below.Add(here, true)
	return reply{}, nil
}

// preview sends each item as a broadcast would, and the page below them.
func (t deskTalk) preview(ctx context.Context, items []feeds.Item, below page) error {
	editions := make(map[string]feeds.Item)
	for _, item := range items {
		editions[item.Language] = item
	}
	shows := &below.shows
	slices.SortStableFunc(items, func(a, b feeds.Item) int {
		return slices.Index(locale.Languages(), a.Language) - slices.Index(locale.Languages(), b.Language)
	})
	for _, item := range items {
		for _, language := range append([]string{item.Language}, item.StandIn...) {
			_, err := t.bot.outbox.say(ctx, addressee{chat: t.chat.ID}, &answer{life: screenLife, call: func(ctx context.Context) error {
				message, err := t.bot.previews.Preview(ctx, t.chat.ID, language, item, editions)
				if err == nil && message != 0 {
					shows.Previews = append(shows.Previews, message)
				}
				return err
			}})
			if err != nil {
				return err
			}
		}
	}
	gone := below.gone
	talk := *t.conversation
	talk.pressed = nil
	a := &answer{life: screenLife, call: func(ctx context.Context) error {
		message, err := talk.send(ctx, below.screen, "")
		if err != nil || message == 0 {
			return err
		}
		if err := t.bot.remember(ctx, t.chat.ID, message, *shows); err != nil {
			t.bot.log.WarnContext(ctx, "desk: previews are not remembered, and will stay", "chat", t.chat.ID, "error", err)
		}
		return nil
	}}
	if _, err := t.bot.outbox.say(ctx, addressee{chat: t.chat.ID}, a); err != nil {
		return err
	}
	return t.bot.clear(ctx, t.chat.ID, gone...)
}

// lookPage says whom a case reaches, and offers what comes next.
func (t deskTalk) lookPage(ctx context.Context, c desk.Case) (page, error) {
	allowed, err := t.office.Allowed(ctx, c, t.from.ID)
	if err != nil {
		return page{}, err
	}
	alone, err := t.sendsAlone(ctx, c)
	if err != nil {
		return page{}, err
	}
	sends := slices.Contains(allowed, desk.Approve) || alone && slices.Contains(allowed, desk.Submit)
	text, count, err := t.reachWords(ctx, c, sends)
	if err != nil {
		return page{}, err
	}
	findings, err := t.office.Check(ctx, c)
	if err != nil {
		return page{}, err
	}
	var lines []string
	for _, f := range findings {
		lines = append(lines, t.finding(f))
	}
	before, err := t.beforeCorrection(ctx, c)
	if err != nil {
		return page{}, err
	}
	text = render.JoinFilled("\n\n", t.words.T("screen.desk_look", nil), before, text, strings.Join(lines, "\n"))
	p := page{screen: screen{text: text}, shows: shown{Case: c.ID, Version: c.Version, What: showsLook}}
	p.rows = t.lookRows(ctx, c, allowed, alone, count)
	return p, nil
}

// beforeCorrection sets what the items of a correction say now against what they are to say;
// empty for other cases.
func (t deskTalk) beforeCorrection(ctx context.Context, c desk.Case) (string, error) {
	if c.Kind != desk.Correct {
		return "", nil
	}
	after, err := t.office.Editions(ctx, c)
	if err != nil {
		return "", err
	}
	var all []string
	for _, item := range after {
		if _, changes := c.Texts[item.Language]; !changes {
			continue
		}
		before, found, err := t.bot.anyItem(ctx, item.ID)
		if err != nil {
			return "", err
		}
		if found {
			all = append(all, t.changeInWords(before, item))
		}
	}
	return strings.Join(all, "\n\n"), nil
}

// lookRows are the buttons below a preview.
func (t deskTalk) lookRows(ctx context.Context, c desk.Case, allowed []desk.Verb, alone bool, count int) (rows [][]telegram.Button) {
	version := strconv.Itoa(c.Version)
	may := func(v desk.Verb) bool { return slices.Contains(allowed, v) }
	add := func(b telegram.Button) { rows = append(rows, []telegram.Button{b}) }
	send := telegram.Button{
		Text: t.words.T(kindWords[c.Kind].approve, map[string]any{"Count": t.words.Number(count)}), Style: telegram.Danger,
		Data: render.Data(render.VerbDesk, "sure", string(desk.Approve), c.ID, version),
	}
	switch {
	case may(desk.Approve), may(desk.Submit) && alone:
		add(send)
	case may(desk.Submit):
		add(telegram.Button{
			Text: t.words.T("button.desk_submit", nil), Style: telegram.Primary,
			Data: render.Data(render.VerbDesk, "do", string(desk.Submit), c.ID, version),
		})
	}
	if may(desk.Return) {
		add(telegram.Button{Text: t.words.T("button.desk_return", nil), Data: caseData("ask", c, askReason)})
	}
	if people, err := t.office.People(ctx); err == nil && len(people) > 1 && may(desk.Change) {
		add(telegram.Button{
			Text: t.words.T("button.desk_show", map[string]any{"Count": t.words.Number(len(people) - 1)}),
			Data: caseData("show", c, version),
		})
	}
	entry := "button.back"
	if may(desk.Change) {
		entry = "button.desk_change"
	}
	add(telegram.Button{Text: t.words.T(entry, nil), Data: caseData("case", c)})
	return rows
}

// onShowToAll shows a draft to everybody else at the desk, as it will come.
func (t deskTalk) onShowToAll(ctx context.Context, args []string) (reply, error) {
	c, r, done, err := t.editableCase(ctx, render.Arg(args, 0))
	if done {
		return r, err
	}
	if decimal(int64(c.Version)) != render.Arg(args, 1) {
		return t.moved(ctx, c)
	}
	shownTo, err := t.bot.ShowToAll(ctx, t.from.ID, c)
	return reply{text: t.words.T("toast.desk_shown", map[string]any{"Count": t.words.Number(shownTo)})}, err
}

// ShowToAll shows a draft to everybody at the desk but one, as it will come. It returns to how
// many.
func (b *Bot) ShowToAll(ctx context.Context, by int64, c desk.Case) (shownTo int, err error) {
	items, err := b.desk.Editions(ctx, c)
	if err != nil {
		return 0, err
	}
	people, err := b.desk.People(ctx)
	if err != nil {
		return 0, err
	}
	names, err := b.deskNames(ctx)
	if err != nil {
		return 0, err
	}
	for _, p := range people {
		if p.ID == by {
			continue
		}
		if err := b.showDraft(ctx, p.ID, names.of(by), c, items); err != nil {
			return shownTo, err
		}
		shownTo++
	}
	return shownTo, nil
}

// showDraft shows a draft to somebody at the desk.
func (b *Bot) showDraft(ctx context.Context, user int64, by string, c desk.Case, items []feeds.Item) error {
	other, err := b.converseWith(ctx, telegram.User{ID: user})
	if err != nil {
		return err
	}
	to, is, err := other.atDesk(ctx)
	if err != nil || !is {
		return err
	}
	text := to.words.HTML("screen.desk_shown", map[string]any{"Who": by})
	return to.preview(ctx, items, page{
		screen: screen{text, [][]telegram.Button{to.deskButton()}},
		shows:  shown{Case: c.ID, Version: c.Version, What: showsLook},
	})
}
