package bot

import (
	"context"
	"slices"
	"strconv"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// sentPage is how many items one page of what went out lists.
const sentPage = 8

// onSent lists what went out, the latest first, each item once: in the language of the chat
// where there is such an edition.
func (t deskTalk) onSent(ctx context.Context, args []string) (reply, error) {
	offset, isNumber := number(args, 0, 1<<20)
	if !isNumber {
		return t.stale()
	}
	items, err := t.sent(ctx, offset+sentPage+1)
	if err != nil {
		return reply{}, err
	}
	items = items[min(offset, len(items)):]
	var rows [][]telegram.Button
	for _, item := range items[:min(sentPage, len(items))] {
		label := item.Published.In(t.zone).Format("02.01") + " · " + render.OneLine(item.Title)
		rows = append(rows, []telegram.Button{{Text: inButton(label, ""), Data: render.Data(render.VerbDesk, "item", item.ID)}})
	}
	var turn []telegram.Button
	if offset > 0 {
		turn = append(turn, telegram.Button{Text: t.words.T("button.newer", nil), Data: render.Data(render.VerbDesk, "sent", strconv.Itoa(max(0, offset-sentPage)))})
	}
	if len(items) > sentPage {
		turn = append(turn, telegram.Button{Text: t.words.T("button.older", nil), Data: render.Data(render.VerbDesk, "sent", strconv.Itoa(offset+sentPage))})
	}
	if turn != nil {
		rows = append(rows, turn)
	}
	text := t.words.T("screen.desk_sent", nil)
	if len(items) == 0 {
		text = t.words.T("screen.desk_sent_empty", nil)
	}
	return reply{}, t.open(ctx, page{screen: screen{text, append(rows, t.deskButton())}})
}

// sent are the latest items of all languages, the latest first, at most so many.
func (t deskTalk) sent(ctx context.Context, most int) ([]feeds.Item, error) {
	languages := append([]string{t.words.Language()}, without(locale.Languages(), t.words.Language())...)
	var all []feeds.Item
	listed := make(map[string]bool)
	for _, language := range languages {
		items, err := t.bot.archive.Latest(ctx, language, 0, most)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if listed[item.ID] {
				continue
			}
			all = append(all, item)
			for _, e := range t.bot.editions(ctx, item) {
				listed[e.ID] = true
			}
		}
	}
	slices.SortStableFunc(all, func(a, b feeds.Item) int { return b.Published.Compare(a.Published) })
	return all[:min(most, len(all))], nil
}

// onDeskItem shows what became of an item, and what can be done with it. What runs is shown as
// its case, where it has one.
func (t deskTalk) onDeskItem(ctx context.Context, args []string) (reply, error) {
	item, found, err := t.bot.anyItem(ctx, render.Arg(args, 0))
	if err != nil {
		return reply{}, err
	}
	if !found {
		return reply{text: t.words.T("toast.no_item", nil)}, nil
	}
	if c, has, err := t.caseOf(ctx, item.ID); err != nil || has {
		return t.showFound(ctx, c, err)
	}
	p, err := t.itemPage(ctx, item)
	if err != nil {
		return reply{}, err
	}
	return reply{}, t.open(ctx, p)
}

// caseOf is the open case that an item belongs to.
func (t deskTalk) caseOf(ctx context.Context, item string) (desk.Case, bool, error) {
	open, err := t.office.Open(ctx)
	if err != nil {
		return desk.Case{}, false, err
	}
	i := slices.IndexFunc(open, func(c desk.Case) bool {
		return c.Kind == desk.Announce && slices.Contains(c.Items, item)
	})
	if i < 0 {
		return desk.Case{}, false, nil
	}
	return open[i], true, nil
}

// itemPage shows an item, how far it is on the phones, and what can be done.
func (t deskTalk) itemPage(ctx context.Context, item feeds.Item) (page, error) {
	ids := t.withEditions(ctx, item)
	s, err := t.bot.sums(ctx, ids, broadcast.News)
	if err != nil {
		return page{}, err
	}
	lines := []string{render.Headline(item, t.zone)}
	switch {
	case item.Withdrawn:
		lines = append(lines, t.words.T("line.desk_item_withdrawn", nil))
	case s.planned > 0:
		entry := "line.desk_sums"
		lines = append(lines, t.words.T(entry, map[string]any{
			"Sent": t.words.Number(s.sent), "Planned": t.words.Number(s.planned),
			"Blocked": t.words.Number(s.blocked), "Failed": t.words.Number(s.failed),
		}))
	default:
		lines = append(lines, t.words.T("line.desk_item_unsent", nil))
	}
	p := page{screen: screen{text: render.JoinFilled("\n\n", lines...)}}
	if s.running {
		p.rows = append(p.rows, []telegram.Button{{
			Text: t.words.T("button.desk_stop", nil), Data: render.Data(render.VerbDesk, "stop", item.ID), Style: telegram.Danger,
		}})
	}
	corrects, withdraws, err := t.mends(ctx)
	if err != nil {
		return page{}, err
	}
	if there := !item.Withdrawn && s.planned > 0; there && corrects {
		p.rows = append(p.rows, []telegram.Button{{Text: t.words.T("button.desk_correct", nil), Data: render.Data(render.VerbDesk, "correct", item.ID)}})
	}
	if there := !item.Withdrawn && s.planned > 0; there && withdraws {
		p.rows = append(p.rows, []telegram.Button{{
			Text: t.words.T("button.desk_withdraw", nil), Style: telegram.Danger,
			Data: render.Data(render.VerbDesk, "sure", string(verbWithdraw), item.ID),
		}})
	}
	p.rows = append(p.rows, []telegram.Button{{Text: t.words.T("button.desk_report", nil), Data: render.Data(render.VerbDesk, "report", item.ID)}})
	p.rows = append(p.rows, []telegram.Button{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "sent", "0")}}, t.deskButton())
	return p, nil
}

