package repair

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// ErrEmpty says that a document has nothing in it.
var ErrEmpty = errors.New("the document is empty")

// declared finds the charset that a document names itself: in an XML declaration
// or in an HTML meta element.
var declared = regexp.MustCompile(`(?i)(?:encoding|charset)\s*=\s*["']?([a-z0-9_:.-]+)`)

// Decode turns a document into UTF-8 and says which charset it was in, or what UTF-8 was
// taken for that was written twice. What proves itself goes before what is claimed: the byte-order mark, UTF-8 that is valid (or
// as good as), the document's declaration, the HTTP header, and then the Cyrillic
// that the region's sites use without saying so.
func Decode(body []byte, mediaType string) (text []byte, charset string, err error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, "", ErrEmpty
	}
	if name, ok := wide(body); ok {
		return transcode(body, name)
	}
	sworn := isUTF8(declaration(body)) && isUTF8(header(mediaType))
	if nearlyUTF8(body, sworn) {
		body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
		if !utf8.Valid(body) { // A copy of the whole document is made only then.
			body = bytes.ToValidUTF8(body, []byte("\ufffd"))
		}
		if body, taken := readTwice(body); taken != "" {
			return body, "utf-8 taken for " + taken, nil
		}
		return body, "utf-8", nil
	}
	for _, name := range []string{declaration(body), header(mediaType)} {
		// UTF-8 and UTF-16 were ruled out above, whatever the claim.
		if e, err := htmlindex.Get(name); err == nil && e != unicode.UTF8 && !strings.HasPrefix(name, "utf") {
			return transcode(body, name)
		}
	}
	return transcode(body, cyrillic(body))
}

// Claimed is the charset that a document says it is in, itself or in its media type;
// empty where neither does.
func Claimed(body []byte, mediaType string) string {
	return cmp.Or(declaration(body), header(mediaType))
}

// wide recognises UTF-16 by its byte-order mark or by the zero bytes around the
// document's first character.
func wide(body []byte) (name string, ok bool) {
	switch {
	case bytes.HasPrefix(body, []byte{0xfe, 0xff}), bytes.HasPrefix(body, []byte{0, '<'}), bytes.HasPrefix(body, []byte{0, '{'}):
		return "utf-16be", true
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}), bytes.HasPrefix(body, []byte{'<', 0}), bytes.HasPrefix(body, []byte{'{', 0}):
		return "utf-16le", true
	}
	return "", false
}

// nearlyUTF8 allows for the odd broken byte, as where a title was cut in the middle
// of a letter. Text in another charset has next to no valid multi-byte letters. sworn
// says that document and header both claim UTF-8: then a byte or two prove nothing,
// in English text with hardly a letter of several bytes.
func nearlyUTF8(body []byte, sworn bool) bool {
	valid, broken := 0, 0
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && size == 1:
			broken++
		case size > 1:
			valid++
		}
		body = body[size:]
	}
	if sworn {
		return broken <= 2 || valid >= broken
	}
	return broken == 0 || valid > 10*broken
}

func isUTF8(charset string) bool { return charset == "utf-8" || charset == "utf8" }

// declaration returns the charset that a document claims to be in, also behind what a
// script has printed before it.
func declaration(body []byte) string {
	head := body[:min(len(body), 16<<10)]
	if at := bytes.Index(head, []byte("<?xml")); at > 0 {
		body = body[at:]
	}
	if m := declared.FindSubmatch(body[:min(len(body), 1024)]); m != nil {
		return strings.ToLower(string(m[1]))
	}
	return ""
}

func header(mediaType string) string {
	_, params, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return ""
	}
	return strings.ToLower(params["charset"])
}

// cyrillic tells windows-1251 from KOI8-R: each has its capitals where the other
// has its small letters, and text is mostly small letters.
func cyrillic(body []byte) string {
	low, high := 0, 0
	for _, b := range body {
		switch {
		case b >= 0xe0:
			high++
		case b >= 0xc0:
			low++
		}
	}
	if low > high {
		return "koi8-r"
	}
	return "windows-1251"
}

func transcode(body []byte, name string) ([]byte, string, error) {
	e, err := lookup(name)
	if err != nil {
		return nil, "", fmt.Errorf("charset %s: %w", name, err)
	}
	text, err := e.NewDecoder().Bytes(body)
	if err != nil {
		return nil, "", fmt.Errorf("charset %s: %w", name, err)
	}
	return bytes.ToValidUTF8(text, []byte("\ufffd")), name, nil
}

func lookup(name string) (encoding.Encoding, error) {
	switch name {
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	case "windows-1251":
		return charmap.Windows1251, nil
	}
	return htmlindex.Get(name)
}
