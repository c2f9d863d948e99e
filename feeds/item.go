package feeds

import (
	"errors"
	"slices"
	"time"

	"kabarchy/feeds/article"
)

// ErrNotFound says that the archive holds no such item.
var ErrNotFound = errors.New("feeds: no such item")

// Item is one piece of the ministry's news in one language, as the archive keeps it.
type Item struct {
	// ID is the item's stable identity: 16 characters of a-z and 2-7, safe in a
	// Telegram deep link, in callback data and in a Redis key.
	ID string `json:"id"`
	// Source is the id of the source it came from; it is empty for what was written at the
	// ministry's desk.
	Source string `json:"source"`
	// Language is the language of the source: a BCP 47 tag such as "ky".
	Language string `json:"language"`
	// Title is plain text in one line; never empty in the archive.
	Title string `json:"title"`
	// Summary is plain text, its paragraphs parted by a newline; it may be empty.
	Summary string `json:"summary,omitempty"`
	// Link is the absolute http or https address of the item's page; it may be empty.
	Link string `json:"link,omitempty"`
	// Picture is the absolute http or https address of the item's picture; it may be empty.
	Picture string `json:"picture,omitempty"`
	// PictureSays is the picture described in words, for who can't see it, as plain text in one
	// line; empty where the feed has none that tells anything.
	PictureSays string `json:"picture_says,omitempty"`
	// File is the picture where it has no address: its file id, which is the messenger's,
	// and good for this bot alone. Picture is empty then.
	File string `json:"file,omitempty"`
	// Blocks are the whole text, where it was written at the desk: paragraphs and list items,
	// with bold, italic and links. Otherwise Poller.Article has the text.
	Blocks []article.Block `json:"blocks,omitempty"`
	// Editions are the languages in which there is the item, its own among them, where that is
	// known for certain: nobody waits for another edition then. It is empty for a feed's.
	Editions []string `json:"editions,omitempty"`
	// StandIn are languages in which there is no edition, and whose readers get this one.
	StandIn []string `json:"stand_in,omitempty"`
	// Categories are as the feed names them.
	Categories []string `json:"categories,omitempty"`
	// Topics are the ids of the configured topics that it had when it was last read.
	Topics []string `json:"topics,omitempty"`
	// Urgent reports whether one of its topics is. It goes out before everything else then.
	Urgent bool `json:"urgent,omitempty"`
	// Paid is how many of its messages, in all its editions, may be paid for to go faster, where
	// it was written at the desk and is urgent; none if 0.
	Paid int `json:"paid,omitempty"`
	// Published is the moment the ministry gives, or FirstSeen where it gives none.
	Published time.Time `json:"published"`
	// FirstSeen is when the poller first saw the item.
	FirstSeen time.Time `json:"first_seen"`
	// Revision counts the item's changes of content: 1 at first.
	Revision int `json:"revision"`
	// Changed is when its content last became another; zero if it never did.
	Changed time.Time `json:"changed,omitzero"`
	// Withdrawn reports whether the item was taken back. It is in no list then, and is never
	// announced again.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// For reports whether the item is what a reader of some languages gets, the main one first,
// where it is certain which editions there are: that in the first of these languages which
// has one. Who reads none of them gets the one that stands in for another, and missing is
// the reader's language that it stands in for. Of a feed's item, gets reports whether it is
// in one of the languages: other editions may come.
func (it Item) For(languages []string) (missing string, gets bool) {
	if len(it.Editions) == 0 {
		return "", slices.Contains(languages, it.Language)
	}
	for _, language := range languages {
		if slices.Contains(it.Editions, language) {
			return "", language == it.Language
		}
	}
	for _, language := range languages {
		if slices.Contains(it.StandIn, language) {
			return language, true
		}
	}
	return "", false
}

// AnnouncementKind says what befell an item.
type AnnouncementKind string

// What the archive announces.
const (
	Published AnnouncementKind = "published" // a new item
	Corrected AnnouncementKind = "corrected" // title, text, link or picture of a known one changed
	Withdrawn AnnouncementKind = "withdrawn" // an item was taken back
)

// Announcement is what the archive wants told to the public. It is written in the
// same atomic step as the item itself, so that there is never the one without the
// other, and stands in the archive's outbox until Announced is called with its ID.
type Announcement struct {
	// ID counts up from 1 and is never given twice.
	ID   int64            `json:"id"`
	Kind AnnouncementKind `json:"kind"`
	Item string           `json:"item"` // the item's ID
	At   time.Time        `json:"at"`
	// Restored reports that a backup brought it back: it may have been told meanwhile.
	Restored bool `json:"restored,omitempty"`
}

// Limits of what the archive keeps of one item, in characters. Telegram shows less.
const (
	maxTitle   = 300
	maxSummary = 3000
)
