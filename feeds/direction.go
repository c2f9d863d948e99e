package feeds

import "slices"

// itemsKept is how many entries of a document are looked at: the newest.
const itemsKept = 500

// Orders of a document, as they are remembered.
const (
	newestFirst = "newest"
	oldestFirst = "oldest"
)

// byDates tells a document's order by the dates in it; empty where they don't say.
func byDates(entries []entry) string {
	up, down := 0, 0
	var last entry
	for _, e := range entries {
		if e.Dated.IsZero() {
			continue
		}
		if !last.Dated.IsZero() {
			switch e.Dated.Compare(last.Dated) {
			case -1:
				down++
			case 1:
				up++
			}
		}
		last = e
	}
	switch {
	case up > 2*down && 2*up > len(entries)/2:
		return oldestFirst
	case down > 2*up && 2*down > len(entries)/2:
		return newestFirst
	}
	return ""
}

// newest cuts a document off at its old end. Where its order is not known yet all of it stays.
func newest(entries []entry, order string) (kept []entry, clipped bool) {
	if found := byDates(entries); found != "" {
		order = found
	}
	if len(entries) <= itemsKept || order == "" {
		return entries, false
	}
	if order == oldestFirst {
		return entries[len(entries)-itemsKept:], true
	}
	return entries[:itemsKept], true
}

// findOrder tells how a document is ordered: by its dates, else by where what is new
// stands among what is known, else as it was before.
func (p *differ) findOrder() string {
	if order := byDates(p.entries); order != "" {
		return order
	}
	first, last := -1, -1 // known entries
	for i, m := range p.matches {
		if m.verdict == same {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	isNew := func(m match) bool { return m.verdict != same && m.verdict != copied }
	if first >= 0 {
		above, below := slices.ContainsFunc(p.matches[:first], isNew), slices.ContainsFunc(p.matches[last:], isNew)
		switch {
		case above && !below:
			return newestFirst
		case below && !above:
			return oldestFirst
		}
	}
	return p.known.state.Order
}

// fromTop is an entry's place in the document with the newest on top, where it stands
// unless the document says otherwise.
func (p *differ) fromTop(place int) int {
	if p.order == oldestFirst {
		return len(p.entries) - 1 - place
	}
	return place
}

// slipped finds the entries at the old end of a document that was cut off there, behind
// all that are known: something above them was deleted, and they slipped in.
func (p *differ) slipped() map[int]bool {
	if !p.clipped {
		return nil
	}
	return p.behind(p.order)
}

// oldest finds the entries that stand behind all that are known, in a document ordered by
// date, and are older than these.
func (p *differ) oldest() map[int]bool {
	known := p.knownEntries()
	found := p.behind(byDates(known))
	for place := range found {
		dated := p.entries[place].Dated
		if dated.IsZero() || slices.ContainsFunc(known, func(e entry) bool { return !e.Dated.IsZero() && !dated.Before(e.Dated) }) {
			return nil
		}
	}
	return found
}

// knownEntries are those that are known items.
func (p *differ) knownEntries() (known []entry) {
	for i, m := range p.matches {
		if m.verdict == same {
			known = append(known, p.entries[i])
		}
	}
	return known
}

// behind finds the entries at the old end of a document, behind all that are known; none
// where nothing is known, or no order: that is another matter.
func (p *differ) behind(order string) map[int]bool {
	if order == "" {
		return nil
	}
	found := make(map[int]bool)
	for n := range p.entries {
		place := len(p.entries) - 1 - n
		if order == oldestFirst {
			place = n
		}
		switch p.matches[place].verdict {
		case same:
			return found
		case copied:
		default:
			found[place] = true
		}
	}
	return nil
}

// minSwapped is how many undated entries must take the place of as many others to be held.
const minSwapped = 4

// surfaced finds the entries that look new, and may have been on the site before it was
// first read: they are older than what is known, where something left or several came; or
// the document shows nothing that is known, and nothing that is younger.
func (p *differ) surfaced() map[int]bool {
	state := p.known.state
	if len(p.knownEntries()) > 0 {
		if found := p.oldest(); len(found) >= 2 || len(p.entries) <= state.Shown {
			return found
		}
		return nil
	}
	found := make(map[int]bool)
	undated, younger := 0, false
	for i, e := range p.entries {
		found[i] = true
		if e.Dated.IsZero() {
			undated++
		}
		younger = younger || !e.Dated.Before(state.Newest)
	}
	swapped := undated == len(p.entries) && min(undated, state.Shown) >= minSwapped
	if state.Shown > 0 && (swapped || undated == 0 && !younger && len(p.entries) >= 2) {
		return found
	}
	return nil
}
