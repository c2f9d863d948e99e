package feeds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/article"
	"kabarchy/feeds/fetch"
	"kabarchy/feeds/repair"
)

const (
	retryPage   = 10 * time.Minute // when a page that could not be read is tried again
	maxPage     = 1 << 20          // bytes of a page
	minFeedText = 400              // characters that make a feed's text look whole
	acceptPage  = "text/html, application/xhtml+xml;q=0.9"
)

// errElsewhere says that a page is on a host that the configuration does not name.
var errElsewhere = errors.New("the page is on another host than its source")

// Article returns an item's text in full: as the desk wrote it or the feed held it, else
// from the item's page. Where neither can be had, it is the item's summary, and not Whole. Many may
// ask at once: the page is fetched once. ErrNotFound where there is no such item, or
// it was withdrawn.
func (p *Poller) Article(ctx context.Context, id string) (article.Article, error) {
	it, err := p.archive.Item(ctx, id)
	if err == nil && it.Withdrawn {
		err = ErrNotFound
	}
	if err != nil {
		return article.Article{}, fmt.Errorf("feeds: article: %w", err)
	}
	if a, err := p.archive.article(ctx, it); !errors.Is(err, ErrNotFound) {
		return a, err
	}
	s := p.sourceOf(it)
	if s == nil {
		return fromSummary(it), nil // Its source is configured no more.
	}
	if err := s.takeTurn(ctx); err != nil {
		return article.Article{}, err
	}
	defer s.endTurn()
	if a, err := p.archive.article(ctx, it); !errors.Is(err, ErrNotFound) {
		return a, err // Somebody fetched it while we waited.
	}
	return p.readArticle(ctx, s.Source, it)
}

// Kept returns an item's text in full as the archive has it, and fetches nothing.
// ErrNotFound where there is no such item, or nothing is kept of it yet.
func (p *Poller) Kept(ctx context.Context, id string) (article.Article, error) {
	it, err := p.archive.Item(ctx, id)
	if err == nil && it.Withdrawn {
		err = ErrNotFound
	}
	if err != nil {
		return article.Article{}, fmt.Errorf("feeds: kept article: %w", err)
	}
	return p.archive.article(ctx, it)
}

// sourceOf returns the source that may read an item's page: its own, or where that is
// configured no more, another on the same host.
func (p *Poller) sourceOf(it Item) *polled {
	if s, ok := p.sources[it.Source]; ok {
		return s
	}
	u, err := url.Parse(it.Link)
	if err != nil {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(p.sources)) {
		if p.sources[id].serves(u) {
			return p.sources[id]
		}
	}
	return nil
}

// readArticle reads an item's page and keeps what it finds. The source's turn is the caller's.
func (p *Poller) readArticle(ctx context.Context, s Source, it Item) (article.Article, error) {
	a, _, err := p.readPage(ctx, s, it.Link, it.Title, fetch.Validators{})
	if ctx.Err() != nil {
		return article.Article{}, ctx.Err()
	}
	kept := articleKept
	if err != nil || !a.Whole || utf8.RuneCountInString(a.Text()) < utf8.RuneCountInString(it.Summary)/2 {
		if err != nil && it.Link != "" {
			p.options.Log.Info("article not read", "source", s.ID, "item", it.ID, "error", err)
		}
		alternates := a.Alternates
		a, kept = fromSummary(it), retryPage
		a.Alternates = alternates
	}
	a.Title, a.Published = it.Title, it.Published
	if it.Picture != "" {
		a = a.WithPicture(it.Picture)
	}
	if err := p.archive.noteAlternates(ctx, it, a.Alternates); err != nil {
		return a, err
	}
	return a, p.archive.saveArticle(ctx, it, a, kept)
}

// readPage fetches a page and extracts its article. Of a page that is the one of known it
// returns an empty one. The page's own validators come back.
func (p *Poller) readPage(ctx context.Context, s Source, address, hint string, known fetch.Validators) (article.Article, fetch.Validators, error) {
	u, err := url.Parse(address)
	if err != nil || !s.serves(u) {
		return article.Article{}, known, errElsewhere
	}
	resp, err := p.fetcher.Get(ctx, fetch.Request{URL: address, Accept: acceptPage, Known: known, MaxBytes: maxPage, OldTLS: s.OldTLS, Page: true})
	if err != nil {
		return article.Article{}, known, err
	}
	if !s.serves(resp.URL) {
		return article.Article{}, known, errElsewhere // It was redirected.
	}
	if resp.Unchanged {
		return article.Article{}, known, nil
	}
	p.reading.Lock()
	defer p.reading.Unlock()
	text, _, err := repair.Decode(resp.Body, resp.MediaType)
	if err != nil {
		return article.Article{}, known, err
	}
	page, err := article.Parse(text, resp.URL, p.options.Zone)
	if err != nil {
		return article.Article{}, known, err
	}
	a := page.Article(hint)
	if questionMarks(a.Title) {
		return article.Article{}, known, errLetters
	}
	return a, resp.Validators, nil
}

