package backup

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// format is that of the file. An older release refuses a newer one.
const format = 1

// magic is the first field of a file's header.
const magic = "backup"

// Header is a file's first line.
type Header struct {
	Kabarchy string    `json:"kabarchy"` // magic
	Format   int       `json:"format"`
	Bot      string    `json:"bot"`   // its id
	Taken    time.Time `json:"taken"` // when it was begun
	Release  string    `json:"release"`
	// Subscribers and Items are how many there were when it was begun.
	Subscribers int `json:"subscribers"`
	Items       int `json:"items"`
}

// trailer is the last line. A file without it is not whole.
type trailer struct {
	End    bool   `json:"end"`
	Lines  int    `json:"lines"`  // between header and trailer
	Values int    `json:"values"` // in them
	SHA256 string `json:"sha256"` // of all lines before it, the header included
}

// line is a key, or part of a large one.
type line struct {
	Key  string `json:"key"`
	Type string `json:"type"`
	// Values are those of the key: of a hash fields and values in turn, of a sorted set
	// members and scores in turn, of a stream an entry's id, fields and values.
	Values []string `json:"values"`
	Base64 bool     `json:"base64,omitempty"` // the values are no text
	// Expires is when the key does, Unix milliseconds; 0 for never.
	Expires int64 `json:"expires,omitempty"`
}

// encoded is the line as it is written.
func (l line) encoded() line {
	if !slices.ContainsFunc(l.Values, func(v string) bool { return !utf8.ValidString(v) }) {
		return l
	}
	values := make([]string, len(l.Values))
	for i, v := range l.Values {
		values[i] = base64.StdEncoding.EncodeToString([]byte(v))
	}
	l.Values, l.Base64 = values, true
	return l
}

// decode makes the line what it was before it was written.
func (l *line) decode() error {
	if !l.Base64 {
		return nil
	}
	for i, v := range l.Values {
		raw, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return fmt.Errorf("key %s: %w", l.Key, err)
		}
		l.Values[i] = string(raw)
	}
	l.Base64 = false
	return nil
}

// What may be wrong with a line of a file that is as it was written.
var (
	errUnknown = errors.New("this release knows no such key: restore the file with the release that wrote it")
	errLine    = errors.New("no release wrote this")
)

// check reports what is wrong with a line that was decoded.
func (l *line) check() error {
	f := familyOf(l.Key)
	if f == nil {
		return fmt.Errorf("key %q: %w", l.Key, errUnknown)
	}
	n := len(l.Values)
	fits := f.phase != leftOut && f.kind == l.Type && n > 0
	switch l.Type {
	case "string":
		fits = fits && n == 1
	case "hash", "zset":
		fits = fits && n%2 == 0
	case "stream":
		fits = fits && n%2 == 1 && n > 1
	}
	if !fits {
		return fmt.Errorf("key %q of type %q with %d values: %w", l.Key, l.Type, n, errLine)
	}
	return nil
}
