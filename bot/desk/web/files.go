package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static/*.js static/*.css static/*.svg
var staticFiles embed.FS

// file is one that a page loads: a style, a script or a picture.
type file struct {
	sort   string
	tag    string // the hash that is in its address
	plain  []byte
	zipped []byte
}

// files are those by name. They are ready to send, and never change at their address.
type files map[string]file

func readFiles() files {
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		panic(err) // it is part of the program
	}
	all := make(files)
	for _, e := range entries {
		plain, err := staticFiles.ReadFile(path.Join("static", e.Name()))
		if err != nil {
			panic(err)
		}
		var zipped bytes.Buffer
		zip, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression) // it is a level
		_, _ = zip.Write(plain)                                      // memory takes all
		_ = zip.Close()
		sum := sha256.Sum256(plain)
		all[e.Name()] = file{mime.TypeByExtension(path.Ext(e.Name())), hex.EncodeToString(sum[:6]), plain, zipped.Bytes()}
	}
	return all
}

// address is where a file is, below the desk's path.
func (fs files) address(name string) string { return "/static/" + fs[name].tag + "/" + name }

// serve sends a file. Under another hash than its own there is none.
func (fs files) serve(w http.ResponseWriter, r *http.Request) {
	f, ok := fs[r.PathValue("name")]
	if !ok || f.tag != r.PathValue("hash") {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+f.tag+`"`)
	h.Set("Content-Type", f.sort)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == h.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		w.Write(f.zipped)
		return
	}
	w.Write(f.plain)
}
