package feeds

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kabarchy/feeds/article"
)

const (
	maxReads     = 20              // articles read in one poll
	articlePause = time.Second / 2 // between two of them
)

// pauseBetweenArticles waits before the next article, or returns why ctx is done.
func pauseBetweenArticles(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(articlePause):
		return nil
	}
}

// errLater says that an article waits for the next poll.
var errLater = errors.New("enough was read in this poll")

// completed are the entries of a list with their articles.
type completed struct {
	entries []entry
	whole   bool             // none is left for the next poll
	tried   map[string]tries // the pages that could not be read yet, by link
}

// complete reads the articles of those entries of a list that are not known yet, and a
// few of those that are, for what may have changed. An article that can't be read is left
// for the next poll, a few times; but on the first poll it is taken by its link's text, for
// what is not archived then would look new later.
func (p *Poller) complete(ctx context.Context, s *polled, entries []entry) (completed, error) {
	k, err := p.archive.know(ctx, s.Source, entries)
	if err != nil {
		return completed{}, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	p.noteReindexed(s.Source, k.reindexed)
	c := completed{whole: true, tried: make(map[string]tries)}
	again := s.pages.due(s.ID, entries, k, p.now())
	reads := 0
	for i, e := range entries {
		e.Is = k.atLink(i)
		if e.Is != "" && !again[i] {
			c.entries = append(c.entries, e)
			continue
		}
		a, err := article.Article{}, errLater
		if reads++; reads <= maxReads {
			if reads > 1 && pauseBetweenArticles(ctx) != nil {
				return completed{}, ctx.Err()
			}
			a, err = p.readListed(ctx, s, e)
		}
		switch {
		case ctx.Err() != nil:
			return completed{}, ctx.Err()
		case err == nil && a.Title != "":
			e.Is = ""
			c.entries = append(c.entries, withArticle(e, a, p.now()))
		case e.Is != "": // It is as it was, or its page can't be read just now.
			c.entries = append(c.entries, e)
		case k.state.untouched():
			c.entries = append(c.entries, byLink(e))
		default:
			t := k.state.Tried[e.Item.Link]
			if p.tellUnread(s.Source, e.Item.Link, &t, err) {
				c.entries = append(c.entries, byLink(e))
				continue
			}
			if c.whole = false; t.Count > 0 {
				c.tried[e.Item.Link] = t
			}
		}
	}
	return c, nil
}

// withArticle fills an entry with what its page says.
func withArticle(e entry, a article.Article, now time.Time) entry {
	e.Item.Title = article.Shorten(a.Title, maxTitle)
	e.Item.Summary = article.Shorten(a.Text(), maxSummary)
	e.Item.illustrate(a.Picture)
	if !a.Published.IsZero() {
		e.dateAt(a.Published, now)
	}
	e.Article, e.Alternates = a, a.Alternates
	return e
}

// byLink fills an entry with what its link says.
func byLink(e entry) entry {
	if e.Item.Title == "" {
		_, address, _ := strings.Cut(e.Item.Link, "://")
		e.Item.Title = article.Shorten(address, maxTitle)
	}
	return e
}
