package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
)

// compose is the page on which a draft is written. Its form names each field, and what the
// field held when the page was drawn: what somebody has not touched is no change of theirs.
type compose struct {
	Case    desk.Case
	Correct bool
	Texts   []textField
	Topics  []choice
	Missing []choice
	Urgent  bool
	Picture bool
	At      string // as an input of type datetime-local has it
	Was     map[string]string
	Kept    bool // what stands here was typed before and not saved
	Draft   draft
	Submit  bool
	Discard bool
	Reason  string // why it was returned
}

// textField is the text in one language as it is typed.
type textField struct {
	Language, Name string
	Title, Text    string
	Theirs         *typedText // what somebody else wrote meanwhile
}

type typedText struct{ Title, Text string }

// choice is one of several.
type choice struct {
	Value, Words string
	Chosen       bool
}

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
		return d.standing(r, c)
	}
	form, err := store{d.rdb}.typed(r.Context(), c.ID, r.who)
	if err != nil {
		return err
	}
	page := d.composeOf(r, c)
	if form != nil {
		page.fill(form)
		page.Kept = true
	}
	return d.showCompose(r, c, page)
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
		Case: c, Correct: c.Kind == desk.Correct, Urgent: c.Urgent, Picture: c.Picture != "",
		Submit:  slices.Contains(allowed, desk.Submit) || c.Status == desk.None,
		Discard: slices.Contains(allowed, desk.Discard),
	}
	if c.Status == desk.Returned {
		p.Reason = c.Reason
	}
	if !c.At.IsZero() {
		p.At = c.At.In(d.options.Zone).Format(localTime)
	}
	for _, language := range d.languagesFor(r.Context(), c) {
		t := c.Texts[language]
		p.Texts = append(p.Texts, textField{Language: language, Name: locale.For(language).Name(), Title: t.Title, Text: typed(t.Blocks)})
	}
	p.Topics = append(p.Topics, choice{"", r.T("web.no_topic"), c.Topic == ""})
	for _, topic := range d.options.Topics {
		p.Topics = append(p.Topics, choice{topic.ID, topic.NameIn(r.Language()), c.Topic == topic.ID})
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
	return p
}

// languagesFor are those in which a case is written: of a correction those of its items.
func (d *Desk) languagesFor(ctx context.Context, c desk.Case) []string {
	if c.Kind != desk.Correct {
		return locale.Languages()
	}
	var has []string
	for _, id := range c.Items {
		if item, err := d.options.Archive.Item(ctx, id); err == nil {
			has = append(has, item.Language)
		}
	}
	return slices.DeleteFunc(slices.Clone(locale.Languages()), func(l string) bool { return !slices.Contains(has, l) })
}

// localTime is how an input of type datetime-local writes a time.
const localTime = "2006-01-02T15:04"

// values are what the form's fields hold, by their names.
func (p *compose) values() map[string]string {
	all := map[string]string{"at": p.At, "topic": chosen(p.Topics), "missing": chosen(p.Missing), "urgent": flag(p.Urgent), "picture": flag(p.Picture)}
	for _, t := range p.Texts {
		all["text-"+t.Language] = joinText(t.Title, t.Text)
	}
	return all
}

// joinText is a title and its text as one value; browsers send line breaks as two characters.
func joinText(title, text string) string {
	return strings.TrimSpace(title) + "\x00" + strings.TrimSpace(lineBreaks.Replace(text))
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return ""
}

func chosen(all []choice) string {
	for _, c := range all {
		if c.Chosen {
			return c.Value
		}
	}
	return ""
}

// mark tells one value of a field from another.
func mark(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:6])
}

