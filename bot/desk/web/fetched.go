package web

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/gif"  // read for their sizes alone
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"log/slog"
	"net/http"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	_ "golang.org/x/image/webp" // likewise
	"golang.org/x/sync/singleflight"
)

// What is kept of the sites' pictures, so that who reads three previews asks a site once: some megabytes
// for some minutes, and for a shorter time that there was none.
const (
	fetchedKept  = 32
	mostKept     = 1 << 20 // bytes of one
	fetchedHolds = 10 * time.Minute
	failureHolds = time.Minute
)

// fetched are the pictures of sites, as they come through us: a browser at the desk asks no site, which
// would learn who looks, and nobody can make us ask for anything but what an item has.
type fetched struct {
	pictures Pictures
	log      *slog.Logger
	known    *lru.Cache[string, fetchedPicture]
	flight   singleflight.Group
}

type fetchedPicture struct {
	picture []byte
	err     error
	until   time.Time
}

func newFetched(pictures Pictures, log *slog.Logger) *fetched {
	known, err := lru.New[string, fetchedPicture](fetchedKept)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return &fetched{pictures: pictures, log: log, known: known}
}

// at is the picture at an address; errNoPage where it can't be had, or is none that is shown.
func (f *fetched) at(ctx context.Context, address string) ([]byte, error) {
	got, _, _ := f.flight.Do(address, func() (any, error) {
		if known, is := f.known.Get(address); is && time.Now().Before(known.until) {
			return known, nil
		}
		picture, err := f.pictures.Fetch(context.WithoutCancel(ctx), address) // others wait for it, too
		if err == nil {
			err = shownAs(picture)
		}
		got := fetchedPicture{picture, nil, time.Now().Add(fetchedHolds)}
		if err != nil {
			f.log.WarnContext(ctx, "a site's picture is not shown", "address", address, "error", err)
			got = fetchedPicture{nil, errNoPage, time.Now().Add(failureHolds)}
		}
		if len(picture) <= mostKept || err != nil {
			f.known.Add(address, got)
		}
		return got, nil
	})
	return got.(fetchedPicture).picture, got.(fetchedPicture).err
}

// What Telegram takes as a picture, see https://core.telegram.org/bots/api#sendphoto.
const (
	mostSides = 10_000 // pixels, width and height together
	mostRatio = 20     // of the longer side to the shorter
)

// pictureKinds are those that are shown, and of which Keep takes the first two. There is no SVG among
// them: it is a page, and may hold a script.
var pictureKinds = []string{"image/jpeg", "image/png", "image/webp", "image/gif"}

// Why something is no picture to be shown.
var (
	errKind  = errors.New("it is no picture")
	errShape = errors.New("it has too many pixels, or is too long")
)

// shownAs is nil for a picture that phones and browsers can show.
func shownAs(picture []byte) error {
	size, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || !slices.Contains(pictureKinds, http.DetectContentType(picture)) {
		return errKind
	}
	if short, long := min(size.Width, size.Height), max(size.Width, size.Height); short+long > mostSides || long > mostRatio*short {
		return errShape
	}
	return nil
}
