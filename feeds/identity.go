package feeds

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"time"

	"kabarchy/feeds/article"
)

// An item's ID is opaque: it is drawn when the item is first seen, and stays whatever
// the site does. What an item is known again by are its keys: hashes of what it was
// ever shown with. Each kind of key has a letter, which the key begins with.
const (
	keyGUID    = "g" // the guid, within its source
	keyExact   = "l" // the link
	keyLoose   = "n" // the link without what may say nothing
	keyCounted = "c" // the number in the link, within its source
	keyTitle   = "t" // the title
	keyHead    = "h" // its first words, within its source
	keyDated   = "d" // the moment of its date, within its source; of a day without hours with the title
	keySummary = "x" // the text, where it is not short
	keyPlace   = "p" // link and date, for links that many items share
	keyAll     = "w" // all of it, word for word
)

// keysKept is how many keys of a kind an item has at most: the latest. A site that
// makes up links or guids anew at every request fills no memory. wordingsKept is for
// keyAll: one document may show an item in several wordings, and others the next time.
const (
	keysKept     = 4
	wordingsKept = 20
)

// keptOf is how many keys of one kind an item has at most.
func keptOf(kind string) int {
	if kind == keyAll {
		return wordingsKept
	}
	return keysKept
}

// minText is how many characters make a text say by itself which item it is of.
const minText = 40

// subject is one side of a comparison: a document's entry, or an item of the archive.
type subject struct {
	source string
	guid   string // its key, empty where the guid says nothing beside the link
	titled bool   // the guid repeats the title, and changes with it
	link   address
	title  *prose
	text   *prose
	empty  bool // there is no text
	date   time.Time
	keys   []string
}

// reader reads titles, texts and links, each once: an item mostly shows what it showed before.
type reader struct {
	proses    map[string]*prose
	addresses map[string]address
	seen      map[string]string // what noticed makes of a text
}

func newReader() reader {
	return reader{make(map[string]*prose), make(map[string]address), make(map[string]string)}
}

func (r reader) noticed(s string) string {
	n, known := r.seen[s]
	if !known {
		n = noticed(s)
		r.seen[s] = n
	}
	return n
}

func (r reader) prose(s string) *prose {
	p, known := r.proses[s]
	if !known {
		p = proseOf(s)
		r.proses[s] = p
	}
	return p
}

func (r reader) address(link string) address {
	a, known := r.addresses[link]
	if !known {
		a = addressOf(link)
		r.addresses[link] = a
	}
	return a
}

// subject reads what an item is known again by. The guid is left out where it only
// repeats the link.
func (r reader) subject(it Item, guid string, date time.Time) *subject {
	s := &subject{source: it.Source, link: r.address(it.Link), title: r.prose(it.Title), text: r.prose(it.Summary), empty: it.Summary == "", date: date}
	if page := r.address(guid); page.exact != "" {
		if guid = page.exact; guid == s.link.exact || page.loose == s.link.loose {
			guid = ""
		}
	}
	add := func(kind string, parts ...string) { s.keys = append(s.keys, keyOf(kind, parts...)) }
	s.titled = guid != "" && slices.Equal(article.Words(guid), article.Words(it.Title))
	if guid != "" {
		s.guid = keyOf(keyGUID, it.Source, guid)
		s.keys = append(s.keys, s.guid)
	}
	if s.link.exact != "" {
		add(keyExact, s.link.exact)
		add(keyLoose, s.link.loose)
	}
	if s.link.counted != "" {
		add(keyCounted, it.Source, s.link.counted)
	}
	add(keyTitle, s.title.folded)
	if head := s.title.head(); head != "" {
		add(keyHead, it.Source, head)
	}
	if !s.empty && len([]rune(s.text.folded)) >= minText {
		add(keySummary, s.text.folded)
	}
	add(keyAll, it.Source, guid, s.link.exact, s.title.folded, s.text.folded, strconv.FormatInt(date.Unix(), 36))
	if !date.IsZero() {
		moment := strconv.FormatInt(date.Unix(), 36)
		if midnight(date) {
			add(keyDated, s.title.folded, moment)
		} else {
			add(keyDated, it.Source, moment)
		}
		if s.link.exact == "" || s.link.section {
			add(keyPlace, it.Source, s.link.exact, moment)
		}
	}
	return s
}

// entry and record are the two sides.
func (r reader) entry(e entry) *subject { return r.subject(e.Item, e.GUID, e.Dated) }

func (r reader) record(known record) *subject {
	date := known.Dated
	if date.IsZero() && len(known.Keys) == 0 && !known.Published.Equal(known.FirstSeen) {
		date = known.Published // It is of an archive that kept no date but this.
	}
	s := r.subject(known.onSite(), known.GUID, date)
	s.keys = append(s.keys, known.Keys...)
	return s
}

// has reports whether a subject is or was known under a key.
func (s *subject) has(key string) bool { return slices.Contains(s.keys, key) }

// key returns the subject's present key of a kind; empty without one.
func (s *subject) key(kind string) string {
	for _, k := range s.keys {
		if k[:1] == kind {
			return k
		}
	}
	return ""
}

// keyOf makes a key: 13 characters.
func keyOf(kind string, parts ...string) string { return kind + hash(parts...)[:12] }

// newID draws an item's ID. Nothing in it is read ever again.
func newID(e entry, now time.Time, place int) string {
	return hash("item", e.Item.Source, e.Item.Link, e.GUID, e.Item.Title, strconv.FormatInt(now.UnixNano(), 36), strconv.Itoa(place))
}

// base32Lower writes a-z and 2-7: safe in a link, in callback data and in a key.
var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// hash makes 16 characters of the given parts: 80 bits.
func hash(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		sum.Write([]byte(p))
		sum.Write([]byte{0})
	}
	return base32Lower.EncodeToString(sum.Sum(nil)[:10])
}

// midnight reports whether a date names no hour.
func midnight(t time.Time) bool {
	h, m, s := t.Clock()
	return h+m+s == 0
}
