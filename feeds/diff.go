package feeds

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"kabarchy/feeds/repair"
)

// staleAfter is how old an item may be at first sight and still be news.
const staleAfter = 72 * time.Hour

// change is one item to write.
type change struct {
	record
	expected string // the stored bytes it is based on; empty for a new item
	score    string // where it stands in the latest list; empty to leave it there
	announce AnnouncementKind
	held     *Held // what it is held for from now on
	freed    bool  // it is held no longer
	content  bool  // its content is another, or it is new
	place    int   // in the document
	from     entry // what the document says
}

// changes is what a poll does to the archive.
type changes struct {
	items  []change            // in the order of announcement
	index  map[string][]string // key → the items that have it from now on, the latest first
	gone   [][2]string         // keys that an item has no longer, beside those of index: key, item id
	state  sourceState         // what is remembered of the source afterwards
	result Result
}

// differ compares a document with what is known, and decides: what is new, what was
// corrected, what is told to the public and what is held.
type differ struct {
	poll
	known     knowledge
	matches   []match
	copies    map[int][]int // an entry's place → those of its copies
	plausible int
	moved     map[int]bool // entries that are known items in other places
	order     string       // of the document; empty where it is not known
	last      string       // the id of an item of this source that the document shows
	fresh     []change
	corrected []change
	touched   []change // nothing that a reader would notice
	changes
}

// diff decides about a document. It depends on nothing but what it is given.
func diff(found poll, k knowledge, plausible int) changes {
	p := &differ{poll: found, known: k, copies: make(map[int][]int), plausible: plausible}
	p.index = make(map[string][]string)
	p.result = Result{Source: found.source.ID, First: k.state.untouched(), Items: len(found.entries), Reindexed: k.reindexed}
	p.matches = matchEntries(found.source, found.entries, k)
	for i, m := range p.matches {
		if m.verdict == copied {
			p.copies[m.twin] = append(p.copies[m.twin], i)
		}
	}
	p.order, p.moved = p.findOrder(), p.findMoved()
	for i, m := range p.matches {
		switch m.verdict {
		case copied:
		case same:
			p.takeKnown(i, p.original(k.records[m.item]))
			if m.rank < republishedBelow && m.found&(linkOther|guidOther) != 0 {
				p.result.Republished++
			}
		default:
			p.takeNew(i, m)
		}
	}
	p.sort()
	p.result.New, p.result.Changed = len(p.fresh), len(p.corrected)
	p.holdDoubtful()
	return p.finish()
}

// takeNew makes the record of an item that was never seen before.
func (p *differ) takeNew(i int, m match) {
	e := p.entries[i]
	it := firstSeen(e, p.now)
	it.ID = newID(e, p.now, i)
	p.last = it.ID
	c := change{record: record{Item: it, GUID: e.GUID, Dated: e.Dated, Full: fullFingerprint(e)}, announce: Published, content: true, place: i, from: e}
	switch m.verdict {
	case repeats:
		c.Waits, c.Other = HeldRepeated, m.item
	case doubtful:
		c.Waits, c.Other = HeldDoubtful, m.item
	}
	c.Moved = p.moved[i]
	if m.verdict == repeats && m.item == "" { // It repeats what is new itself.
		c.Other = p.idOf(m.twin)
	}
	if c.Waits == "" || p.result.First { // Nobody looks for the same words twice.
		c.score = score(e.Item, p.now, p.fromTop(i))
	}
	p.giveKeys(&c.record, i)
	p.fresh = append(p.fresh, c)
}

// firstSeen makes the item of an entry that was never seen before.
func firstSeen(e entry, now time.Time) Item {
	it := e.Item
	it.FirstSeen, it.Revision = now, 1
	if it.Published.IsZero() {
		it.Published = now
	}
	return it
}

// idOf returns the id of the item that an entry is; empty where it comes later.
func (p *differ) idOf(place int) string {
	for _, c := range p.fresh {
		if c.place == place {
			return c.ID
		}
	}
	return p.matches[place].item
}

