package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"kabarchy/bot/desk"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// deskTalk is a conversation with somebody at the press office's desk.
type deskTalk struct {
	*conversation
	office *desk.Desk
	roles  desk.Role
}

// atDesk begins one; false where somebody is not at the desk, and in groups, where others
// read along. It is asked at every press and every word: no button carries a right.
func (t *conversation) atDesk(ctx context.Context) (deskTalk, bool, error) {
	if t.bot.desk == nil || !t.chat.Private() {
		return deskTalk{}, false, nil
	}
	roles, err := t.bot.desk.RolesOf(ctx, t.from.ID)
	at := deskTalk{t, t.bot.desk, roles}
	if err != nil || roles == 0 {
		return at, false, err
	}
	return at, true, at.notePhone(ctx)
}

// notePhone remembers the language of the phone of somebody at the desk who has chosen none, so
// that they are written to in it when they have not asked.
func (t deskTalk) notePhone(ctx context.Context) error {
	language, user := t.from.LanguageCode, decimal(t.from.ID)
	if t.preferences.Interface != "" || language == "" {
		return nil
	}
	if was, err := t.bot.phoneOf(ctx, t.from.ID); err != nil || was == language {
		return err
	}
	if err := t.bot.admins.Redis.HSet(ctx, keyPhones, user, language).Err(); err != nil {
		return fmt.Errorf("note the language of %d: %w", t.from.ID, err)
	}
	return nil
}

// meet is for somebody at the desk who begins to speak with the bot: before that, Telegram lets
// nobody write to them, nor give them a menu. Now they get it at once.
func (t *conversation) meet(ctx context.Context) error {
	_, is, err := t.atDesk(ctx)
	if is {
		t.bot.menuless.Delete(t.from.ID)
		t.bot.wakeDesk()
	}
	return err
}

// page is a screen of the desk, and what is remembered of it.
type page struct {
	screen
	shows shown   // what it shows of which case; zero for what shows none
	gone  []int64 // the messages that make way for it
}

// open shows a page in place of the pressed message, or below a typed word. What the message
// had below it, the previews, makes way.
func (t deskTalk) open(ctx context.Context, p page) error {
	if t.pressed != nil {
		was, err := t.bot.recall(ctx, t.chat.ID, t.pressed.ID)
		if err != nil {
			return err
		}
		p.gone = append(p.gone, was.Previews...)
	}
	t.bot.reads.leave(t.chat.ID)
	if err := t.bot.place(ctx, *t.conversation, p); err != nil {
		return err
	}
	return t.bot.clear(ctx, t.chat.ID, p.gone...)
}

// stay shows a page in place of the pressed message; the previews above it stay.
func (t deskTalk) stay(ctx context.Context, p page) error {
	t.bot.reads.leave(t.chat.ID)
	return t.bot.place(ctx, *t.conversation, p)
}

// place brings a page to a chat, and remembers which message shows it.
func (b *Bot) place(ctx context.Context, t conversation, p page) error {
	a := &answer{life: screenLife, call: func(ctx context.Context) error {
		message, err := t.put(ctx, p.screen, "")
		if err != nil || message == 0 {
			return err
		}
		if err := b.remember(ctx, t.chat.ID, message, p.shows); err != nil { // to show it twice would be worse
			b.log.WarnContext(ctx, "desk: a screen is not remembered, and will not be renewed", "chat", t.chat.ID, "error", err)
		}
		return nil
	}}
	if t.pressed != nil {
		a.place = t.pressed.ID
	}
	_, err := b.outbox.say(ctx, addressee{chat: t.chat.ID}, a)
	return err
}

// clear deletes messages of the bot's, or, where Telegram finds them too old for that, takes
// their buttons away.
func (b *Bot) clear(ctx context.Context, chat int64, messages ...int64) error {
	for _, id := range messages {
		if id == 0 {
			continue
		}
		if err := b.forgetScreen(ctx, chat, id); err != nil {
			return err
		}
		params := map[string]string{"chat_id": decimal(chat), "message_id": decimal(id)}
		a := &answer{life: screenLife, place: id, late: true, call: func(ctx context.Context) error {
			err := b.client.Call(ctx, "deleteMessage", params, nil)
			if telegram.ReasonOf(err) == telegram.NotDeletable {
				err = b.client.Call(ctx, "editMessageReplyMarkup", params, nil)
			}
			switch telegram.ReasonOf(err) {
			case telegram.Unchanged, telegram.NoMessage, telegram.NotEditable:
				return nil
			}
			return err
		}}
		if _, err := b.outbox.say(ctx, addressee{chat: chat}, a); err != nil {
			return err
		}
	}
	return nil
}

// actID names an act: it is the same however often its press or its message comes.
func (t deskTalk) actID(what string) string {
	message := int64(0)
	if t.pressed != nil {
		message = t.pressed.ID
	}
	return actID(t.chat.ID, message, what)
}

func actID(chat, message int64, what string) string {
	sum := sha256.Sum256([]byte(decimal(chat) + "\x00" + decimal(message) + "\x00" + what))
	return hex.EncodeToString(sum[:16])
}

// names are those of the people at the desk.
type names map[int64]string

// names includes the clock, under 0: it acts for nobody.
func (t deskTalk) names(ctx context.Context) (names, error) {
	all, err := t.bot.deskNames(ctx)
	if err == nil {
		all[0] = t.words.T("line.desk_clock", nil)
	}
	return all, err
}

func (b *Bot) deskNames(ctx context.Context) (names, error) {
	people, err := b.desk.People(ctx)
	if err != nil {
		return nil, err
	}
	all := make(names)
	for _, p := range people {
		all[p.ID] = p.Name
	}
	return all, nil
}

// of is somebody's name, or their number where they have none or are gone.
func (n names) of(who int64) string {
	if n[who] != "" {
		return n[who]
	}
	return "№ " + decimal(who)
}

// list names several.
func (n names) list(people []int64) string {
	var all []string
	for _, who := range people {
		all = append(all, n.of(who))
	}
	return strings.Join(all, ", ")
}

// titleOf is what a case is called: its title in the language, or in another one; of what it
// corrects, withdraws or stops, the item's.
func (b *Bot) titleOf(ctx context.Context, c desk.Case, language string) string {
	for _, tag := range append([]string{language, c.Main}, c.Languages()...) {
		if title := c.Texts[tag].Title; title != "" {
			return render.Cut(title, titleLength)
		}
	}
	for _, id := range c.Items {
		if item, err := b.archive.Item(ctx, id); err == nil {
			return render.Cut(render.OneLine(item.Title), titleLength)
		}
	}
	return ""
}

// itemsOf are a case's items that the archive holds.
func (b *Bot) itemsOf(ctx context.Context, c desk.Case) (items []feeds.Item, err error) {
	for _, id := range c.Items {
		item, found, err := b.anyItem(ctx, id)
		if err != nil {
			return nil, err
		}
		if found {
			items = append(items, item)
		}
	}
	return items, nil
}

// may reports whether somebody may do an act, or submit and approve at once.
func (t deskTalk) may(ctx context.Context, c desk.Case, verb desk.Verb) (bool, error) {
	allowed, err := t.office.Allowed(ctx, c, t.from.ID)
	if err != nil || slices.Contains(allowed, verb) {
		return err == nil, err
	}
	if verb == desk.Approve && slices.Contains(allowed, desk.Submit) {
		return t.sendsAlone(ctx, c)
	}
	return false, nil
}

// wakeDesk has what is new at the desk told soon.
func (b *Bot) wakeDesk() {
	if b.admins.Wake != nil {
		b.admins.Wake()
	}
}
