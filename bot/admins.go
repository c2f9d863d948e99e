package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Desk is what administrators look at, and where they decide.
type Desk interface {
	Progress(ctx context.Context) ([]broadcast.Progress, error)
	// Paused returns why nothing is sent to anybody, empty while sending goes on, and when
	// it is tried next.
	Paused() (until time.Time, why string)
	Health() []feeds.Health
	Held(ctx context.Context) ([]feeds.Held, error)
	Release(ctx context.Context, item string) error
	Dismiss(ctx context.Context, item string) error
	Count(ctx context.Context) (subscriptions.Counts, error)

	HeldBroadcasts(ctx context.Context) ([]broadcast.Progress, error)
	Resume(ctx context.Context, broadcast int64) error
	Stop(ctx context.Context, broadcast int64) error
	Withdraw(ctx context.Context, item string) error
	// Failures are the chats that a broadcast never reached, each with what Telegram said.
	Failures(ctx context.Context, broadcast int64) (map[string]string, error)
}

// Admins are those who look after the bot.
type Admins struct {
	IDs  []int64 // Telegram user ids
	Desk Desk    // needed where there are any
	// Alarms are what is wrong with the whole bot just now; nil where nobody looks.
	Alarms func() []Alarm
	// Redis remembers what they were told and what they decided.
	Redis redis.UniversalClient
}

// adminPause is how long an administrator who can't be written to is left alone, unless
// they write first.
const adminPause = time.Minute

// notice is something that each administrator is told once.
type notice struct {
	about string // a source, a batch, a broadcast or a fault
	// state is what there is to tell; empty where all is well, which is told only after
	// something else was.
	state string
	// screen draws it; nil where nothing can be said yet.
	screen func(ctx context.Context, words locale.Locale) (screen, error)
}

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
	t, err := b.talk(ctx, telegram.Chat{ID: admin, Type: "private"}, telegram.User{ID: admin})
	if err != nil {
		return err
	}
	s, err := n.screen(ctx, t.words)
	if err != nil {
		return err
	}
	return t.post(ctx, s)
}

// byAdmin says that an administrator speaks with the bot alone. It is asked at every
// tap and command: who may decide is the configuration's, not the button's.
func (t *talk) byAdmin() bool {
	return t.chat.Private() && slices.Contains(t.admins.IDs, t.from.ID)
}

// moment writes a day and the time on it.
func (b *Bot) moment(words locale.Locale, at time.Time) string {
	at = at.In(b.zone)
	return words.Date(at) + ", " + at.Format("15:04")
}

// How many titles a small phone shows at once, and how many characters of each.
const listedTitles, titleLength = 5, 80

// titleList shows some of the titles, as many as a small phone shows at once.
func (b *Bot) titleList(ctx context.Context, ids []string) (string, error) {
	var lines []string
	for i, id := range ids {
		if i == listedTitles {
			lines = append(lines, "…")
			break
		}
		item, err := b.archive.Item(ctx, id)
		if errors.Is(err, feeds.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		lines = append(lines, "• "+render.Escaped(item.Title, titleLength))
	}
	return strings.Join(lines, "\n"), nil
}
