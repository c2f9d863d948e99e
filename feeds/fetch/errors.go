package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Why a fetch failed, where a caller or a test decides by it. A StatusError is
// another reason; what the network says is wrapped.
var (
	ErrTooLarge  = errors.New("the document is too large")
	ErrForbidden = errors.New("the address is not public")
	ErrScheme    = errors.New("only http and https are followed")
	ErrRedirects = errors.New("too many redirects")
	// ErrNotHTML says that an address leads to a file, such as a PDF, and to no page.
	ErrNotHTML = errors.New("it is a file and no page")
)

// StatusError is an HTTP answer that is no document.
type StatusError struct {
	Code int
	// RetryAfter is for how long the site wants to be left alone; 0 where it doesn't say.
	RetryAfter time.Duration
}

// IsGone reports whether an error is the answer that a document was given up for good.
func IsGone(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == http.StatusGone
}

func (e *StatusError) Error() string {
	said := fmt.Sprintf("the site answers %d %s", e.Code, http.StatusText(e.Code))
	switch {
	case e.Code == http.StatusNotFound:
		return said + ": no feed at this address, it may have moved; correct the url"
	case e.Code == http.StatusGone:
		return said + ": the feed was given up; it is asked again once an hour, but its news may be elsewhere now"
	case e.Code >= 300 && e.Code < 400 && e.Code != http.StatusNotModified:
		return said + ": it redirects, and does not say where"
	case e.Code == http.StatusUnauthorized, e.Code == http.StatusForbidden:
		return said + ": it does not let us read the feed; its administrator can let programs through that call themselves Kabarchy"
	case e.RetryAfter > 0:
		return fmt.Sprintf("%s: it asks to be left alone for %v", said, e.RetryAfter.Round(time.Second))
	case e.Code >= 500:
		return said + ": the site is broken just now"
	}
	return said
}
