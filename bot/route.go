package bot

import (
	"cmp"
	"context"
	"strings"
	"unicode"

	"kabarchy/bot/render"
	"kabarchy/bot/search"
	"kabarchy/bot/telegram"
)

// route hands an update to what answers it. What the bot has no answer for is handled
// by leaving it alone.
func (b *Bot) route(ctx context.Context, u telegram.Update) error {
	switch {
	case u.Message != nil:
		return b.onMessage(ctx, *u.Message)
	case u.ChannelPost != nil:
		return b.onMessage(ctx, *u.ChannelPost)
	case u.Callback != nil:
		return b.onCallback(ctx, *u.Callback)
	case u.InlineQuery != nil:
		return b.onInlineQuery(ctx, *u.InlineQuery)
	case u.MyChatMember != nil:
		return b.onMembership(ctx, *u.MyChatMember)
	}
	return nil
}

// Concerns reports whether an update is for the bot. A group talks with itself, a channel
// posts, and Telegram notes what is pinned: all that is left alone, before it takes the
// place of anything else. While the bot does not know its name, each command in a group
// that names somebody may be for it.
func (b *Bot) Concerns(u telegram.Update) bool {
	b.self.Ask()
	m := cmp.Or(u.Message, u.ChannelPost)
	switch {
	case m == nil || m.MigrateToID != 0:
		return true
	case m.Chat.Private():
		return m.From != nil && m.ViaBot == nil && (m.Text != "" || m.HasContent())
	}
	name, _, addressed := b.parseCommand(m.Text)
	_, known := commandNamed(name)
	return known && addressed || b.answersWord(*m)
}

// needsName reports whether an update can't be handled without knowing the bot's own name: it
// may name the bot, or the answer does.
func needsName(u telegram.Update) bool {
	m := cmp.Or(u.Message, u.ChannelPost)
	switch {
	case u.Callback != nil && u.Callback.Message != nil:
		return !u.Callback.Message.Chat.Private()
	case m != nil && m.Chat.Private():
		return strings.HasPrefix(m.Text, "/") && strings.Contains(m.Text, "@")
	case m != nil:
		return m.MigrateToID == 0
	}
	return u.InlineQuery != nil
}

func (b *Bot) onMessage(ctx context.Context, m telegram.Message) error {
	if m.MigrateToID != 0 {
		return b.moveChat(ctx, m.Chat.ID, m.MigrateToID)
	}
	name, args, addressed := b.parseCommand(m.Text)
	if !m.Chat.Private() {
		return b.onGroupMessage(ctx, m, name, args, addressed)
	}
	b.unreached.Delete(m.From.ID)
	b.menuless.Delete(m.From.ID)
	t, err := b.converse(ctx, m.Chat, *m.From)
	if err != nil {
		return err
	}
	if err := t.reached(ctx); err != nil {
		return err
	}
	t.said = m.ID
	if c, known := commandNamed(name); known {
		return c.run(t, ctx, args)
	}
	if answers, err := t.answerDesk(ctx, m); err != nil || answers {
		return err
	}
	if c, said := commandNamed(spokenCommand(m.Text[:render.Fit(m.Text, queryLimit)])); t.known && said {
		return c.run(t, ctx, "")
	}
	if text := m.Text[:render.Fit(m.Text, queryLimit)]; t.known && !strings.HasPrefix(text, "/") && len(search.Words(text)) > 0 {
		if polite, err := t.courtesy(ctx, text); err != nil || polite {
			return err
		}
		return t.find(ctx, text, 0)
	}
	return t.hint(ctx)
}

