package simulator

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func (p *htmlParser) startTag() error {
	begin := p.pos
	p.pos++
	name := strings.ToLower(p.word(""))
	if p.pos >= len(p.in) {
		return fmt.Errorf("Unclosed start tag at byte offset %d", begin)
	}
	if _, known := tags[name]; !known {
		return fmt.Errorf("Unsupported start tag %q at byte offset %d", name, begin)
	}
	tag := openTag{name: name, units: p.units, bytes: len(p.out)}
	for {
		p.skipSpace()
		if p.at(p.pos) == '>' {
			break
		}
		if err := p.attribute(&tag, begin); err != nil {
			return err
		}
	}
	p.pos++
	if name == "span" && tag.argument != "spoiler" {
		return fmt.Errorf("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	p.open = append(p.open, tag)
	return nil
}

func (p *htmlParser) attribute(tag *openTag, begin int) error {
	unclosed := func() error { return fmt.Errorf("Unclosed start tag %q at byte offset %d", tag.name, begin) }
	name := p.word(`=/"'`)
	if name == "" {
		return fmt.Errorf("Empty attribute name in the tag %q at byte offset %d", tag.name, begin)
	}
	p.skipSpace()
	if p.at(p.pos) != '=' {
		if p.pos >= len(p.in) {
			return unclosed()
		}
		if tag.name == "blockquote" && name == "expandable" {
			tag.argument = "1"
		}
		return nil
	}
	p.pos++
	p.skipSpace()
	if p.pos >= len(p.in) {
		return unclosed()
	}
	value, err := p.value()
	if err != nil {
		return err
	}
	if p.pos >= len(p.in) {
		return fmt.Errorf("Unclosed start tag at byte offset %d", begin)
	}
	tag.set(name, value)
	return nil
}

// value takes an attribute's value: quoted, or a word of letters, digits, . and -.
func (p *htmlParser) value() (string, error) {
	quote := p.at(p.pos)
	if quote != '"' && quote != '\'' {
		begin := p.pos
		for c := p.at(p.pos); isLetter(c) || '0' <= c && c <= '9' || c == '.' || c == '-'; c = p.at(p.pos) {
			p.pos++
		}
		if c := p.at(p.pos); !isSpace(c) && c != '>' {
			return "", fmt.Errorf("Unexpected end of name token at byte offset %d", begin)
		}
		return strings.ToLower(p.in[begin:p.pos]), nil
	}
	p.pos++
	var value []byte
	for p.pos < len(p.in) && p.in[p.pos] != quote {
		if p.in[p.pos] == '&' {
			if r, size := decodeReference(p.in[p.pos:]); size > 0 {
				value = utf8.AppendRune(value, r)
				p.pos += size
				continue
			}
		}
		value = append(value, p.in[p.pos])
		p.pos++
	}
	if p.pos < len(p.in) {
		p.pos++
	}
	return string(value), nil
}

func (t *openTag) set(name, value string) {
	switch t.name + " " + name {
	case "a href", "tg-emoji emoji-id", "tg-time unix":
		t.argument = value
	case "code class":
		if language, found := strings.CutPrefix(value, "language-"); found {
			t.argument = language
		}
	case "span class":
		if class, found := strings.CutPrefix(value, "tg-"); found {
			t.argument = class
		}
	case "blockquote expandable":
		t.argument = "1"
	}
}

func (p *htmlParser) endTag() error {
	begin := p.pos
	if len(p.open) == 0 {
		return fmt.Errorf("Unexpected end tag at byte offset %d", begin)
	}
	p.pos += 2
	name := strings.ToLower(p.word(""))
	p.skipSpace()
	if p.at(p.pos) != '>' {
		return fmt.Errorf("Unclosed end tag at byte offset %d", begin)
	}
	p.pos++
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return fmt.Errorf("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	if p.units == tag.units {
		return nil
	}
	return p.entity(tag)
}
