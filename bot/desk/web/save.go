package web

import (
	"encoding/json"
	"errors"
	"html/template"
	"maps"
	"net/url"
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
	picture, wrong, err := r.brought()
	if err != nil {
		return err
	}
	ch, wrongTime := page.changes(d.options.Zone)
	if wrong == "" && wrongTime {
		wrong = "web.no_time"
	}
	if picture != nil {
		page.pictured(&ch)
	}
	if wrong != "" {
		return d.wrong(r, c, page, wrong)
	}
	maps.DeleteFunc(ch.Texts, func(language string, t *desk.Text) bool { // theirs stays
		return t != nil && r.PostForm.Get("keep-"+language) != ""
	})
	if none(ch) && picture == nil {
		return d.saved(r, c, page, page.Case.Version)
	}
	out, err := d.write(r, c, page.Case.Version, ch, picture)
	switch {
	case errors.Is(err, ErrPicture):
		return d.wrong(r, c, page, "web.picture_refused")
	case err != nil:
		return err
	case out.Result == desk.Acted || out.Result == desk.Repeated:
		return d.saved(r, out.Case, page, page.Case.Version+1)
	}
	return d.notSaved(r, out, page)
}

// notSaved answers where a draft can't be saved as it is. What was typed stays.
func (d *Desk) notSaved(r *request, out desk.Outcome, page *compose) error {
	if err := d.keep(r, page.Case, page); err != nil {
		return err
	}
	if len(out.Clashes) > 0 {
		return d.clashed(r, out, page)
	}
	return d.after(r, out, "", nil)
}

// write changes a version of a case, or begins it, with a picture where there is one.
func (d *Desk) write(r *request, c desk.Case, version int, ch desk.Changes, picture []byte) (desk.Outcome, error) {
	act := desk.Act{
		ID: r.actID("save", c.ID, strconv.Itoa(version), sumOf(ch), mark(string(picture))), Verb: desk.Change, Case: c.ID, Kind: c.Kind, Items: c.Items,
		Version: version, Who: r.who, Via: via, Changes: &ch,
	}
	if c.Status == desk.None {
		act.Verb = desk.Write
	}
	if picture != nil {
		if err := d.keepPicture(r, picture, &ch); err != nil {
			return desk.Outcome{}, err
		}
	}
	return d.office.Do(r.Context(), act)
}

// wrong shows a form again that can't be saved, and says why. What was typed stays.
func (d *Desk) wrong(r *request, c desk.Case, page *compose, words string) error {
	page.Kept = true
	r.said = r.T(words)
	if words == "web.no_time" {
		r.said = r.withFile(r.said)
	}
	return errors.Join(d.keep(r, c, page), d.showCompose(r, c, page))
}

// sumOf tells changes from others: who goes back to a form that was sent, and changes it, sends
// another one.
func sumOf(ch desk.Changes) string {
	all, _ := json.Marshal(ch) // they are of plain types
	return mark(string(all))
}
