package feeds

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/text/encoding/htmlindex"

	"kabarchy/feeds/article"
	"kabarchy/feeds/fetch"
)

// sentences collects what is strange.
type sentences []string

func (s *sentences) note(is bool, what string, args ...any) {
	if is {
		*s = append(*s, fmt.Sprintf(what, args...))
	}
}

// oddFetch says what is strange about how a document comes.
func oddFetch(s Source, resp *fetch.Response, asked, pace time.Duration) []string {
	var odd sentences
	odd.note(s.OldTLS, "old_tls is set: anybody between the site and this machine could read and change what it says; ask its administrator to renew its TLS")
	odd.note(asked > pace, "it asks by ttl or Cache-Control to be left alone for %v: news must not wait so long, it is asked every %v", asked, pace)
	odd.note(resp.Validators.ETag == "" && resp.Validators.LastModified == "",
		"the site sends neither ETag nor Last-Modified: the whole document is fetched at every poll, which does no harm unless it is large")
	switch moved, err := url.Parse(resp.Moved); {
	case resp.Moved == "" || err != nil:
	case s.serves(moved):
		odd.note(true, "it has permanently moved to %s: put that into the url", resp.Moved)
	default:
		odd.note(true, "it has permanently moved to %s, on another host: it is followed only as long as the url leads there; if that is the ministry's, put it into the url", resp.Moved)
	}
	return odd
}

// oddDocument says what is strange about a document.
func oddDocument(d document) []string {
	var odd sentences
	odd.note(len(d.Entries) == 0, "it has no items: nothing will be published until one appears")
	odd.note(d.Cut, "it ends in the middle: its whole items are read, the rest at a later poll; a first poll that is cut archives them, and what comes with the rest is held")
	odd.note(d.Around != "", "the site prints %q around the feed: that is left out; its administrator should switch off PHP's display_errors", d.Around)
	odd.note(d.Broken > 0, "some letters are broken (%d): they are left out; the site cuts texts in the middle of a letter, or mixes charsets", d.Broken)
	odd.note(d.Clipped || len(d.Entries) > itemsKept, "it has more than %d items: the newest are read, by their dates or by where new ones appear", itemsKept)
	odd.note(d.Claimed != "" && !sameCharset(d.Claimed, d.Charset), "it says that it is in %s and is in %s: it is read as that", d.Claimed, d.Charset)
	odd.note(linkless(d.Entries), "most items share a link, or have none: they are known by guid or by text")
	files := 0
	for _, e := range d.Entries {
		if isFile(e.Item.Link) {
			files++
		}
	}
	odd.note(files > 0, "%d of %d links lead to files such as PDF: these are told by their title and link", files, len(d.Entries))
	return odd
}

// isFile reports whether an address looks like that of a file and not of a page.
func isFile(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".rtf", ".odt", ".zip":
		return true
	}
	return false
}

// oddArticle says what becomes of an article that can't be read.
func oddArticle(err error) string {
	switch {
	case errors.Is(err, fetch.ErrNotHTML):
		return "the first link leads to a file: such are told by their title and link"
	case errors.Is(err, errElsewhere):
		return "the first link leads to a host that is neither the url's nor under hosts: such are told by their title and link; if the host is the ministry's, put it under hosts"
	}
	return fmt.Sprintf("the first article can't be read (%v): such are told by their title after a few tries, one that is not there when it comes", err)
}

func sameCharset(a, b string) bool {
	x, errA := htmlindex.Get(a)
	y, errB := htmlindex.Get(b)
	return b == a || b == a+"le" || b == a+"be" || errA == nil && errB == nil && x == y // "utf-16" is either.
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
		odd = append(odd, fmt.Sprintf("its date %.60q is not understood or lies ahead: the moment it is first seen counts; the site should write dates such as Mon, 23 Nov 2026 10:00:00 +0600", e.RawDate))
	case e.Item.Published.After(now.Add(-time.Minute)):
		odd = append(odd, "its date is this very minute: the site may date it anew at every request")
	}
	switch {
	case e.Item.Link == "" && e.RawLink != "":
		odd = append(odd, fmt.Sprintf("its link %.80q can't be opened: readers get no button to the page; the site should write an address that begins with https://", e.RawLink))
	case e.Item.Link == "":
		odd = append(odd, "no link: readers get no button to the page")
	case article.RepairAddress(e.RawLink) != e.RawLink:
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
