package delivery

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// refusalHolds is how long a picture that Telegram could not fetch is left out: a
// million readers are not to wait for a site that is down, and it may come back.
const refusalHolds = 10 * time.Minute

// pictures remembers what Telegram made of a picture's address: once it has fetched the
// picture, the file id brings it to everyone else at no cost to the ministry's site.
type pictures struct {
	known *lru.Cache[string, picture]
	now   func() time.Time
}

type picture struct {
	fileID       string
	refusedUntil time.Time
}

func newPictures() *pictures {
	return &pictures{known: remembering[string, picture](256), now: time.Now}
}

// remembering is a cache of so many of the last ones that were used.
func remembering[K comparable, V any](size int) *lru.Cache[K, V] {
	cache, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return cache
}

// name is how to tell Telegram of the picture at the address; empty for not at all.
func (p *pictures) name(address string) string {
	known, _ := p.known.Get(address)
	switch {
	case known.fileID != "":
		return known.fileID
	case p.now().Before(known.refusedUntil):
		return ""
	}
	return address
}

// accepted notes the file id under which Telegram keeps the picture.
func (p *pictures) accepted(address, fileID string) {
	if address == "" || fileID == "" {
		return
	}
	if known, _ := p.known.Get(address); known.fileID != fileID {
		p.known.Add(address, picture{fileID: fileID})
	}
}

// refused notes that Telegram does not take the picture under that name, and returns
// the next name to try: the address where a file id has expired, otherwise none.
func (p *pictures) refused(address, name string) string {
	if name != address {
		p.known.Add(address, picture{})
		return address
	}
	p.known.Add(address, picture{refusedUntil: p.now().Add(refusalHolds)})
	return ""
}
