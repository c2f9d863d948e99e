package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"html/template"
	"net/url"
	"slices"
	"strconv"

	"kabarchy/bot/desk"
)

// previewed answers with what can be said of what somebody types, and keeps it for them: the
// window may be closed, and the draft is as it was for everybody else.
func (d *Desk) previewed(r *request) error {
	c, page, err := d.filled(r)
	if err != nil {
		return err
	}
	if err := d.keep(r, c, page); err != nil {
		return err
	}
	if !d.writes(r, c) { // it may have been submitted meanwhile
		return r.part("compose", "renewed", draft{Findings: []finding{{true, template.HTML(r.T("web.moved"))}}})
	}
	ch, _ := page.changes(d.options.Zone)
	seen, err := d.draftOf(r, asChanged(c, ch))
	if err != nil {
		return err
	}
	return r.part("compose", "renewed", seen)
}

// filled is the page of the request's case, filled with the request's form.
func (d *Desk) filled(r *request) (desk.Case, *compose, error) {
	if err := r.form(); err != nil {
		return desk.Case{}, nil, err
	}
	c, err := d.caseToWrite(r)
	if err != nil {
		return c, nil, err
	}
	page := d.composeOf(r, c)
	page.fill(r.PostForm)
	return c, page, nil
}

// keep keeps what was typed on a page, if it is not saved; if it is, no longer.
func (d *Desk) keep(r *request, c desk.Case, page *compose) error {
	if page.unsaved() {
		return store{d.rdb}.keepTyped(r.Context(), c.ID, r.who, page.form())
	}
	return d.drop(r, c, page)
}

// drop drops what was typed on a page and is saved. What was typed in another window stays.
func (d *Desk) drop(r *request, c desk.Case, page *compose) error {
	s := store{d.rdb}
	kept, err := s.typed(r.Context(), c.ID, r.who)
	if err != nil || kept == nil {
		return err
	}
	if other := d.composeOf(r, c); kept.Get("window") != page.Window {
		if other.fill(kept); other.unsaved() {
			return nil
		}
	}
	return s.dropTyped(r.Context(), c.ID, r.who)
}

// forget drops what somebody has typed and not saved.
func (d *Desk) forget(r *request) error {
	if err := (store{d.rdb}).dropTyped(r.Context(), r.PathValue("id"), r.who); err != nil {
		return err
	}
	return r.see("/case/" + url.PathEscape(r.PathValue("id")))
}

// save saves a draft, and submits it where the form asks for that. What it can't save stays kept.
func (d *Desk) save(r *request) error {
	c, page, err := d.filled(r)
	if err != nil {
		return err
	}
	if !d.writes(r, c) {
		return d.late(r, c, page)
	}
	ch, wrongTime := page.changes(d.options.Zone)
	if wrongTime {
		page.Kept = true
		r.said = r.T("web.no_time")
		return errors.Join(d.keep(r, c, page), d.showCompose(r, c, page))
	}
	for language, t := range ch.Texts {
		if t != nil && r.PostForm.Get("keep-"+language) != "" { // theirs stays
			delete(ch.Texts, language)
		}
	}
	if none(ch) {
		return d.saved(r, c, page, page.Case.Version)
	}
	act := desk.Act{
		ID: r.actID("save", c.ID, strconv.Itoa(page.Case.Version), sumOf(ch)), Verb: desk.Change, Case: c.ID, Kind: c.Kind, Items: c.Items,
		Version: page.Case.Version, Who: r.who, Via: via, Changes: &ch,
	}
	if c.Status == desk.None {
		act.Verb = desk.Write
	}
	out, err := d.office.Do(r.Context(), act)
	if err != nil {
		return err
	}
	if out.Result == desk.Acted || out.Result == desk.Repeated {
		return d.saved(r, out.Case, page, page.Case.Version+1)
	}
	if err := d.keep(r, c, page); err != nil {
		return err
	}
	if len(out.Clashes) > 0 {
		return d.clashed(r, out, page)
	}
	return d.after(r, out, "", nil)
}

