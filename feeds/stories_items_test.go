package feeds

import (
	"encoding/xml"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fields are an item's, by their names in a story.
type fields map[string]any

// knownFields are those that an item may have.
var knownFields = []string{"like", "title", "text", "link", "guid", "permalink", "ago", "at", "date", "full", "picture", "more", "n", "step"}

// text returns a field as text; empty where it is missing.
func (f fields) text(name string) string {
	if f[name] == nil {
		return ""
	}
	return fmt.Sprint(f[name])
}

// items resolves an entry of a step's items: a name, or a map that may be like another.
func (s *story) items(entry any) ([]fields, error) {
	var f fields
	var err error
	switch entry := entry.(type) {
	case string:
		f, err = s.named(entry, 0)
	case map[string]any:
		f, err = s.like(entry, 0)
	default:
		err = fmt.Errorf("%v is no item", entry)
	}
	if err != nil || f["n"] == nil {
		return []fields{f}, err
	}
	return f.numbered()
}

func (s *story) named(name string, depth int) (fields, error) {
	f, ok := s.Let[name]
	if !ok || depth > 10 {
		return nil, fmt.Errorf("no item is called %q", name)
	}
	return s.like(f, depth+1)
}

// like returns an item with what it takes over from another.
func (s *story) like(f fields, depth int) (fields, error) {
	merged := make(fields)
	if name := f.text("like"); name != "" {
		base, err := s.named(name, depth)
		if err != nil {
			return nil, err
		}
		maps.Copy(merged, base)
	}
	for name, value := range f {
		if !slices.Contains(knownFields, name) {
			return nil, fmt.Errorf("item: unknown key %s", name)
		}
		if dates := []string{"ago", "at", "date"}; slices.Contains(dates, name) {
			for _, other := range dates {
				delete(merged, other)
			}
		}
		merged[name] = value
		if value == nil || value == "" {
			delete(merged, name)
		}
	}
	delete(merged, "like")
	return merged, nil
}

// numbered makes the items of one with a range, such as n: 30..1.
func (f fields) numbered() ([]fields, error) {
	from, to, _ := strings.Cut(f.text("n"), "..")
	first, err := strconv.Atoi(from)
	if err != nil {
		return nil, fmt.Errorf("n: %w", err)
	}
	last, err := strconv.Atoi(to)
	if err != nil {
		return nil, fmt.Errorf("n: %w", err)
	}
	pace := 1
	if last < first {
		pace = -1
	}
	var list []fields
	for n := first; ; n += pace {
		it := maps.Clone(f)
		delete(it, "n")
		for name, value := range it {
			if text, ok := value.(string); ok {
				it[name] = strings.ReplaceAll(text, "{n}", strconv.Itoa(n))
			}
		}
		it["place"] = len(list)
		list = append(list, it)
		if n == last {
			return list, nil
		}
	}
}

// date returns an item's date as RSS writes it; empty without one.
func (f fields) date(start time.Time) (string, error) {
	if f["date"] != nil {
		return f.text("date"), nil
	}
	older, sign := f["at"], time.Duration(1)
	if older == nil {
		older, sign = f["ago"], -1
	}
	if older == nil {
		return "", nil
	}
	d, err := parseSpan(fmt.Sprint(older))
	if err != nil {
		return "", err
	}
	t := start.Add(sign * d)
	if place, ok := f["place"].(int); ok && f["step"] != nil {
		step, err := parseSpan(f.text("step"))
		if err != nil {
			return "", err
		}
		t = t.Add(-time.Duration(place) * step)
	}
	return t.Format(time.RFC1123Z), nil
}

// onSite resolves an address that begins with a slash.
func onSite(address string) string {
	if strings.HasPrefix(address, "/") {
		return "{SITE}" + address
	}
	return address
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return strings.NewReplacer("&#xA;", "\n", "&#x9;", "\t").Replace(b.String())
}

const feedHead = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xmlns:yandex="http://news.yandex.ru" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Министерство</title><link>{SITE}/</link>
`

// document renders what an address shows.
func (s *Shown) document(start time.Time) (string, error) {
	if s.Raw != nil {
		return *s.Raw, nil
	}
	var b strings.Builder
	b.WriteString(s.Before)
	head, tail, write := feedHead+s.Channel, "</channel></rss>\n", fields.writeFeed
	if s.page {
		head = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Министерство</title></head><body><nav><a href="/">Главная</a> <a href="/contacts">Контакты</a></nav><main><ul>` + "\n"
		tail, write = "</ul></main><footer>© Министерство</footer></body></html>\n", fields.writeList
	}
	b.WriteString(head)
	for i, it := range s.rendered {
		if s.CutAfter != nil && i == *s.CutAfter {
			b.WriteString("<item><title>" + escaped(it.text("title")))
			return b.String(), nil
		}
		if err := write(it, &b, start); err != nil {
			return "", err
		}
	}
	b.WriteString(tail + s.Behind)
	return b.String(), nil
}

