package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
)

// via is how the audit names what was done here.
const via = "web"

// act is one that a form may do to a case.
type act struct {
	sure   string // the entry that asks before it; empty where it is done unasked
	yes    string // the entry that agrees
	reason bool   // a reason is asked for
	done   string // the entry that says that it was done
}

// acts are those that forms may do. What people notice is asked for first, with their number.
var acts = map[desk.Verb]act{
	desk.Submit:   {done: "web.done_submit"},
	desk.TakeBack: {done: "web.done_take_back"},
	desk.Stop:     {done: "web.done_stop"},
	desk.End:      {done: "web.done_end"},
	desk.Approve:  {sure: "screen.desk_sure_approve", yes: "button.desk_yes_approve", done: "web.done_approve"},
	desk.GoOn:     {sure: "screen.desk_sure_go_on", yes: "button.desk_yes_go_on", done: "web.done_go_on"},
	desk.Retry:    {sure: "screen.desk_sure_retry", yes: "button.desk_yes_retry", done: "web.done_retry"},
	desk.Discard:  {sure: "screen.desk_sure_discard", yes: "button.desk_yes_discard", done: "web.done_discard"},
	desk.Return:   {sure: "web.sure_return", yes: "button.desk_return", reason: true, done: "web.done_return"},
}

// actOf is an act on a case of a kind: a correction is not sent.
func actOf(verb desk.Verb, kind desk.Kind) (act, bool) {
	a, known := acts[verb]
	if verb == desk.Approve && kind == desk.Correct {
		a.sure, a.yes = "screen.desk_sure_correct", "button.desk_yes_correct"
	}
	return a, known
}

// question is what the page that asks before an act is drawn from.
type question struct {
	Case    desk.Case
	Title   string
	Verb    desk.Verb
	Typed   string // a reason that could not be taken
	Ask     string // an entry
	Yes     string // an entry
	Count   string // of those who notice it
	Hours   string // for how many it can be taken back
	Reason  bool
	Danger  bool
	Finding template.HTML   // of what is easily overlooked
	Price   []template.HTML // what it costs to pay for it, and what that gains; nil where it can't be paid for
	Paid    int             // for how many messages can be paid; 0 for none
	Stars   string          // at most for these
	Longest int             // of the reason, in characters
}

// longestReason is how long one may be, as the desk holds it.
const longestReason = 500

// sure asks whether an act is to be done, with the number of those who notice it.
func (d *Desk) sure(r *request) error {
	c, verb, err := d.caseAndVerb(r)
	if err != nil {
		return err
	}
	a, known := actOf(verb, c.Kind)
	if !known || a.sure == "" {
		return errNoPage
	}
	switch version := r.URL.Query().Get("version"); {
	case version == "": // who has not seen the case looks at it first
		return r.see("/case/" + c.ID)
	case version != strconv.Itoa(c.Version), !slices.Contains(d.office.AllowedTo(c, r.who, r.roles), verb):
		return d.moved(r, c)
	}
	return d.asked(r, c, verb, "")
}

// asked asks whether an act is to be done to a case as it stands.
func (d *Desk) asked(r *request, c desk.Case, verb desk.Verb, reason string) error {
	a, _ := actOf(verb, c.Kind)
	count, err := d.concerned(r.Context(), c, verb)
	if err != nil {
		return err
	}
	asked := question{
		Case: c, Title: d.titleOf(r.Context(), c, r.Language()), Verb: verb, Typed: reason, Ask: a.sure, Yes: a.yes, Count: r.Number(count),
		Hours:  r.Number(int(d.office.CorrectWithin().Hours())),
		Reason: a.reason, Danger: !a.reason, Longest: longestReason,
	}
	if verb == desk.Approve {
		if c.Illustrates() {
			asked.Finding = r.finding(desk.Finding{Check: desk.CheckNoPictureLater})
		}
		if err := d.price(r, c, &asked); err != nil {
			return err
		}
	}
	return r.show("sure", asked)
}

// price adds to a question what it costs to pay for an announcement.
func (d *Desk) price(r *request, c desk.Case, asked *question) error {
	price, offered, err := d.office.Price(r.Context(), c)
	if err != nil || !offered {
		return err
	}
	for _, line := range price.InWords(r.words) {
		asked.Price = append(asked.Price, template.HTML(line)) // nobody's words but the catalogue's
	}
	if asked.Paid = price.Messages; asked.Paid > 0 {
		asked.Yes, asked.Stars = "button.paid_not", r.Number(broadcast.Stars(price.Messages))
	}
	return nil
}

// caseAndVerb are those in the request's address.
func (d *Desk) caseAndVerb(r *request) (desk.Case, desk.Verb, error) {
	c, found, err := d.office.Look(r.Context(), r.PathValue("id"))
	if err == nil && !found {
		err = errNoPage
	}
	return c, desk.Verb(r.PathValue("verb")), err
}