// takeKnown takes in what a document says of a known item.
func (p *differ) takeKnown(i int, old stored) {
	e := p.entries[i]
	if old.Source == p.source.ID {
		p.last = old.ID
	}
	if e.Is != "" {
		return // Nothing is said of it.
	}
	c := change{record: old.record, expected: old.raw, place: i, from: e}
	touched := p.giveKeys(&c.record, i)
	if old.Source == p.source.ID && !old.Withdrawn {
		touched = p.correct(&c, old.record) || touched
		touched = p.reconsider(&c, old.record) || touched
	}
	switch {
	case c.announce == Published:
		p.fresh = append(p.fresh, c)
	case c.content || c.held != nil:
		p.corrected = append(p.corrected, c)
	case touched || c.announce != "":
		p.touched = append(p.touched, c)
	}
}

// sort puts the new items into the order of their announcement: by date, and where that
// says nothing, by the place in the document.
func (p *differ) sort() {
	slices.SortStableFunc(p.fresh, func(a, b change) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(p.fromTop(b.place), p.fromTop(a.place)))
	})
}

// finish puts the parts together.
func (p *differ) finish() changes {
	p.items = slices.Concat(p.fresh, p.corrected, p.touched)
	for i, c := range p.items {
		p.noteShown(&p.items[i])
		if c.held != nil {
			p.result.Held++
		}
	}
	p.state = p.next(p.known.state, p.result.New, p.order)
	p.state.Last = cmp.Or(p.last, p.state.Last)
	return p.changes
}

// giveKeys lets an item be known under all that an entry and its copies show, and reports
// whether anything of it is new.
func (p *differ) giveKeys(r *record, i int) (changed bool) {
	e := p.entries[i]
	if r.Source == e.Item.Source && (r.GUID != e.GUID || !r.Dated.Equal(e.Dated)) {
		r.GUID, r.Dated, changed = e.GUID, e.Dated, true
	}
	for _, place := range append([]int{i}, p.copies[i]...) {
		for _, key := range p.known.subjects[place].keys {
			if !slices.Contains(r.Keys, key) {
				r.Keys, changed = append(slices.Clip(r.Keys), key), true
			}
			p.put(key, r.ID)
		}
	}
	if changed {
		p.forget(r)
	}
	return changed
}

// forget takes from an item the oldest keys of each kind, beyond those that are kept.
func (p *differ) forget(r *record) {
	count := make(map[string]int)
	kept := make([]string, 0, len(r.Keys))
	for _, key := range slices.Backward(r.Keys) {
		kind := key[:1]
		if count[kind]++; count[kind] <= keptOf(kind) {
			kept = append(kept, key)
			continue
		}
		p.take(key, r.ID)
	}
	slices.Reverse(kept)
	r.Keys = kept
}

// put notes that an item has a key.
func (p *differ) put(key, id string) {
	if owners := p.owners(key); !slices.Contains(owners, id) {
		owners = append([]string{id}, owners...)
		p.index[key] = owners[:min(len(owners), idsKept)]
	}
}

// take notes that an item has a key no longer.
func (p *differ) take(key, id string) {
	_, read := p.known.index[key]
	if _, changed := p.index[key]; !read && !changed {
		p.gone = append(p.gone, [2]string{key, id})
		return
	}
	p.index[key] = slices.DeleteFunc(slices.Clone(p.owners(key)), func(owner string) bool { return owner == id })
}

// owners are the items that have a key, after what was decided so far.
func (p *differ) owners(key string) []string {
	if owners, changed := p.index[key]; changed {
		return owners
	}
	return p.known.present(p.known.index[key])
}

// score orders the latest list: by date, on the same day without hours by when it
// was seen, and within one document by the place in it.
func score(it Item, now time.Time, place int) string {
	t := it.Published
	if t.IsZero() || t.After(now) {
		t = now
	}
	if midnight(t) && now.Before(t.Add(24*time.Hour)) {
		t = now
	}
	return strconv.FormatFloat(float64(t.Unix())+1-float64(place+1)/(repair.MaxItems+1), 'f', 6, 64)
}
