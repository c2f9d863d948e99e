// Package fetch asks sites for documents over HTTP as a patient browser would: with
// conditions, cookies, redirects and packed bodies, with the certificates that a site
// leaves out, and by HTTP/1.1 where its HTTP/2 breaks.
//
// It dials no address but a public one unless it is allowed to, and takes in no more
// than it is told to.
package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// Client makes requests that can harm nobody: neither us nor who is behind us.
type Client struct {
	transports *transports
	userAgent  string
	timeout    time.Duration
}

// New makes a client. Close ends its idle connections.
func New(o Options) *Client {
	return &Client{transports: newTransports(o), userAgent: o.UserAgent, timeout: o.Timeout}
}

// Close ends the idle connections.
func (c *Client) Close() { c.transports.close() }

// Get fetches one document, unless it is the known one. A body that was cut short
// comes back as far as it got. Like a browser it brings cookies back within the one
// fetch, asks by HTTP/1.1 where HTTP/2 breaks, and finds a certificate that the site
// leaves out.
func (c *Client) Get(ctx context.Context, r Request) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", plainError(err))
	}
	if !Followed(u) {
		return nil, fmt.Errorf("fetch: %w", ErrScheme)
	}
	m := c.transports.mannerOf(u.Host, r.OldTLS)
	got, http2, err := c.try(ctx, r, m)
	odd := ""
	if issuer := c.transports.learn(ctx, err); issuer != "" {
		odd = fmt.Sprintf("the site leaves out the certificate of %q, who vouches for it: it is fetched from where the site's own certificate says; its administrator should install the whole chain", issuer)
		got, http2, err = c.try(ctx, r, m)
	}
	if http2 && brokenHTTP2(ctx, err) {
		m.http1 = true
		if again, _, retried := c.try(ctx, r, m); retried == nil {
			c.transports.avoidHTTP2(u.Host)
			return again.noting("HTTP/2 breaks on this site: it is asked by HTTP/1.1; its administrator should know"), nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", explain(err, r, c.timeout))
	}
	return got.noting(odd), nil
}

// brokenHTTP2 reports whether a request that was made by HTTP/2 failed in a way that it
// may not by HTTP/1.1.
func brokenHTTP2(ctx context.Context, err error) bool {
	var status *StatusError
	return err != nil && ctx.Err() == nil && !errors.As(err, &status) && !errors.Is(err, ErrTooLarge) &&
		!errors.Is(err, ErrRedirects) && !errors.Is(err, ErrScheme) && !errors.Is(err, ErrEncoding) && !errors.Is(err, ErrNotHTML)
}

// try makes one attempt, and reports whether it was made by HTTP/2.
func (c *Client) try(ctx context.Context, r Request, m manner) (got *Response, http2 bool, err error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		c, ok := info.Conn.(*tls.Conn)
		http2 = ok && c.ConnectionState().NegotiatedProtocol == "h2"
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("User-Agent", c.userAgent)
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
	client := &http.Client{Transport: c.transports.get(m), CheckRedirect: checkRedirect, Jar: cookies}
	resp, err := client.Do(req)
	if err != nil {
		return nil, http2, err
	}
	defer resp.Body.Close()
	got, err = c.answer(resp, r)
	return got, http2, err
}

// answer understands what a site answers.
func (c *Client) answer(resp *http.Response, r Request) (*Response, error) {
	got := &Response{
		URL: resp.Request.URL, MediaType: resp.Header.Get("Content-Type"), Validators: r.Known, Links: resp.Header.Values("Link"),
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
		return nil, fmt.Errorf("%w: %s", ErrNotHTML, kind)
	}
	err := read(resp, got, r)
	if r.Page && (bytes.HasPrefix(got.Body, []byte("%PDF-")) || bytes.HasPrefix(got.Body, []byte("PK\x03\x04"))) {
		return nil, ErrNotHTML // Whatever its header says.
	}
	return got, err
}

// ownRedirect reports whether a request was redirected to where it was, with a cookie.
func ownRedirect(resp *http.Response) bool {
	for r := resp.Request; r.Response != nil; r = r.Response.Request {
		if len(r.Response.Cookies()) > 0 && r.Response.Request.URL.String() == r.URL.String() {
			return true
		}
	}
	return false
}
