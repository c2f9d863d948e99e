package feeds

import (
	"net/url"
	"path"
	"strings"
	"time"

	"kabarchy/feeds/article"
)

const (
	// correctionsADay is how many corrections of one item go to phones by themselves
	// within flappingFor; a further change is hardly an editor's.
	correctionsADay = 4
	flappingFor     = 24 * time.Hour
	// settled is how long an item that changed again and again must have stayed as it is
	// before phones get what it came to.
	settled = time.Hour
)

// correct takes in an item's new content. What it was first published and seen at stays.
// It reports whether anything is to be written.
func (p *differ) correct(c *change, old record) (changed bool) {
	it, full := c.from.Item, fullFingerprint(c.from)
	if full == "" {
		full = old.Full // The document holds excerpts alone: nothing is known of the rest.
	}
	c.Full = full
	if !p.contentChanged(old, it, full, c.from.Dated) {
		if old.Behind && p.now.Sub(old.Changed) >= settled && p.held(c.ID) == nil {
			c.Behind = false
			p.tellCorrection(c)
		}
		moved := it.Link != "" && it.Link != old.Link && addressOf(it.Link).loose != addressOf(old.Link).loose
		if moved {
			c.Link = it.Link
		}
		return moved || full != old.Full || c.Behind != old.Behind
	}
	switch {
	case old.Site != nil && !p.contentChanged(record{Item: old.Item}, it, "", c.from.Dated): // The site took over the desk's words.
		c.Site, c.Behind, c.freed = nil, false, p.heldCorrection(c.ID)
		return true
	case old.Site != nil: // The desk's words stay, until a person decides.
		c.Link, c.Site = it.Link, siteTextOf(it)
	default:
		it.ID, it.Published, it.FirstSeen, it.Revision = old.ID, old.Published, old.FirstSeen, old.Revision+1
		it.Changed = p.now
		c.Item, c.content = it, true
	}
	p.ration(c, old)
	return true
}

// heldCorrection reports whether a correction of an item is held.
func (p *differ) heldCorrection(id string) bool {
	h := p.held(id)
	return h != nil && h.Kind == Corrected
}

// tellCorrection has a correction told, or held where the desk's words would go with it.
func (p *differ) tellCorrection(c *change) {
	if c.announce = Corrected; c.Site != nil {
		p.hold(c, Corrected, HeldEdited)
	}
}

// contentChanged reports whether a reader of the site would notice what is another now.
func (p *differ) contentChanged(known record, it Item, full string, dated time.Time) bool {
	old := known
	old.Item = known.onSite()
	sameDate := !dated.IsZero() && dated.Equal(old.Dated)
	return old.Title != it.Title && p.known.noticed(old.Title) != p.known.noticed(it.Title) || p.known.textNoticed(old.Summary, it.Summary) ||
		linkNoticed(old.Link, it.Link, sameDate) || old.Picture != it.Picture && pictureOf(old.Item) != pictureOf(it) ||
		old.Full != "" && full != old.Full
}

// textNoticed reports whether a summary changed, and not only where it is cut off.
func (r reader) textNoticed(old, now string) bool {
	if old == now || r.noticed(old) == r.noticed(now) {
		return false
	}
	a, b := r.prose(old), r.prose(now)
	return !(a.cut || b.cut) || !a.same(b)
}

// linkNoticed reports whether the button of a message must lead elsewhere. A parameter
// alone that changes is the site's own doing where the date stays, or where it is no number.
func linkNoticed(old, now string, sameDate bool) bool {
	if old == now {
		return false
	}
	a, b := addressOf(old), addressOf(now)
	if a.loose == b.loose {
		return false
	}
	pathA, queryA, _ := strings.Cut(a.loose, "?")
	pathB, queryB, _ := strings.Cut(b.loose, "?")
	if pathA != pathB || queryA == "" || queryB == "" {
		return true
	}
	return !sameDate && withoutNumbers(queryA) == withoutNumbers(queryB)
}

// pictureOf tells one picture from another. A parameter says which it is only where the
// path doesn't: "photo.jpg?v=2" is "photo.jpg".
func pictureOf(it Item) string {
	u, err := url.Parse(it.Picture)
	if err != nil || it.Picture == "" {
		return ""
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg":
		return hostOf(u) + path.Clean("/"+u.Path)
	}
	return addressOf(it.Picture).exact
}

// fullFingerprint is a fingerprint of the text below the summary; empty where the document holds no more.
func fullFingerprint(e entry) string {
	text := e.Article.Text()
	if text == "" && e.Full {
		text = article.PlainText(e.HTML)
	}
	if text == "" {
		return ""
	}
	return hash(noticed(text)) + hash(withoutNumbers(noticed(text)))
}

// ration lets a few corrections of an item a day go to phones by themselves, asks about a
// further one, unless no phone shows it, and keeps quiet about the others until the next day.
func (p *differ) ration(c *change, old record) {
	if p.now.Sub(c.Since) >= flappingFor {
		c.Since, c.Edits, c.Counts = p.now, 0, 0
	}
	counter := p.known.onlyNumbers(old, c.record)
	times := &c.Edits
	if counter {
		times = &c.Counts
	}
	*times++
	switch {
	case p.held(c.ID) != nil:
		// Nobody was told of it yet, or is asked already.
	case c.Left && counter:
		// It is a counter, and a person said so.
	case *times <= correctionsADay:
		p.tellCorrection(c)
	case p.now.Sub(c.Asked) >= flappingFor && !c.Untold:
		p.hold(c, Corrected, HeldFlapping)
		c.Asked = p.now
	default:
		c.Behind = c.Behind || !counter
	}
}

// onlyNumbers reports whether two states of an item differ in numbers alone.
func (r reader) onlyNumbers(a, b record) bool {
	numberless := func(is record) string {
		is.Item = is.onSite()
		full := is.Full
		if len(full) > 16 {
			full = full[16:]
		}
		return withoutNumbers(r.noticed(is.Title) + "\n" + r.noticed(is.Summary) + "\n" + full + "\n" + pictureOf(is.Item))
	}
	return numberless(a) == numberless(b)
}
