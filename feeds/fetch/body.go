package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
)

// read takes the body in and tells by its hash whether it is the known one.
func read(resp *http.Response, got *Response, r Request) error {
	if resp.ContentLength > r.MaxBytes {
		return fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, resp.ContentLength, r.MaxBytes)
	}
	expected := resp.ContentLength
	unpacked, packed, err := unpack(resp.Body, resp.Header.Get("Content-Encoding"))
	if err != nil {
		return err
	}
	if packed {
		expected = -1
	}
	// Nothing but its end says where such a body ends, and a server may forget to close.
	open := resp.ContentLength < 0 && len(resp.TransferEncoding) == 0 && resp.ProtoMajor == 1 && !packed
	body, err := readAll(unpacked, expected, r.MaxBytes, open)
	got.Size = len(body)
	switch {
	case int64(len(body)) > r.MaxBytes:
		return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, r.MaxBytes)
	case errors.Is(err, io.ErrUnexpectedEOF) && len(body) > 0, err != nil && hasEnd(body):
		got.Cut = true
	case err != nil && !ended(err, packed):
		return err
	}
	sum := sha256.Sum256(body)
	got.Validators = Validators{
		ETag:         resp.Header.Get("ETag"),
		LastModified: resp.Header.Get("Last-Modified"),
		Hash:         hex.EncodeToString(sum[:16]),
	}
	if !got.Cut && got.Validators.Hash == r.Known.Hash {
		got.Unchanged = true
		return nil
	}
	got.Body = body
	return nil
}

// readAll reads until the end, or one byte more than most. It takes no more memory
// than that, where io.ReadAll would take twice as much; expected is a hint, or -1. With
// toEnd the end of the document is enough.
func readAll(r io.Reader, expected, most int64, toEnd bool) ([]byte, error) {
	body := make([]byte, 0, max(expected, 512)+1)
	for int64(len(body)) <= most {
		if len(body) == cap(body) {
			body = append(make([]byte, 0, min(2*int64(cap(body)), most+1)), body...)
		}
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF || toEnd && hasEnd(body) {
			return body, nil
		}
		if err != nil {
			return body, err
		}
	}
	return body, nil
}

// rootEnd finds the end tag of a feed's root element, or of a page's.
var rootEnd = regexp.MustCompile(`(?i)</(?:\w+:)?(?:rss|feed|rdf|html)\s*>\s*$`)

// hasEnd reports whether a document has come to its end.
func hasEnd(body []byte) bool { return rootEnd.Match(body[max(0, len(body)-64):]) }
