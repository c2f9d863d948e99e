package bot

import (
	"cmp"
	"context"
	"errors"
	"html"
	"slices"
	"strconv"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// What a button below a held broadcast says; its number and when it was held follow.
const (
	broadcastAsk     = "ask"     // show the question
	broadcastGo      = "go"      // a decision: it goes on
	broadcastStop    = "stop"    // a decision: nobody else gets it
	broadcastConfirm = "confirm" // show how many messages a withdrawal deletes
	broadcastTake    = "take"    // a decision: the item is withdrawn
)

// suspicions are the entries that say why a broadcast is held.
var suspicions = map[broadcast.Suspicion]string{
	broadcast.AllRefuse:   "line.broadcast_refused",
	broadcast.ManyGone:    "line.broadcast_gone",
	broadcast.ManyBlocked: "line.broadcast_blocked",
	broadcast.Broken:      "line.broadcast_broken",
	broadcast.FromBackup:  "line.broadcast_restored",
}

// heldNotices ask about the broadcasts that wait for a decision.
func (b *Bot) heldNotices(ctx context.Context) ([]notice, error) {
	held, err := b.admins.Service.HeldBroadcasts(ctx)
	if err != nil {
		return nil, err
	}
	var notices []notice
	for _, p := range held {
		notices = append(notices, notice{about: "broadcast:" + holdingOf(p), state: "asked", screen: func(_ context.Context, words locale.Locale) (screen, error) {
			return broadcastQuestion(words, p), nil
		}})
	}
	return notices, nil
}

// unpaidNotices tell that Telegram did not take the payment for an announcement, once for all
// its editions.
func (b *Bot) unpaidNotices(ctx context.Context) ([]notice, error) {
	if b.desk == nil {
		return nil, nil // nobody announces anything
	}
	progress, err := b.admins.Service.Progress(ctx)
	if err != nil {
		return nil, err
	}
	var notices []notice
	known := make(map[int64]bool)
	for _, p := range progress {
		over := !p.FinishedAt.IsZero() && b.now().Sub(p.FinishedAt) >= toldFor
		if p.Unpaid == "" || over || known[p.Ledger] {
			continue
		}
		known[p.Ledger] = true
		notices = append(notices, notice{about: "unpaid:" + decimal(p.Ledger), state: "told", screen: func(_ context.Context, words locale.Locale) (screen, error) {
			return screen{text: words.HTML("screen.paid_refused", map[string]any{
				"Title": render.Cut(render.OneLine(p.Title), titleLength), "Words": quoted(p.Unpaid),
			})}, nil
		}})
	}
	return notices, nil
}

// faultNotices tell of the program's own faults, each kind once.
func (b *Bot) faultNotices() []notice {
	var notices []notice
	for _, f := range b.client.Faults() {
		told := func(_ context.Context, words locale.Locale) (screen, error) {
			return screen{text: words.HTML("screen.fault", map[string]any{"Method": f.Method, "Words": quoted(f.Words)})}, nil
		}
		notices = append(notices, notice{about: "fault:" + f.Method + ":" + f.Reason, state: "told", screen: told})
	}
	return notices
}

// quoted is what Telegram said, as much of it as a small phone shows.
func quoted(words string) string { return render.Cut(render.OneLine(words), 120) }

// holdingOf names one holding of a broadcast: one that is held anew is asked about anew.
func holdingOf(p broadcast.Progress) string {
	return strconv.FormatInt(p.ID, 10) + ":" + strconv.FormatInt(p.HeldAt.Unix(), 10)
}

// broadcastButton is a row below a held broadcast.
func broadcastButton(words locale.Locale, entry, state string, p broadcast.Progress) []telegram.Button {
	return []telegram.Button{{Text: words.T(entry, nil), Data: render.Data(render.VerbBroadcast, state, holdingOf(p))}}
}

// broadcastQuestion asks whether a held broadcast is to go on. An item that goes out can
// be withdrawn; anything else can only be stopped.
func broadcastQuestion(words locale.Locale, p broadcast.Progress) screen {
	question, last := "line.broadcast_go_or_stop", broadcastButton(words, "button.broadcast_stop", broadcastStop, p)
	if p.Kind == broadcast.News {
		question, last = "line.broadcast_go_or_withdraw", broadcastButton(words, "button.broadcast_withdraw", broadcastConfirm, p)
	}
	text := words.T("screen.broadcast_held", nil)
	if p.Title != "" {
		text += "\n" + kindSigns[p.Kind] + " " + render.Escaped(p.Title, titleLength)
	}
	return screen{render.JoinFilled("\n\n", text,
		words.HTML(suspicions[p.Held], map[string]any{"Words": quoted(p.Words)}),
		words.T("line.broadcast_have", map[string]any{"Sent": words.Number(p.Sent), "Planned": words.Number(p.Planned)}),
		words.T(question, nil),
	), [][]telegram.Button{broadcastButton(words, "button.broadcast_go", broadcastGo, p), last}}
}

// onBroadcast decides of a held broadcast, or leads there. Who comes later than
// another, or than the broadcast's end, is told so.
func (t *conversation) onBroadcast(ctx context.Context, args []string) (reply, error) {
	if !t.byAdmin() {
		return t.stale()
	}
	t.whole = true
	p, found, err := t.bot.heldBroadcast(ctx, render.Arg(args, 1)+":"+render.Arg(args, 2))
	if err != nil {
		return reply{}, err
	}
	if !found {
		err := t.show(ctx, screen{text: t.below(t.words.T("screen.held_over", nil))})
		return reply{text: t.words.T("toast.decided", nil)}, err
	}
	outcome := ""
	switch render.Arg(args, 0) {
	case broadcastAsk:
		return reply{}, t.show(ctx, broadcastQuestion(t.words, p))
	case broadcastConfirm:
		return reply{}, t.show(ctx, screen{
			t.below(t.words.T("screen.broadcast_confirm", map[string]any{"Count": t.words.Number(p.Sent)})),
			[][]telegram.Button{
				broadcastButton(t.words, "button.broadcast_take", broadcastTake, p),
				broadcastButton(t.words, "button.back", broadcastAsk, p),
			},
		})
	case broadcastGo:
		outcome, err = "screen.broadcast_goes_on", t.bot.admins.Service.Resume(ctx, p.ID)
	case broadcastStop:
		outcome, err = "screen.broadcast_stopped", t.bot.admins.Service.Stop(ctx, p.ID)
	case broadcastTake:
		outcome, err = "screen.broadcast_withdrawn", t.bot.admins.Service.Withdraw(ctx, p.Item)
	default:
		return t.stale()
	}
	if errors.Is(err, broadcast.ErrNotHeld) || errors.Is(err, broadcast.ErrNotRunning) {
		outcome, err = "screen.held_over", nil // another was faster
	}
	if err != nil {
		return reply{}, err
	}
	return reply{}, t.show(ctx, screen{text: t.below(t.words.T(outcome, nil))})
}

// heldBroadcast finds one by its holding.
func (b *Bot) heldBroadcast(ctx context.Context, holding string) (broadcast.Progress, bool, error) {
	held, err := b.admins.Service.HeldBroadcasts(ctx)
	for _, p := range held {
		if holdingOf(p) == holding {
			return p, true, err
		}
	}
	return broadcast.Progress{}, false, err
}

// heldRows are buttons that lead to the broadcasts which wait for a decision.
func (v view) heldRows(progress []broadcast.Progress) (rows [][]telegram.Button) {
	for _, p := range progress {
		if p.Held != "" && p.FinishedAt.IsZero() {
			rows = append(rows, broadcastButton(v.words, "button.broadcast_decide", broadcastAsk, p))
		}
	}
	return rows
}

// refusalLines say what Telegram refused in a broadcast and in how many chats, what was
// refused most often first.
func (t *conversation) refusalLines(ctx context.Context, p broadcast.Progress) ([]string, error) {
	const shown = 3
	if p.Failed == 0 {
		return nil, nil
	}
	failures, err := t.bot.admins.Service.Failures(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	type group struct {
		words string
		chats int
	}
	groups := make(map[string]*group)
	for _, why := range failures {
		words := telegramsWords(why)
		key := telegram.Normalized(words)
		if groups[key] == nil {
			groups[key] = &group{words: words}
		}
		groups[key].chats++
		groups[key].words = min(groups[key].words, words) // the same one each time
	}
	var all []*group
	for _, g := range groups {
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.chats, a.chats), cmp.Compare(a.words, b.words))
	})
	var lines []string
	for _, g := range all[:min(shown, len(all))] {
		lines = append(lines, "⚠️ "+html.EscapeString(quoted(g.words))+" · "+t.words.Number(g.chats))
	}
	return lines, nil
}

// telegramsWords are what Telegram said, without what the program put before it.
func telegramsWords(failure string) string {
	if _, said, found := strings.Cut(failure, "telegram answers "); found {
		_, said, _ = strings.Cut(said, " ") // the code
		return said
	}
	_, said, _ := strings.Cut(failure, ": ") // the verdict
	return said
}
