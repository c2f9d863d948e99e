package feeds

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kabarchy/subscriptions/redistest"
)

// hostileServer is one that would hurt a careless reader, and what is said of it.
type hostileServer struct {
	serve http.HandlerFunc
	says  string
}

// hostileServers makes them all, some of them large.
func hostileServers() map[string]hostileServer {
	return map[string]hostileServer{
		"a gzip bomb":      {bomb(64 << 20), "too large"},
		"a body of 200 MB": {sized(200 << 20), "too large"},
		"a byte a second":  {dripping, "no whole answer within"},
		"a redirect loop": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again"+r.URL.Path, http.StatusFound)
		}, "too many redirects"},
		"16 MB of nested tags":     {raw("<rss>" + strings.Repeat("<a>", 16<<20/3)), "too large"},
		"2 MB of nested tags":      {raw("<rss>" + strings.Repeat("<a>", 2<<20/3)), "nested deeper"},
		"an entity bomb":           {raw(entityBomb), ""}, // It is read as the text that it is.
		"endless headers":          {endlessHeaders, "fetch:"},
		"a million items":          {raw("<rss><channel>" + strings.Repeat("<item><title>x</title></item>", 2<<20/30)), ""},
		"a million paragraphs":     {raw("<rss><channel><item><title>x</title><description><![CDATA[" + strings.Repeat("<p>a", 2<<20/4) + "]]></description></item></channel></rss>"), ""},
		"deep HTML":                {raw("<rss><channel><item><title>x</title><description><![CDATA[" + strings.Repeat("<b>", 2<<20/3) + "]]></description></item></channel></rss>"), ""},
		"a million sections":       {raw(inItem("<y:full-text>" + strings.Repeat("<![CDATA[aaaaaaaaaaaa]]>", 1<<20/24) + "</y:full-text>")), ""},
		"a million pieces":         {raw(inItem("<y:full-text>" + strings.Repeat("aaaa<b/>", 1<<20/8) + "</y:full-text>")), ""},
		"a million namespaces":     {raw(manySpaces()), ""},
		"a JSON bomb":              {raw(`{"version":"https://jsonfeed.org/version/1","items":` + strings.Repeat("[", 2<<20)), "no feed"},
		"gzip in gzip in gzip":     {packed3(), "fetch:"},
		"the same link for ever":   {raw("<html><body><p>" + strings.Repeat("<a href=/x>pdf</a>", 1<<20/20)), "no feed"},
		"summaries that never end": {raw("<feed xmlns='http://www.w3.org/2005/Atom'><entry>" + strings.Repeat("<summary><b>x</b>", 1<<20/17)), "ends in the middle"},
		"titles that never end":    {raw("<rss><channel>" + strings.Repeat("<item><title>", 1<<20/13)), ""},
		"a title of tags":          {raw(inItem("<title>" + strings.Repeat("<b>", 1<<18) + "</title>")), ""},
		"JSON of tags":             {raw(`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"tags":[` + strings.Repeat("1,", 1<<19) + `1],"title":"x"}]}`), ""},
		"JSON of members":          {raw(`{"version":"https://jsonfeed.org/version/1","items":[{"id":1` + strings.Repeat(`,"a":1`, 1<<18) + `}]}`), ""},
		"an answer cut short":      {cutShort, "fetch:"},
	}
}

const entityBomb = `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rss><channel><item><title>&c;&c;&c;</title></item></channel></rss>`

func inItem(inner string) string {
	return "<rss><channel><item><title>x</title>" + inner + "</item></channel></rss>"
}

func manySpaces() string {
	var b strings.Builder
	b.WriteString("<rss><channel")
	for i := range 20_000 {
		fmt.Fprintf(&b, " xmlns:a%d='u'", i)
	}
	return b.String() + ">" + inItem(strings.Repeat("<b xmlns:q='r'/>", 1<<20/16))[len("<rss><channel>"):]
}

func raw(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) }
}

func sized(n int) http.HandlerFunc {
	piece := bytes.Repeat([]byte(" "), 1<<20)
	return func(w http.ResponseWriter, r *http.Request) {
		for range n >> 20 {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}
}

func dripping(w http.ResponseWriter, r *http.Request) {
	for {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(time.Second):
		}
		w.Write([]byte(" "))
		w.(http.Flusher).Flush()
	}
}

// packed3 is a megabyte that would be a terabyte.
func packed3() http.HandlerFunc {
	body := bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 4<<20) // Empty blocks: nothing comes of them.
	for range 3 {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(body)
		z.Close()
		body = b.Bytes()
	}
	return raw(string(body))
}

// hijacked gives a handler the bare connection.
func hijacked(w http.ResponseWriter, f func(c net.Conn)) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	f(c)
}

func endlessHeaders(w http.ResponseWriter, r *http.Request) {
	hijacked(w, func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		for {
			if _, err := io.WriteString(c, "X-More: "+strings.Repeat("x", 1000)+"\r\n"); err != nil {
				return
			}
		}
	})
}

func cutShort(w http.ResponseWriter, r *http.Request) {
	hijacked(w, func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n") })
}

// liveHeap is how many bytes the last collection found in use: what is dropped and not yet
// collected, which grows when the machine is busy, is no part of it.
func liveHeap() uint64 {
	live := []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}}
	runtimemetrics.Read(live)
	return live[0].Value.Uint64()
}

// TestHostileServers polls them all at once. Each comes to an end by its deadline, with an
// error that names it; memory stays within bounds; and a source that is well is
// polled on time meanwhile. It is not parallel: it measures memory.
func TestHostileServers(t *testing.T) {
	_, rdb := redistest.Mini(t)
	well := newSite(t)
	o := options(well.URL)
	o.Timeout, o.Schedule = 3*time.Second, "@every 1s"
	hostile := hostileServers()
	for name, h := range hostile {
		server := httptest.NewServer(h.serve)
		t.Cleanup(server.Close)
		o.Sources = append(o.Sources, Source{ID: name, Language: "ky", URL: server.URL})
	}
	p := newPoller(t, o, NewArchive(rdb))
	// What is measured is what is held, and as little as may be of what is dropped.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	runtime.GC()
	rest := liveHeap()
	var most atomic.Uint64
	ctx, stop := context.WithCancel(t.Context())
	measured := make(chan struct{})
	go func() {
		defer close(measured)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(10 * time.Millisecond):
			}
			most.Store(max(most.Load(), liveHeap()))
		}
	}()
	done := make(chan error, 1)
	start := time.Now()
	go func() { done <- p.Run(ctx) }()
	eventually(t, "an outcome of every source", func() bool {
		for _, h := range p.Health() {
			if h.LastAttempt.IsZero() {
				return false
			}
		}
		return time.Since(start) > o.Timeout
	})
	for _, h := range p.Health() {
		is, ok := hostile[h.Source]
		switch {
		case !ok && (h.Failures > 0 || well.asked() < 2):
			t.Errorf("the source that is well was asked %d times: %+v", well.asked(), h)
		case ok && is.says == "" && h.LastError != "", ok && !strings.Contains(h.LastError, is.says), ok && is.says != "" && h.LastError == "":
			t.Errorf("%s: got %q, want %q", h.Source, h.LastError, is.says)
		}
	}
	stop()
	<-measured
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	grew := (int64(most.Load()) - int64(rest)) >> 20
	t.Logf("%d hostile servers at once: %d MB above rest", len(hostile), grew)
	if grew >= 64 {
		t.Errorf("they took %d MB above rest, at most 64 are allowed", grew)
	}
}
