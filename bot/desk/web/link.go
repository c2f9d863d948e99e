package web

import "net/http"

// askIn asks somebody who opens a link whether to sign in as who had it made. The link stays
// valid: what looks at links in a mail or a chat comes here, too.
func (d *Desk) askIn(r *request) error {
	who, ok, err := d.office.LoginOf(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if !ok {
		return errUsed
	}
	return d.showIn(r, who)
}

// confirmation is what the page that asks is drawn from.
type confirmation struct{ Name, Token string }

func (d *Desk) showIn(r *request, who int64) error {
	name, err := d.nameOf(r, who)
	if err != nil {
		return err
	}
	language, err := d.options.Language(r.Context(), who)
	if err != nil {
		return err
	}
	r.view = d.viewIn(language)
	return r.draw(http.StatusOK, "in", confirmation{name, r.PathValue("token")})
}

// in signs somebody in by a link, which is used up by that.
func (d *Desk) in(r *request) error {
	if err := r.knock(); err != nil {
		return err
	}
	who, ok, err := d.office.UseLogin(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if !ok {
		return errUsed
	}
	if err := r.begin(who); err != nil {
		return err
	}
	return r.see("/")
}

// nameOf is what somebody at the desk is called, or their number.
func (d *Desk) nameOf(r *request, who int64) (string, error) {
	people, err := d.office.People(r.Context())
	return names(people)(who), err
}
