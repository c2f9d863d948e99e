package web

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// sentPage is how many items one page of what went out lists.
const sentPage = 30

// sentItem is a line of what went out.
type sentItem struct {
	ID, Title, Languages string
	At                   time.Time
	Withdrawn            bool
}

// sentItems lists what went out, the latest first, each item once.
func (d *Desk) sentItems(r *request) error {
	languages := append([]string{r.Language()}, locale.Languages()...)
	var all []sentItem
	listed := make(map[string]bool)
	for _, language := range languages {
		items, err := d.options.Archive.Latest(r.Context(), language, 0, sentPage)
		if err != nil {
			return err
		}
		for _, item := range items {
			if listed[item.ID] {
				continue
			}
			editions, err := d.options.Archive.Editions(r.Context(), item.ID)
			if err != nil {
				return err
			}
			listed[item.ID] = true
			line := sentItem{ID: item.ID, Title: item.Title, At: item.Published, Withdrawn: item.Withdrawn, Languages: locale.For(item.Language).Name()}
			for _, e := range editions {
				if listed[e.ID] = true; e.ID != item.ID {
					line.Languages += ", " + locale.For(e.Language).Name()
				}
			}
			all = append(all, line)
		}
	}
	slices.SortStableFunc(all, func(a, b sentItem) int { return b.At.Compare(a.At) })
	return r.show("sent", all[:min(sentPage, len(all))])
}

// itemPage is what became of an item.
type itemPage struct {
	Item      feeds.Item
	Report    report.Item
	Outcomes  []outcome
	Languages []report.Group
	Stretches []report.Stretch
	Taps      int
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
	var told []broadcast.Report
	for _, id := range ids {
		reports, err := d.options.Engine.Reports(ctx, id)
		if err != nil {
			return report.Item{}, err
		}
		told = append(told, reports...)
	}
	return report.NewItem(told), nil
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
	if p.Report, err = d.reportOf(ctx, ids); err != nil {
		return err
	}
	p.Outcomes = outcomesOf(p.Report)
	p.Languages = report.Fold(p.Report.Languages())
	p.Stretches = p.Report.Hours(d.options.Zone)
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
	there, err := d.correctable(r.Context(), ids)
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

// correctable reports whether it is known which message each phone has: until some time after
// the last broadcast of an item.
func (d *Desk) correctable(ctx context.Context, ids []string) (bool, error) {
	all, err := d.options.Engine.Progress(ctx)
	return slices.ContainsFunc(all, func(p broadcast.Progress) bool {
		return slices.Contains(ids, p.Item) && (p.FinishedAt.IsZero() || time.Since(p.FinishedAt) < d.options.CorrectWithin)
	}), err
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

// correct begins a correction of an item, or goes on with the one that there is.
func (d *Desk) correct(r *request) error {
	ctx := r.Context()
	item, editions, err := d.itemOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	open, err := d.office.Open(ctx)
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.Kind == desk.Correct && slices.Contains(c.Items, item.ID) {
			return r.see("/case/" + c.ID)
		}
	}
	out, err := d.office.Do(ctx, desk.Act{
		ID: r.actID("correct", item.ID), Verb: desk.Write, Kind: desk.Correct, Case: r.caseID("correct", item.ID),
		Items: thereOf(item, editions), Who: r.who, Via: via, Changes: &desk.Changes{},
	})
	if err != nil {
		return err
	}
	if out.Result == desk.Refused || out.Result == desk.Conflict {
		return d.after(r, out, "", nil)
	}
	return r.see("/case/" + out.Case.ID)
}

// caseID names a case that a form makes, the same however often it is sent.
func (r *request) caseID(parts ...string) string {
	letters := []byte(r.actID(append(parts, "case")...))[:10]
	for i := range letters {
		letters[i] = 'a' + letters[i]%26
	}
	return string(letters)
}

// thereOf are those of an item's editions that can still be changed.
func thereOf(item feeds.Item, editions map[string]feeds.Item) []string {
	return slices.DeleteFunc(idsOf(item, editions), func(id string) bool {
		for _, e := range editions {
			if e.ID == id {
				return e.Withdrawn
			}
		}
		return false
	})
}

// deletable is how long Telegram lets a bot delete what it has written; what is older gives
// way to a notice.
const deletable = 48 * time.Hour

// sureOfItem is what the pages are drawn from that ask before an act on an item.
type sureOfItem struct {
	Item   feeds.Item
	Act    string // the last part of the form's address
	Ask    string // an entry
	Yes    string // an entry
	Count  string
	Notice bool
}

// sureWithdraw asks before an item is taken back.
func (d *Desk) sureWithdraw(r *request) error {
	item, editions, err := d.itemOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	of, err := d.reportOf(r.Context(), thereOf(item, editions))
	if err != nil {
		return err
	}
	return r.show("sureitem", sureOfItem{
		Item: item, Act: "withdraw", Ask: "screen.desk_sure_withdraw", Yes: "button.desk_yes_withdraw", Count: r.Number(of.Sent),
		Notice: time.Since(item.Published) > deletable,
	})
}

// withdraw takes an item back, with its editions. Its case begins as approved.
func (d *Desk) withdraw(r *request) error {
	ctx := r.Context()
	item, editions, err := d.itemOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	ids := thereOf(item, editions)
	there, err := d.correctable(ctx, ids)
	if err != nil {
		return err
	}
	if !there || item.Withdrawn {
		if err := r.say(r.T("web.too_late")); err != nil {
			return err
		}
		return r.see("/item/" + item.ID)
	}
	of, err := d.reportOf(ctx, ids)
	if err != nil {
		return err
	}
	out, err := d.office.Do(ctx, desk.Act{
		ID: r.actID("withdraw", item.ID), Verb: desk.Approve, Kind: desk.Withdraw, Case: r.caseID("withdraw", item.ID), Items: ids,
		Who: r.who, Via: via, Reach: of.Sent,
	})
	if err != nil || out.Result == desk.Refused || out.Result == desk.Conflict {
		return d.after(r, out, "", err)
	}
	if err := r.say(r.T("web.done_withdraw")); err != nil {
		return err
	}
	return r.see("/case/" + out.Case.ID)
}

// sureRetry asks before those are tried again who could not be reached.
func (d *Desk) sureRetry(r *request) error {
	item, editions, err := d.itemOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	of, err := d.reportOf(r.Context(), idsOf(item, editions))
	if err != nil {
		return err
	}
	return r.show("sureitem", sureOfItem{
		Item: item, Act: "retry", Ask: "screen.desk_sure_retry", Yes: "button.desk_yes_retry", Count: r.Number(of.Reasons[broadcast.ReasonGaveUp]),
	})
}

// retry tries those again who could not be reached.
func (d *Desk) retry(r *request) error {
	out, err := d.office.RetryItem(r.Context(), desk.Act{ID: r.actID("retry", r.PathValue("id")), Case: r.PathValue("id"), Who: r.who, Via: via})
	return d.after(r, out, acts[desk.Retry].done, err)
}
