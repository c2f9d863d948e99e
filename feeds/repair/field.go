package repair

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Titles end, where their end tag is missing, before one of these.
var afterTitle = []string{"link", "guid", "description", "pubdate", "author", "category", "enclosure", "comments", "image",
	"id", "updated", "published", "summary", "content", "encoded", "date", "language", "ttl", "item", "entry"}

// field takes in an element whose content is one text, tags and all, and reports whether
// this is one. Its start tag stands in the output from mark on.
//
//   - In a title, a tag is either mistaken for one or plain formatting: who reads it tells.
//   - Atom says by type whether < is a letter or begins a tag (RFC 4287, section 3.1);
//     without a type it is a letter, unless the text is full of what every site means as HTML.
//   - Atom 0.3 allows a text in base64.
//   - <xhtml:body> in RSS is the text in full.
func (m *repairer) field(name string, mark int) bool {
	if len(m.open) > m.level()+1 {
		return false // Deeper are no fields; and nothing must be searched through again and again.
	}
	local, start := localName(name), m.out.Bytes()[mark:]
	kind := strings.ToLower(attributeOf(start, "type"))
	typed := m.atom && slices.Contains([]string{"content", "summary", "title"}, local)
	switch {
	case typed && local != "title" && isBase64(kind, attributeOf(start, "mode")):
		m.retype(name, mark)
		m.cdataOf(unpacked(m.inner(name, "item", "entry"), kind))
	case typed && isLiteral(kind, local):
		at := m.at
		text := literal(m.inner(name, "item", "entry"))
		if kind == "" && knownMarkup.MatchString(text) {
			m.at = at
			return false
		}
		m.retype(name, mark)
		m.cdataOf(asHTML(text))
	case typed && strings.Contains(kind, "xhtml"):
		m.retype(name, mark)
		m.markup(m.inner(name, "item", "entry"))
	case local == "title":
		m.out.WriteByte('>')
		m.titleText(m.inner(name, afterTitle...))
	case m.isWhole(local):
		m.out.WriteByte('>')
		m.markup(m.inner(name, "item", "entry"))
	default:
		return false
	}
	m.out.WriteString("</" + name + ">")
	return true
}

// isWhole reports whether an element holds an item's whole text.
func (m *repairer) isWhole(local string) bool {
	return (local == "body" || local == "fullitem") && m.inItem() && len(m.open) == m.level()
}

// texts are the fields that hold a text, at times as naked HTML.
var texts = []string{"description", "summary", "content", "encoded", "full-text"}

// endsText reports whether an element can't be part of an open text: the text's end tag is
// missing. Of these names HTML has only link, which is empty there and has attributes.
func (m *repairer) endsText(open, name string) bool {
	if !slices.Contains(texts, localName(open)) || strings.HasPrefix(open, "media:") {
		return false
	}
	switch localName(name) {
	case "pubdate", "guid", "enclosure", "author", "category", "comments", "encoded", "full-text", "date", "creator", "id", "updated", "published":
		return true
	case "link":
		return bytes.HasPrefix(m.in[m.at+1+len(name):], []byte(">"))
	}
	return false
}

// inner takes in an element's content up to its end tag, or where that is missing to
// the end of the element around it, or to one that it can't hold.
func (m *repairer) inner(name string, never ...string) []byte {
	start := m.at
	for {
		next := bytes.IndexByte(m.in[m.at:], '<')
		if next < 0 {
			m.at = len(m.in)
			return m.in[start:]
		}
		m.at += next
		end := m.at
		switch rest := m.in[m.at:]; {
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			m.skipPast("]]>")
		case bytes.HasPrefix(rest, []byte("<!--")):
			m.skipPast("-->")
		case len(rest) > 2 && rest[1] == '/' && nameStart(rest[2]):
			switch closes := m.name(m.at + 2); {
			case strings.EqualFold(closes, name):
				m.skipPast(">")
				return m.in[start:end]
			case slices.ContainsFunc(m.open, func(open string) bool { return strings.EqualFold(open, closes) }):
				return m.in[start:end]
			}
			m.at += 2
		case len(rest) > 1 && nameStart(rest[1]) && slices.Contains(never, localName(m.name(m.at+1))):
			return m.in[start:end]
		default:
			m.at++
		}
	}
}