// withEditions are an item's id and those of its editions, always in the same order: what was
// done with them is told of all, whatever became of one.
func (t deskTalk) withEditions(ctx context.Context, item feeds.Item) []string {
	return t.editionsThat(ctx, item, func(feeds.Item) bool { return true })
}

// editionsThere are those of them that can still be changed.
func (t deskTalk) editionsThere(ctx context.Context, item feeds.Item) []string {
	return t.editionsThat(ctx, item, func(e feeds.Item) bool { return !e.Withdrawn })
}

func (t deskTalk) editionsThat(ctx context.Context, item feeds.Item, are func(feeds.Item) bool) []string {
	ids := []string{item.ID}
	for _, e := range t.bot.editions(ctx, item) {
		if !slices.Contains(ids, e.ID) && are(e) {
			ids = append(ids, e.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// sentItem is the item that a button names, if it can still be changed on the phones; done
// where not, with what the press is answered then.
func (t deskTalk) sentItem(ctx context.Context, id string) (item feeds.Item, ids []string, r reply, done bool, err error) {
	item, found, err := t.bot.item(ctx, id)
	if err != nil {
		return item, nil, r, true, err
	}
	if !found {
		return item, nil, reply{text: t.words.T("toast.no_item", nil)}, true, nil
	}
	ids = t.editionsThere(ctx, item)
	within, err := t.office.Changeable(ctx, ids)
	if err != nil {
		return item, nil, r, true, err
	}
	if !within {
		hours := t.words.Number(int(t.office.CorrectWithin().Hours()))
		return item, nil, reply{text: t.words.T("toast.desk_too_late", map[string]any{"Hours": hours})}, true, nil
	}
	return item, ids, r, false, nil
}

// onCorrect asks for the new text of an item: in the language of the chat where it has that
// edition. One that is being corrected already is shown as it stands.
func (t deskTalk) onCorrect(ctx context.Context, args []string) (reply, error) {
	item, ids, r, done, err := t.sentItem(ctx, render.Arg(args, 0))
	if done {
		return r, err
	}
	open, err := t.office.Open(ctx)
	if err != nil {
		return reply{}, err
	}
	for _, c := range open {
		if c.Kind == desk.Correct && slices.Contains(c.Items, item.ID) {
			return t.showFound(ctx, c, nil)
		}
	}
	allowed, err := t.office.Allowed(ctx, desk.Case{Kind: desk.Correct}, t.from.ID)
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains(allowed, desk.Write) {
		return t.refused(desk.NotAllowed), nil
	}
	what := item.Language
	if own, has := t.bot.editions(ctx, item)[t.words.Language()]; has && slices.Contains(ids, own.ID) {
		what = own.Language
	}
	return reply{}, t.question(ctx, question{Case: newNonce(), Kind: desk.Correct, Items: ids, What: what})
}

// sureWithdraw asks before an item is taken back, with the number of phones that have it.
func (t deskTalk) sureWithdraw(ctx context.Context, id string) (reply, error) {
	item, ids, r, done, err := t.sentItem(ctx, id)
	if done {
		return r, err
	}
	may, err := t.may(ctx, desk.Case{Kind: desk.Withdraw}, desk.Approve)
	if err != nil {
		return reply{}, err
	}
	if !may {
		return t.refused(desk.NotAllowed), nil
	}
	s, err := t.bot.sums(ctx, ids, broadcast.News)
	if err != nil {
		return reply{}, err
	}
	count := map[string]any{"Count": t.words.Number(s.sent)}
	text := t.words.T("screen.desk_sure_withdraw", count)
	if t.office.LeavesNotice(item) {
		text += "\n" + t.words.T("line.desk_notice_instead", nil)
	}
	return reply{}, t.open(ctx, page{screen: screen{render.JoinFilled("\n\n", render.Headline(item, t.zone), text), [][]telegram.Button{
		{{
			Text: t.words.T("button.desk_yes_withdraw", count), Style: telegram.Danger,
			Data: render.Data(render.VerbDesk, "do", string(verbWithdraw), newNonce(), item.ID),
		}},
		{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "item", item.ID)}},
	}}})
}

// withdraw takes an item back, with its editions. Its case begins as approved.
func (t deskTalk) withdraw(ctx context.Context, id, itemID string) (reply, error) {
	if !isNonce(id) {
		return t.stale()
	}
	if c, found, err := t.office.Look(ctx, id); err != nil || found {
		return t.showFound(ctx, c, err)
	}
	_, ids, r, done, err := t.sentItem(ctx, itemID)
	if done {
		return r, err
	}
	s, err := t.bot.sums(ctx, ids, broadcast.News)
	if err != nil {
		return reply{}, err
	}
	return t.do(ctx, desk.Act{Verb: desk.Approve, Kind: desk.Withdraw, Case: id, Items: ids, Reach: s.sent})
}
