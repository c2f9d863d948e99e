// Package repair makes of the bytes that a site calls a feed what a strict parser reads:
// UTF-8 out of any charset, and XML or JSON without what is broken in it, or dangerous.
package repair

// Feed repairs a feed in UTF-8, be it XML or JSON. Its error is ErrTooDeep or wraps ErrNotFeed.
func Feed(text []byte) (Document, error) {
	if at := jsonStart(text); at >= 0 {
		return repairJSON(text, at)
	}
	return repairXML(text)
}
