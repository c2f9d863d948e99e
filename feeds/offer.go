package feeds

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"

	"kabarchy/feeds/article"
	"kabarchy/feeds/fetch"
)

// Offer is what a source says of who tells at once that it has news: WebSub, a recommendation of
// the W3C's (https://www.w3.org/TR/websub/#discovery).
type Offer struct {
	// Hubs are the addresses at which one subscribes, those with https first.
	Hubs []string `json:"hubs,omitempty"`
	// Topic is the address under which the hubs know the source.
	Topic string `json:"topic,omitempty"`
	// Foreign reports whether Topic is on no host of the source's: what is told of it says nothing
	// of the source.
	Foreign bool `json:"-"`
}

const (
	mostHubs       = 2    // of a source; the others would tell the same
	mostRead       = 10   // of which these are chosen
	longestOffered = 1000 // bytes of an address
)

// add takes in one link of a document or of its header.
func (o *Offer) add(base *url.URL, relations, address string) {
	address = strings.TrimSpace(address)
	if u, err := url.Parse(address); err != nil || !fetch.Followed(u) || u.User != nil {
		address = article.Resolve(base, address) // else it stays as it is written: the hub knows it so
	}
	if address == "" || len(address) > longestOffered {
		return
	}
	for relation := range strings.FieldsSeq(strings.ToLower(relations)) {
		switch {
		case relation == "hub" && len(o.Hubs) < mostRead && !slices.Contains(o.Hubs, address):
			o.Hubs = append(o.Hubs, address)
		case relation == "self" && o.Topic == "":
			o.Topic = address
		}
	}
}

// or is the offer, and what it lacks of another one.
func (o Offer) or(other Offer) Offer {
	if len(o.Hubs) == 0 {
		o.Hubs = other.Hubs
	}
	if o.Topic == "" {
		o.Topic = other.Topic
	}
	return o
}

// usable keeps the first hubs, those with https before the others; nothing where hubs or the topic are missing.
func (o Offer) usable() Offer {
	if len(o.Hubs) == 0 || o.Topic == "" {
		return Offer{}
	}
	open := func(hub string) int {
		if strings.HasPrefix(strings.ToLower(hub), "https:") {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(o.Hubs, func(a, b string) int { return open(a) - open(b) })
	o.Hubs = o.Hubs[:min(len(o.Hubs), mostHubs)]
	return o
}

// A Link header's links and, within one, its parameters (RFC 8288, section 3).
var (
	headerLink  = regexp.MustCompile(`<([^>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)`)
	headerParam = regexp.MustCompile(`;\s*([^\s=;,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?`)
)

// offerOfHeader reads the links of an HTTP header.
func offerOfHeader(links []string, base *url.URL) (o Offer) {
	for _, link := range headerLink.FindAllStringSubmatch(strings.Join(links, ", "), -1) {
		for _, param := range headerParam.FindAllStringSubmatch(link[2], -1) {
			if strings.EqualFold(param[1], "rel") {
				o.add(base, param[2]+param[3], link[1])
				break // a second one counts for nothing
			}
		}
	}
	return o
}

// offerOfFeed reads the links of a feed itself, and not of its entries.
func offerOfFeed(feed *gofeed.Feed, text []byte, base *url.URL) (o Offer) {
	if original, is := feed.OriginalFeed().(*atom.Feed); is {
		for _, l := range original.Links {
			o.add(base, l.Rel, l.Href)
		}
	}
	for _, prefix := range feed.Extensions {
		for _, l := range prefix["link"] {
			o.add(base, l.Attrs["rel"], l.Attrs["href"])
		}
	}
	if feed.FeedType == "json" {
		var said struct {
			Self string `json:"feed_url"`
			Hubs []struct{ Type, URL string }
		}
		_ = json.Unmarshal(text, &said) // it was read as a feed already
		o.add(base, "self", said.Self)
		for _, hub := range said.Hubs {
			if strings.EqualFold(hub.Type, "WebSub") {
				o.add(base, "hub", hub.URL)
			}
		}
	}
	return o
}

// offerOfPage reads the links in a page's head.
func offerOfPage(p *article.Page, base *url.URL) (o Offer) {
	for _, l := range p.HeadLinks() {
		o.add(base, l.Rel, l.Address)
	}
	return o
}

// Offers returns who tells at once of the news of each source, as its document said when it was
// last read; of a source that offers nothing, nothing.
func (a *Archive) Offers(ctx context.Context, sources []Source) (map[string]Offer, error) {
	offers := make(map[string]Offer)
	if len(sources) == 0 {
		return offers, nil
	}
	ids := make([]string, len(sources))
	for i, s := range sources {
		ids[i] = s.ID
	}
	states, err := a.rdb.HMGet(ctx, keySources, ids...).Result()
	if err != nil {
		return nil, fmt.Errorf("which hubs are offered: %w", err)
	}
	for i, s := range sources {
		raw, is := states[i].(string)
		if !is {
			continue
		}
		var state sourceState
		if err := json.Unmarshal([]byte(raw), &state); err != nil {
			return nil, fmt.Errorf("which hubs source %s offers: %w", s.ID, err)
		}
		if state.URL == s.URL && len(state.Offer.Hubs) > 0 {
			state.Offer.Foreign = !s.ownAddress(state.Offer.Topic)
			offers[s.ID] = state.Offer
		}
	}
	return offers, nil
}
