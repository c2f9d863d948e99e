package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// What a button below a held item says, after its batch and the item.
const (
	heldLook     = "look"
	heldText     = "text"    // in full
	heldSure     = "sure"    // ask before it is sent
	heldSendOne  = "send"    // a decision: this one goes out
	heldKeepOne  = "keep"    // a decision: this one rests in the archive
	heldSureAll  = "sureall" // ask before all are sent
	heldSendAll  = "sendall" // a decision of all that are left
	heldKeepAll  = "keepall" // likewise
	heldTextSize = 3000      // of a text in full that one message shows, in UTF-16 units
)

// heldData is a button's for an item of a batch. It names the item and not its place: places
// shift as others decide.
func heldData(batch, item, what string) string {
	return render.Data(render.VerbDesk, "held", batch, item, what)
}

// onDeskHeld shows a held item, or decides of it: whoever decides reads it first.
func (t deskTalk) onDeskHeld(ctx context.Context, args []string) (reply, error) {
	if t.roles&desk.Approver == 0 {
		return t.stale()
	}
	held, err := t.bot.batch(ctx, render.Arg(args, 0))
	if err != nil {
		return reply{}, err
	}
	id, what := render.Arg(args, 1), render.Arg(args, 2)
	here := slices.IndexFunc(held.held, func(h feeds.Held) bool { return h.Item == id })
	if here < 0 {
		return t.decidedAlready(ctx, held, id)
	}
	switch what {
	case heldLook, heldText:
		return reply{}, t.showHeld(ctx, held, here, what == heldText)
	case heldSure:
		return reply{}, t.sureHeld(ctx, held, here, []string{id}, heldSendOne)
	case heldSureAll:
		return reply{}, t.sureHeld(ctx, held, here, held.items(), heldSendAll)
	case heldSendOne, heldKeepOne:
		return t.decideHeld(ctx, held, here, []string{id}, what == heldSendOne)
	case heldSendAll, heldKeepAll:
		return t.decideHeld(ctx, held, here, held.items(), what == heldSendAll)
	}
	return t.stale()
}

// decidedAlready says so, with who did, and shows what is left of the batch.
func (t deskTalk) decidedAlready(ctx context.Context, held batch, item string) (reply, error) {
	r := reply{text: t.words.T("toast.decided", nil)}
	decided, err := t.office.Decisions(ctx, held.key, []string{item})
	if err != nil {
		return r, err
	}
	if of, is := decided[item]; is && of.Who != 0 && of.Who != t.from.ID {
		names, err := t.names(ctx)
		if err != nil {
			return r, err
		}
		r.text = t.words.T("toast.desk_first", map[string]any{"Who": names.of(of.Who)})
	}
	return r, t.showLeft(ctx, held, 0)
}

// showLeft shows the item of a batch at a place, the last one, or that there is none any more.
func (t deskTalk) showLeft(ctx context.Context, held batch, at int) error {
	if len(held.held) == 0 {
		return t.open(ctx, page{screen: screen{t.words.T("screen.held_over", nil), [][]telegram.Button{t.deskButton()}}})
	}
	return t.showHeld(ctx, held, min(at, len(held.held)-1), false)
}

// showHeld shows one item of a batch as it would be sent.
func (t deskTalk) showHeld(ctx context.Context, held batch, at int, inFull bool) error {
	p, err := t.bot.heldPage(ctx, t.view, held, at, inFull)
	if err != nil {
		return err
	}
	return t.open(ctx, p)
}

