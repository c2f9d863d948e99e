package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
)

// files are the pictures that the bot has sent, by file id. Pictures sent by URL are
// known by that; uploaded ones are kept, the last keptUploads of them.
type files struct {
	mu      sync.Mutex
	address map[string]string // by file id
	uploads map[string][]byte // by name under /file/
	order   []string
}

const keptUploads = 100

// filePath is where uploaded pictures can be looked at.
const filePath = "/file/"

// fileID is the same for the same picture, so that ids need no memory of their own.
func fileID(of []byte) string {
	sum := sha256.Sum256(of)
	return "AgACAgQAAxkD" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// byURL returns the id of the picture at a URL.
func (f *files) byURL(url string) (id string) {
	id = fileID([]byte(url))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.know(id, url)
	return id
}

// upload keeps a picture and returns its id.
func (f *files) upload(picture []byte) (id, address string) {
	id = fileID(picture)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.uploads == nil {
		f.uploads = map[string][]byte{}
	}
	if _, known := f.uploads[id]; !known {
		f.order = append(f.order, id)
		if len(f.order) > keptUploads {
			delete(f.uploads, f.order[0])
			f.order = f.order[1:]
		}
	}
	f.uploads[id] = picture
	f.know(id, filePath+id)
	return id, filePath + id
}

func (f *files) know(id, address string) {
	if f.address == nil {
		f.address = map[string]string{}
	}
	f.address[id] = address
}

// byID finds a picture that was sent before.
func (f *files) byID(id string) (address string, found bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	address, found = f.address[id]
	return address, found
}

// ServeHTTP shows uploaded pictures.
func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	picture, found := f.uploads[strings.TrimPrefix(r.URL.Path, filePath)]
	f.mu.Unlock()
	if !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(picture))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(picture) // who asked is gone
}
