package repair

import (
	"bytes"
	"slices"
	"strings"
)

// attributes copies a start tag's attributes, quoted and escaped, and reports whether
// the element is empty, and whether its tag ends at all.
func (m *repairer) attributes() (empty, whole bool) {
	for m.at < len(m.in) {
		switch c := m.in[m.at]; {
		case c == '>':
			m.at++
			return false, true
		case c == '/' && m.at+1 < len(m.in) && m.in[m.at+1] == '>':
			m.at += 2
			return true, true
		case nameStart(c):
			name := m.name(m.at)
			m.at += len(name)
			value := m.value()
			if strings.HasPrefix(name, "xmlns") {
				value = canonical(value)
			}
			if strings.HasPrefix(name, "xmlns") && !m.spaces[name] {
				if len(m.spaces) >= maxSpaces {
					continue
				}
				m.spaces[name] = true
			}
			m.out.WriteString(" " + name + `="`)
			escape(&m.out, value)
			m.out.WriteByte('"')
		default:
			m.at++
		}
	}
	return false, false
}

// void are the elements of HTML that hold nothing and have no end tag, but for those
// whose names feeds use for elements of their own.
var void = map[string]bool{"br": true, "hr": true, "img": true, "input": true, "wbr": true, "embed": true,
	"meta": true, "area": true, "base": true, "col": true, "param": true, "track": true}

// implied names for elements of HTML that need no end tag those that end where one
// begins.
var implied = map[string][]string{
	"p": {"p"}, "li": {"li"}, "tr": {"tr", "td", "th"}, "td": {"td", "th"}, "th": {"td", "th"},
	"dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "option": {"option"},
}

// around are the elements beyond which none is ended so.
var around = []string{"ul", "ol", "dl", "table", "div", "blockquote", "section"}

// endImplied ends the element that ends where an element of that name begins, if it
// lies within the elements from the least-th on.
func (m *repairer) endImplied(name string, least int) {
	ended := implied[strings.ToLower(name)]
	for i := len(m.open) - 1; i >= least && len(ended) > 0; i-- {
		switch open := strings.ToLower(m.open[i]); {
		case slices.Contains(ended, open):
			m.closeDownTo(i)
			return
		case slices.Contains(around, open):
			return
		}
	}
}

// vocabularies are the names of those that are read, by how they may be written wrongly:
// with https, with a slash at the end or without, in other letters.
var vocabularies = func() map[string]string {
	known := make(map[string]string)
	for _, name := range []string{
		"http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
		"http://purl.org/rss/1.0/", "http://purl.org/rss/1.0/modules/content/", "http://purl.org/dc/elements/1.1/",
		"http://search.yahoo.com/mrss/", "http://www.w3.org/1999/xhtml",
	} {
		known[bareName(name)] = name
	}
	return known
}()

// bareName drops from a vocabulary's name what sites write wrongly.
func bareName(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, scheme := range []string{"http://", "https://"} {
		name = strings.TrimPrefix(name, scheme)
	}
	return strings.TrimRight(name, "/")
}

// canonical writes a vocabulary's name as it should be.
func canonical(name []byte) []byte {
	if right, known := vocabularies[bareName(string(name))]; known {
		return []byte(right)
	}
	return name
}

// value reads what follows an attribute's name, which may be nothing.
func (m *repairer) value() []byte {
	rest := bytes.TrimLeft(m.in[m.at:], " \t\r\n")
	if len(rest) == 0 || rest[0] != '=' {
		return nil
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	end := 0
	if len(rest) > 0 && (rest[0] == '"' || rest[0] == '\'') {
		quote := rest[0]
		rest = rest[1:]
		if end = bytes.IndexByte(rest, quote); end < 0 {
			m.at = len(m.in)
			return nil
		}
		m.at = len(m.in) - len(rest) + end + 1
		return rest[:end]
	}
	if end = bytes.IndexAny(rest, " \t\r\n>"); end < 0 {
		end = len(rest)
	}
	m.at = len(m.in) - len(rest) + end
	return rest[:end]
}

// name reads an element's or attribute's name: with one colon at most, and that
// between two parts, as an XML parser wants it.
func (m *repairer) name(at int) string {
	end, colon := at, -1
	for ; end < len(m.in); end++ {
		c := m.in[end]
		if c == ':' && colon < 0 {
			colon = end
		} else if !nameStart(c) && (c < '0' || c > '9') && c != '-' && c != '.' {
			break
		}
	}
	if colon >= 0 && (colon+1 == end || !nameStart(m.in[colon+1])) {
		end = colon
	}
	return string(m.in[at:end])
}
