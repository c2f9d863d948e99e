package article

import (
	"cmp"
	"regexp"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxBlocks limits an article: nobody reads more in a chat.
const maxBlocks = 1000

// afterword finds the headings behind which a page lists other things.
var afterword = regexp.MustCompile(`(?i)^(?:окшош|башка жаңылыктар|дагы окуңуз|похожие|читайте также|другие новости|по теме|комментари|related|read also|more news|see also|comments)`)

// Article finds the article on a page. hint is what is known of its title: from the
// feed, or from the link that led to it; it may be cut short, or empty.
func (p *Page) Article(hint string) Article {
	a := Article{Alternates: p.alternates(), Picture: Resolve(p.url, p.meta("og:image"))}
	if decoration.MatchString(a.Picture) {
		a.Picture = ""
	}
	a.Published = p.date()
	names, tagTitle := []string{hint, p.meta("og:title"), p.meta("twitter:title")}, p.Title()
	body := find(p.root, func(n *html.Node) bool { return n.DataAtom == atom.Body })
	if body == nil {
		return a // A frameset.
	}
	prune(body)
	w := blockWriter{base: p.url, within: container(body)}
	w.node(body, style{kind: Paragraph})
	w.flush()
	a.Title = headlineOf(w.blocks, w.marks, names, tagTitle)
	p.fill(&a, w.blocks, w.marks)
	a.Picture = cmp.Or(a.Picture, p.pictureAround(w.within))
	return a
}

// pictureAround returns the first picture of the <article> in which a text stands: many
// pages put it above the title.
func (p *Page) pictureAround(text *html.Node) string {
	for n := text; n != nil; n = n.Parent {
		if n.DataAtom != atom.Article {
			continue
		}
		img := find(n, func(n *html.Node) bool { return n.DataAtom == atom.Img && realPicture(n.Attr) != "" })
		if img == nil {
			return ""
		}
		return Resolve(p.url, realPicture(img.Attr))
	}
	return ""
}

// fill takes the article's blocks, and what of its date and picture the page does not
// say in its head.
func (p *Page) fill(a *Article, blocks []Block, marks []bool) {
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
				a.Published, _ = ParseDate(text, p.zone) // The nearest counts: a site's header may tell today's.
			}
		case Fold(text) == Fold(a.Title):
			named = true
		}
		if !marks[i] {
			continue
		}
		if afterword.MatchString(text) && utf8.RuneCountInString(text) <= MinParagraph {
			break
		}
		body = append(body, b)
		begun = begun || isBody(b) && Fold(text) != Fold(a.Title)
	}
	a.Blocks = trim(body, a.Title, p.zone)
	for _, b := range a.Blocks {
		if b.Kind == Picture {
			a.Picture = cmp.Or(a.Picture, b.Picture)
		}
	}
	a.Blocks = withoutPicture(a.Blocks, a.Picture)
	a.Whole = utf8.RuneCountInString(a.Text()) >= MinParagraph
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
		case Fold(text) == Fold(title) && title != "":
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

// trailing reports whether a last block is a link to elsewhere.
func trailing(b Block) bool {
	links, all := b.linked()
	return b.Kind != Picture && links == all && all <= MinParagraph
}
