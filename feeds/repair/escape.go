package repair

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// escape writes character data so that XML reads it back as it was meant: what is
// an entity stays one, and any other &, < or > stands for itself.
func escape(out *bytes.Buffer, text []byte) {
	text = joinHalves(text)
	for len(text) > 0 {
		i := bytes.IndexAny(text, `&<>"`)
		if i < 0 {
			legal(out, text)
			return
		}
		legal(out, text[:i])
		text = text[i:]
		if text[0] == '&' {
			text = text[reference(out, text):]
			continue
		}
		switch text[0] {
		case '<':
			out.WriteString("&lt;")
		case '>':
			out.WriteString("&gt;")
		case '"':
			out.WriteString("&#34;")
		}
		text = text[1:]
	}
}

// reference writes the entity that text begins with, or its & alone, and says how
// many bytes that took.
func reference(out *bytes.Buffer, text []byte) int {
	end := bytes.IndexByte(text[:min(len(text), 34)], ';')
	if end < 2 || !entity(text[1:end]) {
		out.WriteString("&amp;")
		return 1
	}
	switch name := string(text[1:end]); name {
	case "amp", "lt", "gt", "quot", "apos":
		out.Write(text[:end+1])
	default:
		if text[1] == '#' {
			number(out, name[1:])
			break
		}
		// An HTML entity: XML does not know it, and whoever reads the text as HTML does.
		out.WriteString("&amp;" + name + ";")
	}
	return end + 1
}

func entity(name []byte) bool {
	if name[0] == '#' {
		name = name[1:]
	}
	return !slices.ContainsFunc(name, func(c byte) bool { return !nameStart(c) && (c < '0' || c > '9') })
}

// number writes a numbered character, unless XML forbids it. What is no number is text.
func number(out *bytes.Buffer, digits string) {
	base := 10
	value := digits
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
		value, base = hex, 16
	}
	n, err := strconv.ParseInt(value, base, 32)
	switch {
	case err != nil:
		out.WriteString("&amp;#" + digits + ";")
	case allowed(rune(n)):
		out.WriteString("&#" + strconv.FormatInt(n, 10) + ";")
	}
}

// legal writes text without the characters that XML forbids.
func legal(out *bytes.Buffer, text []byte) {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if allowed(r) {
			out.Write(text[:size])
		}
		text = text[size:]
	}
}

// allowed reports whether XML 1.0 allows a character (section 2.2 of its specification).
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}

// asHTML writes a text so that it is read as HTML and shows as it is. It uses numbers:
// &lt; would look like HTML that was escaped once too often.
func asHTML(text string) string {
	return strings.NewReplacer("&", "&#38;", "<", "&#60;", ">", "&#62;").Replace(text)
}

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}
