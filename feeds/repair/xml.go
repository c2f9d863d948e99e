package repair

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
)

// repairer rewrites a feed's XML in one pass, without recursion, so that what can be
// read is read: bare ampersands and angle brackets, stray, crossed and missing end
// tags, unquoted attributes, a lost end, what a script prints around the document. It
// drops what a feed has no use for and an attacker has: the document type with its
// entities, comments, instructions.
type repairer struct {
	in    []byte
	at    int // where in reads next
	out   bytes.Buffer
	open  []string // the names of the elements around at
	items int
	// pieces counts those of the present element of an item or of the feed.
	pieces int
	spaces map[string]bool // the declared prefixes
	// whole and wholeOpen are the output's length and the open elements after the
	// last whole item.
	whole     int
	wholeOpen []string
	atom      bool   // the root element is Atom's
	stranger  error  // says which element came first, where that was no feed's root
	before    []byte // what stands before the root element
}

// repairXML rewrites a decoded XML document. Its error is ErrTooDeep or wraps ErrNotFeed.
func repairXML(doc []byte) (Document, error) {
	m := &repairer{in: doc, spaces: make(map[string]bool)}
	m.out.Grow(len(doc))
	for m.at < len(m.in) {
		clipped, err := m.step()
		if err != nil {
			return Document{}, err
		}
		if clipped {
			m.cutBack()
			return Document{Text: joinHalves(m.out.Bytes()), Clipped: true}, nil
		}
	}
	if m.out.Len() == 0 {
		return Document{}, cmp.Or(m.stranger, errNoElements)
	}
	ended := len(m.open) == 0
	cut := m.cutBack()
	return Document{Text: joinHalves(m.out.Bytes()), Cut: cut, Ended: ended, Around: m.before}, nil
}

// step takes in one piece of markup or of text.
func (m *repairer) step() (clipped bool, err error) {
	rest := m.in[m.at:]
	switch {
	case rest[0] != '<':
		m.text()
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		m.cdata()
	case bytes.HasPrefix(rest, []byte("<!--")):
		m.skipPast("-->")
	case bytes.HasPrefix(rest, []byte("<?")):
		m.skipPast("?>")
	case bytes.HasPrefix(rest, []byte("<!")):
		if len(m.open) == 0 && len(rest) > 14 && bytes.EqualFold(rest[:14], []byte("<!doctype html")) {
			m.stranger = ErrHTML
		}
		m.doctype()
	case len(rest) > 2 && rest[1] == '/' && nameStart(rest[2]):
		m.endTag()
	case len(rest) > 1 && nameStart(rest[1]):
		return m.startTag()
	default:
		m.at++
		m.write("&lt;")
	}
	return false, nil
}

// write puts text out, except where no text can be: outside the root element.
func (m *repairer) write(s string) {
	if len(m.open) > 0 {
		m.out.WriteString(s)
	}
}

func (m *repairer) text() {
	end := bytes.IndexByte(m.in[m.at:], '<')
	if end < 0 {
		end = len(m.in) - m.at
	}
	if len(m.open) > 0 {
		escape(&m.out, m.in[m.at:m.at+end])
	}
	m.at += end
}

// cdata keeps a section as it is. One that never ends is where the document was cut.
func (m *repairer) cdata() {
	start := m.at + len("<![CDATA[")
	end := bytes.Index(m.in[start:], []byte("]]>"))
	if end < 0 {
		m.at = len(m.in)
		return
	}
	m.at = start + end + len("]]>")
	if m.pieces++; len(m.open) == 0 || m.pieces > maxPieces {
		return
	}
	m.out.WriteString("<![CDATA[")
	legal(&m.out, m.in[start:start+end])
	m.out.WriteString("]]>")
}

func (m *repairer) skipPast(mark string) {
	end := bytes.Index(m.in[m.at:], []byte(mark))
	if end < 0 {
		m.at = len(m.in)
		return
	}
	m.at += end + len(mark)
}

// doctype skips a document type with the entities it declares.
func (m *repairer) doctype() {
	depth := 0
	for ; m.at < len(m.in); m.at++ {
		switch m.in[m.at] {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				m.at++
				return
			}
		}
	}
}

func (m *repairer) endTag() {
	name := m.name(m.at + 2)
	end := bytes.IndexByte(m.in[m.at:], '>')
	if end < 0 {
		m.at = len(m.in)
		return
	}
	m.at += end + 1
	for i := len(m.open) - 1; i >= 0; i-- {
		if strings.EqualFold(m.open[i], name) {
			m.closeDownTo(i)
			return
		}
	}
	// It closes nothing that is open: left out.
}

