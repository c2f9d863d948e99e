package bot

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"strconv"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// digestCount is how many items one message of a digest holds: so many titles fit a
// message whatever their length, and a phone's screen when they are short.
const digestCount = 8

// digest sends the next part of a digest. One with nothing left to tell is done with.
func (s *Sender) digest(ctx context.Context, d broadcast.Delivery) (broadcast.Message, error) {
	first := d.Part * digestCount
	if first >= len(d.Items) {
		return d.Message, nil
	}
	last := min(first+digestCount, len(d.Items))
	m := draft{page: s.digestPage(d.Preferences, d.Items, first, last), thread: d.Preferences.Thread, silent: d.Silent}
	got, err := s.ladder.deliver(ctx, m, func(m draft) (string, map[string]string) {
		params := m.params(d.Chat)
		m.place(params)
		return "sendMessage", params
	})
	sent := remembered(got)
	sent.More = last < len(d.Items)
	return sent, err
}

// digestPage lists some of the items of a digest, each with a button that opens it. The
// words around them are in the chat's language.
func (s *Sender) digestPage(p subscriptions.Preferences, items []feeds.Item, first, last int) page {
	words := locale.For(cmp.Or(p.Interface, items[0].Language))
	head := words.T("screen.digest_day", map[string]any{"Count": words.Number(len(items))})
	if p.When.Rhythm == subscriptions.Weekly {
		head = words.T("screen.digest_week", map[string]any{"Count": words.Number(len(items))})
	}
	texts := []string{head}
	var rows [][]telegram.Button
	var row []telegram.Button
	for i, item := range items[first:last] {
		number := strconv.Itoa(first + i + 1)
		texts = append(texts, fmt.Sprintf("%s. %s", number, headline(item, s.renderer.zone)))
		row = append(row, telegram.Button{Text: number, Data: itemData(item, asNewMessage)})
		if len(row) == digestCount/2 || i == last-first-1 {
			rows, row = append(rows, row), nil
		}
	}
	text := strings.Join(texts, "\n\n")
	return page{html: text, plain: withoutTags(text), markup: telegram.Keyboard(rows)}
}

// asNewMessage, in the place of a way back, has an item opened in a message of its own:
// there would be no way back to a digest.
const asNewMessage = "n"

// withoutTags is the text of HTML that this package has written.
func withoutTags(source string) string {
	var text strings.Builder
	for {
		before, rest, found := strings.Cut(source, "<")
		text.WriteString(before)
		if !found {
			return html.UnescapeString(text.String())
		}
		_, source, _ = strings.Cut(rest, ">")
	}
}
