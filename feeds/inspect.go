package feeds

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"
)

// Report is what a person wants to know of a source before trusting it.
type Report struct {
	Source Source
	// Kind is such as "RSS 2.0"; Charset is what the document was in, whatever it says.
	Kind, Charset, Title string
	Bytes                int
	Took                 time.Duration
	Items                []ReportItem // in the document's order
	// Odd says what is strange about the document as a whole, and what it means.
	Odd []string
}

// ReportItem is one item as it would be archived.
type ReportItem struct {
	Item
	// Text counts the characters of the fullest text that the document holds.
	Text int
	// Odd says what is strange about the item, and what it means.
	Odd []string
}

// Inspect fetches a source once and says what would be archived of it. It changes nothing.
func Inspect(ctx context.Context, o Options, s Source) (Report, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return Report{}, err
	}
	if err := s.check(); err != nil {
		return Report{}, err
	}
	f := newFetcher(o)
	defer f.close()
	r, err := inspect(ctx, f, o, s)
	if err != nil {
		return Report{Source: s}, fmt.Errorf("feeds: source %s: %w", s.ID, err)
	}
	return r, nil
}

func inspect(ctx context.Context, f *fetcher, o Options, s Source) (Report, error) {
	start := time.Now()
	resp, err := f.get(ctx, request{URL: s.URL, Accept: acceptFeed, Most: o.MaxBytes})
	if err != nil {
		return Report{}, err
	}
	now := time.Now().In(o.Zone)
	d, err := understand(resp.Body, resp.MediaType, s, resp.URL, o.Zone, now)
	if err != nil {
		return Report{}, err
	}
	d.Cut = d.Cut || resp.Cut
	r := Report{Source: s, Kind: d.Kind, Charset: d.Charset, Title: d.Title, Bytes: resp.Size, Took: time.Since(start)}
	r.Odd = oddDocument(d, resp)
	for _, e := range d.Entries {
		e.Item.Topics = topicsOf(e.Item, o.Topics)
		item := ReportItem{Item: first(e.Item, now).Item, Text: utf8.RuneCountInString(plainText(e.HTML)), Odd: oddEntry(e, now)}
		r.Items = append(r.Items, item)
	}
	return r, nil
}

// oddDocument says what is strange about a document.
func oddDocument(d document, resp *response) []string {
	var odd []string
	note := func(is bool, what string) {
		if is {
			odd = append(odd, what)
		}
	}
	note(len(d.Entries) == 0, "it has no items: nothing will be published until one appears")
	note(d.Cut, "it ends in the middle: its whole items are read, the rest at a later poll")
	note(d.Clipped, fmt.Sprintf("it has more than %d items: the first are read", maxItems))
	note(resp.Validators.ETag == "" && resp.Validators.LastModified == "",
		"the site sends neither ETag nor Last-Modified: the whole document is fetched at every poll")
	note(linkless(d.Entries), "most items share a link, or have none: they are known by guid or by text")
	return odd
}

func linkless(entries []entry) bool {
	links := make(map[string]bool)
	for _, e := range entries {
		if key := linkKey(e.Item.Link); key != "" {
			links[key] = true
		}
	}
	return len(links) <= len(entries)/2 && len(entries) > 0
}

// oddEntry says what is strange about an entry.
func oddEntry(e entry, now time.Time) []string {
	var odd []string
	switch {
	case e.RawDate == "":
		odd = append(odd, "no date: the moment it is first seen counts")
	case e.Item.Published.IsZero():
		odd = append(odd, fmt.Sprintf("its date %.60q is not understood or lies ahead: the moment it is first seen counts", e.RawDate))
	case e.Item.Published.After(now.Add(-time.Minute)):
		odd = append(odd, "its date is this very minute: the site may date it anew at every request")
	}
	if e.Item.Link == "" {
		odd = append(odd, "no link: readers get no button to the page")
	}
	if e.Item.Summary == "" {
		odd = append(odd, "no text: readers get the title alone")
	}
	return odd
}
