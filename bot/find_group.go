package bot

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// wordLife is how long a group's question what to search for can be answered.
const wordLife = time.Hour

// askWord asks in a group what to search for. What its people write the bot is not told, in
// privacy mode, which is every bot's default; replies to its own messages it is
// (https://core.telegram.org/bots/features#privacy-mode). A channel can't reply.
func (t *conversation) askWord(ctx context.Context) error {
	t.replies = true
	if kindOfChat(t.chat) == subscriptions.Channel {
		text := t.words.HTML("screen.channel_search", map[string]any{"Bot": t.bot.self.Username()})
		return t.show(ctx, screen{text: text, rows: t.menu()})
	}
	t.asks = t.words.T("line.search_word", nil)
	return t.show(ctx, screen{text: t.words.T("screen.group_search", nil)})
}

// answersWord reports whether a message in a group answers such a question. Nothing is kept of
// what was asked: the question comes with its answer and is known by its words, also after a
// restart and by another instance.
func (b *Bot) answersWord(m telegram.Message) bool {
	q := m.ReplyTo
	switch {
	case q == nil || q.From == nil || !q.From.IsBot, m.Text == "" || m.ViaBot != nil || strings.HasPrefix(m.Text, "/"):
		return false
	case b.self.Known() && q.From.ID != b.self.ID():
		return false
	case time.Duration(m.Date-q.Date)*time.Second > wordLife:
		return false
	}
	return slices.Contains(wordQuestions(), q.Text)
}

// wordQuestions is the question in each language, as Telegram brings it.
var wordQuestions = sync.OnceValue(func() (all []string) {
	for _, language := range locale.Languages() {
		all = append(all, render.WithoutTags(locale.For(language).T("screen.group_search", nil)))
	}
	return all
})
