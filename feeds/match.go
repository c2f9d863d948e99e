package feeds

import (
	"cmp"
	"slices"
)

// match says what one entry of a document is.
type match struct {
	entry   int
	verdict verdict // same: it is item; newItem: it is new; copied: it is left out
	// item is the id of the known item that the verdict is about; empty for newItem.
	item string
	// twin is, for what the document shows twice, the place of the entry that item is.
	twin  int
	rank  int
	found evidence
}

// matcher finds which known item each entry of a document is. An item is one entry's at
// most, and the strongest evidence goes first; apart from that nothing about an entry
// depends on the others.
type matcher struct {
	source  Source
	known   knowledge
	entries []*subject
	records map[string]*subject
	matches []match
	claimed map[string]int // item id → the entry that it is
	byKey   map[string][]int
	settled []bool
	witness witness
}

// matchEntries matches a document's entries to what is known.
func matchEntries(s Source, entries []entry, k knowledge) []match {
	m := &matcher{
		source: s, known: k, records: make(map[string]*subject), claimed: make(map[string]int),
		byKey: make(map[string][]int), entries: slices.Clone(k.subjects),
	}
	m.matches, m.settled = make([]match, len(entries)), make([]bool, len(entries))
	m.witness = m.witnessOf()
	for i, e := range entries {
		if _, known := k.records[e.Is]; known {
			m.entries[i] = m.record(e.Is)
			m.claim(match{entry: i, verdict: same, item: e.Is, rank: 10_000})
		}
	}
	m.claimKnown()
	for i := range entries {
		if !m.settled[i] {
			m.matches[i] = m.judgeLeft(i)
		}
		m.note(i)
	}
	m.doubtMoved()
	return m.matches
}

// doubtMoved holds what looks new where several new entries at once have titles of items
// that are shown no more: the site moved, whatever the dates say.
func (m *matcher) doubtMoved() {
	moved := make(map[int]string)
	for i := range m.matches {
		if m.matches[i].verdict != newItem {
			continue
		}
		for _, id := range m.known.candidates(i) {
			_, taken := m.claimed[id]
			if r := m.record(id); !taken && r.source == m.source.ID && !m.known.records[id].Withdrawn && m.entries[i].title.same(r.title) {
				moved[i] = id
			}
		}
	}
	if len(moved) < 2 {
		return
	}
	for i, id := range moved {
		m.matches[i].verdict, m.matches[i].item, m.matches[i].found = repeats, id, titleSame
	}
}

// shared reports whether several items have a key. What may be another item, or is it in
// another place, is none beside that one; but on a section's page one item follows the other.
func (m *matcher) shared(key string) bool {
	if len(m.known.index[key]) < 2 {
		return false
	}
	ids := m.known.present(m.known.index[key])
	if len(ids) < 2 || key[:1] == keyExact && m.record(ids[0]).link.section {
		return len(ids) > 1
	}
	origin := m.known.origin(ids[0])
	return slices.ContainsFunc(ids[1:], func(id string) bool { return m.known.origin(id) != origin })
}

// record returns an item as a side of comparisons.
func (m *matcher) record(id string) *subject {
	r, ok := m.records[id]
	if !ok {
		r = m.known.record(m.known.records[id].record)
		m.records[id] = r
	}
	return r
}

// claimKnown gives each known item to the entry that it is.
func (m *matcher) claimKnown() {
	var pairs []match
	housed := make(map[int]bool) // They have an item's link, and are no other's.
	for i := range m.entries {
		for _, id := range m.known.candidates(i) {
			if p := m.pair(i, id); p.verdict == same {
				pairs = append(pairs, p)
				housed[i] = housed[i] || p.rank >= republishedBelow && p.found&linkSame != 0
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b match) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.entry, b.entry)) })
	for _, p := range pairs {
		_, taken := m.claimed[p.item]
		if taken || m.settled[p.entry] || housed[p.entry] && p.rank < republishedBelow {
			continue
		}
		m.claim(p)
	}
}

// claim settles that an entry is a known item.
func (m *matcher) claim(p match) {
	m.claimed[p.item], m.matches[p.entry], m.settled[p.entry] = p.entry, p, true
	m.note(p.entry)
}

// wordForWord is the rank of what an item was shown as before, in everything.
const wordForWord = 101