// keepArticles keeps the articles of what a poll found: those that the document holds
// in full, and from their pages those that are announced, so that they are there when
// the first reader asks. The others are read when somebody asks.
func (p *Poller) keepArticles(ctx context.Context, s Source, items []change) {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	reads := 0
	for _, c := range items {
		if !c.content && c.announce == "" {
			continue
		}
		if err := p.archive.noteAlternates(ctx, c.Item, c.from.Alternates); err != nil {
			p.options.Log.Info("editions left unpaired", "source", s.ID, "item", c.ID, "error", err)
		}
		a, whole := c.from.Article, c.from.Article.Whole
		if !whole {
			a, whole = p.wholeInFeed(c.from, c.Item)
		}
		var err error
		switch {
		case whole:
			err = p.archive.saveArticle(ctx, c.Item, a, articleKept)
		case c.announce != "":
			if s.ownAddress(c.Link) { // Else no site is asked.
				if reads++; reads > 1 {
					err = pauseBetweenArticles(ctx)
				}
			}
			if err == nil {
				_, err = p.readArticle(ctx, s, c.Item)
			}
		}
		if err != nil {
			p.options.Log.Info("articles left for later", "source", s.ID, "item", c.ID, "error", err)
			return
		}
	}
}

// wholeInFeed makes the article of an entry whose text the document holds in full:
// it says so and is long, or longer than the excerpt beside it; or it is very long; or
// there is no page to read more on.
func (p *Poller) wholeInFeed(e entry, it Item) (article.Article, bool) {
	p.reading.Lock()
	defer p.reading.Unlock()
	text := article.PlainText(e.HTML)
	size := utf8.RuneCountInString(text)
	switch end := strings.TrimRight(text, " ]»\""); {
	case text == "":
		return article.Article{}, false
	case it.Link == "":
	case strings.HasSuffix(end, "…"), strings.HasSuffix(end, "..."):
		return article.Article{}, false
	case e.Full && (size >= minFeedText || size > utf8.RuneCountInString(it.Summary)+article.MinParagraph), size >= 4*minFeedText:
	default:
		return article.Article{}, false
	}
	a := article.FromMarkup(e.HTML, it.Link, article.Article{Title: it.Title, Published: it.Published, Picture: it.Picture}, p.options.Zone)
	return a, a.Whole
}

// article returns what there is of an item's present revision, as the desk wrote it or a
// page was read; ErrNotFound where nothing is.
func (a *Archive) article(ctx context.Context, it Item) (article.Article, error) {
	if len(it.Blocks) > 0 {
		return article.Article{Title: it.Title, Published: it.Published, Picture: it.Picture, Blocks: it.Blocks, Whole: true}, nil
	}
	raw, err := a.rdb.Get(ctx, keyArticle(it.ID, it.Revision)).Bytes()
	if errors.Is(err, redis.Nil) {
		return article.Article{}, fmt.Errorf("article of item %s: %w", it.ID, ErrNotFound)
	}
	var read article.Article
	if err == nil {
		err = json.Unmarshal(raw, &read)
	}
	if err != nil {
		return article.Article{}, fmt.Errorf("article of item %s: %w", it.ID, err)
	}
	return read, nil
}

func (a *Archive) saveArticle(ctx context.Context, it Item, read article.Article, kept time.Duration) error {
	raw, err := json.Marshal(read)
	if err != nil {
		return fmt.Errorf("keep the article of item %s: %w", it.ID, err)
	}
	if err := a.rdb.Set(ctx, keyArticle(it.ID, it.Revision), raw, kept).Err(); err != nil {
		return fmt.Errorf("keep the article of item %s: %w", it.ID, err)
	}
	return nil
}

// fromSummary makes an article of what the archive has of an item.
func fromSummary(it Item) article.Article {
	return article.Article{Title: it.Title, Published: it.Published, Picture: it.Picture, Blocks: article.Paragraphs(it.Summary)}
}
