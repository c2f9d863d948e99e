package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseHTML takes Telegram's HTML apart. What it refuses, and the words it refuses
// with, are TDLib's, byte offsets included.
func parseHTML(text string) (string, []Entity, error) {
	p := htmlParser{in: text, out: make([]byte, 0, len(text))}
	for p.pos < len(p.in) {
		var err error
		switch c := p.in[p.pos]; {
		case c == '&':
			p.reference()
		case c == '<' && p.at(p.pos+1) == '/':
			err = p.endTag()
		case c == '<':
			err = p.startTag()
		default:
			p.plain(p.pos)
		}
		if err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, fmt.Errorf("Can't find end tag corresponding to start tag %q", p.open[n-1].name)
	}
	sortEntities(p.entities)
	return string(p.out), p.entities, nil
}

type htmlParser struct {
	in       string
	pos      int
	out      []byte
	units    int // UTF-16 units in out
	open     []openTag
	entities []Entity
}

type openTag struct {
	name     string
	argument string // what its attributes say
	units    int    // where its text begins, in UTF-16 units
	bytes    int    // and in bytes of out
}

// tags that Telegram knows, and the entities they become.
var tags = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic",
	"u": "underline", "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
	"span": "spoiler", "tg-spoiler": "spoiler", "tg-emoji": "custom_emoji", "tg-time": "date_time",
	"a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
}

// at is the byte at i, 0 behind the end.
func (p *htmlParser) at(i int) byte {
	if i >= len(p.in) {
		return 0
	}
	return p.in[i]
}

// plain takes the text up to the next tag or reference behind from.
func (p *htmlParser) plain(from int) {
	end := len(p.in)
	if n := strings.IndexAny(p.in[from:], "<&"); n >= 0 {
		end = from + n
	}
	p.out = append(p.out, p.in[p.pos:end]...)
	p.units += utf16Length(p.in[p.pos:end])
	p.pos = end
}

func units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// reference takes a character reference, or the & as it stands.
func (p *htmlParser) reference() {
	r, size := decodeReference(p.in[p.pos:])
	if size == 0 {
		p.plain(p.pos + 1)
		return
	}
	p.out = utf8.AppendRune(p.out, r)
	p.units += units(r)
	p.pos += size
}

// decodeReference reads the character reference that s begins with. Only four have
// names, and the semicolon may be missing; size is 0 for anything else.
func decodeReference(s string) (r rune, size int) {
	end := 1
	if strings.HasPrefix(s, "&#") {
		end, base := 2, 10
		digits := "0123456789"
		if strings.HasPrefix(s, "&#x") {
			end, base, digits = 3, 16, "0123456789abcdefABCDEF"
		}
		start := end
		for end < len(s) && strings.IndexByte(digits, s[end]) >= 0 {
			end++
		}
		code, err := strconv.ParseUint(s[start:end], base, 32)
		if err != nil || code == 0 || code >= 0x10ffff || end >= 10 {
			return 0, 0
		}
		return rune(code), end + semicolon(s, end)
	}
	for end < len(s) && isLetter(s[end]) {
		end++
	}
	named := map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}
	if r, known := named[s[1:end]]; known {
		return r, end + semicolon(s, end)
	}
	return 0, 0
}

func semicolon(s string, at int) int {
	if at < len(s) && s[at] == ';' {
		return 1
	}
	return 0
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// isSpace takes the end of the text for a space, which ends every loop.
func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' || c == 0 }

func (p *htmlParser) skipSpace() {
	for p.pos < len(p.in) && isSpace(p.in[p.pos]) {
		p.pos++
	}
}

// word takes what stands before a space, a > or one of stop.
func (p *htmlParser) word(stop string) string {
	begin := p.pos
	for c := p.at(p.pos); !isSpace(c) && c != '>' && strings.IndexByte(stop, c) < 0; c = p.at(p.pos) {
		p.pos++
	}
	return p.in[begin:p.pos]
}

// entity notes what a closed tag means for the text inside it.
func (p *htmlParser) entity(tag openTag) error {
	e := Entity{Type: tags[tag.name], Offset: tag.units, Length: p.units - tag.units}
	switch tag.name {
	case "tg-time":
		at, err := strconv.ParseInt(tag.argument, 10, 32)
		if err != nil || at <= 0 {
			return nil
		}
		e.UnixTime = at
	case "tg-emoji":
		if id, err := strconv.ParseInt(tag.argument, 10, 64); err != nil || id == 0 {
			return fmt.Errorf("Invalid custom emoji identifier specified")
		}
		e.EmojiID = tag.argument
	case "blockquote":
		if tag.argument != "" {
			e.Type = "expandable_blockquote"
		}
	case "a":
		if e.URL = checkedLink(tag.argument, string(p.out[tag.bytes:])); e.URL == "" {
			return nil // a bad link silently loses itself
		}
	case "pre", "code":
		if p.joinPre(tag, e) {
			return nil
		}
		if tag.name == "code" {
			e.Language = tag.argument
		}
	}
	p.entities = append(p.entities, e)
	return nil
}

// joinPre makes one entity of a <pre> and a <code class="language-…"> around the same text.
func (p *htmlParser) joinPre(tag openTag, e Entity) bool {
	if len(p.entities) == 0 {
		return false
	}
	last := &p.entities[len(p.entities)-1]
	if last.Offset != e.Offset || last.Length != e.Length {
		return false
	}
	switch {
	case tag.name == "pre" && last.Type == "code" && last.Language != "":
		last.Type = "pre"
	case tag.name == "code" && last.Type == "pre" && tag.argument != "":
		last.Language = tag.argument
	default:
		return false
	}
	return true
}

// sortEntities orders entities as Telegram lists them, outer ones first. A language
// belongs to <pre> only.
func sortEntities(entities []Entity) {
	for i := range entities {
		if entities[i].Type == "code" {
			entities[i].Language = ""
		}
	}
	slices.SortStableFunc(entities, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
}

// byteOffset is where the n-th UTF-16 unit of s begins.
func byteOffset(s string, n int) int {
	for i, r := range s {
		if n <= 0 {
			return i
		}
		n -= units(r)
	}
	return len(s)
}

// utf16Length counts the UTF-16 units of a text, in which Telegram measures.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n += units(r)
	}
	return n
}
