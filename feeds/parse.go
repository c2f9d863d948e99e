package feeds

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"kabarchy/feeds/article"
	"kabarchy/feeds/repair"
)

// understand reads a fetched body: its charset, its broken places, its entries.
func understand(body []byte, mediaType string, s Source, base *url.URL, zone *time.Location, now time.Time) (document, error) {
	text, charset, err := repair.Decode(body, mediaType)
	if err != nil {
		return document{}, fmt.Errorf("decode: %w", err)
	}
	var d document
	if s.Kind == KindPage {
		d, err = readList(text, s, base, zone)
	} else {
		d, err = parse(text, s, base, zone, now)
	}
	if errors.Is(err, repair.ErrHTML) {
		err = fmt.Errorf("%w%s", err, article.Hint(text, base, zone, pageKey))
	}
	if err == nil && lettersLost(d.Entries) {
		err = errLetters
	}
	d.Charset, d.Claimed = charset, repair.Claimed(body, mediaType)
	if charset == "utf-8" && !utf8.Valid(body) {
		d.Broken = bytes.Count(text, []byte("\ufffd"))
	}
	return d, err
}

// parse reads a feed in UTF-8.
func parse(text []byte, s Source, base *url.URL, zone *time.Location, now time.Time) (document, error) {
	fixed, err := repaired(text)
	if err != nil {
		return document{}, err
	}
	feed, err := newParser().Parse(bytes.NewReader(fixed.Text))
	if err != nil {
		return document{}, fmt.Errorf("parse: %w: %w", repair.ErrNotFeed, err)
	}
	if feed.FeedType == "json" && !strings.Contains(feed.FeedVersion, "jsonfeed.org") {
		return document{}, fmt.Errorf("parse: %w but other JSON", repair.ErrNotFeed)
	}
	d := document{
		Kind:    kindOf(feed),
		Title:   article.OneLine(article.PlainText(feed.Title)),
		Cut:     fixed.Cut,
		Around:  said(fixed.Around),
		Ended:   fixed.Ended,
		Clipped: fixed.Clipped || len(feed.Items) > repair.MaxItems,
		TTL:     ttl(feed),
		Offer:   offerOfFeed(feed, fixed.Text, base),
	}
	if site, err := url.Parse(article.Resolve(base, feed.Link)); err == nil && site.Host != "" {
		base = site
	}
	pageLinks(feed)
	for _, it := range feed.Items[:min(len(feed.Items), repair.MaxItems)] {
		e := readEntry(it, base, zone, now)
		if e.Item.Title == "" {
			continue // Neither a title, nor a text, nor a link: there is nothing to tell.
		}
		e.Item.Source, e.Item.Language = s.ID, s.Language
		d.Entries = append(d.Entries, e)
	}
	return d, nil
}

// repaired makes a feed of a document, or says in the document's own words why it is none.
func repaired(text []byte) (repair.Document, error) {
	fixed, err := repair.Feed(text)
	var root *repair.RootError
	if errors.As(err, &root) {
		if words := said(text); words != "" {
			err = fmt.Errorf("%w; it says %q", err, words)
		}
	}
	if err != nil {
		return fixed, fmt.Errorf("parse: %w", err)
	}
	return fixed, nil
}

// said is what people would read at the beginning of some markup.
func said(markup []byte) string {
	const most = 120
	return article.Shorten(article.OneLine(article.PlainText(string(markup[:min(len(markup), 16<<10)]))), most)
}

func newParser() *gofeed.Parser {
	p := gofeed.NewParser()
	p.KeepOriginalFeed = true // For the ttl alone.
	// Pictures are sought here, with an eye for counters and icons.
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	return p
}

// ttl reads how many minutes an RSS feed says that it stays fresh.
func ttl(feed *gofeed.Feed) time.Duration {
	original, ok := feed.OriginalFeed().(*rss.Feed)
	if !ok {
		return 0
	}
	minutes, err := strconv.Atoi(strings.TrimSpace(original.TTL))
	if err != nil || minutes < 0 {
		return 0
	}
	return time.Duration(min(minutes, 1<<20)) * time.Minute
}

