package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/desk"
)

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
	}
	p.Picture = p.Picture && form.Get("picture") != ""
	for name := range p.Was {
		if was := form.Get("was-" + name); was != "" {
			p.Was[name] = was
		}
	}
	if version, err := strconv.Atoi(form.Get("version")); err == nil {
		p.Case.Version = version
	}
	p.Window = cmp.Or(form.Get("window"), p.Window)
}

// touched reports whether somebody has changed a field of the page.
func (p *compose) touched(name, value string) bool { return p.Was[name] != mark(value) }

// unsaved reports whether something was typed that is not in the case as it stands.
func (p *compose) unsaved() bool {
	for name, value := range p.values() {
		if !p.touched(name, value) || p.Is[name] == mark(value) {
			continue
		}
		language, isText := strings.CutPrefix(name, "text-")
		if text := p.textIn(language); !isText || p.Is[name] != mark(joinText(text.Title, typed(text.Blocks))) {
			return true
		}
	}
	return false
}

// form is the filled page as it is kept.
func (p *compose) form() url.Values {
	form := url.Values{"version": {strconv.Itoa(p.Case.Version)}, "window": {p.Window}}
	for name, value := range p.values() {
		if form.Set("was-"+name, p.Was[name]); !strings.HasPrefix(name, "text-") {
			form.Set(name, value)
		}
	}
	for _, t := range p.Texts {
		form.Set("title-"+t.Language, t.Title)
		form.Set("text-"+t.Language, t.Text)
	}
	return form
}

// changes are what a filled page changes of the version that it was drawn from: what does not
// hold any more what it held.
func (p *compose) changes(zone *time.Location) (ch desk.Changes, wrongTime bool) {
	for name, value := range p.values() {
		if !p.touched(name, value) {
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
				ch.At = new(at.UTC())
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
	text := p.textIn(language)
	if ch.Texts[language] = &text; text.Title == "" && text.Blocks == nil {
		ch.Texts[language] = nil
	}
}

// pictured has a picture be for all languages: the texts of a correction that are not corrected go with
// it as they are.
func (p *compose) pictured(ch *desk.Changes) {
	for _, t := range p.Texts {
		_, corrected := p.Case.Texts[t.Language]
		if _, touched := ch.Texts[t.Language]; p.Correct && !corrected && !touched {
			p.textChange(ch, t.Language)
		}
	}
}

// textIn is what stands in the fields of a language.
func (p *compose) textIn(language string) (text desk.Text) {
	for _, t := range p.Texts {
		if t.Language == language {
			text = desk.Text{Title: strings.Join(strings.Fields(t.Title), " "), Blocks: blocksOf(t.Text)}
		}
	}
	return text
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