// closeDownTo ends the open elements from the innermost to the i-th.
func (m *repairer) closeDownTo(i int) {
	for len(m.open) > i {
		name := m.open[len(m.open)-1]
		m.open = m.open[:len(m.open)-1]
		m.out.WriteString("</" + name + ">")
		if isItem(name) {
			m.items++
			m.whole, m.wholeOpen = m.out.Len(), slices.Clone(m.open)
		}
	}
}

// cutBack drops what came after the last whole item where another had begun, which
// it tells, and closes what is open.
func (m *repairer) cutBack() (cut bool) {
	if cut = m.inItem(); cut {
		m.out.Truncate(m.whole)
		m.open = m.wholeOpen
	}
	for i := len(m.open) - 1; i >= 0; i-- {
		m.out.WriteString("</" + m.open[i] + ">")
	}
	return cut
}

func (m *repairer) startTag() (clipped bool, err error) {
	name := m.name(m.at + 1)
	if len(m.open) == 0 {
		if root, err := m.rootTag(name); err != nil || !root {
			return false, err
		}
	}
	if isItem(name) {
		if m.items >= MaxItems {
			return true, nil
		}
		if i := slices.IndexFunc(m.open, isItem); i >= 0 {
			m.closeDownTo(i) // An item never holds another: its end tag is missing.
		}
	}
	level := m.level()
	m.endBefore(name, level)
	deep := len(m.open) >= maxDepth
	if deep && !m.inItem() {
		return false, ErrTooDeep
	}
	if m.pieces++; len(m.open) <= level {
		m.pieces = 0
	}
	mark := m.out.Len()
	m.at += 1 + len(name)
	m.out.WriteString("<" + name)
	empty, whole := m.attributes()
	if !whole || deep || m.pieces > maxPieces {
		m.out.Truncate(mark)
		return false, nil
	}
	m.begin(name, mark, level, empty)
	return false, nil
}

// rootTag reports whether an element outside of all others is the feed's own. Another one
// is passed over.
func (m *repairer) rootTag(name string) (root bool, err error) {
	if m.out.Len() > 0 {
		m.before = append(slices.Clip(m.before), m.in[m.at:]...)
		m.at = len(m.in) // Behind the root element nothing counts.
		return false, nil
	}
	local, err := checkRoot(name)
	if err == nil {
		m.atom, m.before = local == "feed", m.in[:m.at]
		return true, nil
	}
	if errors.Is(err, ErrHTML) && (local != "" || m.stranger == nil) {
		return false, err
	}
	m.stranger = cmp.Or(m.stranger, err)
	m.skipPast(">")
	return false, nil
}

// endBefore ends open elements that can't hold an element of that name.
func (m *repairer) endBefore(name string, level int) {
	if len(m.open) > level && m.endsText(m.open[level], name) {
		m.closeDownTo(level)
	}
	if len(m.open) > level {
		m.endImplied(name, level+1)
	}
}

// begin writes the rest of a start tag, which stands in the output from mark on, and what
// belongs to it.
func (m *repairer) begin(name string, mark, level int, empty bool) {
	switch {
	case !empty && m.field(name, mark):
	case empty || void[strings.ToLower(name)] && (len(m.open) > level || m.inItem()):
		m.out.WriteString("/>")
	default:
		m.out.WriteByte('>')
		m.open = append(m.open, name)
		if m.wholeOpen == nil {
			m.whole, m.wholeOpen = m.out.Len(), slices.Clone(m.open)
		}
	}
}

// level is how many elements are open where an element of an item begins, or one of
// the feed.
func (m *repairer) level() int {
	if i := slices.IndexFunc(m.open, isItem); i >= 0 {
		return i + 1
	}
	if len(m.open) > 1 && strings.EqualFold(m.open[1], "channel") {
		return 2
	}
	return 1
}

func (m *repairer) inItem() bool { return slices.ContainsFunc(m.open, isItem) }

func isItem(name string) bool {
	return strings.EqualFold(name, "item") || strings.EqualFold(name, "entry")
}

// checkRoot returns the local name of a feed's root element, or why it is none.
func checkRoot(name string) (string, error) {
	switch local := localName(name); local {
	case "rss", "rdf", "feed":
		return local, nil
	case "html", "head", "body":
		return local, ErrHTML
	case "title", "meta", "script", "style", "div", "center", "h1":
		return "", ErrHTML // If it comes first: a page that begins in the middle.
	}
	return "", &RootError{name}
}

// localName is an element's name without its prefix, in small letters.
func localName(name string) string {
	return strings.ToLower(name[strings.LastIndexByte(name, ':')+1:])
}