func kindOf(feed *gofeed.Feed) string {
	switch feed.FeedType {
	case "json":
		return "JSON Feed"
	case "atom":
		return strings.TrimSpace("Atom " + feed.FeedVersion)
	}
	return strings.TrimSpace("RSS " + feed.FeedVersion)
}

// readEntry understands one entry. The fields that depend on the source and the ID
// are filled by the caller.
func readEntry(it *gofeed.Item, base *url.URL, zone *time.Location, now time.Time) entry {
	link := itemLink(it, base)
	if page, err := url.Parse(link); err == nil && link != "" {
		base = page
	}
	full := cmp.Or(it.Content, extension(it.Extensions, "full-text"), turboContent(it.Extensions),
		extension(it.Extensions, "body"), it.Custom["body"], it.Custom["fullitem"], it.Description)
	e := entry{
		GUID:    strings.TrimSpace(it.GUID),
		HTML:    article.Unescape(full),
		Full:    full != it.Description,
		RawDate: strings.TrimSpace(cmp.Or(it.Published, it.Updated)),
		RawLink: strings.TrimSpace(it.Link),
	}
	e.Alternates = alternates(it.Extensions, base)
	title := plainTitle(it.Title)
	summary := cmp.Or(article.PlainText(it.Description), article.PlainText(full))
	if title == "" {
		line, _, _ := strings.Cut(summary, "\n")
		title = cmp.Or(line, strings.TrimPrefix(strings.TrimPrefix(link, "https://"), "http://"))
	}
	summary = withoutTitle(summary, title)
	e.Item = Item{
		Title:      article.Shorten(title, maxTitle),
		Summary:    article.Shorten(summary, maxSummary),
		Link:       link,
		Categories: categories(it.Categories),
	}
	e.Item.Picture, e.Item.PictureSays = picture(it, cmp.Or(pictureMarkup(it.Description), e.HTML), base)
	if t, err := article.ParseDate(e.RawDate, zone); err == nil {
		e.dateAt(t, now)
	}
	return e
}

// pictureMarkup returns a description that has a picture: it was chosen by hand.
func pictureMarkup(description string) string {
	if address, _ := article.FirstPicture(description); address == "" {
		return ""
	}
	return description
}

// itemLink finds an item's page: its link, else a guid that is an address.
func itemLink(it *gofeed.Item, base *url.URL) string {
	for _, l := range append([]string{it.Link}, it.Links...) {
		if strings.TrimSpace(l) == "" {
			continue
		}
		if link := article.Resolve(base, l); link != "" {
			return withoutTracking(link)
		}
	}
	return withoutTracking(article.Resolve(nil, it.GUID))
}

// extension finds an element by its local name, under whatever prefix or namespace
// the feed has put it.
func extension(all ext.Extensions, name string) string {
	for _, prefix := range slices.Sorted(maps.Keys(all)) {
		for _, e := range all[prefix][name] {
			if e.Value != "" {
				return e.Value
			}
		}
	}
	return ""
}

// turboContent finds turbo:content. Its name alone would not do: Media RSS has one too.
func turboContent(all ext.Extensions) string {
	for _, prefix := range slices.Sorted(maps.Keys(all)) {
		if !strings.Contains(prefix, "turbo") {
			continue
		}
		for _, e := range all[prefix]["content"] {
			if e.Value != "" {
				return e.Value
			}
		}
	}
	return ""
}

// alternates reads <atom:link rel="alternate" hreflang="…"> of an entry.
func alternates(all ext.Extensions, base *url.URL) map[string]string {
	found := make(map[string]string)
	for _, l := range all["atom"]["link"] {
		language, _, _ := strings.Cut(strings.ToLower(l.Attrs["hreflang"]), "-")
		if address := article.Resolve(base, l.Attrs["href"]); language != "" && address != "" && l.Attrs["rel"] == "alternate" {
			found[language] = address
		}
	}
	return found
}

// withoutTitle drops a title that the text repeats at its beginning.
func withoutTitle(text, title string) string {
	first, rest, _ := strings.Cut(text, "\n")
	if title != "" && strings.EqualFold(first, title) {
		return rest
	}
	return text
}

func categories(names []string) []string {
	var out []string
	for _, n := range names {
		if n = article.Shorten(article.OneLine(article.PlainText(n)), 100); n != "" && len(out) < 20 {
			out = append(out, n)
		}
	}
	return out
}
