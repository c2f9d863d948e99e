package desk

import (
	"cmp"
	"context"
	"math"
	"strings"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/locale"
)

// Price is what it costs to pay for an urgent announcement, and what that gains.
type Price struct {
	Messages int // that are paid for
	Rest     int // that are not: the day's budget is not enough
	// Paid and Free are how long it takes, paid for and not.
	Paid, Free time.Duration
	Budget     broadcast.Budget
}

// Price says what an announcement costs if it is paid for; offered is false where it can't be:
// what is not urgent, reaches nobody, or where the configuration pays for nothing.
func (d *Desk) Price(ctx context.Context, c Case) (p Price, offered bool, err error) {
	if c.Kind != Announce || c.Feed || !c.Urgent {
		return p, false, nil
	}
	if p.Budget, err = d.options.Engine.Budget(ctx); err != nil || p.Budget.ADay == 0 {
		return p, false, err
	}
	r, err := d.Reach(ctx, c)
	if err != nil || r.All.Now == 0 {
		return p, false, err
	}
	load, err := d.load(ctx, c, r, func(Case) string { return "" })
	if err != nil {
		return p, false, err
	}
	p.Free, _, _ = broadcast.HowLong(load)
	p.Messages = min(load.Messages, broadcast.PaidBy(broadcast.WholeStars(p.Budget.Left)))
	p.Rest = load.Messages - p.Messages
	load.Messages = p.Rest
	p.Paid, _, _ = broadcast.HowLong(load)
	p.Paid += time.Duration(float64(p.Messages) / p.Budget.PerSecond * float64(time.Second))
	return p, true, nil
}

// InWords says what there is to choose from.
func (p Price) InWords(words locale.Locale) []string {
	data := map[string]any{
		"Stars": words.Number(broadcast.Stars(p.Messages)),
		"Left":  words.Number(broadcast.WholeStars(p.Budget.Left)), "ADay": words.Number(broadcast.WholeStars(p.Budget.ADay)),
		"Messages": words.Number(p.Messages), "Rest": words.Number(p.Rest), "Time": lasting(words, p.Free),
	}
	if p.Messages == 0 {
		return []string{words.T("line.paid_none", data)}
	}
	free := words.T("line.paid_free", data)
	entry := "line.paid_price"
	if p.Rest > 0 {
		entry = "line.paid_part"
	}
	data["Time"] = lasting(words, p.Paid)
	return []string{words.T("line.paid_choice", data), words.T(entry, data), free}
}

// lasting is about how long something takes.
func lasting(words locale.Locale, d time.Duration) string {
	if d < time.Minute {
		return words.T("line.paid_moment", nil)
	}
	return words.T("line.paid_minutes", map[string]any{"Minutes": words.Number(int(math.Ceil(d.Minutes())))})
}

// Cost is what an item's broadcasts cost.
type Cost struct {
	Stars  int    // at most; 0 where nothing was paid for
	Unpaid string // what Telegram said where it did not take the payment
}

// Cost adds up what an item cost, of whose broadcasts these are the reports.
func (d *Desk) Cost(ctx context.Context, told []broadcast.Report) (c Cost, err error) {
	counted := make(map[int64]bool)
	messages := 0
	for _, r := range told {
		c.Unpaid = cmp.Or(c.Unpaid, r.Unpaid)
		if r.Paid == 0 || counted[r.Ledger] {
			continue
		}
		counted[r.Ledger] = true
		n, err := d.options.Engine.Paid(ctx, r.Ledger)
		if err != nil {
			return c, err
		}
		messages += n
	}
	c.Stars = broadcast.Stars(messages)
	return c, nil
}

// InWords says what it cost; empty where nothing was to be paid for.
func (c Cost) InWords(words locale.Locale) string {
	var lines []string
	if c.Stars > 0 {
		lines = append(lines, words.T("line.paid_cost", map[string]any{"Stars": words.Number(c.Stars)}))
	}
	if c.Unpaid != "" {
		lines = append(lines, words.HTML("line.paid_unpaid", map[string]any{"Words": c.Unpaid}))
	}
	return strings.Join(lines, "\n")
}