// pair judges one entry by one item that no other entry is.
func (m *matcher) pair(i int, id string) match {
	e, r := m.entries[i], m.record(id)
	found := m.witness.weigh(i, id, compare(e, r, m.shared))
	rule := judge(again, found)
	if r.has(e.key(keyAll)) {
		rule.verdict, rule.rank = same, wordForWord
	}
	sure := found&(guidSame|linkSame) != 0
	switch {
	case rule.verdict == same && 100*rule.rank < republishedBelow && found&titleSame != 0 && !e.title.same(r.title):
		rule.verdict, rule.rank = doubtful, 5 // It has what the item was called before, and nothing else.
	case r.source != m.source.ID && sure:
		rule.verdict, rule.rank = same, 85 // That source says what is there.
	case r.source != m.source.ID && (found&titleSame == 0 || found&sameText == 0):
		rule.verdict = newItem // What other sources have is compared by what is certain.
	case m.known.records[id].Withdrawn && !sure && found&(linkNumber|sectional) == 0:
		rule.verdict = newItem // Who publishes it anew means it.
	}
	return match{entry: i, item: id, verdict: rule.verdict, twin: -1, rank: 100*rule.rank + closeness(found), found: found}
}

// closeness orders pairs that the same rule has found.
func closeness(found evidence) (points int) {
	for _, p := range []struct {
		is     evidence
		points int
	}{{titleSame, 20}, {titleAlike, 10}, {sameText, 9}, {textAlike, 4}, {dateSame, 8}, {dateDay, 5}, {dateNear, 3}, {guidSame, 2}, {linkSame, 2}} {
		if found&p.is != 0 {
			points += p.points
		}
	}
	return points
}

// judgeLeft judges an entry that is no known item for certain: by the entries beside it
// that say the same, and by the known items that it may be.
func (m *matcher) judgeLeft(i int) match {
	best := m.judgeBeside(i)
	if best.verdict == copied {
		return best
	}
	for _, id := range m.known.candidates(i) {
		p := m.pair(i, id)
		if j, taken := m.claimed[id]; taken {
			p.twin = j
			if p.verdict = m.besideClaimed(p); p.verdict == copied {
				return p
			}
			p.rank = 1
		}
		if best.verdict != repeats && p.verdict != newItem && p.rank > best.rank {
			best = p
		}
	}
	return best
}

// judgeBeside judges an entry by the entries beside it that share a key with it.
func (m *matcher) judgeBeside(i int) match {
	best := match{entry: i, verdict: newItem, twin: -1}
	for _, j := range m.neighbours(i) {
		rule := judge(beside, compare(m.entries[i], m.entries[j], m.shared))
		found := match{entry: i, verdict: rule.verdict, item: m.matches[j].item, twin: j}
		if rule.verdict == copied {
			return found
		}
		if rule.verdict == repeats {
			best = found
		}
	}
	return best
}

// besideClaimed judges an entry by an item that another entry is, beyond what the two
// entries say of each other.
func (m *matcher) besideClaimed(p match) verdict {
	old := p.found&titleSame != 0 && !m.entries[p.twin].title.same(m.entries[p.entry].title)
	switch {
	case p.rank/100 == wordForWord:
		return copied
	case p.verdict != newItem && old:
		return repeats // It has the item's old words.
	case p.verdict != newItem && p.found&guidSame != 0 && p.found&linkSame != 0:
		return doubtful // It has the item's place.
	}
	return newItem
}

// neighbours are the entries, settled already, that share a key with this one.
func (m *matcher) neighbours(i int) []int {
	var found []int
	for _, key := range m.entries[i].keys {
		for _, j := range m.byKey[key] {
			if j != i && !slices.Contains(found, j) {
				found = append(found, j)
			}
		}
	}
	slices.Sort(found)
	return found
}

// note makes a settled entry known to those that follow. What is left out is no neighbour.
func (m *matcher) note(i int) {
	if m.matches[i].verdict == copied {
		return
	}
	for _, key := range m.entries[i].keys {
		if at := m.byKey[key]; len(at) < idsKept && !slices.Contains(at, i) {
			m.byKey[key] = append(at, i)
		}
	}
}

// republishedBelow is the rank of evidence below which an item has neither its guid nor its link.
const republishedBelow = 5600
