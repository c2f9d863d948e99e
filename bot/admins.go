package bot

import (
	"context"
	"slices"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/telegram"
)

// adminPause is how long an administrator who can't be written to is left alone, unless
// they write first.
const adminPause = time.Minute

// TellAdmins tells each administrator what they were not told yet: that something is
// wrong with the bot, that a source is ill, or well again, that items or broadcasts wait
// for a decision, and that Telegram finds requests wrong; and the people at the desk what
// concerns them there. What they were told is kept in Redis, so that it is told once whatever
// restarts. Who can't be written to is told later. It also keeps the desk's screens and menus
// up to date. It is for the instance that leads, every few seconds.
func (b *Bot) TellAdmins(ctx context.Context) error {
	news, err := b.lookAtDesk(ctx)
	if err != nil {
		return err
	}
	if len(b.admins.IDs)+len(news.people) == 0 {
		return nil
	}
	if err := b.tellAll(ctx, news); err != nil || b.desk == nil {
		return err
	}
	if err := b.offerDesk(ctx, news); err != nil {
		return err
	}
	return b.renewScreens(ctx, news)
}

// serviceNotices are what those who operate the bot are told, and what waits for a decision.
func (b *Bot) serviceNotices(ctx context.Context) (service, decisions []notice, err error) {
	batches, err := b.undecided(ctx)
	if err != nil {
		return nil, nil, err
	}
	held, err := b.heldNotices(ctx)
	if err != nil {
		return nil, nil, err
	}
	notice := b.batchNotice
	if b.desk != nil {
		notice = b.heldNotice
	}
	for _, batch := range batches {
		decisions = append(decisions, notice(batch))
	}
	unpaid, err := b.unpaidNotices(ctx)
	if err != nil {
		return nil, nil, err
	}
	decisions = append(decisions, unpaid...)
	return slices.Concat(b.alarmNotices(), b.sourceNotices(), held, b.faultNotices()), decisions, nil
}

// tellAll tells everybody what they were not told yet.
func (b *Bot) tellAll(ctx context.Context, news deskNews) error {
	service, decisions, err := b.serviceNotices(ctx)
	if err != nil {
		return err
	}
	for _, admin := range b.addressees(news) {
		if until, failed := b.unreached.Load(admin); failed && time.Now().Before(until.(time.Time)) {
			continue
		}
		notices, err := b.deskNotices(ctx, news, admin)
		if err != nil {
			return err
		}
		operates := slices.Contains(b.admins.IDs, admin)
		if operates {
			notices = append(notices, service...)
		}
		if operates || news.is(admin, desk.Approver) {
			notices = append(notices, decisions...)
		}
		spoke, err := b.tellAdmin(ctx, admin, notices)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			if _, again := b.unreached.Swap(admin, time.Now().Add(adminPause)); !again {
				b.log.WarnContext(ctx, "administrator can't be told, trying again", "admin", admin, "error", err)
			}
		case spoke:
			b.unreached.Delete(admin)
		}
	}
	return nil
}

// addressees are the administrators and the people at the desk, each once.
func (b *Bot) addressees(news deskNews) []int64 {
	all := slices.Clone(b.admins.IDs)
	for _, p := range news.people {
		if !slices.Contains(all, p.ID) {
			all = append(all, p.ID)
		}
	}
	return all
}

// tellAdmin tells one administrator what is new to them, and reports whether anything was.
func (b *Bot) tellAdmin(ctx context.Context, admin int64, notices []notice) (bool, error) {
	told, err := b.told(ctx, admin)
	if err != nil {
		return false, err
	}
	spoke := false
	for _, n := range notices {
		was := told[n.about]
		delete(told, n.about)
		if n.screen == nil && n.send == nil || was == n.state {
			continue
		}
		if err := b.notify(ctx, admin, n); err != nil {
			return spoke, err
		}
		if err := b.noteTold(ctx, admin, n.about, n.state); err != nil {
			return spoke, err
		}
		spoke = true
	}
	for about := range told { // what is no more
		if err := b.noteTold(ctx, admin, about, ""); err != nil {
			return spoke, err
		}
	}
	return spoke, nil
}

// notify writes a notice to an administrator, in the language of their chat.
func (b *Bot) notify(ctx context.Context, admin int64, n notice) error {
	t, err := b.converseWith(ctx, telegram.User{ID: admin})
	if err != nil {
		return err
	}
	if n.send != nil {
		return n.send(ctx, t)
	}
	s, err := n.screen(ctx, t.words)
	if err != nil {
		return err
	}
	return t.post(ctx, s)
}
