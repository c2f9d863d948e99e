package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// zips are what compresses answers; a new one takes a megabyte.
var zips = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// send answers with a text of a sort, compressed where that is safe and the browser takes it.
func send(w http.ResponseWriter, r *http.Request, status int, sort string, text []byte) {
	h := w.Header()
	h.Set("Content-Type", sort)
	h.Set("Vary", "Accept-Encoding")
	if zipped(r) {
		h.Set("Content-Encoding", "gzip")
		text = zip(text)
	}
	w.WriteHeader(status)
	_, _ = w.Write(text) // who has gone away asks again
}

// zipped reports whether an answer may be compressed. It may not where another site asks, with words of
// its own in the address that the page may repeat: the length would tell it what else stands there, see
// https://www.breachattack.com. It can't send us a form.
func zipped(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	ours := r.Method == http.MethodPost || r.URL.RawQuery == "" || site == "same-origin" || site == "none"
	return ours && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

func zip(text []byte) []byte {
	var zipped bytes.Buffer
	w := zips.Get().(*gzip.Writer)
	defer zips.Put(w)
	w.Reset(&zipped)
	_, _ = w.Write(text) // memory takes all
	_ = w.Close()
	return zipped.Bytes()
}
