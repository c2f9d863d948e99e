package feeds

import "slices"

// held returns why an item is held; nil where it isn't.
func (p *differ) held(id string) *Held {
	if h, held := p.known.held[id]; held {
		return &h
	}
	return nil
}

// hold takes back an announcement that nobody should get by itself.
func (p *differ) hold(c *change, kind AnnouncementKind, reason string) {
	c.held = &Held{Item: c.ID, Source: p.source.ID, Kind: kind, Reason: reason, At: p.now}
	if reason == HeldRepeated || reason == HeldDoubtful {
		c.held.Other = c.Other
	}
	c.announce = ""
}

// holdDoubtful holds what is doubtful among what is new and what was corrected.
func (p *differ) holdDoubtful() {
	p.holdNew()
	p.holdCorrected()
	for _, changes := range [][]change{p.fresh, p.corrected} {
		for i, c := range changes {
			if c.held != nil {
				c.held.Order = i
			}
		}
	}
}

func (p *differ) holdNew() {
	slipped, surfaced := p.slipped(), p.surfaced()
	flood := p.floods(slipped)
	for i := range p.fresh {
		c := &p.fresh[i]
		switch {
		case p.result.First || slipped[c.place]:
			c.announce = ""
		case p.known.state.restored() || p.known.isLost(c.place):
			p.hold(c, Published, HeldLost)
		case p.known.state.lacked(c.from.Item):
			p.hold(c, Published, HeldBacklog)
		case p.stale(*c):
			p.hold(c, Published, HeldOld)
		case c.Waits != "":
			p.hold(c, Published, c.Waits)
		case flood:
			p.hold(c, Published, HeldFlood)
		case c.expected == "" && surfaced[c.place]:
			p.hold(c, Published, HeldBacklog)
		}
		c.Untold = c.announce == ""
	}
}

// floods reports whether more is new than is plausible: so much as fills a list of a fixed
// length means more than it has room for.
func (p *differ) floods(slipped map[int]bool) bool {
	recent := 0
	for _, c := range p.fresh {
		if !p.stale(c) && !slipped[c.place] {
			recent++
		}
	}
	full := p.known.state.Shown == len(p.entries) && len(p.knownEntries()) == 0
	return recent > p.plausible || recent == p.plausible && full
}

// stale reports whether an item is too old to be news.
func (p *differ) stale(c change) bool { return c.Published.Before(p.now.Add(-staleAfter)) }

// holdCorrected holds corrections where too many come at once: the site was rebuilt.
// Who was asked within the day is not asked again, and nobody about what no phone shows.
func (p *differ) holdCorrected() {
	told := 0
	for _, c := range p.corrected {
		if c.announce == Corrected && !c.Untold {
			told++
		}
	}
	for i := range p.corrected {
		c := &p.corrected[i]
		switch {
		case p.result.First:
			c.announce = ""
		case c.announce == Corrected && !c.Untold && p.known.state.restored():
			p.hold(c, Corrected, HeldLost)
		case c.announce != Corrected || c.Untold || told <= p.plausible:
		case p.now.Sub(c.Asked) < flappingFor:
			c.announce, c.Behind = "", true
		default:
			p.hold(c, Corrected, HeldFlood)
			c.Asked = p.now
		}
	}
}

// reconsider tells what waited as soon as the reason for it is gone: a date was mended, a
// copy became an item of its own, or what it was taken for stands beside it. It reports
// whether anything is to be written.
func (p *differ) reconsider(c *change, old record) (changed bool) {
	held := p.held(c.ID)
	switch {
	case held != nil && held.Reason == HeldOld && !c.from.Dated.Equal(old.Dated):
		published := c.from.Item.Published
		if published.IsZero() {
			published = p.now
		}
		if published.Before(p.now.Add(-staleAfter)) {
			return false
		}
		c.Published = published
	case c.Waits == "" || p.stillWaits(*c):
		return false
	}
	if c.Waits == HeldRepeated && p.stillLikely(*c) {
		c.Waits, c.Moved = HeldDoubtful, false
	} else {
		c.Waits, c.Other, c.Moved = "", "", false
	}
	c.announce, c.freed = Published, held != nil
	c.score = score(c.Item, p.now, p.fromTop(c.place))
	return true
}

// stillLikely reports whether what no longer repeats another item may be that one all the
// same: the other is shown no more, and this one has nearly its title.
func (p *differ) stillLikely(c change) bool {
	return !p.shows(c.Other) && p.known.prose(c.Title).akin(p.known.prose(p.known.records[c.Other].Title))
}

// shows reports whether the document has an item.
func (p *differ) shows(id string) bool {
	return slices.ContainsFunc(p.matches, func(m match) bool { return m.verdict == same && m.item == id })
}

// stillWaits reports whether an item still says what the other said, or may be it. What
// repeats another is free when it was rewritten itself, and what may be another when that
// one stands beside it.
func (p *differ) stillWaits(c change) bool {
	other, known := p.known.records[c.Other]
	if !known {
		return true
	}
	own, unshared := p.known.subjects[c.place], func(string) bool { return false }
	if c.Waits == HeldRepeated {
		found := compare(own, p.known.record(other.record), unshared)
		alone := p.held(c.ID) == nil && !p.shows(c.Other) // It was dismissed, and a correction would reach nobody.
		return !c.content || found&(titleUnlike|textOther) == 0 && !alone
	}
	for i, m := range p.matches {
		if m.verdict == same && m.item == c.Other {
			found := compare(own, p.known.subjects[i], unshared)
			samePlace := found&guidSame != 0 && found&linkSame != 0
			return samePlace || judge(beside, found).verdict != newItem
		}
	}
	return true
}
