package web

import (
	"context"
	"slices"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/feeds"
)

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
	if words, err := d.unchangeable(ctx, item, editions); err != nil || words != "" {
		return d.toItem(r, item, words, err)
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

// unchangeable is the entry that says why phones can't be made to show something else; empty where
// they can.
func (d *Desk) unchangeable(ctx context.Context, item feeds.Item, editions map[string]feeds.Item) (string, error) {
	if item.Withdrawn {
		return "web.moved", nil
	}
	if there, err := d.office.Changeable(ctx, thereOf(item, editions)); err != nil || there {
		return "", err
	}
	return "web.too_late", nil
}

// toItem leads back to an item, with some words.
func (d *Desk) toItem(r *request, item feeds.Item, words string, err error) error {
	if err != nil {
		return err
	}
	return r.tell(r.T(words), "/item/"+item.ID)
}

// withdrawing is the case that takes an item back already: by this form, or by another.
func (d *Desk) withdrawing(r *request, item feeds.Item) (c desk.Case, found bool, err error) {
	if c, found, err = d.office.Look(r.Context(), r.caseID("withdraw", item.ID)); err != nil || found {
		return c, found, err
	}
	open, err := d.office.Open(r.Context())
	for _, c := range open {
		if c.Kind == desk.Withdraw && slices.Contains(c.Items, item.ID) {
			return c, true, nil
		}
	}
	return desk.Case{}, false, err
}

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
	if words, err := d.unchangeable(r.Context(), item, editions); err != nil || words != "" {
		return d.toItem(r, item, words, err)
	}
	of, err := d.reportOf(r.Context(), thereOf(item, editions))
	if err != nil {
		return err
	}
	return r.show("sureitem", sureOfItem{
		Item: item, Act: "withdraw", Ask: "screen.desk_sure_withdraw", Yes: "button.desk_yes_withdraw", Count: r.Number(of.Sent),
		Notice: d.office.LeavesNotice(item),
	})
}

// withdraw takes an item back, with its editions. Its case begins as approved.
func (d *Desk) withdraw(r *request) error {
	ctx := r.Context()
	item, editions, err := d.itemOf(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if c, found, err := d.withdrawing(r, item); err != nil || found {
		return d.toCase(r, c, err)
	}
	ids := thereOf(item, editions)
	if words, err := d.unchangeable(ctx, item, editions); err != nil || words != "" {
		return d.toItem(r, item, words, err)
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
	return d.toCase(r, out.Case, nil)
}

// toCase leads to the case that takes an item back.
func (d *Desk) toCase(r *request, c desk.Case, err error) error {
	if err != nil {
		return err
	}
	return r.tell(r.T("web.done_withdraw"), "/case/"+c.ID)
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