// fill puts into the page what a form holds.
func (p *compose) fill(form url.Values) {
	for i := range p.Texts {
		t := &p.Texts[i]
		if _, has := form["text-"+t.Language]; has {
			t.Title, t.Text = form.Get("title-"+t.Language), form.Get("text-"+t.Language)
		}
	}
	choose := func(all []choice, value string) {
		for i := range all {
			all[i].Chosen = all[i].Value == value
		}
	}
	if !p.Correct {
		choose(p.Topics, form.Get("topic"))
		choose(p.Missing, form.Get("missing"))
		p.Urgent, p.At = form.Get("urgent") != "", form.Get("at")
		p.Picture = p.Picture && form.Get("picture") != ""
	}
	for name := range p.Was {
		if was := form.Get("was-" + name); was != "" {
			p.Was[name] = was
		}
	}
	if version, err := strconv.Atoi(form.Get("version")); err == nil {
		p.Case.Version = version
	}
}

// changes are what a filled page changes of the version that it was drawn from: what does not
// hold any more what it held.
func (p *compose) changes(zone *time.Location) (ch desk.Changes, wrongTime bool) {
	for name, value := range p.values() {
		if p.Was[name] == mark(value) {
			continue
		}
		switch name {
		case "topic":
			ch.Topic = &value
		case "urgent":
			ch.Urgent = new(value != "")
		case "picture":
			ch.Picture = new("")
		case "missing":
			how := desk.SkipMissing
			if value != "" {
				how, ch.Main = desk.MainMissing, &value
			}
			ch.Missing = &how
		case "at":
			at, err := time.ParseInLocation(localTime, value, zone)
			if wrongTime = err != nil && value != ""; !wrongTime {
				ch.At = &at
			}
		default:
			p.textChange(&ch, strings.TrimPrefix(name, "text-"))
		}
	}
	return ch, wrongTime
}

// textChange is what becomes of a text; one of which nothing is left is taken out.
func (p *compose) textChange(ch *desk.Changes, language string) {
	if ch.Texts == nil {
		ch.Texts = make(map[string]*desk.Text)
	}
	i := slices.IndexFunc(p.Texts, func(t textField) bool { return t.Language == language })
	t := p.Texts[i]
	text := desk.Text{Title: strings.Join(strings.Fields(t.Title), " "), Blocks: blocksOf(t.Text)}
	if ch.Texts[language] = &text; text.Title == "" && text.Blocks == nil {
		ch.Texts[language] = nil
	}
}

// none reports whether there is nothing to save.
func none(ch desk.Changes) bool {
	return ch.Texts == nil && ch.Topic == nil && ch.Urgent == nil && ch.Picture == nil && ch.Missing == nil && ch.At == nil
}

// asChanged is a case as it would be with the changes, to be looked at before it is saved.
func asChanged(c desk.Case, ch desk.Changes) desk.Case {
	texts := make(map[string]desk.Text)
	for language, t := range c.Texts {
		texts[language] = t
	}
	for language, t := range ch.Texts {
		if delete(texts, language); t != nil {
			texts[language] = *t
		}
	}
	c.Texts = texts
	if ch.Picture != nil {
		c.Picture = ""
	}
	c.Topic = *cmp.Or(ch.Topic, &c.Topic)
	c.Urgent = *cmp.Or(ch.Urgent, &c.Urgent)
	c.Missing = *cmp.Or(ch.Missing, &c.Missing)
	c.Main = *cmp.Or(ch.Main, &c.Main)
	c.At = *cmp.Or(ch.At, &c.At)
	if _, has := texts[c.Main]; !has && len(texts) > 0 {
		c.Main = c.Languages()[0]
	}
	return c
}

// showCompose draws the page, with what can be said of what stands in it.
func (d *Desk) showCompose(r *request, c desk.Case, page *compose) error {
	ch, _ := page.changes(d.options.Zone)
	seen, err := d.draftOf(r, asChanged(c, ch))
	if err != nil {
		return err
	}
	page.Draft = seen
	return r.show("compose", page)
}

