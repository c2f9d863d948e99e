package web

import (
	"context"
	"errors"
	"html/template"
	"maps"
	"slices"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/feeds"
)

// itemPage is what became of an item.
type itemPage struct {
	Item      feeds.Item
	Report    report.Item
	Outcomes  []outcome
	Languages []report.Group
	Stretches []report.Stretch
	Chart     bool // they can be drawn: none is of too few
	Taps      int
	Cost      template.HTML // what it cost; empty where nothing was to be paid for
	Phones    []phone
	Case      string // the open case that sends it
	Correct   bool   // the person may correct it
	Withdraw  bool
	Stop      bool
	Retry     bool
	TooLate   bool // it can't be changed on the phones any more
	History   []event
}

// outcome is one of the figures of an item.
type outcome struct {
	Entry string
	N     int
}

// itemOf is an item with its editions.
func (d *Desk) itemOf(ctx context.Context, id string) (item feeds.Item, editions map[string]feeds.Item, err error) {
	item, err = d.options.Archive.Item(ctx, id)
	if errors.Is(err, feeds.ErrNotFound) {
		return item, nil, errNoPage
	}
	if err == nil {
		editions, err = d.options.Archive.Editions(ctx, id)
	}
	return item, editions, err
}

// reportOf adds up the broadcasts of some items.
func (d *Desk) reportOf(ctx context.Context, ids []string) (report.Item, error) {
	told, err := d.reports(ctx, ids)
	return report.NewItem(told), err
}

// reports are those of the broadcasts of some items.
func (d *Desk) reports(ctx context.Context, ids []string) (told []broadcast.Report, err error) {
	for _, id := range ids {
		reports, err := d.options.Engine.Reports(ctx, id)
		if err != nil {
			return nil, err
		}
		told = append(told, reports...)
	}
	return told, nil
}

// idsOf are an item's id and those of its editions.
func idsOf(item feeds.Item, editions map[string]feeds.Item) []string {
	ids := []string{item.ID}
	for _, e := range editions {
		if !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// item shows what became of an item, and what can be done.
func (d *Desk) item(r *request) error {
	ctx := r.Context()
	item, editions, err := d.itemOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	ids := idsOf(item, editions)
	p := itemPage{Item: item}
	told, err := d.reports(ctx, ids)
	if err != nil {
		return err
	}
	p.Report = report.NewItem(told)
	cost, err := d.office.Cost(ctx, told)
	if err != nil {
		return err
	}
	p.Cost = template.HTML(cost.InWords(r.words)) // what Telegram said in it is escaped
	p.Outcomes = outcomesOf(p.Report)
	p.Languages = report.Fold(p.Report.Languages())
	p.Stretches = p.Report.Hours(d.options.Zone)
	p.Chart = len(p.Stretches) > 0 && !report.Few(p.Stretches[0].N) // of too few there is one alone
	if p.Taps, err = report.Taps(ctx, d.rdb, ids...); err != nil {
		return err
	}
	all := maps.Clone(editions)
	if all == nil {
		all = make(map[string]feeds.Item)
	}
	all[item.Language] = item
	p.Phones = d.phonesOf(r, all)
	people, err := d.office.People(ctx)
	if err != nil {
		return err
	}
	if err := d.itemActs(r, &p, ids); err != nil {
		return err
	}
	of, found, err := d.office.ForItem(ctx, item.ID)
	if err != nil {
		return err
	}
	about := func(l desk.Line) bool {
		return slices.Contains(ids, l.Item) || slices.Contains(ids, l.Case) || found && l.Case == of.ID
	}
	p.History, err = d.history(ctx, names(people), about)
	if err != nil {
		return err
	}
	return r.show("item", p)
}

// itemActs says what the person may do about an item.
func (d *Desk) itemActs(r *request, p *itemPage, ids []string) error {
	open, err := d.office.Open(r.Context())
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.Kind == desk.Announce && slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(c.Items, id) }) {
			p.Case = c.ID
		}
	}
	there, err := d.office.Changeable(r.Context(), ids)
	if err != nil {
		return err
	}
	p.TooLate = !there && !p.Item.Withdrawn && p.Report.Planned > 0
	if p.Item.Withdrawn {
		there = false
	}
	may := func(c desk.Case, verb desk.Verb) bool {
		return slices.Contains(d.office.AllowedTo(c, r.who, r.roles), verb)
	}
	p.Correct = there && may(desk.Case{Kind: desk.Correct}, desk.Write)
	p.Withdraw = there && may(desk.Case{Kind: desk.Withdraw}, desk.Approve)
	p.Stop = p.Report.Running && p.Case == ""
	p.Retry = p.Report.Reasons[broadcast.ReasonGaveUp] > 0 && may(desk.Case{Kind: desk.Announce}, desk.Retry)
	return nil
}

// outcomesOf are the figures of a report, without those that are nothing.
func outcomesOf(of report.Item) (all []outcome) {
	for _, o := range []outcome{
		{"line.report_planned", of.Planned}, {"line.report_came", of.Came}, {"line.report_sent", of.Sent},
		{"line.report_blocked", of.Blocked}, {"line.report_failed", of.Failed}, {"line.report_waiting", of.Waiting},
		{"line.report_to_go", of.ToGo}, {"line.report_no_longer_due", of.NoLongerDue},
	} {
		if o.N > 0 || o.Entry == "line.report_sent" {
			all = append(all, o)
		}
	}
	return all
}
