package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// batch is what one poll of one source held for one reason: it is decided as a whole.
type batch struct {
	key  string // short and always the same, for buttons
	held []feeds.Held
}

// What a button below a held batch says; the batch's key follows.
const (
	heldAsk     = "ask"     // show the question
	heldConfirm = "confirm" // show how many it would reach
	heldSend    = "send"    // a decision: announce all of it
	heldKeep    = "keep"    // a decision: announce none of it
)

// batches are what waits for a decision, oldest first.
func (b *Bot) batches(ctx context.Context) ([]batch, error) {
	held, err := b.admins.Service.Held(ctx)
	if err != nil {
		return nil, err
	}
	var all []batch
	place := make(map[string]int)
	for _, h := range held {
		key := batchKey(h)
		i, known := place[key]
		if !known {
			i = len(all)
			place[key], all = i, append(all, batch{key: key})
		}
		all[i].held = append(all[i].held, h)
	}
	return all, nil
}

// batch finds one; it is empty where nothing of it is held any more.
func (b *Bot) batch(ctx context.Context, key string) (batch, error) {
	all, err := b.batches(ctx)
	for _, found := range all {
		if found.key == key {
			return found, err
		}
	}
	return batch{key: key}, err
}

// batchKey is the same for all that a poll of a source held for one reason.
func batchKey(h feeds.Held) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", h.Source, h.Kind, h.Reason, h.At.UnixNano()))
	return hex.EncodeToString(sum[:8])
}

func (held batch) items() (ids []string) {
	for _, h := range held.held {
		ids = append(ids, h.Item)
	}
	return ids
}

// button is a row below the batch's messages.
func (held batch) button(words locale.Locale, entry, state string) []telegram.Button {
	return []telegram.Button{{Text: words.T(entry, nil), Data: render.Data(render.VerbHeld, state, held.key)}}
}

func (b *Bot) batchNotice(held batch) notice {
	return notice{about: "batch:" + held.key, state: "asked", screen: func(ctx context.Context, words locale.Locale) (screen, error) {
		return b.question(ctx, words, held)
	}}
}

// question asks what is to become of a batch. New items go out only after a second
// question, which says to how many.
func (b *Bot) question(ctx context.Context, words locale.Locale, held batch) (screen, error) {
	titles, err := b.heldList(ctx, words, held)
	if err != nil {
		return screen{}, err
	}
	first := held.held[0]
	head := words.N("screen.held", len(held.held), map[string]any{"Source": html.EscapeString(first.Source)})
	send := heldSend
	if first.Kind == feeds.Published {
		send = heldConfirm
	}
	return screen{render.JoinFilled("\n\n", head+"\n"+words.T(why(first), nil), titles), [][]telegram.Button{
		held.button(words, "button.held_send", send), held.button(words, "button.held_keep", heldKeep),
	}}, nil
}

