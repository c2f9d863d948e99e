package bot

import (
	"context"
	"errors"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// onGroupMessage obeys an administrator's command that is addressed to this bot. To all
// else it is silent: a group talks with itself.
func (b *Bot) onGroupMessage(ctx context.Context, m telegram.Message, name, args string, addressed bool) error {
	c, known := commandNamed(name)
	if !known || !addressed {
		return nil
	}
	from := telegram.User{}
	if m.From != nil {
		from = *m.From
	}
	asTheChat := m.SenderChat != nil && m.SenderChat.ID == m.Chat.ID // only administrators can
	if !asTheChat {
		if admin, err := b.administers(ctx, m.Chat, from); err != nil || !admin {
			return err
		}
	}
	t, err := b.talk(ctx, m.Chat, from)
	if err != nil {
		return err
	}
	if err := t.reached(ctx); err != nil {
		return err
	}
	t.thread = m.ForumTopic()
	return c.run(t, ctx, args)
}

const (
	// askWithin is how long Telegram may take to say who somebody is.
	askWithin = 5 * time.Second
	// What it said holds for so long; that somebody is no administrator for less, since they
	// may have just become one. However often a person presses and commands, Telegram is
	// asked no more often.
	administratorHolds = 30 * time.Second
	nobodyHolds        = 3 * time.Second
	// rememberedMembers are so many.
	rememberedMembers = 10_000
)

// membership is a person in a group, and standing what Telegram said of them.
type (
	membership struct{ group, person int64 }
	standing   struct {
		administers bool
		until       time.Time
	}
)

func rememberMembers() *lru.Cache[membership, standing] {
	members, err := lru.New[membership, standing](rememberedMembers)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return members
}

// administers reports whether the person may decide for the group, as Telegram said a moment
// ago or says now. Where Telegram does not tell, they may not.
func (b *Bot) administers(ctx context.Context, c telegram.Chat, u telegram.User) (bool, error) {
	who := membership{c.ID, u.ID}
	if known, _ := b.members.Get(who); time.Now().Before(known.until) {
		return known.administers, nil
	}
	is, err := b.askWhether(ctx, c, u)
	if err != nil {
		return false, err
	}
	holds := nobodyHolds
	if is {
		holds = administratorHolds
	}
	b.members.Add(who, standing{is, time.Now().Add(holds)})
	return is, nil
}

// askWhether asks Telegram whether the person administers the group.
func (b *Bot) askWhether(ctx context.Context, c telegram.Chat, u telegram.User) (bool, error) {
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var who telegram.Member
	err := b.client.Call(asking, "getChatMember", map[string]string{
		"chat_id": decimal(c.ID), "user_id": decimal(u.ID),
	}, &who)
	var refused *telegram.APIError
	switch what := telegram.ReasonOf(err); {
	case err == nil:
		return who.Status == "creator" || who.Status == "administrator", nil
	case what == telegram.Moved && errors.As(err, &refused) && refused.MigrateTo != c.ID:
		if err := b.moveChat(ctx, c.ID, refused.MigrateTo); err != nil {
			return false, err
		}
		c.ID = refused.MigrateTo
		return b.administers(ctx, c, u)
	case what == telegram.Gone:
		_, err := b.store.MarkUnreachable(ctx, c.ID, subscriptions.Gone, b.now())
		return false, err
	case what == telegram.NoRights || what == telegram.Declined || what == telegram.OurFault:
		return false, nil
	}
	return false, err
}

// onMembership follows what the bot may do in a chat.
func (b *Bot) onMembership(ctx context.Context, m telegram.MembershipChange) error {
	switch {
	case m.Chat.Private():
		return b.onPersonsMembership(ctx, m)
	case m.Out():
		return b.forgetChat(ctx, m.Chat.ID) // leaves no trace
	}
	back, known, err := b.wake(ctx, m.Chat.ID)
	if err != nil || back || known || !m.In() {
		return err
	}
	return b.introduceTo(ctx, m)
}

// onPersonsMembership: who blocks the bot gets no more; who unblocks it gets the news
// again as before.
func (b *Bot) onPersonsMembership(ctx context.Context, m telegram.MembershipChange) error {
	if !m.Out() {
		_, _, err := b.wake(ctx, m.Chat.ID)
		return err
	}
	_, err := b.store.MarkUnreachable(ctx, m.Chat.ID, subscriptions.Blocked, b.now())
	return err
}

// wake gives a chat the news again that could not be written to. Back says that it
// could not; the running broadcasts are told also when this is the second time.
func (b *Bot) wake(ctx context.Context, chat int64) (back, known bool, err error) {
	p, known, back, err := b.store.MarkReachable(ctx, chat)
	if err == nil && known && p.Status == subscriptions.Active {
		err = b.joined(ctx, chat)
	}
	return back, known, err
}

// introduceTo says in a group what the bot is and lets an administrator choose. A
// channel's readers are not to see that, so there it asks whoever added the bot.
func (b *Bot) introduceTo(ctx context.Context, m telegram.MembershipChange) error {
	t, err := b.talk(ctx, m.Chat, m.From)
	if err != nil {
		return err
	}
	if kindOfChat(m.Chat) != subscriptions.Channel {
		return t.show(ctx, t.greeting())
	}
	t, err = b.talk(ctx, telegram.Chat{ID: m.From.ID, Type: "private"}, m.From)
	if err != nil {
		return err
	}
	var row []telegram.Button
	for _, language := range t.languages() {
		row = append(row, telegram.Button{Text: locale.For(language).Name(), Data: render.Data(render.VerbChannel, decimal(m.Chat.ID), language)})
	}
	return t.show(ctx, screen{t.words.HTML("screen.channel", map[string]any{"Title": m.Chat.Title}), [][]telegram.Button{row}})
}

// pressChannel makes a channel the mirror of the news in a language.
func (t *talk) pressChannel(ctx context.Context, args []string) (reply, error) {
	id, err := strconv.ParseInt(render.Arg(args, 0), 10, 64)
	language := render.Arg(args, 1)
	if err != nil || id >= 0 || !locale.Spoken(language) || !t.chat.Private() {
		return t.stale()
	}
	channel := telegram.Chat{ID: id, Type: "channel"}
	admin, err := t.administers(ctx, channel, t.from)
	if err != nil {
		return reply{}, err
	}
	if !admin {
		return reply{text: t.words.T("toast.administrators_only", nil)}, nil
	}
	mirror, err := t.talk(ctx, channel, t.from)
	if err != nil {
		return reply{}, err
	}
	if err := mirror.join(ctx, readIn(language)); err != nil {
		return reply{}, err
	}
	return reply{}, t.show(ctx, screen{text: t.words.T("screen.channel_subscribed", nil)})
}

// kindOfChat is how its subscription names a chat.
func kindOfChat(c telegram.Chat) subscriptions.Kind {
	switch c.Type {
	case "private":
		return subscriptions.Person
	case "channel":
		return subscriptions.Channel
	default:
		return subscriptions.Group
	}
}
