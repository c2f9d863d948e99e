package feeds

import (
	"errors"
	"time"

	"kabarchy/feeds/article"
)

// entry is what a document says about one item, before the archive has seen it.
type entry struct {
	Item Item
	GUID string
	// HTML is the fullest text that the document holds, as markup.
	HTML string
	// Full reports whether HTML comes from where feeds put the text in full.
	Full bool
	// Alternates are the addresses of the item in other languages.
	Alternates map[string]string
	// Article is the item's page, where it was read already.
	Article article.Article
	// Is is the id of the item that the entry is for certain, whose page was not read this time.
	Is string
	// Dated is the date that the document gives, also where it lies ahead; zero without one.
	Dated time.Time
	// RawDate and RawLink are the date and the link as they are written, for people.
	RawDate, RawLink string
}

// document is a source's document, understood.
type document struct {
	Kind    string // such as "RSS 2.0"
	Charset string // that it is in
	Claimed string // that it says it is in, itself or in the HTTP header
	Title   string
	Entries []entry // in the document's order
	// Offer is who tells at once that there is news.
	Offer Offer
	// TTL is for how long the document says that it stays fresh; 0 where it doesn't.
	TTL time.Duration
	// Cut and Clipped say that Entries are not all: it ended in the middle, or held
	// more than maxItems.
	Cut, Clipped bool
	// Ended reports whether the document has its end.
	Ended bool
	// Around is what stands before or behind the feed, such as a warning of PHP's.
	Around string
	// Broken counts the bytes that were no letters of the charset.
	Broken int
}

// errCut says that nothing could be read. A script that dies of the newest item dies so every
// time, and what is below it is never seen.
var errCut = errors.New("it ends in the middle of its first item")

// dateAt gives an entry its date. One that lies ahead is not that of its publication.
func (e *entry) dateAt(t, now time.Time) {
	e.Dated = t
	if t.Before(now.Add(futureGrace)) {
		e.Item.Published = t
	}
}

// futureGrace is how far ahead a date may lie: a clock is wrong, a zone is
// misunderstood. What lies further ahead is the date of an event and not of the news.
const futureGrace = 24 * time.Hour
