package feeds

import (
	"maps"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// address is a link reduced to what tells one page from another.
type address struct {
	// exact is the same for links that browsers and servers take for the same page: the
	// scheme, www, a default port, a slash at the end, percent-encoding, tracking
	// parameters and sessions don't count. It is empty for what names no page: the front page.
	exact string
	// loose lacks, too, what may say nothing of the page: a fragment, a parameter of the
	// visit, an index file, the slug beside a number.
	loose    string
	fragment string
	// numbered reports whether loose has a number in the place of a slug.
	numbered bool
	// counted is the place with the number alone that stands beside a slug, also a short one or
	// one that may be a date; empty without one. It only supports what titles say.
	counted string
	// section reports whether nothing in the link looks like one item's own: "/ru/vacancies".
	section bool
}

var (
	// tracking finds the parameters of a link that say where a reader came from, and that
	// of the same page in its AMP form.
	tracking = regexp.MustCompile(`(?i)^(?:utm_.*|wt_mc|mtm_.*|pk_.*|at_.*|_openstat|fbclid|gclid|yclid|ysclid|dclid|msclkid|igshid|mc_cid|mc_eid|ga_.*|amp)$`)
	// session finds the parameters that hold a visitor's session whatever their value,
	// and maybeSession those that do where the value looks drawn by lot: in PHP-Nuke
	// "sid=210" is the article.
	session      = regexp.MustCompile(`(?i)^(?:phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|cfid|cftoken|zenid|oscsid)$`)
	maybeSession = regexp.MustCompile(`(?i)^(?:s|sid|sess|session|sessid|session_?id|token)$`)
	// visit finds parameters that often differ from visit to visit.
	visit = regexp.MustCompile(`(?i)^(?:from|ref|referr?er|source|rss|clear_cache)$`)
	// lot is a value that looks drawn by lot.
	lot = regexp.MustCompile(`^[0-9A-Za-z_-]{16,}$`)
	// inPath finds a session in a path: "/news/77;jsessionid=8C2F", "/(S(kq3x))/news/77".
	inPath = regexp.MustCompile(`(?i);(?:jsessionid|phpsessid|sid)=[^/;]*|/\([A-Z]\([0-9a-z]+\)\)`)
	// numberFirst and numberLast find a page's number beside its slug.
	numberFirst = regexp.MustCompile(`^(\d{4,})[-_]\D`)
	numberLast  = regexp.MustCompile(`\D[-_](\d{4,})(?:\.\w+)?$`)
	// shortFirst and shortLast find any number there.
	shortFirst = regexp.MustCompile(`^(\d{2,})[-_]\D`)
	shortLast  = regexp.MustCompile(`\D[-_](\d{2,})(?:\.\w+)?$`)
	aYear      = regexp.MustCompile(`^(?:19|20)\d\d$`)
)

// addressOf reads a link. What is no absolute address gives an empty one.
func addressOf(link string) address {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return address{}
	}
	host := hostOf(u)
	query := u.Query()
	maps.DeleteFunc(query, ofVisit)
	place := path.Clean("/" + norm.NFC.String(inPath.ReplaceAllString(u.Path, "")))
	if page, ok := strings.CutSuffix(place, "/amp"); ok && page != "" {
		place = page
	}
	a := address{fragment: u.Fragment}
	if route := strings.TrimLeft(u.Fragment, "!"); strings.HasPrefix(route, "/") {
		a.fragment, place = "", place+"#"+u.Fragment // A page that a script draws.
	}
	if place == "/" && len(query) == 0 && a.fragment == "" {
		return address{}
	}
	a.exact = host + place + "?" + query.Encode()
	a.section = a.fragment == "" && isSection(place, query)
	a.loose, a.numbered = loosely(host, place, query)
	a.counted = countedIn(host, place)
	if a.fragment != "" {
		a.exact += "#" + a.fragment
	}
	return a
}

// ofVisit reports whether a parameter names who visits, or from where, and no page.
func ofVisit(name string, values []string) bool {
	return tracking.MatchString(name) || session.MatchString(name) || maybeSession.MatchString(name) && byLot(values[0])
}

// hostOf writes a host always alike: no www, no default port, one spelling of letters
// beyond ASCII.
func hostOf(u *url.URL) string {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	host = strings.TrimPrefix(host, "www.")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	return host
}

// loosely reduces an address to what hardly changes while the page stays.
func loosely(host, place string, query url.Values) (loose string, numbered bool) {
	dir, page := path.Split(place)
	if base, _, _ := strings.Cut(page, "."); strings.EqualFold(base, "index") || strings.EqualFold(base, "default") {
		dir, page = path.Split(path.Clean(dir))
	}
	for _, form := range []*regexp.Regexp{numberFirst, numberLast} {
		if m := form.FindStringSubmatch(page); m != nil && !likeDate(m[1]) {
			page, numbered = m[1], true
			break
		}
	}
	kept := make(url.Values)
	for name, values := range query {
		if !visit.MatchString(name) && !byLot(values[0]) {
			kept[name] = values
		}
	}
	return host + path.Join(dir, page) + "?" + kept.Encode(), numbered
}

// countedIn finds the number beside a slug that is no year.
func countedIn(host, place string) string {
	dir, page := path.Split(place)
	for _, form := range []*regexp.Regexp{shortFirst, shortLast} {
		if m := form.FindStringSubmatch(page); m != nil && !aYear.MatchString(m[1]) {
			return host + path.Join(dir, m[1])
		}
	}
	return ""
}

// byLot reports whether a value looks drawn by lot: long, of letters and digits mixed.
func byLot(value string) bool {
	digits := strings.IndexFunc(value, unicode.IsDigit) >= 0
	letters := strings.IndexFunc(value, unicode.IsLetter) >= 0
	return lot.MatchString(value) && digits && (letters || len(value) >= 24) && !strings.ContainsAny(value, "-")
}

// likeDate reports whether digits may be a date and so no article's number.
func likeDate(digits string) bool {
	for _, form := range []string{"20060102", "02012006", "060102", "020106", "200601", "0102", "0201", "2006"} {
		if len(digits) != len(form) {
			continue
		}
		if t, err := time.Parse(form, digits); err == nil && (t.Year() == 0 || t.Year() >= 1991 && t.Year() <= 2068) {
			return true
		}
	}
	return false
}

// isSection reports whether an address looks like the page of a section: it ends in one
// word, and there is no digit anywhere.
func isSection(place string, query url.Values) bool {
	for _, values := range query {
		if strings.ContainsFunc(values[0], unicode.IsDigit) {
			return false
		}
	}
	page := path.Base(place)
	parts := strings.FieldsFunc(page, func(r rune) bool { return strings.ContainsRune("-_. +", r) })
	if strings.ContainsFunc(page, unicode.IsDigit) || len(parts) > 1 {
		return false
	}
	code := strings.ContainsFunc(page, unicode.IsUpper) && strings.ContainsFunc(page, unicode.IsLower)
	return !code // In a short code such as "aBq" capitals count.
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

// pageKey returns a link as it is shown to people, and what is the same for all links to
// its page.
func pageKey(link string) (shown, key string) {
	shown = withoutTracking(link)
	return shown, addressOf(shown).exact
}
