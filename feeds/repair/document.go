package repair

import (
	"errors"
	"fmt"
)

// Limits of one document. Parsers downstream recurse: nesting without a limit would
// overflow the stack, which ends the process and which no recover catches.
const (
	maxDepth = 100
	// MaxItems is how many items are read of one document.
	MaxItems = 5000
	// maxPieces is of how many elements and sections one element of an item, or of the
	// feed, may be made; the tags of more are left out, and their text is kept. The
	// parser joins the pieces one by one: a million of them would take it a minute.
	maxPieces = 1000
	// maxSpaces is how many namespace prefixes a document may declare. The parser
	// copies all of them for each element.
	maxSpaces = 50
)

// Why a document can't be read.
var (
	ErrTooDeep = fmt.Errorf("elements are nested deeper than %d levels", maxDepth)
	ErrNotFeed = errors.New("this is no feed")
	// ErrHTML is ErrNotFeed where a page stands in a feed's place.
	ErrHTML = fmt.Errorf("%w but an HTML page", ErrNotFeed)
)

var errNoElements = fmt.Errorf("%w: it has no elements", ErrNotFeed)

// RootError is ErrNotFeed of a document whose first element is none of a feed's.
type RootError struct{ Name string }

func (e *RootError) Error() string {
	return fmt.Sprintf("%v: its root element is <%.40s>", ErrNotFeed, e.Name)
}

func (e *RootError) Unwrap() error { return ErrNotFeed }

// Document is a feed that a parser of XML, or of JSON, reads without complaint.
type Document struct {
	Text []byte
	// Cut reports whether the document ended in the middle. Text holds its whole items then.
	Cut bool
	// Clipped reports whether it held more than MaxItems. Text has the first of them then.
	Clipped bool
	// Ended reports whether the root element has its end tag.
	Ended bool
	// Around is the markup before the root element or behind it: a warning of PHP's.
	Around []byte
}
