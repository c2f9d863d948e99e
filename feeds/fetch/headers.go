package fetch

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter reads a Retry-After header: seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		return max(0, time.Duration(min(seconds, 1<<20))*time.Second)
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}

// maxAge reads how long an answer stays fresh by its Cache-Control header.
func maxAge(h http.Header) time.Duration {
	for part := range strings.SplitSeq(strings.ToLower(h.Get("Cache-Control")), ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(part), "max-age="); ok {
			if seconds, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil && seconds > 0 {
				return time.Duration(min(seconds, 1<<20)) * time.Second
			}
		}
	}
	return 0
}

// movedTo returns where a request ended that was redirected, if every redirect on its
// way was a permanent one; else nothing.
func movedTo(resp *http.Response) string {
	for r := resp.Request; r.Response != nil; r = r.Response.Request {
		switch r.Response.StatusCode {
		case http.StatusMovedPermanently, http.StatusPermanentRedirect:
		default:
			return ""
		}
	}
	if resp.Request.Response == nil {
		return ""
	}
	return resp.Request.URL.String()
}