// previewed answers with what can be said of what somebody types, and keeps it for them: the
// window may be closed, and the draft is as it was for everybody else.
func (d *Desk) previewed(r *request) error {
	c, page, err := d.filled(r)
	if err != nil {
		return err
	}
	ch, _ := page.changes(d.options.Zone)
	if err := (store{d.rdb}).keepTyped(r.Context(), c.ID, r.who, r.PostForm, !none(ch)); err != nil {
		return err
	}
	seen, err := d.draftOf(r, asChanged(c, ch))
	if err != nil {
		return err
	}
	return r.part("compose", "draft", seen)
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
	if !d.writes(r, c) {
		return c, nil, errOutside
	}
	page := d.composeOf(r, c)
	page.fill(r.PostForm)
	return c, page, nil
}

// forget drops what somebody has typed and not saved.
func (d *Desk) forget(r *request) error {
	if err := (store{d.rdb}).keepTyped(r.Context(), r.PathValue("id"), r.who, nil, false); err != nil {
		return err
	}
	return r.see("/case/" + url.PathEscape(r.PathValue("id")))
}

// save saves a draft, and submits it where the form asks for that.
func (d *Desk) save(r *request) error {
	if err := r.form(); err != nil {
		return err
	}
	c, err := d.caseToWrite(r)
	if err != nil {
		return err
	}
	if !d.writes(r, c) { // it may have been submitted meanwhile: what was typed stays kept
		return d.moved(r, c)
	}
	page := d.composeOf(r, c)
	was := page.Case.Version
	page.fill(r.PostForm)
	ch, wrongTime := page.changes(d.options.Zone)
	if wrongTime {
		page.Kept = true
		r.said = r.T("web.no_time")
		return d.showCompose(r, c, page)
	}
	for language, t := range ch.Texts {
		if t != nil && r.PostForm.Get("keep-"+language) != "" { // theirs stays
			delete(ch.Texts, language)
		}
	}
	if !none(ch) {
		act := desk.Act{
			ID: r.actID("save", c.ID, strconv.Itoa(page.Case.Version)), Verb: desk.Change, Case: c.ID, Kind: c.Kind, Items: c.Items,
			Version: page.Case.Version, Who: r.who, Via: via, Changes: &ch,
		}
		if c.Status == desk.None {
			act.Verb = desk.Write
		}
		out, err := d.office.Do(r.Context(), act)
		if err != nil {
			return err
		}
		if len(out.Clashes) > 0 {
			return d.clashed(r, out, page)
		}
		if out.Result == desk.Refused || out.Result == desk.Conflict {
			return d.after(r, out, "", nil)
		}
		c, was = out.Case, out.Case.Version
	}
	if err := (store{d.rdb}).keepTyped(r.Context(), c.ID, r.who, nil, false); err != nil {
		return err
	}
	return d.saved(r, c, was)
}

// saved says that a draft is saved, or goes on to submit it.
func (d *Desk) saved(r *request, c desk.Case, version int) error {
	words := "web.saved"
	if r.PostForm.Get("then") == "submit" {
		out, err := d.office.Do(r.Context(), desk.Act{
			ID: r.actID("submit", c.ID, strconv.Itoa(version)), Verb: desk.Submit, Case: c.ID, Version: version, Who: r.who, Via: via,
		})
		if err != nil {
			return err
		}
		if words = acts[desk.Submit].done; out.Result == desk.Refused {
			words = refusals[out.Refusal]
		}
	}
	if c.Status == desk.None {
		words = "web.nothing_typed"
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
	typed := mine.values()
	touched := func(name string) bool { return mine.Was[name] != mark(typed[name]) }
	for i, t := range mine.Texts {
		if theirs := page.Texts[i]; touched("text-" + t.Language) {
			page.Texts[i].Title, page.Texts[i].Text = t.Title, t.Text
			if slices.ContainsFunc(out.Clashes, func(c desk.Clash) bool { return c.Field == desk.FieldText(t.Language) }) {
				page.Texts[i].Theirs = &typedText{theirs.Title, theirs.Text}
			}
		}
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
	page.Kept = true
	r.said = r.T("web.clash")
	return d.showCompose(r, out.Case, page)
}
