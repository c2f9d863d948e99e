package feeds

// movedFrom is how many entries must say what items said that are shown no more, for the
// site to have moved; one alone may be a copy of an old item, which an editor rewrites.
const movedFrom = 2

// findMoved returns the places of new entries that are, as far as anybody can see, known
// items in other places. Where one is still in its place, the site did not move.
func (p *differ) findMoved() map[int]bool {
	shown := make(map[string]bool)
	for _, m := range p.matches {
		if m.verdict == same && m.found&linkSame != 0 {
			return nil
		}
		shown[m.item] = shown[m.item] || m.verdict == same
	}
	moved, known := make(map[int]bool), 0
	for i, m := range p.matches {
		other, found := p.known.records[m.item]
		if m.verdict == same && m.found&linkOther != 0 && m.rank < republishedBelow {
			known++ // By its words alone.
		}
		if m.likely() && found && !shown[m.item] && other.Source == p.source.ID {
			moved[i] = true
		}
	}
	if len(moved)+known < movedFrom {
		return nil
	}
	return moved
}

// likely reports whether the entry may be the item though it is not known to be.
func (m match) likely() bool {
	return m.found&likeness != 0 && (m.verdict == repeats || m.verdict == doubtful)
}

// original returns the item that a dismissed one is in another place. That one's keys and
// content are the item's from now on, and nobody is told: the person who dismissed it said
// so. All others, and those whose original stands in the document itself, are their own.
func (p *differ) original(r stored) stored {
	place := p.known.place(r.record)
	original, known := p.known.records[place]
	if !known || p.shows(place) {
		return r
	}
	for _, key := range r.Keys {
		p.take(key, r.ID)
	}
	old := original.Item
	original.Item, original.Full = r.Item, r.Full
	original.ID, original.Published, original.FirstSeen, original.Revision = old.ID, old.Published, old.FirstSeen, old.Revision+1
	original.Changed = old.Changed
	original.Withdrawn = old.Withdrawn
	return p.original(original)
}

// place returns the item that one is in another place, as the person said who dismissed it:
// the site moved, or it was doubtful and has nearly that one's title.
func (k knowledge) place(r record) string {
	if r.Alias != "" || r.Waits != "" || r.Other == "" {
		return r.Alias
	}
	if other, known := k.records[r.Other]; known && k.prose(r.Title).alike(k.prose(other.Title)) {
		return r.Other
	}
	return ""
}
