package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxPacked is how often one body may be packed, and maxUnpacked how many bytes are made
// of it each time.
const (
	maxPacked   = 3
	maxUnpacked = 64 << 20
)

// ErrEncoding says that a body is packed in a way that nobody asked for.
var ErrEncoding = errors.New("it is packed in a way that is not understood")

// unpack returns what a body is when it is unpacked. What it is packed with is told by
// its first bytes: sites pack without saying so, say so without doing it, and pack
// twice. named is what the site says; anything but gzip and deflate is an error.
func unpack(body io.Reader, named string) (unpacked io.Reader, packed bool, err error) {
	r := bufio.NewReader(body)
	for range maxPacked {
		var next io.Reader
		head, err := r.Peek(4)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, false, err
		}
		err = nil
		switch {
		case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
			next, err = gzip.NewReader(r)
		case isZlib(head):
			next, err = zlib.NewReader(r)
		case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
			return nil, false, encodingError("zstd")
		}
		if err != nil {
			return nil, false, fmt.Errorf("unpack: %w", err)
		}
		if next == nil {
			break
		}
		r, packed = bufio.NewReader(io.LimitReader(next, maxUnpacked)), true
	}
	switch named = strings.ToLower(strings.TrimSpace(named)); {
	case packed, named == "", named == "identity", named == "gzip", named == "x-gzip", isText(r):
	case named == "deflate":
		return flate.NewReader(r), true, nil // As Microsoft understood RFC 2616.
	default:
		return nil, false, encodingError(named)
	}
	return r, packed, nil
}

func encodingError(named string) error {
	return fmt.Errorf("%w: %.20q; the site must pack with gzip, or not at all: its administrator can make it heed Accept-Encoding", ErrEncoding, named)
}

// isZlib recognises the header that RFC 1950 gives to deflate.
func isZlib(head []byte) bool {
	return len(head) > 1 && head[0] == 0x78 && (uint(head[0])<<8|uint(head[1]))%31 == 0
}

// isText reports whether a document begins as one that is not packed.
func isText(r *bufio.Reader) bool {
	head, _ := r.Peek(64)
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) == 0 || head[0] == '<' || head[0] == '{'
}

// ended reports whether an error at the end of a packed body is none: something stands
// behind what was packed.
func ended(err error, packed bool) bool { return packed && errors.Is(err, gzip.ErrHeader) }
