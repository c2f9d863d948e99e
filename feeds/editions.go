package feeds

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// How far apart the dates of two editions may lie: where their addresses pair them,
// and where only a picture does.
const (
	numberApart  = 60 * 24 * time.Hour
	pictureApart = 48 * time.Hour
	pictureKept  = 2 * pictureApart // how long a picture is remembered
)

// spellings are how addresses write a language, where that is not its tag alone.
var spellings = map[string][]string{
	"ky": {"ky", "kg", "kyr"},
	"ru": {"ru", "rus"},
	"en": {"en", "eng"},
}

func spellingsOf(language string) []string {
	if s, ok := spellings[language]; ok {
		return s
	}
	return []string{language}
}

// Editions returns the same news in other languages, by language. What pairs two
// items is one of these, the first that finds a language deciding it, and nothing
// weaker: a wrong pairing is worse than none.
//
//  1. A page or a feed names the other by hreflang.
//  2. The two addresses differ in their language alone, and hold a number.
//  3. Both have the same picture, within two days, and no other item of either
//     language has it: else it is one that an editor puts everywhere.
//
// An edition that was withdrawn counts only for an item that was, too. ErrNotFound where there
// is no such item.
func (a *Archive) Editions(ctx context.Context, id string) (map[string]Item, error) {
	it, err := a.Item(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("editions: %w", err)
	}
	found := make(map[string]Item)
	for _, evidence := range []struct {
		ids   func(context.Context, Item) ([]string, error)
		apart time.Duration // 0 where dates don't matter
	}{{a.namedEditions, 0}, {a.numberedEditions, numberApart}, {a.picturedEditions, pictureApart}} {
		ids, err := evidence.ids(ctx, it)
		if err != nil {
			return nil, fmt.Errorf("editions of item %s: %w", id, err)
		}
		records, err := a.records(ctx, ids)
		if err != nil {
			return nil, fmt.Errorf("editions of item %s: %w", id, err)
		}
		accept(found, it, records, evidence.apart)
	}
	return found, nil
}

// accept takes over, for each language that was not found yet, its one candidate.
func accept(found map[string]Item, it Item, candidates map[string]stored, apart time.Duration) {
	byLanguage := make(map[string][]Item)
	for _, c := range candidates {
		near := apart == 0 || c.Published.Sub(it.Published).Abs() <= apart
		if there := it.Withdrawn || !c.Withdrawn; near && there && c.Language != it.Language {
			byLanguage[c.Language] = append(byLanguage[c.Language], c.Item)
		}
	}
	for language, items := range byLanguage {
		if _, known := found[language]; !known && len(items) == 1 {
			found[language] = items[0]
		}
	}
}

// namedEditions are the items that this one's page names, and those that name it.
func (a *Archive) namedEditions(ctx context.Context, it Item) ([]string, error) {
	members, err := a.rdb.SMembers(ctx, keyEditions(it.ID)).Result()
	if err != nil {
		return nil, err
	}
	naming, err := a.rdb.SMembers(ctx, keyEditions(placeOf(it.Language, it.Link))).Result()
	if err != nil {
		return nil, err
	}
	ids := naming
	for _, m := range members {
		language, key, isPlace := strings.Cut(m, "/")
		if !isPlace {
			ids = append(ids, m)
			continue
		}
		found := make(map[string][]string)
		if err := a.readIndex(ctx, language, []string{key}, found); err != nil {
			return nil, err
		}
		ids = append(ids, found[key]...)
	}
	return ids, nil
}

// placeOf names an address in a language, whether the archive has an item there or not.
func placeOf(language, link string) string {
	return language + "/" + keyOf(keyExact, addressOf(link).exact)
}

