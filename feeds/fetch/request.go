package fetch

import (
	"net/url"
	"time"
)

// Request is what is asked for.
type Request struct {
	URL      string
	Accept   string
	Known    Validators // of the document that we have
	MaxBytes int64      // of the body, decompressed
	OldTLS   bool       // the site may speak TLS as it was
	Page     bool       // a file that is no HTML is not wanted
}

// Validators let a site say "unchanged" instead of sending the document again.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	// Hash is that of the body, for sites that have neither of the above.
	Hash string `json:"hash,omitempty"`
}

// Response is what came back.
type Response struct {
	// Unchanged reports whether the document is the one of the validators; there is no Body then.
	Unchanged  bool
	Body       []byte
	Size       int  // of what came over the wire, decompressed
	Cut        bool // the connection ended before the body did
	URL        *url.URL
	MediaType  string
	Validators Validators
	Links      []string      // the header of that name, as it came
	MaxAge     time.Duration // how long the site says that this answer stays fresh
	Moved      string        // the URL, where every redirect to it was a permanent one
	Odd        []string      // what is strange about how it came, and what it means
}

// noting adds what is odd about how the response came.
func (r *Response) noting(odd string) *Response {
	if odd != "" {
		r.Odd = append(r.Odd, odd)
	}
	return r
}
