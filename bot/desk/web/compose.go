package web

import (
	"context"
	"crypto/rand"
	"maps"
	"regexp"
	"slices"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// compose is the page on which a draft is written. Its form names each field, and what the
// field held when the page was drawn: what somebody has not touched is no change of theirs.
type compose struct {
	Case     desk.Case
	Correct  bool
	Texts    []textField
	Topics   []choice
	Missing  []choice
	Urgent   bool
	Picture  bool
	At       string // as an input of type datetime-local has it
	Was      map[string]string
	Is       map[string]string // what each field holds in the case as it stands
	Now      int               // the case's version
	Window   string            // names what was typed here, on whatever page it is shown
	Kept     bool              // what stands here was typed before and not saved
	Draft    draft
	Submit   bool
	Discard  bool
	Reason   string // why it was returned
	Pictures bool   // one can be brought
	NotLater bool   // the messages have none, and stay without
	Others   int    // at the desk, to whom it can be shown
	Tab      string // the language that a phone shows first
}

// textField is the text in one language as it is typed.
type textField struct {
	Language, Name string
	Title, Text    string
	Theirs         *typedText // what somebody else wrote meanwhile
}

type typedText struct{ Title, Text string }

// newCase begins an announcement: it is there once something is saved.
func (d *Desk) newCase(r *request) error { return r.see("/case/" + newCaseID()) }

// newCaseID names a case before it is there: ten letters, as the chat's desk does.
func newCaseID() string {
	letters := make([]byte, 10)
	_, _ = rand.Read(letters) // never fails
	for i := range letters {
		letters[i] = 'a' + letters[i]%26
	}
	return string(letters)
}

// caseID is how a case is named that is not there yet.
var caseID = regexp.MustCompile(`^[a-z]{10}$`)

// showCase shows a case: to be written, to whom that is allowed, or as it stands.
func (d *Desk) showCase(r *request) error {
	c, err := d.caseToWrite(r)
	if err != nil {
		return err
	}
	if !d.writes(r, c) {
		if c.Status == desk.None {
			return errNoPage
		}
		var typed *compose // it may have been submitted meanwhile
		if r.roles&desk.Officer != 0 {
			page, err := d.withTyped(r, c)
			if err != nil {
				return err
			}
			if page.Kept {
				typed = page
			}
		}
		return d.standing(r, c, typed)
	}
	page, err := d.withTyped(r, c)
	if err != nil {
		return err
	}
	return d.showCompose(r, c, page)
}

// withTyped is the page of a case, filled with what the person typed before and did not save.
func (d *Desk) withTyped(r *request, c desk.Case) (*compose, error) {
	form, err := store{d.rdb}.typed(r.Context(), c.ID, r.who)
	if err != nil || form == nil {
		return d.composeOf(r, c), err
	}
	page := d.composeOf(r, c)
	if page.fill(form); !page.unsaved() {
		return d.composeOf(r, c), nil
	}
	page.Kept = true
	return page, nil
}

// caseToWrite is the case in the request's address; one that is not there yet is empty.
func (d *Desk) caseToWrite(r *request) (desk.Case, error) {
	id := r.PathValue("id")
	c, found, err := d.office.Look(r.Context(), id)
	if err == nil && !found {
		if c = (desk.Case{ID: id, Kind: desk.Announce}); !caseID.MatchString(id) {
			err = errNoPage
		}
	}
	return c, err
}

// writes reports whether the person may change the case now, or begin it.
func (d *Desk) writes(r *request, c desk.Case) bool {
	verb := desk.Change
	if c.Status == desk.None {
		verb = desk.Write
	}
	return slices.Contains(d.office.AllowedTo(c, r.who, r.roles), verb)
}

// composeOf is the page of a case as it is kept.
func (d *Desk) composeOf(r *request, c desk.Case) *compose {
	allowed := d.office.AllowedTo(c, r.who, r.roles)
	p := &compose{
		Case: c, Now: c.Version, Window: newNonce(), Correct: c.Kind == desk.Correct, Urgent: c.Urgent, Picture: c.Picture != "",
		Submit:  slices.Contains(allowed, desk.Submit) || c.Status == desk.None,
		Discard: slices.Contains(allowed, desk.Discard),
	}
	if c.Status == desk.Returned {
		p.Reason = c.Reason
	}
	if !c.At.IsZero() {
		p.At = c.At.In(d.options.Zone).Format(localTime)
	}
	p.Texts = d.textFields(r.Context(), c)
	p.Topics = append(p.Topics, choice{"", r.T("web.no_topic"), c.Topic == ""})
	for _, topic := range d.options.Topics {
		p.Topics = append(p.Topics, choice{topic.ID, topic.NameIn(r.Language()), c.Topic == topic.ID})
	}
	if chosen(p.Topics) != c.Topic { // it is no more, and another has to be chosen
		p.Topics = append(p.Topics, choice{c.Topic, c.Topic, true})
	}
	p.Missing = append(p.Missing, choice{"", r.T("web.missing_skip"), c.Missing == desk.SkipMissing})
	for _, language := range locale.Languages() {
		p.Missing = append(p.Missing, choice{
			language, r.T("web.missing_main", "Language", locale.For(language).Name()), c.Missing == desk.MainMissing && c.Main == language,
		})
	}
	p.Was = make(map[string]string)
	for name, value := range p.values() {
		p.Was[name] = mark(value)
	}
	p.Is = maps.Clone(p.Was)
	return p
}

// textFields are the texts of a case: of an announcement in all languages, of a correction in
// those of its items, each as phones show it until another is written.
func (d *Desk) textFields(ctx context.Context, c desk.Case) (all []textField) {
	texts := c.Texts
	if c.Kind == desk.Correct {
		texts = make(map[string]desk.Text)
		for _, id := range c.Items {
			if item, err := d.options.Archive.Shown(ctx, id); err == nil {
				texts[item.Language] = textOf(item)
			}
		}
		maps.Copy(texts, c.Texts)
	}
	for _, language := range locale.Languages() {
		if t, has := texts[language]; has || c.Kind != desk.Correct {
			all = append(all, textField{Language: language, Name: locale.For(language).Name(), Title: t.Title, Text: typed(t.Blocks)})
		}
	}
	return all
}

// textOf is an item's text as a correction begins with it.
func textOf(item feeds.Item) desk.Text {
	if len(item.Blocks) > 0 {
		return desk.Text{Title: item.Title, Blocks: item.Blocks}
	}
	return desk.Text{Title: item.Title, Blocks: article.Paragraphs(item.Summary)}
}

// MostPicture is how many bytes a picture may have.
func (p *compose) MostPicture() int { return mostPicture }

// firstTab is the language that a phone shows first: one to choose a text in, one that has a text,
// the reader's.
func (p *compose) firstTab(own string) string {
	for _, first := range []func(textField) bool{
		func(t textField) bool { return t.Theirs != nil },
		func(t textField) bool { return t.Language == own && t.Title+t.Text != "" },
		func(t textField) bool { return t.Title+t.Text != "" },
		func(t textField) bool { return t.Language == own },
	} {
		if i := slices.IndexFunc(p.Texts, first); i >= 0 {
			return p.Texts[i].Language
		}
	}
	return ""
}

// pictureless reports whether a case corrects messages that have no picture.
func (d *Desk) pictureless(ctx context.Context, c desk.Case) (bool, error) {
	if c.Kind != desk.Correct {
		return false, nil
	}
	c.Picture = ""
	editions, err := d.editionsByLanguage(ctx, c)
	for _, item := range editions {
		if pictureOf(item) != "" {
			return false, nil
		}
	}
	return true, err
}

// showCompose draws the page, with what can be said of what stands in it.
func (d *Desk) showCompose(r *request, c desk.Case, page *compose) error {
	ch, _ := page.changes(d.options.Zone)
	seen, err := d.draftOf(r, asChanged(c, ch))
	if err != nil {
		return err
	}
	if page.NotLater, err = d.pictureless(r.Context(), c); err != nil {
		return err
	}
	page.Pictures = d.options.Pictures != nil && !page.NotLater
	page.Draft, page.Tab = seen, page.firstTab(r.Language())
	if d.options.ShowToAll != nil {
		people, err := d.office.People(r.Context())
		if err != nil {
			return err
		}
		page.Others = len(people) - 1
	}
	return r.show("compose", page)
}
