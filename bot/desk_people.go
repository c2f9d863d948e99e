package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"kabarchy/bot/desk"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// roleNames are the entries of the roles, in their order.
var roleNames = []struct {
	role  desk.Role
	entry string
}{
	{desk.Officer, "line.desk_officer"}, {desk.Approver, "line.desk_approver"}, {desk.Operator, "line.desk_operator"},
}

// rolesInWords names roles.
func (v view) rolesInWords(roles desk.Role) string {
	var all []string
	for _, r := range roleNames {
		if roles&r.role != 0 {
			all = append(all, v.words.T(r.entry, nil))
		}
	}
	return strings.Join(all, ", ")
}

// onPeople lists who is at the desk. Who was invited can be put out.
func (t deskTalk) onPeople(ctx context.Context, _ []string) (reply, error) {
	return t.showPeople(ctx, "")
}

func (t deskTalk) showPeople(ctx context.Context, note string) (reply, error) {
	if t.roles&desk.Approver == 0 {
		return t.stale()
	}
	people, err := t.office.People(ctx)
	if err != nil {
		return reply{}, err
	}
	names, err := t.names(ctx)
	if err != nil {
		return reply{}, err
	}
	lines := []string{t.words.T("screen.desk_people", nil)}
	rows := [][]telegram.Button{{{Text: t.words.T("button.desk_invite", nil), Data: render.Data(render.VerbDesk, "invite")}}}
	for _, p := range people {
		line := "• " + render.Escaped(names.of(p.ID), titleLength) + ": " + t.rolesInWords(p.Roles)
		if p.InvitedBy != 0 {
			line += ". " + t.words.HTML("line.desk_invited_by", map[string]any{"Who": names.of(p.InvitedBy)})
			rows = append(rows, []telegram.Button{{
				Text: inButton(t.words.T("button.desk_put_out", map[string]any{"Who": names.of(p.ID)}), ""), Style: telegram.Danger,
				Data: render.Data(render.VerbDesk, "sureout", strconv.FormatInt(p.ID, 10)),
			}})
		}
		lines = append(lines, line)
	}
	text := render.JoinFilled("\n\n", strings.Join(lines, "\n"), note)
	return reply{}, t.open(ctx, page{screen: screen{text, append(rows, t.deskButton())}})
}

// onInvite makes an invitation: a link that lets one person in, once.
func (t deskTalk) onInvite(ctx context.Context, _ []string) (reply, error) {
	token, err := t.office.Invite(ctx, t.from.ID)
	if errors.Is(err, desk.ErrNotAllowed) {
		return t.refused(desk.NotAllowed), nil
	}
	if err != nil {
		return reply{}, err
	}
	link := t.bot.link(invitation + token)
	return reply{}, t.open(ctx, page{screen: screen{t.words.HTML("screen.desk_invitation", map[string]any{"Link": link}), [][]telegram.Button{
		{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "people")}},
	}}})
}

// invitation begins the payload of an invitation's link.
const invitation = "desk-"

// accept lets somebody in by an invitation; false where it is none, or no longer.
func (t *conversation) accept(ctx context.Context, payload string) (bool, error) {
	token, is := strings.CutPrefix(payload, invitation)
	if !is || t.bot.desk == nil || !t.chat.Private() {
		return false, nil
	}
	if at, already, err := t.atDesk(ctx); err != nil || already {
		if err == nil {
			err = at.deskCommand(ctx, "")
		}
		return true, err
	}
	_, in, err := t.bot.desk.Accept(ctx, token, t.from.ID, t.from.Name())
	if err != nil {
		return false, err
	}
	at, is, err := t.atDesk(ctx)
	if err != nil || !is || !in {
		return false, err
	}
	t.bot.wakeDesk()
	p, err := at.nowPage(ctx)
	if err != nil {
		return false, err
	}
	p.text = t.words.T("screen.desk_welcome", nil) + "\n\n" + p.text
	return true, at.open(ctx, p)
}

// onSureOut asks before somebody is put out.
func (t deskTalk) onSureOut(ctx context.Context, args []string) (reply, error) {
	names, err := t.names(ctx)
	if err != nil {
		return reply{}, err
	}
	id, err := strconv.ParseInt(render.Arg(args, 0), 10, 64)
	if err != nil || t.roles&desk.Approver == 0 || names[id] == "" {
		return t.stale()
	}
	who := map[string]any{"Who": names.of(id)}
	return reply{}, t.open(ctx, page{screen: screen{t.words.HTML("screen.desk_sure_out", who), [][]telegram.Button{
		{{Text: t.words.T("button.desk_yes_out", nil), Data: render.Data(render.VerbDesk, "out", render.Arg(args, 0)), Style: telegram.Danger}},
		{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "people")}},
	}}})
}

// onPutOut ends what an invitation gave somebody.
func (t deskTalk) onPutOut(ctx context.Context, args []string) (reply, error) {
	id, err := strconv.ParseInt(render.Arg(args, 0), 10, 64)
	if err != nil {
		return t.stale()
	}
	switch err := t.office.PutOut(ctx, t.from.ID, id); {
	case errors.Is(err, desk.ErrNotAllowed):
		return t.refused(desk.NotAllowed), nil
	case errors.Is(err, desk.ErrNotInvited): // put out already, or by the configuration's word here
	case err != nil:
		return reply{}, err
	}
	t.bot.wakeDesk()
	return t.showPeople(ctx, t.words.T("line.desk_put_out", nil))
}
