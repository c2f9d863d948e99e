package feeds

import (
	"bytes"
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// minParagraph is the least text, in characters, that makes a paragraph of an article
// and not a label of the page's furniture.
const minParagraph = 40

// maxBlocks limits an article: nobody reads more in a chat.
const maxBlocks = 1000

var (
	// furniture finds, by class or id, what surrounds an article on its page.
	furniture = regexp.MustCompile(`(?i)(?:^|[-_ ])(?:menu|nav|navbar|navigation|breadcrumbs?|footer|header|sidebar|aside|share|sharing|social|soc|likes?|related|similar|comments?|pager|pagination|banner|cookies?|search|login|lang|languages?|print|tags?|popup|modal|widget|advert|ads?|subscribe)(?:$|[-_ ])`)
	// bodyName finds, likewise, what holds it.
	bodyName = regexp.MustCompile(`(?i)(?:content|article|news|text|detail|post|body|entry)`)
	// label finds the words of a page's furniture that stand alone in a line.
	label = regexp.MustCompile(`(?i)^[«<←\s]*(?:артка|назад|back|башкы бет|главная|home|бөлүшүү|поделиться|share|басып чыгаруу|распечатать|печать|версия для печати|print|кененирээк|толук окуу|подробнее|читать (?:далее|полностью)|read more|окуу|views?|просмотр(?:ов|ы)?:? ?\d*|көрүүлөр:? ?\d*)[»>→:\s]*$`)
	// afterword finds the headings behind which a page lists other things.
	afterword = regexp.MustCompile(`(?i)^(?:окшош|башка жаңылыктар|дагы окуңуз|похожие|читайте также|другие новости|по теме|комментари|related|read also|more news|see also|comments)`)
)

// dateWord finds the words that dates are written with, besides months.
var dateWord = regexp.MustCompile(`^(?:год|жыл|үчтүн|бирдин|жалган|чын|куран|баш|аяк|оона|тогуздун|жетинин|бештин|айы|utc|gmt|msk|kgt)`)

// page is an HTML page, parsed once.
type page struct {
	root *html.Node
	url  *url.URL
	zone *time.Location
}

// parsePage reads a page in UTF-8. A tree that the parser refuses, for it is too deep,
// is an error.
func parsePage(text []byte, address *url.URL, zone *time.Location) (*page, error) {
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	p := &page{root: root, url: address, zone: zone}
	if base := find(root, func(n *html.Node) bool { return n.DataAtom == atom.Base && attribute(n, "href") != "" }); base != nil {
		if u, err := url.Parse(absolute(address, attribute(base, "href"))); err == nil && u.Host != "" {
			p.url = u
		}
	}
	return p, nil
}

// extract finds the article on a page. hint is what is known of its title: from the
// feed, or from the link that led to it; it may be cut short, or empty.
func (p *page) extract(hint string) Article {
	a := Article{Alternates: p.alternates(), Picture: absolute(p.url, p.meta("og:image"))}
	if decoration.MatchString(a.Picture) {
		a.Picture = ""
	}
	a.Published = p.date()
	names := []string{hint, p.meta("og:title"), p.meta("twitter:title")}
	tagTitle := ""
	if t := find(p.root, func(n *html.Node) bool { return n.DataAtom == atom.Title }); t != nil {
		tagTitle = rawText(t)
	}
	body := find(p.root, func(n *html.Node) bool { return n.DataAtom == atom.Body })
	if body == nil {
		return a // A frameset.
	}
	prune(body)
	w := blockWriter{base: p.url, within: container(body)}
	w.node(body, style{kind: Paragraph})
	w.flush()
	a.Title = title(w.blocks, w.marks, names, tagTitle)
	p.fill(&a, w.blocks, w.marks)
	a.Picture = cmp.Or(a.Picture, p.pictureAround(w.within))
	return a
}

// pictureAround returns the first picture of the <article> in which a text stands: many
// pages put it above the title.
func (p *page) pictureAround(text *html.Node) string {
	for n := text; n != nil; n = n.Parent {
		if n.DataAtom != atom.Article {
			continue
		}
		img := find(n, func(n *html.Node) bool { return n.DataAtom == atom.Img && realPicture(n.Attr) != "" })
		if img == nil {
			return ""
		}
		return absolute(p.url, realPicture(img.Attr))
	}
	return ""
}

// fill takes the article's blocks, and what of its date and picture the page does not
// say in its head.
func (p *page) fill(a *Article, blocks []Block, marks []bool) {
	body := make([]Block, 0, len(blocks))
	begun, named, dated := false, false, !a.Published.IsZero()
	for i, b := range blocks {
		text := b.Text()
		switch {
		case begun:
		case b.Kind == Picture:
			if named { // What stands above title and date is the site's.
				a.Picture = b.Picture
			}
		case isDate(text, p.zone):
			if named = true; !dated {
				a.Published, _ = parseDate(text, p.zone) // The nearest counts: a site's header may tell today's.
			}
		case fold(text) == fold(a.Title):
			named = true
		}
		if !marks[i] {
			continue
		}
		if afterword.MatchString(text) && utf8.RuneCountInString(text) <= minParagraph {
			break
		}
		body = append(body, b)
		begun = begun || isBody(b) && fold(text) != fold(a.Title)
	}
	a.Blocks = trim(body, a.Title, p.zone)
	for _, b := range a.Blocks {
		if b.Kind == Picture {
			a.Picture = cmp.Or(a.Picture, b.Picture)
		}
	}
	a.Blocks = withoutPicture(a.Blocks, a.Picture)
	a.Whole = utf8.RuneCountInString(a.Text()) >= minParagraph
}

// fromFeed makes an article of a text that a feed holds. Text that the parser refuses,
// for its elements are nested too deep, becomes one without styles.
func fromFeed(markup string, it Item, zone *time.Location) (Article, bool) {
	base, err := url.Parse(it.Link)
	if err != nil || it.Link == "" {
		base = nil
	}
	a := Article{Title: it.Title, Published: it.Published, Picture: it.Picture}
	if root, err := html.Parse(strings.NewReader(markup)); err == nil {
		a.Blocks = withoutPicture(blocksOf(root, base), it.Picture)
	} else {
		a.Blocks = fromSummary(Item{Summary: plainText(markup)}).Blocks
	}
	a.Blocks = trim(a.Blocks, it.Title, zone)
	a.Whole = len(a.Blocks) > 0
	return a, a.Whole
}

// trim drops from both ends of an article what is the page's: labels such as "Back",
// the date, the title once more.
func trim(blocks []Block, title string, zone *time.Location) []Block {
	out := make([]Block, 0, len(blocks))
	begun := false
	for _, b := range blocks {
		text := b.Text()
		switch {
		case b.Kind == Picture:
		case label.MatchString(text):
			continue
		case fold(text) == fold(title) && title != "":
			continue // Nobody repeats a title in mid-text word for word.
		case !begun && isDate(text, zone):
			continue
		default:
			begun = true
		}
		out = append(out, b)
	}
	out = out[:min(len(out), maxBlocks)]
	for len(out) > 0 && trailing(out[len(out)-1]) {
		out = out[:len(out)-1]
	}
	return out
}

// trailing says whether a last block is a link to elsewhere.
func trailing(b Block) bool {
	links, all := b.linked()
	return b.Kind != Picture && links == all && all <= minParagraph
}

// isDate says whether a text is a date and hardly more: a weekday, "г.", "жыл".
func isDate(text string, zone *time.Location) bool {
	if utf8.RuneCountInString(text) > minParagraph {
		return false
	}
	if _, err := parseDate(text, zone); err != nil {
		return false
	}
	others := 0
	for _, w := range words(text) {
		if utf8.RuneCountInString(w) > 2 && monthOf(w) == 0 && !strings.ContainsAny(w, "0123456789") && !dateWord.MatchString(w) {
			others++
		}
	}
	return others <= 1
}

// isBody says whether a block is one that articles are made of.
func isBody(b Block) bool {
	links, all := b.linked()
	return b.Kind != Heading && b.Kind != Picture && all >= minParagraph && 2*links < all
}

// withoutPicture drops the picture that is shown beside the text.
func withoutPicture(blocks []Block, address string) []Block {
	out := blocks[:0]
	for _, b := range blocks {
		if b.Kind != Picture || b.Picture != address {
			out = append(out, b)
		}
	}
	return out
}

// partOf returns what the page calls itself, in its head or its first heading, where
// that is part of the words of the link: those of a whole card, with date and excerpt.
func partOf(hint string, names []string, blocks []Block) string {
	for _, b := range blocks {
		if b.Kind == Heading && b.Level == 1 {
			names = append(names, b.Text())
		}
	}
	for _, name := range names {
		name = oneLine(name)
		if whole, part := fold(hint), fold(name); utf8.RuneCountInString(name) >= minHeading && whole != part && strings.Contains(whole, part) {
			return name
		}
	}
	return ""
}

// title finds the article's title among what the page and its link say: a name that
// is not cut short, or the line that goes on where it was; a line that the page has
// twice; a heading or a bold line within the article; a heading above it; at last
// the longest part of the page's own title, of which the rest is the site's name.
func title(blocks []Block, marks []bool, names []string, tagTitle string) string {
	if part := partOf(names[0], names[1:], blocks); part != "" {
		return part
	}
	for _, name := range names {
		name = oneLine(name)
		cut := strings.TrimRight(name, ".… ")
		if name != "" && cut == name {
			return name
		}
		for _, b := range blocks {
			if text := b.Text(); len(cut) > 20 && strings.HasPrefix(fold(text), fold(cut)) {
				return text
			}
		}
	}
	times := make(map[string]int)
	for _, b := range blocks {
		times[b.Text()]++
	}
	inside, above := "", ""
	for i, b := range blocks {
		text := b.Text()
		switch {
		case b.Kind == Picture || len(text) <= 20 || label.MatchString(text):
			continue
		case times[text] > 1:
			return text
		case b.Kind == Heading && !marks[i]:
			above = text
		case b.Kind == Heading || isBold(b):
			inside = cmp.Or(inside, text)
		}
		if marks[i] && isBody(b) {
			break
		}
	}
	longest := ""
	for part := range strings.FieldsFuncSeq(tagTitle, func(r rune) bool { return r == '|' || r == '»' || r == '—' }) {
		if part = oneLine(part); len(part) > len(longest) {
			longest = part
		}
	}
	return cmp.Or(inside, above, longest)
}

func isBold(b Block) bool {
	return !slices.ContainsFunc(b.Spans, func(s Span) bool { return !s.Bold && s.Text != " " })
}
