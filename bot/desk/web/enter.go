package web

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	initdata "github.com/telegram-mini-apps/init-data-golang"
)

// How old what Telegram signs may be, and how far our clock may be behind Telegram's.
const (
	signedWithin = 10 * time.Minute
	clocksDiffer = 30 * time.Second
)

// enter signs somebody in by what Telegram gives a Mini App: who has opened it, signed for
// this bot. See https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app.
func (d *Desk) enter(r *request) error {
	if err := r.knock(); err != nil {
		return err
	}
	if err := r.form(); err != nil {
		return err
	}
	who, sum, err := d.signed(r.PostFormValue("data"))
	if err != nil {
		d.log.WarnContext(r.Context(), "sign-in refused", "error", err)
		return errRefused
	}
	roles, err := d.office.RolesOf(r.Context(), who)
	if err != nil {
		return err
	}
	if roles == 0 {
		return errOutside
	}
	to := r.next(r.PostFormValue("next"))
	fresh, err := d.rdb.SetNX(r.Context(), keySeen(sum), "", signedWithin+2*clocksDiffer).Result()
	switch {
	case err != nil:
		return fmt.Errorf("look whether a sign-in was used: %w", err)
	case !fresh && r.who == who: // the page was loaded again
		return r.see(to)
	case !fresh:
		return errUsed
	}
	if err := r.begin(who); err != nil {
		return err
	}
	return r.see("/entered?next=" + url.QueryEscape(to))
}

// signed returns whom Telegram says to have opened the page, and what it says that by.
func (d *Desk) signed(data string) (who int64, sum string, err error) {
	if d.options.Token == "" {
		return 0, "", errors.New("there is no token to check it with")
	}
	if err := initdata.Validate(data, d.options.Token, signedWithin); err != nil {
		return 0, "", plain(err)
	}
	values, err := url.ParseQuery(data)
	if err != nil {
		return 0, "", errors.New("it is no query")
	}
	for key, all := range values {
		if len(all) != 1 { // what is signed is the first
			return 0, "", fmt.Errorf("%q comes twice", key)
		}
	}
	said, err := initdata.Parse(data)
	if err != nil {
		return 0, "", plain(err)
	}
	switch {
	case time.Until(said.AuthDate()) > clocksDiffer:
		return 0, "", errors.New("it is from the future")
	case said.User.ID <= 0:
		return 0, "", errors.New("it names nobody")
	}
	return said.User.ID, digest(strings.ToLower(said.Hash)), nil
}

// plain is an error of the library's that holds nothing of what somebody sent.
func plain(err error) error {
	for _, known := range []error{
		initdata.ErrAuthDateInvalid, initdata.ErrAuthDateMissing, initdata.ErrExpired, initdata.ErrSignInvalid, initdata.ErrSignMissing,
	} {
		if errors.Is(err, known) {
			return known
		}
	}
	return initdata.ErrUnexpectedFormat
}

// entered goes on to the page that was asked for, if the browser has kept the session: in a
// frame some don't, and there is the link then.
func (d *Desk) entered(r *request) error {
	if r.who != 0 {
		return r.see(r.next(r.URL.Query().Get("next")))
	}
	return r.show("entrance", entrance{Lost: true})
}