// sumOf tells changes from others: who goes back to a form that was sent, and changes it, sends
// another one.
func sumOf(ch desk.Changes) string {
	all, _ := json.Marshal(ch) // they are of plain types
	return mark(string(all))
}

// late answers a form that comes when its case can't be written any more.
func (d *Desk) late(r *request, c desk.Case, page *compose) error {
	if err := d.keep(r, c, page); err != nil {
		return err
	}
	words := "web.moved"
	if !page.unsaved() && submittedBy(c, r) {
		words = acts[desk.Submit].done
	}
	if err := r.say(r.T(words)); err != nil {
		return err
	}
	return r.see("/case/" + c.ID)
}

// submittedBy reports whether the request asks to submit a case that the person has submitted.
func submittedBy(c desk.Case, r *request) bool {
	return r.PostForm.Get("then") == "submit" && c.Status == desk.Submitted && c.SubmittedBy == r.who
}

// saved says that a draft is saved, or goes on to submit it: what the person has seen, and nothing
// that another has changed meanwhile.
func (d *Desk) saved(r *request, c desk.Case, page *compose, seen int) error {
	if err := d.drop(r, c, page); err != nil {
		return err
	}
	words := "web.saved"
	switch submit := r.PostForm.Get("then") == "submit"; {
	case c.Status == desk.None:
		words = "web.nothing_typed"
	case submittedBy(c, r):
		words = acts[desk.Submit].done
	case submit && c.Version != seen:
		words = "toast.desk_moved"
	case r.PostForm.Get("then") == "show":
		return d.showToAll(r, c)
	case submit:
		out, err := d.office.Do(r.Context(), desk.Act{
			ID: r.actID("submit", c.ID, strconv.Itoa(c.Version)), Verb: desk.Submit, Case: c.ID, Version: c.Version, Who: r.who, Via: via,
		})
		if err != nil {
			return err
		}
		switch words = acts[desk.Submit].done; out.Result {
		case desk.Refused:
			words = refusals[out.Refusal]
		case desk.Conflict:
			words = "toast.desk_moved"
		}
	}
	if err := r.say(r.T(cmp.Or(words, "web.moved"))); err != nil {
		return err
	}
	return r.see("/case/" + c.ID)
}

// clashed shows both texts where two people changed one: what this one typed stands in the
// field, and the other's below it. What this one has not touched is as the other left it.
func (d *Desk) clashed(r *request, out desk.Outcome, mine *compose) error {
	page := d.composeOf(r, out.Case)
	values := mine.values()
	touched := func(name string) bool { return mine.touched(name, values[name]) }
	for i := range page.Texts {
		t := &page.Texts[i]
		at := slices.IndexFunc(mine.Texts, func(of textField) bool { return of.Language == t.Language })
		if at < 0 || !touched("text-"+t.Language) {
			continue
		}
		if slices.ContainsFunc(out.Clashes, func(c desk.Clash) bool { return c.Field == desk.FieldText(t.Language) }) {
			t.Theirs = &typedText{t.Title, t.Text}
		}
		t.Title, t.Text = mine.Texts[at].Title, mine.Texts[at].Text
	}
	if touched("topic") {
		page.Topics = mine.Topics
	}
	if touched("missing") {
		page.Missing = mine.Missing
	}
	if touched("at") {
		page.At = mine.At
	}
	if touched("urgent") {
		page.Urgent = mine.Urgent
	}
	page.Picture = page.Picture && !touched("picture")
	page.Kept, page.Window = true, mine.Window
	r.said = r.T("web.clash")
	return d.showCompose(r, out.Case, page)
}

// showToAll shows a draft that was saved to everybody else at the desk.
func (d *Desk) showToAll(r *request, c desk.Case) error {
	if d.options.ShowToAll == nil {
		return errNoPage
	}
	shown := 0
	fresh, err := r.once([]string{"show", c.ID, strconv.Itoa(c.Version)}, func() (err error) {
		shown, err = d.options.ShowToAll(r.Context(), r.who, c)
		return err
	})
	if err == nil && fresh {
		err = r.say(r.T("toast.desk_shown", "Count", r.Number(shown)))
	}
	if err != nil {
		return err
	}
	return r.see("/case/" + c.ID)
}
