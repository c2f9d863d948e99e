package render

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// DigestCount is how many items one message of a digest holds: so many titles fit a
// message whatever their length.
const DigestCount = 8

// Digest lists some of the items of a digest, each with a button that opens it. The
// words around them are in the chat's language. The bot's name is for a message that many see:
// see Linked.
func (r Renderer) Digest(p subscriptions.Preferences, items []feeds.Item, first, last int, bot string) Message {
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
		texts = append(texts, fmt.Sprintf("%s. %s", number, Headline(item, r.Zone)))
		row = append(row, telegram.Button{Text: number, Data: ItemData(item, AsNewMessage)})
		if len(row) == DigestCount/2 || i == last-first-1 {
			rows, row = append(rows, row), nil
		}
	}
	text := Fold(strings.Join(texts, "\n\n"), "")
	return Message{HTML: text, Plain: WithoutTags(text), Markup: telegram.Keyboard(Linked(rows, bot))}
}
