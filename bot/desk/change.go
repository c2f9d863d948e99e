package desk

import (
	"cmp"
	"reflect"
	"slices"
	"time"
)

// Changes are what somebody changes of a draft; what is nil stays.
type Changes struct {
	Texts      map[string]*Text // by language; nil takes the text out
	Picture    *string          // Telegram's id of a file; "" for none
	PictureBot int64            // the bot that has it
	Topic      *string          // its id; "" for none
	Urgent     *bool
	At         *time.Time // zero for as soon as it is approved
	Missing    *Missing
	Main       *string
}

// size is about how many bytes the changes take.
func (ch Changes) size() (n int) {
	for _, t := range ch.Texts {
		if t != nil {
			n += t.size()
		}
	}
	return n
}

func (t Text) size() int {
	n := len(t.Title)
	for _, b := range t.Blocks {
		n += 50 + len(b.Text())
	}
	return n
}

// FieldText names, in Case.Fields, the text in a language.
func FieldText(language string) string { return "text:" + language }

// The other fields in Case.Fields.
const (
	FieldPicture = "picture"
	FieldTopic   = "topic"
	FieldUrgent  = "urgent"
	FieldMissing = "missing"
	FieldMain    = "main"
	FieldAt      = "at"
)

// field is one of a case's that people change, with what it is to become.
type field struct {
	name   string
	same   bool // it is so already
	set    func(*Case)
	theirs Text // of a text
	mine   Text
}

// fields are those that the changes are about.
func (ch Changes) fields(c Case) []field {
	var all []field
	for language, text := range ch.Texts {
		old, is := c.Texts[language]
		f := field{name: FieldText(language), theirs: old}
		if text == nil {
			f.same, f.set = !is, func(c *Case) { delete(c.Texts, language) }
		} else {
			f.mine, f.same = *text, is && reflect.DeepEqual(old, *text)
			f.set = func(c *Case) { c.Texts[language] = *text }
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b field) int { return cmp.Compare(a.name, b.name) })
	all = put(all, FieldPicture, ch.Picture, c.Picture, func(c *Case, v string) { c.Picture, c.PictureBot = v, ch.PictureBot })
	all = put(all, FieldTopic, ch.Topic, c.Topic, func(c *Case, v string) { c.Topic = v })
	all = put(all, FieldUrgent, ch.Urgent, c.Urgent, func(c *Case, v bool) { c.Urgent = v })
	all = put(all, FieldMissing, ch.Missing, c.Missing, func(c *Case, v Missing) { c.Missing = v })
	all = put(all, FieldMain, ch.Main, c.Main, func(c *Case, v string) { c.Main = v })
	if ch.At != nil {
		at := time.UnixMilli(ch.At.UnixMilli()).UTC()
		if ch.At.IsZero() {
			at = time.Time{}
		}
		all = put(all, FieldAt, &at, c.At, func(c *Case, v time.Time) { c.At = v })
	}
	return all
}

// put adds a field where it is to become something.
func put[T comparable](all []field, name string, to *T, is T, set func(*Case, T)) []field {
	if to == nil {
		return all
	}
	return append(all, field{name: name, same: *to == is, set: func(c *Case) { set(c, *to) }})
}

// change makes the changes, which were made to a version: what others have changed since
// stays, and where both changed the same, nothing is done.
func (c *Case) change(ch Changes, version int) (clashes []Clash) {
	all := ch.fields(*c)
	for _, f := range all {
		if !f.same && c.Fields[f.name] > version {
			clashes = append(clashes, Clash{f.name, f.theirs, f.mine})
		}
	}
	if len(clashes) > 0 {
		return clashes
	}
	if c.Texts == nil {
		c.Texts = make(map[string]Text)
	}
	if c.Fields == nil {
		c.Fields = make(map[string]int)
	}
	for _, f := range all {
		if !f.same {
			f.set(c)
			c.Fields[f.name] = c.Version + 1
			if f.name == FieldMissing { // the main language is half of that choice, also where it stays
				c.Fields[FieldMain] = c.Version + 1
			}
		}
	}
	if _, is := c.Texts[c.Main]; !is {
		c.Main = c.first()
	}
	return nil
}

// first is the language that was written first of those that have a text.
func (c Case) first() (first string) {
	for _, language := range c.Languages() {
		if first == "" || c.Fields[FieldText(language)] < c.Fields[FieldText(first)] {
			first = language
		}
	}
	return first
}
