package feeds

import (
	"crypto/sha256"
	"encoding/base32"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// identify gives each of a document's entries its ID. An ID is made of the source's
// language and the first of these that an entry has:
//
//  1. its link, in the form that linkKey gives it, unless the link is the site's
//     front page or several entries of the document share it;
//  2. its guid, unless several entries of the document share it;
//  3. its title and text.
//
// The link goes before the guid because editors' systems give new guids when they
// are moved, and change of a link only what linkKey leaves out. The date is in none:
// it moves.
func identify(language string, entries []entry) {
	links, guids := make(map[string]int), make(map[string]int)
	for _, e := range entries {
		links[linkKey(e.Item.Link)]++
		guids[e.GUID]++
	}
	for i := range entries {
		e := &entries[i]
		link := linkKey(e.Item.Link)
		switch {
		case link != "" && links[link] == 1:
			e.Item.ID = hash(language, "link", link)
		case e.GUID != "" && guids[e.GUID] == 1:
			e.Item.ID = hash(language, "guid", e.GUID)
		default:
			e.Item.ID = hash(language, "text", e.Item.Title, e.Item.Summary)
		}
	}
}

var (
	// tracking finds the parameters of a link that say where a reader came from.
	tracking = regexp.MustCompile(`(?i)^(?:utm_.*|wt_mc|mtm_.*|pk_.*|at_.*|_openstat|fbclid|gclid|yclid|ysclid|dclid|msclkid|igshid|mc_cid|mc_eid|ga_.*)$`)
	// visit finds those that differ from visit to visit, and that a site may need.
	visit = regexp.MustCompile(`(?i)^(?:from|ref|referrer|source|rss|phpsessid|jsessionid|sid|clear_cache)$`)
	// numbered finds a page's number before its slug. Less than four digits begin a
	// heading as well ("100-days"), and so does a year.
	numbered = regexp.MustCompile(`^(\d{4,})-\D`)
	aYear    = regexp.MustCompile(`^(?:19|20)\d\d$`)
)

// linkKey reduces a link to what stays the same when the page does: no scheme, no
// www, no default port, no fragment, no tracking parameters, the others in order, no
// index file, no slash at the end; of "728743-some-slug" the number. It is empty for
// what names no page: the site's front page.
func linkKey(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	query := u.Query()
	for name := range query {
		if tracking.MatchString(name) || visit.MatchString(name) {
			delete(query, name)
		}
	}
	dir, page := path.Split(path.Clean("/" + u.Path))
	if base, _, _ := strings.Cut(page, "."); base == "index" || base == "default" {
		dir, page = path.Split(path.Clean(dir))
	}
	if m := numbered.FindStringSubmatch(page); m != nil && !aYear.MatchString(m[1]) {
		page = m[1]
	}
	fragment := ""
	if strings.HasPrefix(u.Fragment, "!") || strings.HasPrefix(u.Fragment, "/") {
		fragment = "#" + u.Fragment // A page that a script draws.
	}
	rest := path.Join(dir, page)
	if rest == "/" && len(query) == 0 && fragment == "" {
		return ""
	}
	return host + rest + "?" + query.Encode() + fragment
}

// withoutTracking returns an address as it is shown to people.
func withoutTracking(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.RawQuery == "" {
		return address
	}
	var kept []string // As they were written, in their order.
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if name, _, _ := strings.Cut(pair, "="); !tracking.MatchString(name) {
			kept = append(kept, pair)
		}
	}
	u.RawQuery = strings.Join(kept, "&")
	return u.String()
}

// contentPrint tells whether an item changed: by its title, text, page and picture
// as a reader sees them. The date, the scheme, the parameters of a picture's address
// and white space are no content; they change without an editor's doing.
func contentPrint(it Item) string {
	picture := ""
	if u, err := url.Parse(it.Picture); err == nil && it.Picture != "" {
		picture = strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") + u.Path
	}
	return hash(oneLine(it.Title), oneLine(it.Summary), linkKey(it.Link), picture)
}

// textPrint tells whether two items say the same under different IDs. It is empty
// where there is only a title: "Vacancy" may well come twice.
func textPrint(it Item) string {
	if it.Summary == "" {
		return ""
	}
	return hash(it.Language, strings.ToLower(oneLine(it.Title)), strings.ToLower(oneLine(it.Summary)))
}

// base32Lower writes a-z and 2-7: safe in a link, in callback data and in a key.
var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// hash makes 16 characters of the given parts: 80 bits.
func hash(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		sum.Write([]byte(p))
		sum.Write([]byte{0})
	}
	return base32Lower.EncodeToString(sum.Sum(nil)[:10])
}
