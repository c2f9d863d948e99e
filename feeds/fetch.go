package feeds

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strings"
	"time"
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
	Odd        []string      // what is strange about how it came, and what it means
}

// fetcher makes requests that can harm nobody: neither us nor who is behind us.
type fetcher struct {
	transports *transports
	userAgent  string
	timeout    time.Duration
}

func newFetcher(o Options) *fetcher {
	return &fetcher{transports: newTransports(o), userAgent: o.UserAgent, timeout: o.Timeout}
}

// close ends the idle connections.
func (f *fetcher) close() { f.transports.close() }

// request is what is asked for.
type request struct {
	URL    string
	Accept string
	Known  validators // of the document that we have
	Most   int64      // bytes
	OldTLS bool       // the site may speak TLS as it was
	Page   bool       // a file that is no HTML is not wanted
}

// get fetches one document, unless it is the known one. A body that was cut short
// comes back as far as it got. Like a browser it brings cookies back within the one
// fetch, asks by HTTP/1.1 where HTTP/2 breaks, and finds a certificate that the site
// leaves out.
func (f *fetcher) get(ctx context.Context, r request) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", plainError(err))
	}
	if !fetchable(u) {
		return nil, fmt.Errorf("fetch: %w", ErrScheme)
	}
	m := f.transports.mannerOf(u.Host, r.OldTLS)
	got, http2, err := f.try(ctx, r, m)
	odd := ""
	if issuer := f.transports.learn(ctx, err); issuer != "" {
		odd = fmt.Sprintf("the site leaves out the certificate of %q, who vouches for it: it is fetched from where the site's own certificate says; its administrator should install the whole chain", issuer)
		got, http2, err = f.try(ctx, r, m)
	}
	if http2 && brokenHTTP2(ctx, err) {
		m.http1 = true
		if again, _, retried := f.try(ctx, r, m); retried == nil {
			f.transports.avoidHTTP2(u.Host)
			return again.noting("HTTP/2 breaks on this site: it is asked by HTTP/1.1; its administrator should know"), nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", f.explain(err, r))
	}
	return got.noting(odd), nil
}

// brokenHTTP2 says whether a request that was made by HTTP/2 failed in a way that it
// may not by HTTP/1.1.
func brokenHTTP2(ctx context.Context, err error) bool {
	var status *StatusError
	return err != nil && ctx.Err() == nil && !errors.As(err, &status) && !errors.Is(err, ErrTooLarge) &&
		!errors.Is(err, ErrRedirects) && !errors.Is(err, ErrScheme) && !errors.Is(err, ErrEncoding) && !errors.Is(err, errNotHTML)
}

// noting adds what is odd about how the response came.
func (r *response) noting(odd string) *response {
	if odd != "" {
		r.Odd = append(r.Odd, odd)
	}
	return r
}

// try makes one attempt, and says whether it was made by HTTP/2.
func (f *fetcher) try(ctx context.Context, r request, m manner) (got *response, http2 bool, err error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		c, ok := info.Conn.(*tls.Conn)
		http2 = ok && c.ConnectionState().NegotiatedProtocol == "h2"
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("User-Agent", f.userAgent)
	req.Header.Set("Accept", r.Accept)
	req.Header.Set("Accept-Encoding", "gzip")
	if r.Known.ETag != "" {
		req.Header.Set("If-None-Match", r.Known.ETag)
	}
	if r.Known.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.Known.LastModified)
	}
	cookies, err := cookiejar.New(nil) // Of this fetch alone.
	if err != nil {
		return nil, false, err
	}
	client := &http.Client{Transport: f.transports.get(m), CheckRedirect: checkRedirect, Jar: cookies}
	resp, err := client.Do(req)
	if err != nil {
		return nil, http2, err
	}
	defer resp.Body.Close()
	got, err = f.answer(resp, r)
	return got, http2, err
}

// answer understands what a site answers.
func (f *fetcher) answer(resp *http.Response, r request) (*response, error) {
	got := &response{
		URL: resp.Request.URL, MediaType: resp.Header.Get("Content-Type"), Validators: r.Known,
		MaxAge: maxAge(resp.Header), Moved: movedTo(resp),
	}
	if ownRedirect(resp) {
		got.noting("the site sets a cookie first and answers only who brings it back: that is done at every poll, with a request more")
	}
	switch {
	case resp.StatusCode == http.StatusNotModified && (r.Known.ETag != "" || r.Known.LastModified != ""):
		got.Unchanged = true
		return got, nil
	case resp.StatusCode != http.StatusOK:
		return nil, &StatusError{resp.StatusCode, retryAfter(resp.Header, time.Now())}
	}
	if kind, _, _ := mime.ParseMediaType(got.MediaType); r.Page && kind != "" && !strings.Contains(kind, "html") {
		return nil, fmt.Errorf("%w: %s", errNotHTML, kind)
	}
	err := f.read(resp, got, r)
	if r.Page && (bytes.HasPrefix(got.Body, []byte("%PDF-")) || bytes.HasPrefix(got.Body, []byte("PK\x03\x04"))) {
		return nil, errNotHTML // Whatever its header says.
	}
	return got, err
}

// ownRedirect says whether a request was redirected to where it was, with a cookie.
func ownRedirect(resp *http.Response) bool {
	for r := resp.Request; r.Response != nil; r = r.Response.Request {
		if len(r.Response.Cookies()) > 0 && r.Response.Request.URL.String() == r.URL.String() {
			return true
		}
	}
	return false
}

// read takes the body in and tells by its hash whether it is the known one.
func (f *fetcher) read(resp *http.Response, got *response, r request) error {
	if resp.ContentLength > r.Most {
		return fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, resp.ContentLength, r.Most)
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
	body, err := readAll(unpacked, expected, r.Most, open)
	got.Size = len(body)
	switch {
	case int64(len(body)) > r.Most:
		return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, r.Most)
	case errors.Is(err, io.ErrUnexpectedEOF) && len(body) > 0, err != nil && hasEnd(body):
		got.Cut = true
	case err != nil && !ended(err, packed):
		return err
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

// hasEnd says whether a document has come to its end.
func hasEnd(body []byte) bool { return rootEnd.Match(body[max(0, len(body)-64):]) }

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