// writeFeed writes an item of a feed.
func (f fields) writeFeed(b *strings.Builder, start time.Time) error {
	date, err := f.date(start)
	if err != nil {
		return err
	}
	b.WriteString("<item>")
	for _, element := range []struct{ name, attributes, content string }{
		{"title", "", escaped(f.text("title"))},
		{"link", "", escaped(onSite(f.text("link")))},
		{"guid", permalink(f), escaped(onSite(f.text("guid")))},
		{"description", "", escaped(f.text("text"))},
		{"content:encoded", "", cdata(f.text("full"))},
		{"enclosure", enclosed(f), ""},
		{"pubDate", "", date},
	} {
		if element.content != "" || element.attributes != "" && element.name == "enclosure" {
			fmt.Fprintf(b, "<%s%s>%s</%[1]s>", element.name, element.attributes, element.content)
		}
	}
	b.WriteString(f.text("more") + "</item>\n")
	return nil
}

func permalink(f fields) string {
	if f["permalink"] == nil {
		return ""
	}
	return fmt.Sprintf(` isPermaLink="%v"`, f["permalink"])
}

func enclosed(f fields) string {
	if f["picture"] == nil {
		return ""
	}
	return fmt.Sprintf(` url="%s" type="image/jpeg" length="1000"`, escaped(onSite(f.text("picture"))))
}

func cdata(text string) string {
	if text == "" {
		return ""
	}
	return "<![CDATA[" + text + "]]>"
}

// writeList writes an item of a page source.
func (f fields) writeList(b *strings.Builder, start time.Time) error {
	date, err := f.date(start)
	if err != nil {
		return err
	}
	b.WriteString("<li>")
	if date != "" {
		fmt.Fprintf(b, `<span class="date">%s</span> `, date)
	}
	fmt.Fprintf(b, `<a href="%s">%s</a>`, escaped(onSite(f.text("link"))), escaped(f.text("title")))
	if f["text"] != nil {
		fmt.Fprintf(b, " <p>%s</p>", escaped(f.text("text")))
	}
	b.WriteString(f.text("more") + "</li>\n")
	return nil
}

// pageShown is an article's page.
type pageShown struct {
	status            int
	body, contentType string
}

// pageParts is a page as a story writes it, when it does not write it in full.
type pageParts struct {
	Title, Date, Picture, Head, Body string
	Text                             []string
	ContentType                      string `yaml:"content_type"`
}

func (p *pageShown) UnmarshalYAML(decode func(any) error) error {
	p.status, p.contentType = 200, "text/html; charset=utf-8"
	if err := decode(&p.status); err == nil {
		return nil
	}
	if err := decode(&p.body); err == nil {
		return nil
	}
	var parts pageParts
	if err := decode(&parts); err != nil {
		return err
	}
	if parts.ContentType != "" {
		p.contentType = parts.ContentType
	}
	if p.body = parts.Body; p.body == "" && parts.Title != "" {
		p.body = parts.plain()
	}
	return nil
}

// plain is a page made of its parts.
func (parts pageParts) plain() string {
	var b strings.Builder
	title := escaped(parts.Title)
	fmt.Fprintf(&b, `<!DOCTYPE html><html><head><meta charset="utf-8"><title>%s | Министерство</title>%s</head><body><nav><a href="/">Главная</a> <a href="/contacts">Контакты</a></nav><main><article><h1>%s</h1>`, title, parts.Head, title)
	if parts.Date != "" {
		fmt.Fprintf(&b, `<p class="date">%s</p>`, escaped(parts.Date))
	}
	if parts.Picture != "" {
		fmt.Fprintf(&b, `<img src="%s">`, escaped(onSite(parts.Picture)))
	}
	for _, paragraph := range parts.Text {
		fmt.Fprintf(&b, "<p>%s</p>", escaped(paragraph))
	}
	b.WriteString("</article></main><footer>© Министерство</footer></body></html>\n")
	return b.String()
}

var (
	repeated = regexp.MustCompile(`\{repeat:(\d+):([^{}]*)\}`)
	odd      = regexp.MustCompile(`\{odd:([^{}|]*)\|([^{}]*)\}`)
)

// fill replaces the placeholders of a text.
func fill(text string, request int, now time.Time, site, other string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	text = repeated.ReplaceAllStringFunc(text, func(found string) string {
		m := repeated.FindStringSubmatch(found)
		n, _ := strconv.Atoi(m[1])
		return strings.Repeat(m[2], n)
	})
	text = odd.ReplaceAllString(text, "${"+strconv.Itoa(2-request%2)+"}")
	return strings.NewReplacer("{SITE}", site, "{OTHER}", other, "{poll}", strconv.Itoa(request),
		"{now}", now.Format(time.RFC1123Z)).Replace(text)
}
