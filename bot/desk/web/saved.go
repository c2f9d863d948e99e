package web

import (
	"cmp"
	"strconv"

	"kabarchy/bot/desk"
)

// late answers a form that comes when its case can't be written any more.
func (d *Desk) late(r *request, c desk.Case, page *compose) error {
	if err := d.keep(r, c, page); err != nil {
		return err
	}
	words := r.withFile(r.T("web.moved"))
	if !page.unsaved() && submittedBy(c, r) {
		words = r.T(acts[desk.Submit].done)
	}
	return r.tell(words, "/case/"+c.ID)
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
		return r.tell(r.withFile(r.T("web.nothing_typed")), "/case/"+c.ID)
	case r.lost():
		words = "web.saved_pictureless"
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
	return r.tell(r.T(cmp.Or(words, "web.moved")), "/case/"+c.ID)
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
	if err != nil {
		return err
	}
	if !fresh {
		return r.see("/case/" + c.ID)
	}
	return r.tell(r.T("toast.desk_shown", "Count", r.Number(shown)), "/case/"+c.ID)
}
