package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// drained is how much of an answer that nobody reads is taken in, so that its connection can be used again.
const drained = 4 << 10

// Post sends a form, and returns no error where the answer is 2xx, whose body nobody reads. It
// follows the two redirects that mean the same request at another place, 307 and 308, and none
// that leads from https to http: the form may hold a secret. No error holds what was sent.
func (c *Client) Post(ctx context.Context, address string, form url.Values) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("fetch: %w", plainError(err))
	}
	if !Followed(u) {
		return fmt.Errorf("fetch: %w", ErrScheme)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("fetch: %w", plainError(err))
	}
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{Transport: c.transports.get(c.transports.mannerOf(u.Host, false)), CheckRedirect: samePost}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("fetch: %w", explain(err, Request{}, c.timeout))
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, drained)
	if resp.StatusCode/100 != 2 {
		return &StatusError{resp.StatusCode, retryAfter(resp.Header, time.Now())}
	}
	return nil
}

// samePost lets a form be sent to where it is redirected.
func samePost(req *http.Request, via []*http.Request) error {
	if req.Method != http.MethodPost || via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	return checkRedirect(req, via)
}
