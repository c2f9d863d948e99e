package feeds

import "context"

// noteShown remembers what phones show of an item, where the site's words are others by now
// and phones are not told of it, or not yet: who decides of a correction compares the two.
func (p *differ) noteShown(c *change) {
	old, known := p.known.records[c.ID]
	switch {
	case !known || c.Untold: // No phone shows it.
	case c.announce == Corrected:
		c.Shown = nil
	case c.Shown == nil && *siteTextOf(old.Item) != *siteTextOf(c.Item):
		c.Shown = siteTextOf(old.Item)
	}
}

// Shown returns an item as phones show it: in the words that were announced last. What the
// archive or the site has by now may be others, where a correction is held or was dismissed.
// ErrNotFound where there is no such item.
func (a *Archive) Shown(ctx context.Context, id string) (Item, error) {
	r, err := a.record(ctx, id)
	it := r.Item
	if r.Shown != nil {
		it.Title, it.Summary = r.Shown.Title, r.Shown.Summary
		it.illustrate(r.Shown.Picture)
	}
	return it, err
}