// pieces calls text for the parts of an element's content that are XML's text, and
// section for its CDATA sections; comments are left out.
func pieces(content []byte, text, section func([]byte)) {
	for len(content) > 0 {
		at := bytes.Index(content, []byte("<!"))
		mark, end := "", ""
		switch {
		case at < 0:
			at = len(content)
		case bytes.HasPrefix(content[at:], []byte("<![CDATA[")):
			mark, end = "<![CDATA[", "]]>"
		case bytes.HasPrefix(content[at:], []byte("<!--")):
			mark, end = "<!--", "-->"
		default:
			at += 2
		}
		text(content[:at])
		if content = content[at:]; mark == "" {
			continue
		}
		inside, rest, _ := bytes.Cut(content[len(mark):], []byte(end))
		if content = rest; end == "]]>" {
			section(inside)
		}
	}
}

// titleText writes a title's content without elements: its tags are text.
func (m *repairer) titleText(content []byte) {
	pieces(content, func(text []byte) { escape(&m.out, text) }, func(section []byte) {
		m.out.WriteString("<![CDATA[")
		legal(&m.out, section)
		m.out.WriteString("]]>")
	})
}

// prefixed finds the prefix of a tag's name.
var prefixed = regexp.MustCompile(`(</?)[A-Za-z_][\w.-]*:([A-Za-z])`)

// markup writes content that is HTML as text, from which the HTML can be read.
func (m *repairer) markup(content []byte) {
	if !bytes.Contains(content, []byte("<")) {
		escape(&m.out, content)
		return
	}
	var markup strings.Builder
	pieces(content, func(b []byte) { markup.Write(prefixed.ReplaceAll(b, []byte("$1$2"))) }, func(b []byte) { markup.Write(b) })
	m.cdataOf(markup.String())
}

// cdataOf writes a text as CDATA.
func (m *repairer) cdataOf(text string) {
	m.out.WriteString("<![CDATA[")
	legal(&m.out, []byte(strings.ReplaceAll(text, "]]>", "]]&gt;")))
	m.out.WriteString("]]>")
}

// reference finds a character that is written by its name or number.
var aReference = regexp.MustCompile(`&#?\w{1,32};`)

// literal is the text that an element's content stands for: once unescaped.
func literal(content []byte) string {
	var text strings.Builder
	pieces(content, func(b []byte) {
		text.WriteString(aReference.ReplaceAllStringFunc(string(joinHalves(b)), html.UnescapeString))
	}, func(b []byte) { text.Write(b) })
	return text.String()
}

// isLiteral reports whether an Atom text of this type is no HTML. That of a title without
// a type is told by its tags.
func isLiteral(kind, local string) bool {
	return kind == "text" || kind == "text/plain" || kind == "" && local != "title"
}

func isBase64(kind, mode string) bool {
	return strings.EqualFold(mode, "base64") || strings.HasSuffix(kind, ";base64") || kind == "application/octet-stream"
}

// unpacked reads base64, and returns it as HTML. What is no text is left out.
func unpacked(content []byte, kind string) string {
	packed := strings.Map(func(r rune) rune {
		if r <= ' ' || r == '=' {
			return -1
		}
		return r
	}, literal(content))
	text, err := base64.RawStdEncoding.DecodeString(packed)
	switch {
	case err != nil || !utf8.Valid(text):
		return ""
	case strings.Contains(kind, "plain") || kind == "text":
		return asHTML(string(text))
	}
	return string(text)
}

var (
	anAttribute = regexp.MustCompile(` (type|mode)="([^"]*)"`)
	// knownMarkup finds HTML that is meant as such.
	knownMarkup = regexp.MustCompile(`(?i)<(?:p|br|div|span|a|b|strong|i|em|ul|ol|li|img|h[1-6]|blockquote|table)(?:\s[^<>]*=[^<>]*|\s*/?)>`)
)

// attributeOf returns an attribute of a start tag as the repairer writes it: type or mode.
func attributeOf(start []byte, name string) string {
	for _, found := range anAttribute.FindAllSubmatch(start, -1) {
		if string(found[1]) == name {
			return strings.TrimSpace(string(found[2]))
		}
	}
	return ""
}

// retype ends a start tag, and says in it that its text is HTML.
func (m *repairer) retype(name string, mark int) {
	rest := anAttribute.ReplaceAll(bytes.Clone(m.out.Bytes()[mark+1+len(name):]), nil)
	m.out.Truncate(mark + 1 + len(name))
	m.out.WriteString(` type="html"`)
	m.out.Write(rest)
	m.out.WriteByte('>')
}
