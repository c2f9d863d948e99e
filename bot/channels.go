package bot

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// onChannelMembership asks who added the bot to a channel for the channel's language, and
// tells who chose it when the right to post is taken or given.
func (b *Bot) onChannelMembership(ctx context.Context, m telegram.MembershipChange, known bool) error {
	could, can := m.Old.Posts(), m.New.Posts()
	switch {
	case !known && m.In():
		return b.askAboutChannel(ctx, m.From, m.Chat)
	case !known || could == can:
		return nil
	}
	keeper, err := b.keeperOf(ctx, m.Chat.ID)
	if err != nil || keeper == 0 {
		return err
	}
	t, err := b.converseWith(ctx, telegram.User{ID: keeper, LanguageCode: b.languageOf(m, keeper)})
	if err != nil {
		return err
	}
	title := map[string]any{"Title": m.Chat.Title}
	text := t.words.HTML("screen.channel_silenced", title)
	if can {
		text = t.words.HTML("screen.channel_speaks", title)
	}
	return t.show(ctx, screen{text: text})
}

// languageOf is the language of the keeper's phone, where the change is the keeper's own.
func (b *Bot) languageOf(m telegram.MembershipChange, keeper int64) string {
	if m.From.ID == keeper {
		return m.From.LanguageCode
	}
	return ""
}

// askAboutChannel asks somebody for a channel's language. A channel's readers are not to see
// that. Who never pressed Start can't be written to: that waits for the Start.
func (b *Bot) askAboutChannel(ctx context.Context, who telegram.User, channel telegram.Chat) error {
	t, err := b.converseWith(ctx, who)
	if err != nil {
		return err
	}
	if err := b.noteAdder(ctx, who.ID, channel.ID, channel.Title); err != nil {
		return err
	}
	s := t.channelScreen(decimal(channel.ID), channel.Title)
	_, err = b.outbox.say(ctx, addressee{chat: who.ID}, &answer{life: screenLife, call: func(ctx context.Context) error {
		if _, err := t.send(ctx, s, ""); err != nil {
			return err
		}
		if err := b.dropAdder(ctx, who.ID, decimal(channel.ID)); err != nil {
			b.log.WarnContext(ctx, "somebody is asked about a channel again at the next start", "user", who.ID, "error", err)
		}
		return nil
	}})
	return err
}

func (v view) channelScreen(channel, title string) screen {
	var row []telegram.Button
	for _, language := range v.languages() {
		row = append(row, telegram.Button{Text: locale.For(language).Name(), Data: render.Data(render.VerbChannel, channel, language)})
	}
	return screen{v.words.HTML("screen.channel", map[string]any{"Title": title}), [][]telegram.Button{row}}
}

// mostUnasked is how many channels somebody is asked about at a Start.
const mostUnasked = 3

// askOfChannels asks what waited for somebody's Start.
func (t *conversation) askOfChannels(ctx context.Context) error {
	if !t.chat.Private() {
		return nil
	}
	channels, err := t.bot.unasked(ctx, t.from.ID)
	if err != nil {
		return err
	}
	for i, channel := range slices.Sorted(maps.Keys(channels)) {
		if i == mostUnasked {
			break
		}
		if err := t.show(ctx, t.channelScreen(channel, channels[channel])); err != nil {
			return err
		}
		if err := t.bot.dropAdder(ctx, t.from.ID, channel); err != nil {
			return err
		}
	}
	return nil
}

// onChannel makes a channel the mirror of the news in a language.
func (t *conversation) onChannel(ctx context.Context, args []string) (reply, error) {
	id, err := strconv.ParseInt(render.Arg(args, 0), 10, 64)
	language := render.Arg(args, 1)
	if err != nil || id >= 0 || !locale.Spoken(language) || !t.chat.Private() {
		return t.stale()
	}
	channel := telegram.Chat{ID: id, Type: "channel"}
	admin, err := t.bot.administers(ctx, channel, t.from)
	if err != nil {
		return reply{}, err
	}
	if !admin {
		return reply{text: t.words.T("toast.channel_administrators_only", nil)}, nil
	}
	posts, err := t.bot.postsIn(ctx, channel)
	if err != nil {
		return reply{}, err
	}
	mirror, err := t.bot.converse(ctx, channel, t.from)
	if err != nil {
		return reply{}, err
	}
	if err := mirror.join(ctx, readIn(language)); err != nil {
		return reply{}, err
	}
	text := t.words.T("screen.channel_subscribed", nil)
	if !posts {
		text = t.words.T("screen.channel_mute", nil)
	}
	return reply{}, t.show(ctx, screen{text: text})
}

// postsIn reports whether the bot may post in a channel, as Telegram says now.
func (b *Bot) postsIn(ctx context.Context, channel telegram.Chat) (bool, error) {
	if !b.self.Known() {
		b.self.Ask()
		return false, errNameless
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var me telegram.Member
	err := b.client.Call(asking, "getChatMember", map[string]string{"chat_id": decimal(channel.ID), "user_id": decimal(b.self.ID())}, &me)
	switch telegram.ReasonOf(err) {
	case telegram.NoRights, telegram.Declined, telegram.Gone:
		return false, nil
	}
	return me.Posts(), err
}
