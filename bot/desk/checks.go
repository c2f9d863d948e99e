package desk

import (
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"kabarchy/feeds/article"
)

// Check is what may be wrong with a case.
type Check string

// Errors: with one of them it can't be submitted.
const (
	CheckNoText    Check = "no_text"    // there is none in any language
	CheckNoTitle   Check = "no_title"   // of a text
	CheckLongTitle Check = "long_title" // Number units; 256 are allowed
	CheckLongText  Check = "long_text"  // Number units; 20,000 are allowed
	CheckLink      Check = "link"       // Link is none
	CheckMarks     Check = "marks"      // Number marks; 100 are allowed
	CheckTimePast  Check = "time_past"  // less than 5 minutes ahead
	CheckTimeFar   Check = "time_far"   // more than 90 days ahead
	CheckTopic     Check = "topic"      // there is no such topic any more
)

// Warnings: who submits and who approves are shown them.
const (
	CheckDeadLink Check = "dead_link" // Link does not answer; Number is the status, 0 for none
	CheckRepeated Check = "repeated"  // the title is that of Item, which went out within 14 days
	CheckMissing  Check = "missing"   // there is no text in the language
	CheckUneven   Check = "uneven"    // the text has less than half of another's length
	CheckCapitals Check = "capitals"  // the title or the text is in capitals
	CheckWordless Check = "wordless"  // the title has neither a letter nor a digit, but a picture in signs
	CheckNight    Check = "night"     // it goes out between 22 and 7
	// CheckNoPictureLater: a correction brings a picture, which no message gets that had none.
	CheckNoPictureLater Check = "no_picture_later"
)

// Finding is something that is wrong, or may be.
type Finding struct {
	Check    Check
	Error    bool
	Language string // empty where it is about all
	Link     string
	Item     string
	Number   int
}

// The limits of a text, in UTF-16 units as Telegram counts, of its marks, and of its time.
const (
	mostTitle  = 256
	mostText   = 20_000
	mostMarks  = 100 // entities of a message
	leastAhead = 5 * time.Minute
	mostAhead  = 90 * 24 * time.Hour
)

// mistakes are the errors in a case, without asking anybody else.
func (d *Desk) mistakes(c Case, now time.Time) (found []Finding) {
	add := func(check Check, f Finding) {
		f.Check, f.Error = check, true
		found = append(found, f)
	}
	if len(c.Texts) == 0 {
		add(CheckNoText, Finding{})
	}
	for _, language := range c.Languages() {
		t := c.Texts[language]
		if !Visible(t.Title) {
			add(CheckNoTitle, Finding{Language: language})
		}
		if n := units(t.Title); n > mostTitle {
			add(CheckLongTitle, Finding{Language: language, Number: n})
		}
		if n := units(t.plain()); n > mostText {
			add(CheckLongText, Finding{Language: language, Number: n})
		}
		if n := t.marks(); n > mostMarks {
			add(CheckMarks, Finding{Language: language, Number: n})
		}
		for _, link := range t.links() {
			if !plausible(link) {
				add(CheckLink, Finding{Language: language, Link: link})
			}
		}
	}
	if c.Topic != "" && !slices.Contains(d.options.Topics, c.Topic) {
		add(CheckTopic, Finding{})
	}
	if !c.At.IsZero() && c.At.Before(now.Add(leastAhead)) {
		add(CheckTimePast, Finding{})
	}
	if c.At.After(now.Add(mostAhead)) {
		add(CheckTimeFar, Finding{})
	}
	return found
}

// Visible reports whether a reader sees anything of a text.
func Visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

// plausible reports whether an address may be one of a page.
func plausible(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.Contains(u.Hostname(), ".") &&
		u.User == nil && !strings.ContainsAny(link, " \t\r\n")
}

// plain is the text below the title, without its marks.
func (t Text) plain() string { return article.Article{Blocks: t.Blocks}.Text() }

// marks counts the bold, italic and linked pieces.
func (t Text) marks() (n int) {
	for s := range t.spans() {
		for _, marked := range []bool{s.Bold, s.Italic, s.Link != ""} {
			if marked {
				n++
			}
		}
	}
	return n
}

// links are the text's, each once.
func (t Text) links() (links []string) {
	for s := range t.spans() {
		if s.Link != "" && !slices.Contains(links, s.Link) {
			links = append(links, s.Link)
		}
	}
	return links
}

func (t Text) spans() iter.Seq[article.Span] {
	return func(yield func(article.Span) bool) {
		for _, b := range t.Blocks {
			for _, s := range b.Spans {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// units is a text's length as Telegram counts it.
func units(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
