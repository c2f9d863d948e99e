package feeds

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"kabarchy/feeds/article"
	"kabarchy/feeds/fetch"
)

// Report is what a person wants to know of a source before trusting it.
type Report struct {
	Source Source
	// Kind is such as "RSS 2.0"; Charset is what the document was in, whatever it says.
	Kind, Charset, Title string
	Bytes                int
	Took                 time.Duration
	// Pace is how often scheduled polls ask while all is well.
	Pace  time.Duration
	Items []ReportItem // in the document's order
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
	schedule, err := parseSchedule(o.Schedule, o.Zone)
	if err != nil {
		return Report{}, err
	}
	p := &Poller{options: o, schedule: schedule, fetcher: fetch.New(o.fetching())}
	defer p.fetcher.Close()
	r, err := p.inspect(ctx, s)
	if err != nil {
		return Report{Source: s}, fmt.Errorf("feeds: source %s: %w", s.ID, err)
	}
	return r, nil
}

func (p *Poller) inspect(ctx context.Context, s Source) (Report, error) {
	start := time.Now()
	resp, err := p.fetcher.Get(ctx, fetch.Request{URL: s.URL, Accept: acceptFeed, MaxBytes: p.options.MaxBytes, OldTLS: s.OldTLS})
	if err != nil {
		return Report{}, err
	}
	d, err := p.understand(resp, s)
	if err != nil {
		return Report{}, err
	}
	r := Report{Source: s, Kind: d.Kind, Charset: d.Charset, Title: d.Title, Bytes: resp.Size}
	next := p.nextPoll()
	interval := p.schedule.Next(next).Sub(next)
	asked := max(resp.MaxAge, d.TTL)
	r.Pace = max(interval, pause(asked, 0, nil))
	r.Odd = append(resp.Odd, oddFetch(s, resp, asked, r.Pace)...)
	r.Odd = append(r.Odd, oddDocument(d)...)
	for i, e := range d.Entries {
		if s.Kind == KindPage {
			if e, err = p.sample(ctx, s, e, i); err != nil && !isFile(e.Item.Link) {
				r.Odd = append(r.Odd, oddArticle(err))
			}
		}
		classify(&e.Item, p.options.Topics)
		text := max(utf8.RuneCountInString(article.PlainText(e.HTML)), utf8.RuneCountInString(e.Article.Text()))
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
	a, _, err := p.readPage(ctx, s, e.Item.Link, e.Item.Title, fetch.Validators{})
	if err != nil || a.Title == "" {
		return byLink(e), err
	}
	return withArticle(e, a, p.now()), nil
}
