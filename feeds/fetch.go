package feeds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"code.dny.dev/ssrf"
)

// Limits of one request that nobody needs to configure.
const (
	maxRedirects   = 5
	maxHeaderBytes = 64 << 10
)

// Why a fetch failed, where a caller or a test decides by it. A StatusError is
// another reason; what the network says is wrapped.
var (
	ErrTooLarge  = errors.New("the document is too large")
	ErrForbidden = errors.New("the address is not public")
	ErrScheme    = errors.New("only http and https are followed")
	ErrRedirects = errors.New("too many redirects")
)

// StatusError is an HTTP answer that is no document.
type StatusError struct {
	Code int
	// RetryAfter is for how long the site wants to be left alone; 0 where it doesn't say.
	RetryAfter time.Duration
}

// isGone says whether an error is the answer that a document was given up for good.
func isGone(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == http.StatusGone
}

func (e *StatusError) Error() string {
	said := fmt.Sprintf("the site answers %d %s", e.Code, http.StatusText(e.Code))
	switch {
	case e.Code == http.StatusNotFound:
		return said + ": no feed at this address, it may have moved"
	case e.Code == http.StatusGone:
		return said + ": the feed was given up"
	case e.Code == http.StatusUnauthorized, e.Code == http.StatusForbidden:
		return said + ": it does not let us read the feed"
	case e.Code >= 500:
		return said + ": the site is broken just now"
	}
	return said
}

// validators let a site say "unchanged" instead of sending the document again.
type validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	// Hash is that of the body, for sites that have neither of the above.
	Hash string `json:"hash,omitempty"`
}

// response is what came back.
type response struct {
	// Unchanged says that the document is the one of the validators; there is no Body then.
	Unchanged  bool
	Body       []byte
	Size       int  // of what came over the wire, decompressed
	Cut        bool // the connection ended before the body did
	URL        *url.URL
	MediaType  string
	Validators validators
	MaxAge     time.Duration // how long the site says that this answer stays fresh
	Moved      string        // the URL, where every redirect to it was a permanent one
}

// fetcher makes requests that can harm nobody: neither us nor who is behind us.
type fetcher struct {
	client    *http.Client
	userAgent string
	timeout   time.Duration
}

func newFetcher(o Options) *fetcher {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !o.AllowPrivate {
		// The check sits where the address is dialled, after the name was resolved:
		// nothing a name server says later can slip past it, redirects included.
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	dial := dialer.DialContext
	if o.Dial != nil {
		dial = o.Dial
	}
	return &fetcher{
		userAgent: o.UserAgent,
		timeout:   o.Timeout,
		client: &http.Client{
			CheckRedirect: checkRedirect,
			Transport: &http.Transport{
				// No proxy: dialling one would hide the address from the check.
				DialContext:            dial,
				ForceAttemptHTTP2:      true,
				TLSHandshakeTimeout:    10 * time.Second,
				MaxResponseHeaderBytes: maxHeaderBytes,
				MaxIdleConnsPerHost:    1,
				IdleConnTimeout:        90 * time.Second,
			},
		},
	}
}

// close ends the idle connections.
func (f *fetcher) close() { f.client.CloseIdleConnections() }

// request is what is asked for.
type request struct {
	URL    string
	Accept string
	Known  validators // of the document that we have
	Most   int64      // bytes
}

// get fetches one document, unless it is the known one. A body that was cut short
// comes back as far as it got.
func (f *fetcher) get(ctx context.Context, r request) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", plainError(err))
	}
	if !fetchable(req.URL) {
		return nil, fmt.Errorf("fetch: %w", ErrScheme)
	}
	req.Header.Set("User-Agent", f.userAgent)
	req.Header.Set("Accept", r.Accept)
	if r.Known.ETag != "" {
		req.Header.Set("If-None-Match", r.Known.ETag)
	}
	if r.Known.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.Known.LastModified)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", f.explain(err))
	}
	defer resp.Body.Close()
	got := &response{
		URL: resp.Request.URL, MediaType: resp.Header.Get("Content-Type"), Validators: r.Known,
		MaxAge: maxAge(resp.Header), Moved: movedTo(resp),
	}
	switch {
	case resp.StatusCode == http.StatusNotModified && (r.Known.ETag != "" || r.Known.LastModified != ""):
		got.Unchanged = true
		return got, nil
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("fetch: %w", &StatusError{resp.StatusCode, retryAfter(resp.Header, time.Now())})
	}
	return got, f.read(resp, got, r)
}

// read takes the body in and tells by its hash whether it is the known one.
func (f *fetcher) read(resp *http.Response, got *response, r request) error {
	if resp.ContentLength > r.Most {
		return fmt.Errorf("fetch: %w: %d bytes, more than %d", ErrTooLarge, resp.ContentLength, r.Most)
	}
	body, err := readAll(resp.Body, resp.ContentLength, r.Most)
	got.Size = len(body)
	switch {
	case int64(len(body)) > r.Most:
		return fmt.Errorf("fetch: %w: more than %d bytes", ErrTooLarge, r.Most)
	case errors.Is(err, io.ErrUnexpectedEOF) && len(body) > 0:
		got.Cut = true
	case err != nil:
		return fmt.Errorf("fetch: %w", f.explain(err))
	}
	sum := sha256.Sum256(body)
	got.Validators = validators{
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
// than that, where io.ReadAll would take twice as much; expected is a hint, or -1.
func readAll(r io.Reader, expected, most int64) ([]byte, error) {
	body := make([]byte, 0, max(expected, 512)+1)
	for int64(len(body)) <= most {
		if len(body) == cap(body) {
			body = append(make([]byte, 0, min(2*int64(cap(body)), most+1)), body...)
		}
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return body, err
		}
	}
	return body, nil
}

// explain says in plain words what the network reports, and keeps the cause.
func (f *fetcher) explain(err error) error {
	err = plainError(err)
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.Is(err, ErrRedirects), errors.Is(err, ErrScheme):
		return err
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Errorf("no such host %s: %w", dns.Name, err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("no whole answer within %v: %w", f.timeout, err)
	}
	return err
}

// plainError drops the wrapping that repeats the URL, which may hold a password.
func plainError(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("%w: more than %d", ErrRedirects, maxRedirects)
	}
	if !fetchable(req.URL) {
		return fmt.Errorf("%w, not %s", ErrScheme, req.URL.Scheme)
	}
	return nil
}

// fetchable says whether an address is absolute and of a scheme that we follow.
func fetchable(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
