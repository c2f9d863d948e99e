package feeds

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
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
	// Text counts the characters of the fullest text that the document holds. Of a page
	// that lists news, the first item's is its article's; the others are not read.
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
	p := &Poller{options: o, fetcher: newFetcher(o)}
	defer p.fetcher.close()
	r, err := p.inspect(ctx, s)
	if err != nil {
		return Report{Source: s}, fmt.Errorf("feeds: source %s: %w", s.ID, err)
	}
	return r, nil
}

func (p *Poller) inspect(ctx context.Context, s Source) (Report, error) {
	start := time.Now()
	resp, err := p.fetcher.get(ctx, request{URL: s.URL, Accept: acceptFeed, Most: p.options.MaxBytes, OldTLS: s.OldTLS})
	if err != nil {
		return Report{}, err
	}
	d, err := p.understand(resp, s)
	if err != nil {
		return Report{}, err
	}
	if s.OldTLS {
		resp.noting("old_tls is set: anybody between the site and this machine could read and change what it says; ask its administrator to renew its TLS")
	}
	r := Report{Source: s, Kind: d.Kind, Charset: d.Charset, Title: d.Title, Bytes: resp.Size, Odd: oddDocument(d, resp)}
	for i, e := range d.Entries {
		if s.Kind == KindPage {
			if e, err = p.sample(ctx, s, e, i); err != nil {
				r.Odd = append(r.Odd, fmt.Sprintf("the first article can't be read: %v", err))
			}
		}
		classify(&e.Item, p.options.Topics)
		text := max(utf8.RuneCountInString(plainText(e.HTML)), utf8.RuneCountInString(e.Article.Text()))
		item := ReportItem{Item: firstSeen(e, p.now()), Text: text}
		if i == 0 || s.Kind != KindPage {
			item.Odd = oddEntry(e, p.now())
		}
		r.Items = append(r.Items, item)
	}
	r.Took = time.Since(start)
	return r, nil
}

// sample reads the first article of a list; of the others it takes what their links say.
func (p *Poller) sample(ctx context.Context, s Source, e entry, place int) (entry, error) {
	if place > 0 {
		return byLink(e), nil
	}
	a, _, err := p.readPage(ctx, s, e.Item.Link, e.Item.Title, validators{})
	if err != nil || a.Title == "" {
		return byLink(e), err
	}
	return withArticle(e, a, p.now()), nil
}

// oddDocument says what is strange about a document.
func oddDocument(d document, resp *response) []string {
	var odd []string
	note := func(is bool, what string) {
		if is {
			odd = append(odd, what)
		}
	}
	odd = append(odd, resp.Odd...)
	note(len(d.Entries) == 0, "it has no items: nothing will be published until one appears")
	note(d.Cut, "it ends in the middle: its whole items are read, the rest at a later poll")
	note(d.Around != "", fmt.Sprintf("the site prints %q around the feed: that is left out; its administrator should switch off PHP's display_errors", d.Around))
	note(d.Broken > 0, fmt.Sprintf("some letters are broken (%d): they are left out; the site cuts texts in the middle of a letter, or mixes charsets", d.Broken))
	note(d.Clipped || len(d.Entries) > itemsKept, fmt.Sprintf("it has more than %d items: the newest are read, by their dates or by where new ones appear", itemsKept))
	note(resp.Validators.ETag == "" && resp.Validators.LastModified == "",
		"the site sends neither ETag nor Last-Modified: the whole document is fetched at every poll")
	note(d.Claimed != "" && !sameCharset(d.Claimed, d.Charset), fmt.Sprintf("it says that it is in %s and is in %s: it is read as that", d.Claimed, d.Charset))
	note(resp.Moved != "", "it has permanently moved to "+resp.Moved+": put that into the configuration")
	note(linkless(d.Entries), "most items share a link, or have none: they are known by guid or by text")
	return odd
}

func sameCharset(a, b string) bool {
	x, errA := htmlindex.Get(a)
	y, errB := htmlindex.Get(b)
	return strings.HasPrefix(b, a) || errA == nil && errB == nil && x == y // "utf-16" is "utf-16le" as well.
}

func linkless(entries []entry) bool {
	links := make(map[string]bool)
	for _, e := range entries {
		if key := addressOf(e.Item.Link).exact; key != "" {
			links[key] = true
		}
	}
	return len(entries) > 1 && len(links) <= len(entries)/2
}

// oddEntry says what is strange about an entry.
func oddEntry(e entry, now time.Time) []string {
	var odd []string
	switch {
	case e.RawDate == "" && e.Item.Published.IsZero():
		odd = append(odd, "no date: the moment it is first seen counts")
	case e.Item.Published.IsZero():
		odd = append(odd, fmt.Sprintf("its date %.60q is not understood or lies ahead: the moment it is first seen counts", e.RawDate))
	case e.Item.Published.After(now.Add(-time.Minute)):
		odd = append(odd, "its date is this very minute: the site may date it anew at every request")
	}
	switch {
	case e.Item.Link == "" && e.RawLink != "":
		odd = append(odd, fmt.Sprintf("its link %.80q can't be opened: readers get no button to the page; the site should write an address that begins with https://", e.RawLink))
	case e.Item.Link == "":
		odd = append(odd, "no link: readers get no button to the page")
	case mendAddress(e.RawLink) != e.RawLink:
		odd = append(odd, fmt.Sprintf("its link %.80q is not written as an address should be: it is mended as browsers do", e.RawLink))
	}
	if strings.ContainsAny(e.Item.Title, "<>") {
		odd = append(odd, "its title has a < or > that belongs to no tag: it is shown as it stands")
	}
	if e.Item.Summary == "" {
		odd = append(odd, "no text: readers get the title alone")
	}
	return odd
}
