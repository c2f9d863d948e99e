package feeds

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

const (
	// staleAfter is how old an item may be at first sight and still be news.
	staleAfter = 72 * time.Hour
	// restlessFrom is the revision from which on an item that changed within the last
	// restlessFor is not corrected on phones by itself.
	restlessFrom = 6
	restlessFor  = 24 * time.Hour
)

// Reasons for which something is held.
const (
	HeldOld      = "old"      // it was older than 72 hours when it was first seen
	HeldFlood    = "flood"    // the source showed more at once than is plausible
	HeldRestless = "restless" // it changes again and again: there may be a counter in its text
)

// Held is something that the archive has and did not announce by itself. A person
// decides: Archive.Release or Archive.Dismiss.
type Held struct {
	Item   string           `json:"item"` // the item's ID
	Source string           `json:"source"`
	Kind   AnnouncementKind `json:"kind"`
	Reason string           `json:"reason"` // HeldOld, HeldFlood or HeldRestless
	At     time.Time        `json:"at"`     // the same for all that one poll held
	// Order is the item's place among these: in it they would have been announced.
	Order int `json:"order"`
}

// record is an item as it is stored.
type record struct {
	Item
	// Print is the item's contentPrint, and Changed when it last became another.
	Print   string    `json:"print"`
	Changed time.Time `json:"changed,omitzero"`
}

// stored is a record with the bytes it was read from.
type stored struct {
	record
	raw string
}

// knowledge is what the archive knows of a document's entries.
type knowledge struct {
	state    sourceState
	rawState string
	records  map[string]stored // by item id
	aliases  map[string]string // entry id → item id
	texts    map[string]string // textPrint → item id, of the last 14 days
}

// change is one item to write.
type change struct {
	record
	expected string // the stored bytes it is based on; empty for a new item
	score    string // where it stands in the latest list; empty to leave it there
	announce AnnouncementKind
	restless bool
	held     *Held
	from     entry // what the document says
}

// changes is what a poll does to the archive.
type changes struct {
	items   []change // in the order of announcement
	aliases map[string]string
	state   sourceState // what is remembered of the source afterwards
	result  Result
}

// plan compares a document with what is known, and decides: what is new, what was
// corrected, what is told to the public and what is held.
func plan(s Source, entries []entry, k knowledge, plausible int, now time.Time) changes {
	c := changes{aliases: make(map[string]string), result: Result{Source: s.ID, First: !k.state.Primed, Items: len(entries)}}
	var fresh, corrected []change
	shown, done := make(map[string]bool), make(map[string]bool)
	for _, e := range entries {
		shown[e.Item.ID] = true
	}
	for i, e := range entries {
		id := cmp.Or(k.aliases[e.Item.ID], e.Item.ID)
		old, known := k.records[id]
		text := textPrint(e.Item)
		if done[e.Item.ID] {
			continue // Shown twice: the upper one counts.
		}
		done[e.Item.ID] = true
		if twin := k.texts[text]; !known && twin != "" {
			id, c.aliases[e.Item.ID] = twin, twin
			old, known = k.records[twin]
			c.result.Republished++
		}
		switch another := id != e.Item.ID; {
		case another && (done[id] || shown[id] || !known):
			continue // Shown twice: the upper one counts, or the one under its own id.
		case known:
			// Also where it is shown under another id alone: it has moved there.
			if next, changed := correct(old, e.Item, now); changed && old.Source == s.ID {
				corrected = append(corrected, change{record: next, expected: old.raw, announce: Corrected, restless: restless(old, now), from: e})
			}
		default:
			fresh = append(fresh, change{record: first(e.Item, now), score: score(e.Item, now, i), announce: Published, from: e})
			if text != "" {
				k.texts[text] = id
			}
		}
		done[id] = true
	}
	slices.Reverse(fresh) // A document shows the newest first, and not all have a date, or one of their own.
	slices.SortStableFunc(fresh, func(a, b change) int { return a.Published.Compare(b.Published) })
	c.result.New, c.result.Changed = len(fresh), len(corrected)
	for _, list := range [][]change{fresh, corrected} {
		hold(list, s, c.result.First, plausible, now)
		c.items = append(c.items, list...)
	}
	for _, item := range c.items {
		if item.held != nil {
			c.result.Held++
		}
	}
	return c
}

// hold takes back the announcements that nobody should get by themselves.
func hold(list []change, s Source, first bool, plausible int, now time.Time) {
	old := func(c change) bool { return c.announce == Published && c.Published.Before(now.Add(-staleAfter)) }
	news := 0
	for _, c := range list {
		if !old(c) {
			news++
		}
	}
	for i := range list {
		c := &list[i]
		reason := ""
		switch {
		case first:
			c.announce = ""
			continue
		case old(*c):
			reason = HeldOld
		case news > plausible:
			reason = HeldFlood
		case c.restless:
			reason = HeldRestless
		default:
			continue
		}
		c.held = &Held{Item: c.ID, Source: s.ID, Kind: c.announce, Reason: reason, At: now, Order: i}
		c.announce = ""
	}
}

// first makes the record of an item that was never seen before.
func first(it Item, now time.Time) record {
	it.FirstSeen, it.Revision = now, 1
	if it.Published.IsZero() {
		it.Published = now
	}
	return record{Item: it, Print: contentPrint(it)}
}

// correct makes the record of an item whose content changed. What it was first
// published and seen at stays.
func correct(old stored, it Item, now time.Time) (next record, changed bool) {
	print := contentPrint(it)
	if old.Withdrawn || print == old.Print {
		return record{}, false
	}
	it.ID, it.Published, it.FirstSeen = old.ID, old.Published, old.FirstSeen
	it.Revision = old.Revision + 1
	return record{Item: it, Print: print, Changed: now}, true
}

// restless says whether an item changed so often and so lately that a further
// change is hardly an editor's.
func restless(old stored, now time.Time) bool {
	return old.Revision+1 >= restlessFrom && now.Sub(old.Changed) < restlessFor
}

// score orders the latest list: by date, on the same day without hours by when it
// was seen, and within one document by the place in it.
func score(it Item, now time.Time, place int) string {
	t := it.Published
	if t.IsZero() || t.After(now) {
		t = now
	}
	if h, m, s := t.Clock(); h+m+s == 0 && now.Before(t.Add(24*time.Hour)) {
		t = now
	}
	return strconv.FormatFloat(float64(t.Unix())+1-float64(place+1)/(maxItems+1), 'f', 6, 64)
}

// ids returns the ids of the items that entries are, or may be: their own, those that
// they are aliases of, and those that say the same.
func (k knowledge) ids(entries []entry) []string {
	ids := make(map[string]bool, len(entries))
	for _, id := range k.texts {
		ids[id] = true
	}
	for _, e := range entries {
		ids[cmp.Or(k.aliases[e.Item.ID], e.Item.ID)] = true
	}
	return slices.Sorted(maps.Keys(ids))
}