// do does an act on the version of a case that the form shows.
func (d *Desk) do(r *request) error {
	if err := r.form(); err != nil {
		return err
	}
	c, verb, err := d.caseAndVerb(r)
	if err != nil {
		return err
	}
	a, known := actOf(verb, c.Kind)
	version, isNumber := strconv.Atoi(r.PostFormValue("version"))
	if !known || isNumber != nil {
		return errNoPage
	}
	todo := desk.Act{
		ID: r.actID(string(verb), c.ID, strconv.Itoa(version)), Verb: verb, Case: c.ID, Version: version, Who: r.who, Via: via,
		Reason: r.PostFormValue("reason"),
	}
	if verb == desk.Approve {
		if todo.Reach, err = d.concerned(r.Context(), c, verb); err != nil {
			return err
		}
		todo.Paid, _ = strconv.Atoi(r.PostFormValue("paid")) // nothing where it goes free
	}
	out, err := d.office.Do(r.Context(), todo)
	if refused := out.Result == desk.Conflict || out.Result == desk.Refused; refused && todo.Reason != "" &&
		slices.Contains(d.office.AllowedTo(out.Case, r.who, r.roles), verb) { // what was typed stays
		r.said = r.T(cmp.Or(refusals[out.Refusal], "toast.desk_moved"))
		return d.asked(r, out.Case, verb, todo.Reason)
	}
	return d.after(r, out, a.done, err)
}

// stopItem stops an item of a feed: its case begins with that.
func (d *Desk) stopItem(r *request) error {
	if err := r.form(); err != nil {
		return err
	}
	id := r.PathValue("id")
	out, err := d.office.StopItem(r.Context(), desk.Act{ID: r.actID("stop", id), Case: id, Who: r.who, Via: via})
	return d.after(r, out, acts[desk.Stop].done, err)
}

// after says what an act has come to, and leads back.
func (d *Desk) after(r *request, out desk.Outcome, done string, err error) error {
	switch {
	case err != nil:
		return err
	case out.Result == desk.Conflict, out.Result == desk.Refused && out.Refusal == desk.WrongStatus:
		return d.moved(r, out.Case)
	case out.Result == desk.Refused:
		done = refusals[out.Refusal]
	}
	words := r.T(done)
	if out.Result == desk.Refused {
		words = r.withFile(words)
	}
	return r.tell(words, r.next(r.PostFormValue("back")))
}

// moved says that a case is another by now than the page showed, and leads back.
func (d *Desk) moved(r *request, c desk.Case) error {
	words := r.T("toast.desk_moved")
	if c.ID != "" && !slices.Contains(d.office.AllowedTo(c, r.who, r.roles), desk.Verb(r.PathValue("verb"))) {
		words = r.T("web.moved")
	}
	if r.Method == http.MethodGet {
		return r.tell(words, "/case/"+c.ID)
	}
	return r.tell(r.withFile(words), r.next(r.PostFormValue("back")))
}

// refusals are what to say of each.
var refusals = map[desk.Refusal]string{
	desk.NotAllowed:   "toast.desk_not_allowed",
	desk.OwnText:      "toast.desk_own_text",
	desk.NoCase:       "web.no_page",
	desk.NoReason:     "toast.desk_no_reason",
	desk.TooLong:      "toast.desk_too_long",
	desk.ChecksFailed: "web.checks",
}

// concerned is how many people an act is noticed by.
func (d *Desk) concerned(ctx context.Context, c desk.Case, verb desk.Verb) (int, error) {
	if verb == desk.Approve && c.Kind == desk.Announce {
		reach, err := d.office.Reach(ctx, c)
		return reach.All.Reached(), err
	}
	all, err := d.options.Engine.Progress(ctx)
	switch p := progressOf(all, c.Items, c.Kind); verb {
	case desk.Approve: // it changes what they have
		return progressOf(all, d.changes(ctx, c), desk.Announce).Sent, err
	case desk.GoOn:
		return p.Rest(), err
	case desk.Retry:
		return p.GaveUp, err
	}
	return 0, err
}

// changes are the items that a correction has a text for.
func (d *Desk) changes(ctx context.Context, c desk.Case) (items []string) {
	for _, id := range c.Items {
		item, err := d.options.Archive.Item(ctx, id)
		if err != nil {
			continue // it is in the archive no more
		}
		if _, has := c.Texts[item.Language]; has {
			items = append(items, id)
		}
	}
	return items
}

// titleOf is what a case is called.
func (d *Desk) titleOf(ctx context.Context, c desk.Case, language string) string {
	g := &glance{titles: map[string]string{c.ID: itemTitle(ctx, d.options.Archive, c.Items)}}
	return g.title(c, language)
}
