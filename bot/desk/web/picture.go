package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"

	"kabarchy/bot/desk"
	"kabarchy/feeds"
)

// fits is the entry that says what is wrong with a picture that somebody brings; empty for nothing.
func fits(picture []byte) string {
	err := shownAs(picture)
	switch {
	case len(picture) > mostPicture:
		return "web.picture_large"
	case errors.Is(err, errShape):
		return "web.picture_shape"
	case err != nil || !slices.Contains(pictureKinds[:2], http.DetectContentType(picture)):
		return "web.picture_none"
	}
	return ""
}

// brought is the picture that a form brings, nil for none, and the entry that says what is wrong
// with it.
func (r *request) brought() (picture []byte, wrong string, err error) {
	file, _, err := r.FormFile(fileField)
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

// itemPicture shows an item's picture: the one that the address marks, as the archive has it, the
// phones, or the site.
func (d *Desk) itemPicture(r *request) error {
	for _, look := range []func(context.Context, string) (feeds.Item, error){d.options.Archive.Item, d.options.Archive.Shown, d.options.Archive.OnSite} {
		item, err := look(r.Context(), r.PathValue("id"))
		switch {
		case errors.Is(err, feeds.ErrNotFound):
			return errNoPage
		case err != nil:
			return err
		case mark(pictureOf(item)) != r.URL.RawQuery:
		case item.File != "":
			return d.showPicture(r, item.File)
		default:
			return d.showFetched(r, item.Picture)
		}
	}
	return errNoPage
}

// pictureOf names an item's picture: a file of Telegram's, or the address at a site.
func pictureOf(item feeds.Item) string { return cmp.Or(item.File, item.Picture) }

// showPicture shows a picture, which comes through us: Telegram's link to it holds the token.
func (d *Desk) showPicture(r *request, id string) error {
	if id == "" || d.options.Pictures == nil {
		return errNoPage
	}
	picture, err := d.options.Pictures.Picture(r.Context(), id)
	if err != nil {
		return err
	}
	return r.picture(picture)
}

// showFetched shows a site's picture.
func (d *Desk) showFetched(r *request, address string) error {
	if address == "" || d.options.Pictures == nil {
		return errNoPage
	}
	picture, err := d.fetched.at(r.Context(), address)
	if err != nil {
		return err
	}
	return r.picture(picture)
}

// picture answers with a picture; with nothing else, whatever it calls itself.
func (r *request) picture(picture []byte) error {
	kind := http.DetectContentType(picture)
	if !slices.Contains(pictureKinds, kind) {
		return errNoPage
	}
	r.w.Header().Set("Content-Type", kind)
	r.w.Header().Set("Cache-Control", "private, max-age=3600") // it is drawn anew while somebody types
	_, err := r.w.Write(picture)
	return err
}
