package feeds

import (
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Archives of before the index have items whose IDs were made of what they showed: of
// the link, the guid or the text. Those items keep their IDs, and are found by making
// them once more; as soon as they are found they have keys like all others.

var (
	legacyVisit    = regexp.MustCompile(`(?i)^(?:from|ref|referrer|source|rss|phpsessid|jsessionid|sid|clear_cache)$`)
	legacyNumbered = regexp.MustCompile(`^(\d{4,})-\D`)
)

// legacyIDs returns the IDs that an entry had in such an archive.
func legacyIDs(e entry) []string {
	ids := []string{hash(e.Item.Language, "text", e.Item.Title, e.Item.Summary)}
	if link := legacyLinkKey(e.Item.Link); link != "" {
		ids = append(ids, legacyLinkID(e.Item.Language, e.Item.Link))
	}
	if e.GUID != "" {
		ids = append(ids, hash(e.Item.Language, "guid", e.GUID))
	}
	return ids
}

func legacyLinkID(language, link string) string {
	return hash(language, "link", legacyLinkKey(link))
}

// legacyLinkKey reduces a link as those archives did.
func legacyLinkKey(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if !slices.Contains([]string{"", "80", "443"}, u.Port()) {
		host += ":" + u.Port()
	}
	query := u.Query()
	maps.DeleteFunc(query, func(name string, _ []string) bool {
		return tracking.MatchString(name) || legacyVisit.MatchString(name)
	})
	dir, page := path.Split(path.Clean("/" + u.Path))
	if base, _, _ := strings.Cut(page, "."); base == "index" || base == "default" {
		dir, page = path.Split(path.Clean(dir))
	}
	if m := legacyNumbered.FindStringSubmatch(page); m != nil && !aYear.MatchString(m[1]) {
		page = m[1]
	}
	fragment := ""
	if strings.HasPrefix(u.Fragment, "!") || strings.HasPrefix(u.Fragment, "/") {
		fragment = "#" + u.Fragment
	}
	rest := path.Join(dir, page)
	if rest == "/" && len(query) == 0 && fragment == "" {
		return ""
	}
	return host + rest + "?" + query.Encode() + fragment
}
