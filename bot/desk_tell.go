package bot

import (
	"context"
	"slices"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// deskNews is what there is to tell at the desk, as it was at one look.
type deskNews struct {
	people []desk.Person
	cases  []desk.Case // the open ones, and what was closed lately
}

// toldFor is how long after it a thing that is over is still told.
const toldFor = 24 * time.Hour

// lookAtDesk is empty where there is no desk.
func (b *Bot) lookAtDesk(ctx context.Context) (n deskNews, err error) {
	if b.desk == nil {
		return n, nil
	}
	if n.people, err = b.desk.People(ctx); err != nil {
		return n, err
	}
	if n.cases, err = b.desk.Open(ctx); err != nil {
		return n, err
	}
	const closedLately = 20
	closed, err := b.desk.Closed(ctx, 0, closedLately)
	for _, c := range closed {
		if b.now().Sub(c.Changed) < toldFor && c.Status == desk.Sent {
			n.cases = append(n.cases, c)
		}
	}
	return n, err
}

// is reports whether somebody at the desk has one of the roles.
func (n deskNews) is(user int64, roles desk.Role) bool {
	return slices.ContainsFunc(n.people, func(p desk.Person) bool { return p.ID == user && p.Roles&roles != 0 })
}

// notices are what there is to tell one person of the desk's: each of a case or a colleague.
func (b *Bot) deskNotices(ctx context.Context, n deskNews, user int64) (notices []notice, err error) {
	if !n.is(user, desk.Officer|desk.Approver|desk.Operator) {
		return nil, nil
	}
	for _, c := range n.cases {
		allowed, err := b.desk.Allowed(ctx, c, user)
		if err != nil {
			return nil, err
		}
		state := toldState(c, user, slices.Contains(allowed, desk.Approve))
		if state == "" {
			continue
		}
		notices = append(notices, notice{about: "case:" + c.ID, state: state, send: func(ctx context.Context, t *conversation) error {
			return t.tellCase(ctx, c)
		}})
	}
	for _, p := range n.people {
		if p.InvitedBy != 0 && n.is(user, desk.Approver) && b.now().Sub(p.Since) < toldFor {
			notices = append(notices, b.cameNotice(n, p))
		}
	}
	return notices, nil
}

// toldState is what somebody is told of a case as it stands; empty where that is nothing:
// approvers of what waits for them; those who wrote it of what became of it; everybody of
// what was stopped, withdrawn, sent by one alone, or has ended. Nobody of their own act.
func toldState(c desk.Case, user int64, approves bool) string {
	told, state := false, string(c.Status)+":"+decimal(int64(c.Version))
	switch c.Status {
	case desk.Submitted:
		missed := c.Reason != "" && c.Hand(user)
		told = approves && user != c.SubmittedBy || missed
	case desk.Returned:
		told = c.Hand(user)
	case desk.Approved:
		concerned := c.Alone || c.Kind == desk.Withdraw || c.Hand(user)
		told = user != c.ApprovedBy && concerned
	case desk.Stopped:
		told, state = user != c.StoppedBy, "stopped:"+decimal(c.StoppedAt.Unix())
	case desk.Sent:
		told = true
	}
	if !told {
		return ""
	}
	return state
}

// tellCase shows a case in a new message, in place of those that showed it before.
func (t *conversation) tellCase(ctx context.Context, c desk.Case) error {
	at, is, err := t.atDesk(ctx)
	if err != nil || !is {
		return err
	}
	p, err := at.casePage(ctx, c)
	if err != nil {
		return err
	}
	before, err := t.bot.screens(ctx, t.chat.ID)
	if err != nil {
		return err
	}
	t.silent = t.bot.night() && !loud(c)
	message, err := t.send(ctx, p.screen, "")
	if err != nil {
		return err
	}
	for id, was := range before {
		if was.Case == c.ID {
			if err := t.bot.clear(ctx, t.chat.ID, append(was.Previews, id)...); err != nil {
				return err
			}
		}
	}
	return t.bot.remember(ctx, t.chat.ID, message, p.shows)
}

// loud reports whether a case may wake people.
func loud(c desk.Case) bool {
	return c.Urgent || c.Alone || c.Kind == desk.Withdraw || c.Status == desk.Stopped
}

// night reports whether people sleep.
func (b *Bot) night() bool {
	const from, to = 22, 7
	hour := b.now().In(b.zone).Hour()
	return hour >= from || hour < to
}

// cameNotice tells an approver who has come to the desk by an invitation.
func (b *Bot) cameNotice(n deskNews, p desk.Person) notice {
	by := make(names)
	for _, other := range n.people {
		by[other.ID] = other.Name
	}
	told := notice{about: "person:" + decimal(p.ID), state: "came:" + decimal(p.Since.Unix())}
	told.screen = func(_ context.Context, words locale.Locale) (screen, error) {
		return screen{words.HTML("screen.desk_came", map[string]any{"Who": by.of(p.ID), "By": by.of(p.InvitedBy)}), [][]telegram.Button{{{
			Text: inButton(words.T("button.desk_put_out", map[string]any{"Who": by.of(p.ID)}), ""), Style: telegram.Danger,
			Data: render.Data(render.VerbDesk, "sureout", decimal(p.ID)),
		}}}}, nil
	}
	return told
}
