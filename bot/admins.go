package bot

import (
	"context"
	"slices"
	"time"

	"kabarchy/bot/telegram"
)

// adminPause is how long an administrator who can't be written to is left alone, unless
// they write first.
const adminPause = time.Minute

// TellAdmins tells each administrator what they were not told yet: that something is
// wrong with the bot, that a source is ill, or well again, that items or broadcasts wait
// for a decision, and that Telegram finds requests wrong. What they were told is kept in
// Redis, so that it is told once whatever restarts. Who can't be written to is told
// later. It is for the instance that leads, every few seconds.
func (b *Bot) TellAdmins(ctx context.Context) error {
	if len(b.admins.IDs) == 0 {
		return nil
	}
	batches, err := b.undecided(ctx)
	if err != nil {
		return err
	}
	held, err := b.heldNotices(ctx)
	if err != nil {
		return err
	}
	notices := slices.Concat(b.alarmNotices(), b.sourceNotices(), held, b.faultNotices())
	for _, batch := range batches {
		notices = append(notices, b.batchNotice(batch))
	}
	for _, admin := range b.admins.IDs {
		if until, failed := b.unreached.Load(admin); failed && time.Now().Before(until.(time.Time)) {
			continue
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
		if n.screen == nil || was == n.state {
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
	t, err := b.converse(ctx, telegram.Chat{ID: admin, Type: "private"}, telegram.User{ID: admin})
	if err != nil {
		return err
	}
	s, err := n.screen(ctx, t.words)
	if err != nil {
		return err
	}
	return t.post(ctx, s)
}
