package backup

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
)

// writer writes a file: a header, lines, and a trailer.
type writer struct {
	zip   *gzip.Writer
	to    *bufio.Writer
	sum   hash.Hash
	json  *json.Encoder
	wrote trailer
}

func newWriter(w io.Writer, h Header) (*writer, error) {
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	out := &writer{zip: zip, to: bufio.NewWriterSize(zip, 1<<16), sum: sha256.New()}
	out.json = json.NewEncoder(io.MultiWriter(out.to, out.sum))
	out.json.SetEscapeHTML(false)
	return out, out.json.Encode(h)
}

func (w *writer) write(l line) error {
	if len(l.Values) == 0 {
		return nil
	}
	w.wrote.Lines++
	w.wrote.Values += len(l.Values)
	return w.json.Encode(l.encoded())
}

func (w *writer) close() error {
	w.wrote.End, w.wrote.SHA256 = true, hex.EncodeToString(w.sum.Sum(nil))
	return errors.Join(w.json.Encode(w.wrote), w.to.Flush(), w.zip.Close())
}

// What may be wrong with a file.
var (
	errForeign = errors.New("it is no backup of kabarchy")
	errNewer   = errors.New("a newer release wrote it: restore it with that one")
	errCut     = errors.New("its end is missing: it was not written to the end, or cut on the way; take another one")
	errChanged = errors.New("it is not as it was written; take another one")
)

// mostInLine bounds a line: no value in Redis comes near it.
const mostInLine = 64 << 20

// lines reads a file, and hands each line between header and trailer to take, decoded and
// checked. It returns an error for a file that is not whole, or not as it was written.
func lines(r io.Reader, head func(Header) error, take func(line) error) error {
	zip, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return errForeign
	}
	scanner := bufio.NewScanner(zip)
	scanner.Buffer(make([]byte, 1<<20), mostInLine)
	if !scanner.Scan() {
		return broken(scanner.Err(), errForeign)
	}
	h, err := readHeader(scanner.Bytes())
	if err == nil {
		err = head(h)
	}
	if err != nil {
		return err
	}
	var odd error // the first line that this release does not know, should the rest be as it was
	sum := sha256.New()
	add(sum, scanner.Bytes())
	for scanner.Scan() {
		if bytes.HasPrefix(scanner.Bytes(), []byte(`{"end":`)) {
			if err := ends(scanner, sum); err != nil {
				return err
			}
			return odd
		}
		add(sum, scanner.Bytes())
		l, err := readLine(scanner.Bytes())
		if odd == nil {
			odd = err
		}
		if odd != nil {
			continue // whether it was changed is known at the end
		}
		if err := take(l); err != nil {
			return err
		}
	}
	return broken(scanner.Err(), errCut)
}

func add(sum hash.Hash, text []byte) {
	sum.Write(text)
	sum.Write([]byte("\n"))
}

// readHeader reads a file's first line.
func readHeader(text []byte) (h Header, err error) {
	if json.Unmarshal(text, &h) != nil || h.Kabarchy != magic {
		return h, errForeign
	}
	if h.Format > format {
		return h, fmt.Errorf("it is of format %d, and this release knows %d: %w", h.Format, format, errNewer)
	}
	return h, nil
}

func readLine(text []byte) (l line, err error) {
	if json.Unmarshal(text, &l) != nil {
		return l, errChanged
	}
	if err = l.decode(); err == nil {
		err = l.check()
	}
	return l, err
}

// ends compares the trailer's sum with that of what was read. Nothing may follow it.
func ends(scanner *bufio.Scanner, sum hash.Hash) error {
	var said trailer
	if json.Unmarshal(scanner.Bytes(), &said) != nil {
		scanner.Scan()
		return broken(scanner.Err(), errChanged)
	}
	if said.SHA256 != hex.EncodeToString(sum.Sum(nil)) || scanner.Scan() || scanner.Err() != nil {
		return errChanged
	}
	return nil
}

// broken is what is wrong with a file that ends too early.
func broken(err, early error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errCut
	case err == nil:
		return early
	case errors.Is(err, bufio.ErrTooLong) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader):
		return errChanged
	}
	if _, corrupt := errors.AsType[flate.CorruptInputError](err); corrupt {
		return errChanged
	}
	return err
}

// ReadHeader returns the header of a file, without looking at the rest.
func ReadHeader(r io.Reader) (h Header, err error) {
	enough := errors.New("enough")
	err = lines(r, func(found Header) error { h = found; return enough }, nil)
	if errors.Is(err, enough) {
		err = nil
	}
	return h, err
}

// Verify reads a file to its end, and returns its header; an error where it is not whole, not
// as it was written, no backup, or holds what only a release with a later schema, or with later
// records, can read.
func Verify(r io.Reader, schema int) (h Header, err error) {
	var newer error // the first of them, should the rest be as it was
	err = lines(r, func(found Header) error { h = found; return nil }, func(l line) error {
		if newer == nil {
			newer = l.readable(schema)
		}
		return nil
	})
	if err == nil && newer != nil {
		err = fmt.Errorf("%w; restore the file with that release", newer)
	}
	return h, err
}