// noteAlternates remembers what a page says of its other languages, for both sides: the
// other may come later.
func (a *Archive) noteAlternates(ctx context.Context, it Item, alternates map[string]string) error {
	pipe := a.rdb.Pipeline()
	for language, link := range alternates {
		for tag, spelled := range spellings {
			if slices.Contains(spelled, language) {
				language = tag
			}
		}
		page := addressOf(link).exact
		if page == "" || language == it.Language || page == addressOf(it.Link).exact {
			continue
		}
		other := placeOf(language, link)
		for _, pair := range [][2]string{{it.ID, other}, {other, it.ID}} {
			pipe.SAdd(ctx, keyEditions(pair[0]), pair[1])
			pipe.Expire(ctx, keyEditions(pair[0]), articleKept)
		}
	}
	if pipe.Len() == 0 {
		return nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("editions of item %s: %w", it.ID, err)
	}
	return nil
}

// numberedEditions are those whose addresses differ from this one's in the language alone.
func (a *Archive) numberedEditions(ctx context.Context, it Item) ([]string, error) {
	languages, err := a.rdb.SMembers(ctx, keyLanguages).Result()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, language := range languages {
		if language == it.Language {
			continue
		}
		var keys []string
		for _, link := range translated(it.Link, it.Language, language) {
			keys = append(keys, keyOf(keyLoose, addressOf(link).loose))
			ids = append(ids, legacyLinkID(language, link))
		}
		found := make(map[string][]string)
		if err := a.readIndex(ctx, language, keys, found); err != nil {
			return nil, err
		}
		for _, key := range keys {
			ids = append(ids, found[key]...)
		}
	}
	return ids, nil
}

// aNumber finds what tells one page from another, and is no year.
var aNumber = regexp.MustCompile(`^\d+(?:-\D.*)?$`)

// translated returns the addresses that a page may have in another language: with
// that language's segment or parameter in place of its own, without one, or with one
// where it has none. An address without a number has none: words differ by language.
func translated(link, from, to string) []string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return nil
	}
	segments := strings.Split(strings.Trim(u.Path, "/"), "/")
	query := u.Query()
	own := func(s string) bool { return slices.Contains(spellingsOf(from), strings.ToLower(s)) }
	isNumber := func(s string) bool { return aNumber.MatchString(s) && !aYear.MatchString(s) }
	inQuery := ""
	numbered := isNumber(segments[len(segments)-1])
	for name, values := range query {
		numbered = numbered || isNumber(values[0])
		if own(values[0]) {
			inQuery = cmp.Or(inQuery, name)
		}
	}
	if !numbered {
		return nil
	}
	var links []string
	add := func(path []string, query url.Values) {
		other := *u
		other.Path, other.RawPath, other.RawQuery = "/"+strings.Join(path, "/"), "", query.Encode()
		links = append(links, other.String())
	}
	place := slices.IndexFunc(segments, own)
	for _, spelled := range spellingsOf(to) {
		switch {
		case inQuery != "":
			changed := u.Query()
			changed.Set(inQuery, spelled)
			add(segments, changed)
		case place >= 0:
			changed := slices.Clone(segments)
			changed[place] = spelled
			add(changed, query)
		default:
			add(append([]string{spelled}, segments...), query)
		}
	}
	if place == 0 && inQuery == "" {
		add(segments[1:], query)
	}
	return links
}

// picturedEditions are those that have the same picture, and alone in their language.
func (a *Archive) picturedEditions(ctx context.Context, it Item) ([]string, error) {
	picture := pictureFingerprint(it)
	if picture == "" {
		return nil, nil
	}
	owners, err := a.rdb.HGetAll(ctx, keyPicture(picture)).Result()
	if err != nil || owners[it.Language] != it.ID {
		return nil, err
	}
	var ids []string
	for language, id := range owners {
		if language != it.Language && id != pictureShared {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// pictureShared stands for the items of a language where several have one picture.
const pictureShared = "*"

// pictureFingerprint tells whether two items have the same picture; empty without one.
func pictureFingerprint(it Item) string {
	if it.Picture == "" {
		return ""
	}
	return hash("picture", addressOf(it.Picture).exact)
}
