package web

import (
	"cmp"
	"slices"
	"strings"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
)

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
	r.said = r.withFile(d.clashWords(r, out, page))
	return d.showCompose(r, out.Case, page)
}

// clashWords say what two people have changed: a text, of which both stand on the page, or something
// else, which another has now made what they say.
func (d *Desk) clashWords(r *request, out desk.Outcome, page *compose) string {
	var words, others []string
	for _, c := range out.Clashes {
		if other := d.otherWords(r, c.Field, out.Case); other != "" && !slices.Contains(others, other) {
			others = append(others, other)
		}
	}
	if slices.ContainsFunc(page.Texts, func(t textField) bool { return t.Theirs != nil }) {
		words = append(words, r.T("web.clash"))
	}
	if len(others) > 0 {
		words = append(words, r.T("web.clash_choice", "Words", strings.Join(others, "; ")))
	}
	return strings.Join(words, " ")
}

// otherWords name a field that is no text, and what it is in a case; empty for a text.
func (d *Desk) otherWords(r *request, field string, c desk.Case) string {
	switch field {
	case desk.FieldPicture:
		if c.Picture == "" {
			return labelled(r, "web.picture_file", r.T("web.no"))
		}
		return r.T("web.picture_file")
	case desk.FieldTopic:
		return labelled(r, "web.topic", cmp.Or(d.topicNamed(c.Topic, r.Language()), r.T("web.no_topic")))
	case desk.FieldUrgent:
		if c.Urgent {
			return labelled(r, "web.urgent", r.T("web.yes"))
		}
		return labelled(r, "web.urgent", r.T("web.no"))
	case desk.FieldAt:
		if c.At.IsZero() {
			return labelled(r, "web.at", r.T("button.desk_at_once"))
		}
		return labelled(r, "web.at", r.Moment(c.At))
	case desk.FieldMissing, desk.FieldMain:
		if c.Missing == desk.SkipMissing {
			return labelled(r, "web.missing", r.T("web.missing_skip"))
		}
		return labelled(r, "web.missing", r.T("web.missing_main", "Language", locale.For(c.Main).Name()))
	}
	return ""
}

// labelled is a field's value behind its name.
func labelled(r *request, entry, value string) string { return r.T(entry) + " — " + value }
