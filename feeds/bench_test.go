//go:build unix

package feeds

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"kabarchy/subscriptions/redistest"
)

// BenchmarkPoll measures one poll of a feed of 50 items, with the site and Redis on
// loopback: what comes over the wire, and the processor time of this process, which is
// also the site's.
func BenchmarkPoll(b *testing.B) {
	b.Run("unchanged", func(b *testing.B) {
		benchmarkPoll(b, func(int) {}, func(s *site) {
			body := s.document()
			s.answer = func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-None-Match") != "" {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				w.Header().Set("ETag", `"v1"`)
				io.WriteString(w, body)
			}
		})
	})
	b.Run("unchanged-without-etag", func(b *testing.B) {
		benchmarkPoll(b, func(int) {}, func(*site) {})
	})
	b.Run("changed", func(b *testing.B) {
		var s *site
		benchmarkPoll(b, func(i int) {
			s.show(func(s *site) {
				for j := range s.posts {
					s.posts[j].Text = fmt.Sprintf("%s %d", strings.Repeat("Юридикалык жардам. ", 40), i)
				}
			})
		}, func(made *site) { s = made })
	})
}

// benchmarkPoll polls again and again; before each poll, change may change the site.
func benchmarkPoll(b *testing.B, change func(i int), prepare func(*site)) {
	redis := redistest.Start(b)
	s := newSite(b, news(50)...)
	prepare(s)
	p := newPoller(b, options(s.URL), NewArchive(redis.Client(b)))
	if _, err := p.Poll(b.Context(), "minjust-ky"); err != nil {
		b.Fatal(err)
	}
	bytes, start := 0, cpu(b)
	polls := 0
	for b.Loop() {
		change(polls)
		r, err := p.Poll(b.Context(), "minjust-ky")
		if err != nil {
			b.Fatal(err)
		}
		bytes += r.Bytes
		polls++
	}
	b.ReportMetric(float64(bytes)/float64(polls), "B/poll")
	b.ReportMetric((cpu(b)-start)/float64(polls), "cpu-µs/poll")
}

// cpu returns the microseconds of processor time that this process has used.
func cpu(b *testing.B) float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return float64(used.Utime.Sec+used.Stime.Sec)*1e6 + float64(used.Utime.Usec+used.Stime.Usec)
}
