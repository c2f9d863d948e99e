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
func (p *planner) findOrder() string {
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
func (p *planner) fromTop(place int) int {
	if p.order == oldestFirst {
		return len(p.entries) - 1 - place
	}
	return place
}

// slipped finds the entries at the old end of a document that was cut off there, behind
// all that are known: something above them was deleted, and they slipped in.
func (p *planner) slipped() map[int]bool {
	found := make(map[int]bool)
	if !p.clipped {
		return found
	}
	for n := range p.entries {
		place := len(p.entries) - 1 - n
		if p.order == oldestFirst {
			place = n
		}
		if p.matches[place].verdict == same {
			return found
		}
		found[place] = true
	}
	return nil // Nothing is known: that is another matter.
}