// heldPage draws one item of a batch as it would be sent, and what can be decided.
func (b *Bot) heldPage(ctx context.Context, v view, held batch, at int, inFull bool) (page, error) {
	h := held.held[at]
	item, err := b.archive.Item(ctx, h.Item)
	if err != nil {
		return page{}, err
	}
	place := map[string]any{"Number": v.words.Number(at + 1), "Count": v.words.Number(len(held.held)), "Source": h.Source}
	head := v.words.HTML("screen.desk_held", place) + "\n" + v.words.T(why(h), nil)
	if n, known := b.heldReach(ctx, h); known {
		head += "\n" + v.words.N(heldWords[h.Kind].reaches, n, nil)
	}
	if h.Kind == feeds.Corrected {
		changes, err := b.correctionInWords(ctx, v, h.Item)
		return page{screen: screen{render.JoinFilled("\n\n", head, changes), v.heldItemRows(held, at, false)}}, err
	}
	other, err := b.otherLine(ctx, v, h)
	if err != nil {
		return page{}, err
	}
	message := b.renderer.Item(item, nil)
	text := message.HTML
	if inFull {
		text = render.Tagged("b", render.OneLine(item.Title)) + "\n\n" + b.fullText(ctx, item)
	}
	return page{screen: screen{render.JoinFilled("\n\n", head, other, text), v.heldItemRows(held, at, message.Shortened && !inFull)}}, nil
}

// heldWords are what is said of what is held, and what its buttons say: a correction sends
// nothing, it changes what was sent.
var heldWords = map[feeds.AnnouncementKind]struct {
	reaches, send, keep, sendAll, keepAll, sure, yes, sent, kept string
}{
	feeds.Published: {
		reaches: "line.desk_reaches", sure: "screen.held_confirm", yes: "button.desk_yes_approve",
		send: "button.desk_held_send", keep: "button.desk_held_keep", sent: "toast.desk_sent",
		sendAll: "button.desk_held_send_all", keepAll: "button.desk_held_keep_all", kept: "toast.desk_kept",
	},
	feeds.Corrected: {
		reaches: "line.desk_changes_on", sure: "screen.held_confirm_changes", yes: "button.desk_yes_correct",
		send: "button.desk_held_correct", keep: "button.desk_held_leave", sent: "toast.desk_corrected",
		sendAll: "button.desk_held_correct_all", keepAll: "button.desk_held_leave_all", kept: "toast.desk_left",
	},
}

// heldReach is how many people what is held would reach, or on how many phones it would
// change what they show; false where that can't be said now.
func (b *Bot) heldReach(ctx context.Context, h feeds.Held) (int, bool) {
	if h.Kind == feeds.Corrected {
		s, err := b.sums(ctx, []string{h.Item}, broadcast.News)
		return s.sent, err == nil
	}
	return b.reached(ctx, desk.Case{Kind: desk.Correct, Items: []string{h.Item}})
}

// mostReach is that of the item which reaches most.
func (b *Bot) mostReach(ctx context.Context, held batch, items []string) (most int) {
	for _, h := range held.held {
		if slices.Contains(items, h.Item) {
			n, _ := b.heldReach(ctx, h)
			most = max(most, n)
		}
	}
	return most
}

// correctionInWords sets what phones show and what the site has by now against each other.
func (b *Bot) correctionInWords(ctx context.Context, v view, item string) (string, error) {
	before, after, err := b.desk.Correction(ctx, item)
	return v.changeInWords(before, after), err
}

