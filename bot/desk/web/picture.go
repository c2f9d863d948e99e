package web

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg" // read for its size alone
	_ "image/png"  // likewise
	"io"
	"net/http"
	"slices"

	"kabarchy/bot/desk"
)

// What Telegram takes as a picture, see https://core.telegram.org/bots/api#sendphoto.
const (
	mostSides = 10_000 // pixels, width and height together
	mostRatio = 20     // of the longer side to the shorter
)

// pictureKinds are those that are shown, and of which Keep takes the first two.
var pictureKinds = []string{"image/jpeg", "image/png", "image/webp", "image/gif"}

// fits is the entry that says what is wrong with a picture; empty for nothing.
func fits(picture []byte) string {
	if len(picture) > mostPicture {
		return "web.picture_large"
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return "web.picture_none"
	}
	short, long := min(size.Width, size.Height), max(size.Width, size.Height)
	if short+long > mostSides || long > mostRatio*short {
		return "web.picture_shape"
	}
	return ""
}

// brought is the picture that a form brings, nil for none, and the entry that says what is wrong
// with it.
func (r *request) brought() (picture []byte, wrong string, err error) {
	file, _, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	if picture, err = io.ReadAll(io.LimitReader(file, mostPicture+1)); err != nil || len(picture) == 0 {
		return nil, "", err
	}
	return picture, fits(picture), nil
}

// keepPicture puts a picture into changes.
func (d *Desk) keepPicture(r *request, picture []byte, ch *desk.Changes) error {
	id, err := d.options.Pictures.Keep(r.Context(), r.who, picture)
	ch.Picture, ch.PictureBot = &id, d.office.Bot()
	return err
}

// casePicture shows a case's picture.
func (d *Desk) casePicture(r *request) error {
	c, found, err := d.office.Look(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !found || c.PictureBot != d.office.Bot() {
		return errNoPage
	}
	return d.showPicture(r, c.Picture)
}

// itemPicture shows an item's picture.
func (d *Desk) itemPicture(r *request) error {
	item, _, err := d.itemOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return d.showPicture(r, item.File)
}

// showPicture shows a picture, which comes through us: Telegram's link to it holds the token.
func (d *Desk) showPicture(r *request, id string) error {
	if id == "" || d.options.Pictures == nil {
		return errNoPage
	}
	picture, err := d.options.Pictures.Picture(r.Context(), id)
	if err != nil {
		return err
	}
	kind := http.DetectContentType(picture)
	if !slices.Contains(pictureKinds, kind) {
		return errNoPage
	}
	r.w.Header().Set("Content-Type", kind)
	r.w.Header().Set("Cache-Control", "private, max-age=3600") // it is drawn anew while somebody types
	_, err = r.w.Write(picture)
	return err
}