// parseCommand takes apart "/name@bot args". Addressed reports whether this bot is named;
// a command to another bot is no command.
func (b *Bot) parseCommand(text string) (name, args string, addressed bool) {
	word, args := strings.TrimSpace(text), ""
	if end := strings.IndexFunc(word, unicode.IsSpace); end >= 0 { // also the end of a line
		word, args = word[:end], word[end:]
	}
	word, isCommand := strings.CutPrefix(word, "/")
	if !isCommand {
		return "", "", false
	}
	name, bot, named := strings.Cut(word, "@")
	if own := b.self.Username(); named && own != "" && !strings.EqualFold(bot, own) {
		return "", "", false
	}
	return strings.ToLower(name), strings.TrimSpace(args), named
}

// onCallback obeys the button. Its data comes from outside like everything else: only what
// this release puts on buttons is obeyed, the rest is out of date.
func (b *Bot) onCallback(ctx context.Context, p telegram.Callback) error {
	if p.Message == nil {
		return b.answer(ctx, p, reply{}, false)
	}
	t, err := b.converse(ctx, p.Message.Chat, p.From)
	if err != nil {
		return err
	}
	if err := t.reached(ctx); err != nil {
		return err
	}
	t.pressed, t.press, t.thread = p.Message, p, p.Message.ForumTopic()
	if p.Message.Faded() { // nothing says where it stands: what goes to a topic stays there
		t.thread = t.preferences.Thread
	}
	t.unhurried = (&hurry{conversation: t, before: t.preferences}).slow
	data, soon := undated(p.Data, t.now())
	if soon {
		return b.answer(ctx, p, reply{text: t.words.T("toast.busy", nil)}, false)
	}
	verb, args := render.ParseData(data)
	c := callbackOf(verb)
	if !t.chat.Private() && !c.anybody {
		admin, err := b.administers(ctx, t.chat, p.From)
		if err != nil {
			return err
		}
		if !admin {
			return b.answer(ctx, p, reply{text: t.administratorsOnly()}, false)
		}
	}
	r, err := c.run(t, ctx, args)
	if err != nil && !telegram.Harmless(err) {
		return err
	}
	if t.late && r == (reply{}) {
		r.text = t.words.T("toast.late", nil)
	}
	return b.answer(ctx, p, r, t.late)
}

// toastLimit is Telegram's for what a callback is answered with, in characters.
const toastLimit = 200

// answer ends the waiting that Telegram shows on a button. Whose update has waited long
// enough already is late: then it does not wait for Telegram to take the answer.
func (b *Bot) answer(ctx context.Context, p telegram.Callback, r reply, late bool) error {
	params := map[string]string{"callback_query_id": p.ID}
	if r.text != "" {
		params["text"] = render.Cut(r.text, toastLimit)
	}
	if r.url != "" {
		params["url"] = r.url
	}
	_, err := b.outbox.say(ctx, addressee{p.From.ID, p.ID}, &answer{life: callbackLife, late: late, call: func(ctx context.Context) error {
		return b.answerCallback(ctx, params)
	}})
	return err
}

// answerCallback calls Telegram, and again with fewer words where these are too many.
func (b *Bot) answerCallback(ctx context.Context, params map[string]string) error {
	err := b.client.Call(ctx, "answerCallbackQuery", params, nil)
	if telegram.ReasonOf(err) != telegram.TooLong {
		return err
	}
	params["text"] = render.Cut(params["text"], toastLimit/2)
	return b.client.Call(ctx, "answerCallbackQuery", params, nil)
}

// onGroupMessage obeys an administrator's command that is addressed to this bot, and takes what
// an administrator replies to its question. To all else it is silent: a group talks with itself.
func (b *Bot) onGroupMessage(ctx context.Context, m telegram.Message, name, args string, addressed bool) error {
	c, known := commandNamed(name)
	commanded := known && addressed
	if !commanded && !b.answersWord(m) {
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
	t, err := b.converse(ctx, m.Chat, from)
	if err != nil {
		return err
	}
	if err := t.reached(ctx); err != nil {
		return err
	}
	t.thread, t.said = m.ForumTopic(), m.ID
	if !commanded {
		return t.find(ctx, m.Text, 0)
	}
	return c.run(t, ctx, args)
}