// otherLine names the item that a held one repeats or may be.
func (b *Bot) otherLine(ctx context.Context, v view, h feeds.Held) (string, error) {
	if h.Other == "" {
		return "", nil
	}
	other, err := b.archive.Item(ctx, h.Other)
	if errors.Is(err, feeds.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return v.words.T("line.held_other", map[string]any{"Title": linked(other), "Date": b.moment(v.words, other.Published)}), nil
}

// fullText is as much of an item's text as one message shows.
func (b *Bot) fullText(ctx context.Context, item feeds.Item) string {
	blocks := render.Summary(item)
	if b.reads.articles != nil {
		if kept, err := b.reads.articles.Kept(ctx, item.ID); err == nil && len(kept.Blocks) > 0 {
			blocks = kept.Blocks
		}
	}
	var pages []string
	length := 0
	for _, p := range render.Pages(blocks, item.Language) {
		text := p.HTML()
		if length += render.Units(text); length > heldTextSize {
			pages = append(pages, "…")
			break
		}
		pages = append(pages, text)
	}
	return strings.Join(pages, "\n\n")
}

// heldItemRows are the buttons below a held item.
func (v view) heldItemRows(held batch, at int, more bool) (rows [][]telegram.Button) {
	id, words := held.held[at].Item, heldWords[held.held[at].Kind]
	count := map[string]any{"Count": v.words.Number(len(held.held))}
	button := func(entry, item, what string, style telegram.Style) telegram.Button {
		return telegram.Button{Text: v.words.T(entry, count), Data: heldData(held.key, item, what), Style: style}
	}
	if len(held.held) > 1 {
		var turn []telegram.Button
		if at > 0 {
			turn = append(turn, telegram.Button{Text: "◀", Data: heldData(held.key, held.held[at-1].Item, heldLook)})
		}
		if at < len(held.held)-1 {
			turn = append(turn, telegram.Button{Text: "▶", Data: heldData(held.key, held.held[at+1].Item, heldLook)})
		}
		rows = append(rows, turn)
	}
	if more {
		rows = append(rows, []telegram.Button{button("button.desk_full_text", id, heldText, "")})
	}
	rows = append(rows,
		[]telegram.Button{button(words.send, id, heldSure, telegram.Danger)},
		[]telegram.Button{button(words.keep, id, heldKeepOne, "")},
	)
	if len(held.held) > 1 {
		rows = append(rows,
			[]telegram.Button{button(words.sendAll, id, heldSureAll, telegram.Danger)},
			[]telegram.Button{button(words.keepAll, id, heldKeepAll, "")},
		)
	}
	return append(rows, v.deskButton())
}

// sureHeld asks before held items are sent, with the number of those who get the most of them.
func (t deskTalk) sureHeld(ctx context.Context, held batch, at int, items []string, what string) error {
	most, words := t.bot.mostReach(ctx, held, items), heldWords[held.held[at].Kind]
	text := t.words.N(words.sure, most, nil)
	titles, err := t.bot.titleList(ctx, items)
	if err != nil {
		return err
	}
	id := held.held[at].Item
	count := map[string]any{"Count": t.words.Number(most)}
	return t.open(ctx, page{screen: screen{render.JoinFilled("\n\n", text, titles), [][]telegram.Button{
		{{Text: t.words.T(words.yes, count), Data: heldData(held.key, id, what), Style: telegram.Danger}},
		{{Text: t.words.T("button.back", nil), Data: heldData(held.key, id, heldLook)}},
	}}})
}

// decideHeld decides of held items. The first decision holds: who comes later reads who was
// first.
func (t deskTalk) decideHeld(ctx context.Context, held batch, at int, items []string, send bool) (reply, error) {
	reach, words := 0, heldWords[held.held[at].Kind]
	if send {
		reach = t.bot.mostReach(ctx, held, items)
	}
	decided, err := t.office.Decide(ctx, t.from.ID, held.key, items, send, reach, viaChat)
	if errors.Is(err, desk.ErrNotAllowed) {
		return t.refused(desk.NotAllowed), nil
	}
	if err != nil {
		return reply{}, err
	}
	t.bot.wakeDesk()
	entry := words.kept
	if send {
		entry = words.sent
	}
	r := reply{text: t.words.T(entry, nil)}
	for _, of := range decided {
		if of.Send != send && of.Who != t.from.ID {
			names, err := t.names(ctx)
			if err != nil {
				return reply{}, err
			}
			r.text = t.words.T("toast.desk_first", map[string]any{"Who": names.of(of.Who)})
		}
	}
	left := batch{key: held.key, held: slices.DeleteFunc(slices.Clone(held.held), func(h feeds.Held) bool {
		_, is := decided[h.Item]
		return is
	})}
	return r, t.showLeft(ctx, left, at)
}

// heldNotice asks about a batch: its first item can be read at once.
func (b *Bot) heldNotice(held batch) notice {
	return notice{about: "batch:" + held.key, state: "asked", send: func(ctx context.Context, t *conversation) error {
		p, err := b.heldPage(ctx, t.view, held, 0, false)
		if errors.Is(err, feeds.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		t.silent = b.night()
		return t.post(ctx, p.screen)
	}}
}
