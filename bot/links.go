package bot

import (
	"context"
	"errors"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Username is the bot's name, without the @; empty while Telegram has not said it.
func (b *Bot) Username() string {
	b.self.Ask()
	return b.self.Username()
}

// link is the address that opens the private chat with the bot and sends it the payload.
func (b *Bot) link(payload string) string { return render.Link(b.self.Username(), payload) }

// follow shows the item that a link names, as those below a group's or a channel's messages
// do, and then offers the news to whom they do not come. Nobody is subscribed by it. It
// reports whether the payload is such a link's.
func (t *conversation) follow(ctx context.Context, payload string) (is bool, err error) {
	id, whole := strings.CutPrefix(payload, render.LinkRead)
	if !whole {
		if id, is = strings.CutPrefix(payload, render.LinkItem); !is {
			return false, nil
		}
	}
	item, found, err := t.bot.item(ctx, id)
	switch {
	case err != nil:
		return true, err
	case !found:
		s := screen{text: t.words.T("toast.no_item", nil)}
		if t.known {
			s.rows = t.menu()
		}
		err = t.show(ctx, s)
	case whole:
		t.bot.taps.followed(t.chat.ID, t.said, item.ID)
		err = t.showWhole(ctx, item)
	default:
		err = t.showItem(ctx, item, "")
	}
	if err != nil {
		return true, err
	}
	return true, t.offerNews(ctx)
}

// showWhole shows the first page of the item's text; or the item as it was announced, where
// the text has to be fetched and that takes time: it is there when the person asks for it.
func (t *conversation) showWhole(ctx context.Context, item feeds.Item) error {
	blocks, reading, err := t.bot.reads.article(ctx, item)
	switch {
	case errors.Is(err, errReadsFull), err == nil && reading != nil:
		return t.showItem(ctx, item, "")
	case err != nil:
		return err
	}
	_, err = t.showPage(ctx, item, blocks, 1, "")
	return err
}

// offerNews asks who is not subscribed whether the news are to come. Who is new is asked in
// all languages, since none is chosen yet.
func (t *conversation) offerNews(ctx context.Context) error {
	switch {
	case !t.chat.Private():
		return nil
	case !t.known:
		var texts []string
		for _, language := range t.languages() {
			texts = append(texts, locale.For(language).T("screen.offer", nil))
		}
		return t.show(ctx, screen{strings.Join(texts, "\n\n"), [][]telegram.Button{t.languageButtons()}})
	case t.preferences.Status == subscriptions.Stopped:
		return t.show(ctx, screen{t.words.T("screen.offer_again", nil), [][]telegram.Button{{t.returnButton()}}})
	}
	return nil
}
