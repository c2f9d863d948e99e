package feeds

import (
	"net/url"
	"slices"
	"testing"
	"time"
)

// TestWhichHubsAreOffered: by the header, by the document of each kind, by both; and what is no offer.
func TestWhichHubsAreOffered(t *testing.T) {
	t.Parallel()
	const item = "<item><title>Кабар</title></item>"
	rss := func(links string) string {
		return `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Т</title>` + links + item + `</channel></rss>`
	}
	both := `<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" type="application/rss+xml" href="https://site.example/ky/rss?a=1&amp;b=2"/>`
	tests := []struct {
		name, kind string
		links      []string
		body       string
		hubs       []string
		topic      string
	}{
		{"RSS", "", nil, rss(both), []string{"https://hub.example/"}, "https://site.example/ky/rss?a=1&b=2"},
		{"RSS with another prefix, which is not declared", "", nil, rss(`<a10:link rel="hub" href="/hub"/><a10:link rel="self" href="/rss"/>`), []string{"https://site.example/hub"}, "https://site.example/rss"},
		{"RSS of which only an item has them", "", nil, `<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><item><title>К</title>` + both + `</item></channel></rss>`, nil, ""},
		{"Atom, https before http, two at most", "", nil, `<feed xmlns="http://www.w3.org/2005/Atom"><title>Т</title><link rel="hub" href="http://a.example/"/><link rel="HUB" href="https://b.example/"/>
<link rel="hub" href="https://b.example/"/><link rel="hub" href="https://c.example/"/><link rel="self" href="https://site.example/a"/><link rel="self" href="https://site.example/second"/><entry><title>К</title></entry></feed>`,
			[]string{"https://b.example/", "https://c.example/"}, "https://site.example/a"},
		{"JSON", "", nil, `{"version":"https://jsonfeed.org/version/1.1","title":"Т","feed_url":"https://site.example/json","hubs":[{"type":"rssCloud","url":"https://cloud.example/"},{"type":"WebSub","url":"https://hub.example/"}],"items":[{"id":"1","title":"К"}]}`,
			[]string{"https://hub.example/"}, "https://site.example/json"},
		{"a page", KindPage, nil, `<head><title>Т</title><link rel=hub href="https://hub.example/"><link rel="self" href="/news"></head><a href="/1">Кабар кабар</a><link rel="hub" href="https://comment.example/">`,
			[]string{"https://hub.example/"}, "https://site.example/news"},
		{"the header before the document", "", []string{`<https://first.example/?a,b>; title="x; rel=\"no\""; rel="hub preload", </rss>; rel=self`, `<https://second.example/>;rel=hub`}, rss(both),
			[]string{"https://first.example/?a,b", "https://second.example/"}, "https://site.example/rss"},
		{"one by the header, one by the document", "", []string{`<https://first.example/>; rel="hub"`}, rss(both), []string{"https://first.example/"}, "https://site.example/ky/rss?a=1&b=2"},
		{"no topic", "", nil, rss(`<atom:link rel="hub" href="https://hub.example/"/>`), nil, ""},
		{"no address that is followed", "", nil, rss(`<atom:link rel="hub" href="ftp://hub.example/"/><atom:link rel="hub" href="https://user:word@hub.example/"/><atom:link rel="self" href="/rss"/>`), nil, ""},
		{"a header that is none", "", []string{`<<>>;;rel=hub, <https://hub.example/>; rel, rel=hub; <https://hub.example/>`, `<` + string(make([]byte, 2000)) + `>; rel=hub; rel=self`}, rss(""), nil, ""},
	}
	base, _ := url.Parse("https://site.example/ky/rss")
	for _, tt := range tests {
		d, err := understand([]byte(tt.body), "", Source{ID: "s", Kind: tt.kind, Links: `/\d$`}, base, time.UTC, time.Now())
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := offerOfHeader(tt.links, base).or(d.Offer).usable(); !slices.Equal(got.Hubs, tt.hubs) || got.Topic != tt.topic {
			t.Errorf("%s: %q, %q", tt.name, got.Hubs, got.Topic)
		}
	}
}

// TestWhoseTopicItIs: what hubs tell of another site's address says nothing of the source, however
// much it looks like its own.
func TestWhoseTopicItIs(t *testing.T) {
	t.Parallel()
	s := Source{ID: "s", URL: "https://minjust.example/rss", Hosts: []string{"press.example"}}
	for topic, own := range map[string]bool{
		"https://minjust.example/rss": true, "http://www.minjust.example/other": true, "https://MINJUST.example/": true, "https://press.example/rss": true,
		"https://minjust.example.evil.example/rss": false, "https://evil.example/minjust.example": false,
		"https://minjust.example@evil.example/rss": false, "https://evil.example#minjust.example": false,
		"https://minjust.example:8443/rss": false, "//evil.example/rss": false, "https:minjust.example": false, "": false,
		"https://minjust.example.:443/rss": false, "https://evil.example\\@minjust.example/": false,
	} {
		if got := s.ownAddress(topic); got != own {
			t.Errorf("%q: own is %t", topic, got)
		}
	}
}
