package web

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/desk"
)

// peoplePage is what the page of the people is drawn from.
type peoplePage struct {
	People []person
	Link   string // a new invitation's
}

type person struct {
	ID          int64
	Name, Roles string
	By          string // who invited them; empty for the configuration's people
	Since       time.Time
}

// roleWords are the entries of the roles, in their order.
var roleWords = []struct {
	role  desk.Role
	entry string
}{
	{desk.Officer, "line.desk_officer"}, {desk.Approver, "line.desk_approver"}, {desk.Operator, "line.desk_operator"},
}

// people lists who is at the desk.
func (d *Desk) people(r *request) error { return d.showPeople(r, "") }

func (d *Desk) showPeople(r *request, link string) error {
	all, err := d.office.People(r.Context())
	if err != nil {
		return err
	}
	page := peoplePage{Link: link}
	name := names(all)
	for _, p := range all {
		var roles []string
		for _, w := range roleWords {
			if p.Roles&w.role != 0 {
				roles = append(roles, r.T(w.entry))
			}
		}
		shown := person{ID: p.ID, Name: name(p.ID), Roles: strings.Join(roles, ", "), Since: p.Since}
		if p.InvitedBy != 0 {
			shown.By = name(p.InvitedBy)
		}
		page.People = append(page.People, shown)
	}
	return r.show("people", page)
}

// invite shows a link that lets one person in. It is shown once: only its hash is kept.
func (d *Desk) invite(r *request) error {
	var token string
	fresh, err := r.once([]string{"invite"}, func() (err error) {
		token, err = d.office.Invite(r.Context(), r.who)
		return err
	})
	if err == nil && !fresh { // the page was loaded again
		return r.tell(r.T("web.invited"), "/people")
	}
	if errors.Is(err, desk.ErrNotAllowed) {
		return errOutside
	}
	if err != nil {
		return err
	}
	return d.showPeople(r, r.Chat()+"?start=desk-"+token)
}

// sureOut asks before somebody is put out.
func (d *Desk) sureOut(r *request) error {
	all, err := d.office.People(r.Context())
	if err != nil {
		return err
	}
	for _, p := range all {
		if decimal(p.ID) == r.PathValue("user") && p.InvitedBy != 0 {
			return r.show("out", person{ID: p.ID, Name: names(all)(p.ID)})
		}
	}
	return errNoPage
}

// putOut ends what an invitation gave somebody.
func (d *Desk) putOut(r *request) error {
	id, err := strconv.ParseInt(r.PathValue("user"), 10, 64)
	if err != nil {
		return errNoPage
	}
	switch err := d.office.PutOut(r.Context(), r.who, id); {
	case errors.Is(err, desk.ErrNotAllowed):
		return errOutside
	case errors.Is(err, desk.ErrNotInvited): // put out already
	case err != nil:
		return err
	}
	return r.tell(r.T("line.desk_put_out"), "/people")
}
