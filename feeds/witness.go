package feeds

// witness knows of a document which of the things that its entries say are worth nothing
// there: guids that are places in a list, guids and dates that are new at each request.
type witness struct {
	// homes are the known items that stand under their own link and title: item id → entry.
	homes map[string]int
	// housed are the entries of homes.
	housed []bool
	// places reports whether guids are given anew: several stand where others stood.
	places bool
	// flapping are the groups of evidence of which no known page shows what it showed before.
	flapping evidence
}

// flappingFrom is how many known pages must have another guid, or another date, for guids
// or dates to say nothing.
const flappingFrom = 2

// belied is how many guids must be another item's than they were for all to say nothing.
const belied = 2

// witnessOf looks through a document.
func (m *matcher) witnessOf() witness {
	w := witness{homes: make(map[string]int), housed: make([]bool, len(m.entries))}
	var guids, dates census
	for i, e := range m.entries {
		link := e.key(keyExact)
		if link == "" {
			continue
		}
		for _, id := range m.known.candidates(i) {
			r := m.record(id)
			if r.source != m.source.ID || !r.has(link) {
				continue
			}
			if e.title.same(r.title) {
				w.homes[id], w.housed[i] = i, true
			}
			if found := compare(e, r, m.shared); found&linkSame != 0 {
				guids.count(found, guidSame, guidOther)
				dates.count(found|r.redating(), dateSame|dateDay, dateNear|apart)
			}
		}
	}
	lies := 0
	for i, e := range m.entries {
		for _, id := range m.known.candidates(i) {
			if found := compare(e, m.record(id), m.shared); found&guidSame != 0 && found&linkSame == 0 && w.lies(i, id) {
				lies++
			}
		}
	}
	w.places = lies >= belied
	if guids.flapping() {
		w.flapping |= anyGUID
	}
	if dates.flapping() {
		w.flapping |= anyDate
	}
	return w
}

// census counts the known pages that show what they showed before, and those that don't.
type census struct{ kept, changed int }

func (t *census) count(found, kept, changed evidence) {
	switch {
	case found&kept != 0:
		t.kept++
	case found&changed != 0:
		t.changed++
	}
}

func (t *census) flapping() bool { return t.kept == 0 && t.changed >= flappingFrom }

// redating is the evidence of another date for an item that was dated anew again and again.
func (s *subject) redating() evidence {
	if s.redated() {
		return dateFar
	}
	return 0
}

// weigh takes from the evidence for an entry being an item what is worth nothing.
func (w witness) weigh(i int, id string, found evidence) evidence {
	if found&guidSame != 0 && found&linkSame == 0 && (w.places || w.lies(i, id)) {
		found = found&^guidSame | guidNone
	}
	if found&linkSame != 0 {
		found = found&^w.flapping | w.flapping&(guidNone|dateNone)
	}
	return found
}

// lies reports whether a guid can't be an item's own: the item stands elsewhere in the
// document, under its own link and title, or the entry is another such item.
func (w witness) lies(i int, id string) bool {
	home, known := w.homes[id]
	return known && home != i || w.housed[i] && !(known && home == i)
}