// heldList names what is held, and below it, where there is one, the item that it repeats
// or may be: a person compares the two.
func (b *Bot) heldList(ctx context.Context, words locale.Locale, held batch) (string, error) {
	if held.held[0].Other == "" {
		return b.titleList(ctx, held.items())
	}
	var lines []string
	for i, h := range held.held {
		if i == listedTitles {
			lines = append(lines, "…")
			break
		}
		item, err := b.archive.Item(ctx, h.Item)
		if errors.Is(err, feeds.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		lines = append(lines, "• "+linked(item))
		other, err := b.archive.Item(ctx, h.Other)
		if err != nil && !errors.Is(err, feeds.ErrNotFound) {
			return "", err
		}
		if err == nil {
			lines = append(lines, words.T("line.held_other", map[string]any{"Title": linked(other), "Date": b.moment(words, other.Published)}))
		}
	}
	return strings.Join(lines, "\n"), nil
}

// linked is an item's title as a link to its page, where it has one.
func linked(item feeds.Item) string {
	title := render.Escaped(item.Title, titleLength)
	if item.Link == "" {
		return title
	}
	return `<a href="` + html.EscapeString(item.Link) + `">` + title + "</a>"
}

// reasons are the entries that say why something was held.
var reasons = map[string]string{
	feeds.HeldOld:      "line.held_old",
	feeds.HeldFlapping: "line.held_restless",
	feeds.HeldEdited:   "line.held_edited",
	feeds.HeldRepeated: "line.held_repeated",
	feeds.HeldDoubtful: "line.held_doubtful",
	feeds.HeldBacklog:  "line.held_backlog",
	feeds.HeldLost:     "line.held_lost",
	feeds.HeldFlood:    "line.held_flood",
}

// why is the entry that says why something was held.
func why(h feeds.Held) string {
	if h.Reason == feeds.HeldFlood && h.Kind == feeds.Corrected {
		return "line.held_changes"
	}
	return reasons[h.Reason]
}

// undecided are the batches to ask about. What a crash left undone of a decision is done.
func (b *Bot) undecided(ctx context.Context) ([]batch, error) {
	all, err := b.batches(ctx)
	if err != nil {
		return nil, err
	}
	var open []batch
	for _, held := range all {
		decision, err := b.decided(ctx, held.key)
		if err != nil {
			return nil, err
		}
		if decision == "" {
			open = append(open, held)
		} else if err := b.carryOut(ctx, decision, held); err != nil {
			return nil, err
		}
	}
	return open, nil
}

// onHeld decides of a batch, or leads there. The first decision holds: whoever comes
// later, or presses twice, is shown it.
func (t *conversation) onHeld(ctx context.Context, args []string) (reply, error) {
	if !t.byAdmin() {
		return t.stale()
	}
	t.whole = true
	wanted := render.Arg(args, 0)
	held, err := t.bot.batch(ctx, render.Arg(args, 1))
	if err != nil {
		return reply{}, err
	}
	decision, err := t.bot.decided(ctx, held.key)
	if err != nil {
		return reply{}, err
	}
	if decision == "" && len(held.held) > 0 {
		switch wanted {
		case heldAsk:
			return reply{}, t.showQuestion(ctx, held)
		case heldConfirm:
			return reply{}, t.showConfirmation(ctx, held)
		case heldSend, heldKeep:
			if decision, err = t.bot.decide(ctx, held.key, wanted); err != nil {
				return reply{}, err
			}
		default:
			return t.stale()
		}
	}
	late := decision != wanted || len(held.held) == 0
	if err := t.bot.carryOut(ctx, decision, held); err != nil {
		return reply{}, err
	}
	if err := t.show(ctx, screen{text: t.below(t.words.T(outcomeOf(decision), nil))}); err != nil {
		return reply{}, err
	}
	if late {
		return reply{text: t.words.T("toast.decided", nil)}, nil
	}
	return reply{}, nil
}

// carryOut does to each item of a batch what was decided. One that is not held any more
// has had it done already.
func (b *Bot) carryOut(ctx context.Context, decision string, held batch) error {
	do := b.admins.Service.Dismiss
	if decision == heldSend {
		do = b.admins.Service.Release
	}
	for _, id := range held.items() {
		if err := do(ctx, id); err != nil && !errors.Is(err, feeds.ErrNotFound) {
			return err
		}
	}
	return nil
}

// outcomeOf is the screen's entry for a decision.
func outcomeOf(decision string) string {
	switch decision {
	case heldSend:
		return "screen.held_sent"
	case heldKeep:
		return "screen.held_kept"
	}
	return "screen.held_over"
}

func (t *conversation) showQuestion(ctx context.Context, held batch) error {
	s, err := t.bot.question(ctx, t.words, held)
	if err != nil {
		return err
	}
	return t.show(ctx, s)
}

// showConfirmation says how many people read the language of the batch.
func (t *conversation) showConfirmation(ctx context.Context, held batch) error {
	item, err := t.bot.archive.Item(ctx, held.held[0].Item)
	if err != nil {
		return err
	}
	counts, err := t.bot.admins.Service.Count(ctx)
	if err != nil {
		return err
	}
	text := t.words.N("screen.held_confirm", counts.Active[item.Language], nil)
	return t.show(ctx, screen{t.below(text), [][]telegram.Button{
		held.button(t.words, "button.held_confirm", heldSend), held.button(t.words, "button.held_keep", heldKeep),
		held.button(t.words, "button.back", heldAsk),
	}})
}
