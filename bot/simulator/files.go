package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// files are what the bot has sent and what people have sent it, by file id. Pictures sent by
// URL are known by that alone; of the others the newest are kept.
type files struct {
	token string
	now   func() time.Time

	mu     sync.Mutex
	known  map[string]keptFile // by id
	data   map[string][]byte   // by id
	size   int                 // of data
	order  []string            // of data, oldest first
	links  map[string]fileLink // by path
	number int                 // of the newest link
}

// keptFile is what is known of a file.
type keptFile struct {
	id      string
	folder  string // "photos" or "documents"
	name    string
	size    int
	address string // where a page can look at it
}

// fileLink is a path that getFile gave.
type fileLink struct {
	id      string
	expires time.Time
}

const (
	keptUploads = 100
	keptBytes   = 128 << 20
	// linkLife is how long a link of getFile's can be used: "at least 1 hour", and no longer here.
	linkLife = time.Hour
	// maxDownload is what a bot may fetch (getFile).
	maxDownload = 20 << 20
	keptLinks   = 1000
)

// filePath is where files can be looked at.
const filePath = "/file/"

func (f *files) init(token string, now func() time.Time) {
	f.token, f.now = token, now
	f.known, f.data, f.links = map[string]keptFile{}, map[string][]byte{}, map[string]fileLink{}
}

// fileID is the same for the same file of the same bot, so that ids need no memory of their
// own, and no other bot knows them.
func (f *files) fileID(folder string, of []byte) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n", f.token, folder)
	sum.Write(of) // a hash takes all
	return "AgACAgQAAxkD" + base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
}

// byURL returns the id of the picture at a URL.
func (f *files) byURL(url string) (id string) {
	id = f.fileID("photos", []byte(url))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[id] = keptFile{id: id, folder: "photos", name: path.Base(url), address: url}
	return id
}

// keep keeps a file that was uploaded, or that a person sent.
func (f *files) keep(folder string, u upload) keptFile {
	id := f.fileID(folder, u.data)
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, kept := f.data[id]; !kept {
		f.order, f.size = append(f.order, id), f.size+len(u.data)
	}
	f.data[id] = u.data
	for len(f.order) > keptUploads || f.size > keptBytes && len(f.order) > 1 {
		f.size -= len(f.data[f.order[0]])
		delete(f.data, f.order[0])
		f.order = f.order[1:]
	}
	f.known[id] = keptFile{id: id, folder: folder, name: u.name, size: len(u.data), address: filePath + id}
	return f.known[id]
}

// byID finds a file that was sent before.
func (f *files) byID(id string) (k keptFile, found bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, found = f.known[id]
	return k, found
}

// read returns what is kept at an address of a page's.
func (f *files) read(address string) (data []byte, found bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	data, found = f.data[strings.TrimPrefix(address, filePath)]
	return data, found
}

// kind is the file's type by its name, as phones tell it.
func (k keptFile) kind() string {
	kind, _, _ := strings.Cut(mime.TypeByExtension(path.Ext(k.name)), ";")
	if kind == "" {
		return "application/octet-stream"
	}
	return kind
}

// file is what the phone shows of a kept file.
func (k keptFile) file() *File {
	return &File{Name: path.Base(k.name), Size: k.size, Type: k.kind(), Address: k.address}
}

// ServeHTTP shows files: to a page by their ids, to the bot at the links of getFile's.
func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, found := f.read(r.URL.Path)
	if rest, isLink := strings.CutPrefix(r.URL.Path, filePath+"bot"); isLink {
		token, link, _ := strings.Cut(rest, "/")
		if token != f.token {
			Unauthorized.write(w)
			return
		}
		if data, found = f.linked(link); !found {
			LinkGone.write(w)
			return
		}
	}
	if !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(data))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(data) // who asked is gone
}

// link makes a new link to a file; false if the file is not kept any more, or never was.
func (f *files) link(k keptFile) (link string, found bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, found := f.data[k.id]; !found {
		return "", false
	}
	if now := f.now(); len(f.links) >= keptLinks {
		maps.DeleteFunc(f.links, func(_ string, l fileLink) bool { return now.After(l.expires) })
	}
	link = fmt.Sprintf("%s/file_%d%s", k.folder, f.number, path.Ext(k.name))
	f.number++
	f.links[link] = fileLink{k.id, f.now().Add(linkLife)}
	return link, true
}

// linked returns what a link leads to, while it can be used.
func (f *files) linked(link string) (data []byte, found bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, found := f.links[link]
	if !found || f.now().After(l.expires) {
		return nil, false
	}
	data, found = f.data[l.id]
	return data, found
}
