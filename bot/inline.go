package bot

import (
	"context"
	"errors"
	"slices"

	"kabarchy/bot/locale"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// inlineCount is how many items are offered to share; inlineCache for how long Telegram
// may offer the same ones to the same words, in seconds.
const (
	inlineCount = 20
	inlineCache = "60"
)

// inlineResult is an item that a person can send to the chat.
type inlineResult struct {
	Type        string        `json:"type"`
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Thumbnail   string        `json:"thumbnail_url,omitempty"`
	Content     inlineContent `json:"input_message_content"`
	Markup      *inlineMarkup `json:"reply_markup,omitempty"`

	plain string // the text without markup
}

type inlineContent struct {
	Text    string          `json:"message_text"`
	Mode    string          `json:"parse_mode,omitempty"`
	Preview map[string]bool `json:"link_preview_options"`
}

type inlineMarkup struct {
	Rows [][]telegram.Button `json:"inline_keyboard"`
}

// onInlineQuery offers items to share: those that fit the words, or without any the latest.
func (b *Bot) onInlineQuery(ctx context.Context, q telegram.InlineQuery) error {
	t, err := b.talk(ctx, telegram.Chat{ID: q.From.ID, Type: "private"}, q.From)
	if err != nil {
		return err
	}
	var items []feeds.Item
	if oneLine(q.Query) == "" {
		items, err = b.archive.Latest(ctx, t.newsLanguage(), 0, inlineCount)
	} else {
		query := q.Query[:fit(q.Query, queryLimit)]
		own := t.ownLanguages()
		items, _, err = b.finder.find(ctx, query, append(slices.Clone(own), without(locale.Languages(), own...)...), 0, inlineCount)
	}
	if err != nil {
		return err
	}
	_, err = b.outbox.say(ctx, addressee{q.From.ID, q.ID}, &answer{life: inlineLife, call: func(ctx context.Context) error {
		return b.offer(ctx, q, items)
	}})
	return err
}

// offer answers with the items and, where Telegram refuses that, with simpler results: in
// the end with none, so that nobody waits.
func (b *Bot) offer(ctx context.Context, q telegram.InlineQuery, items []feeds.Item) error {
	results := make([]inlineResult, 0, len(items))
	for _, item := range items {
		results = append(results, b.inlineResult(item))
	}
	var left part
	for {
		err := b.client.Call(ctx, "answerInlineQuery", map[string]string{
			"inline_query_id": q.ID, "results": telegram.JSON(results), "cache_time": inlineCache, "is_personal": "true",
		}, nil)
		if !errors.As(err, new(*telegram.APIError)) || len(results) == 0 {
			return err
		}
		what := telegram.ReasonOf(err)
		p, found := remedy(what, func(p part) bool { return p != partTopic && left&p == 0 })
		switch {
		case found:
			left |= p
			for i := range results {
				results[i] = results[i].without(p)
			}
		case what == telegram.Unknown || len(remedies[what]) > 0:
			results = results[:0]
		default:
			return err
		}
		b.log.WarnContext(ctx, "inline results simplified", "without", partNames[p], "error", err)
	}
}

// without is the result without the part.
func (r inlineResult) without(p part) inlineResult {
	switch p {
	case partPicture:
		r.Thumbnail = ""
	case partButtons:
		r.Markup = nil
	case partMarkup:
		r.Content.Text, r.Content.Mode = r.plain, ""
	case partLength:
		r.Content.Text, r.Content.Mode = cut(r.plain, shortened), ""
	}
	return r
}

func (b *Bot) inlineResult(item feeds.Item) inlineResult {
	words := locale.For(item.Language)
	p := b.renderer.render(item, nil)
	rows := [][]telegram.Button{{{Text: words.T("button.read", nil), URL: b.link("item-" + item.ID)}}}
	if webAddress(item.Link) {
		rows = append(rows, []telegram.Button{{Text: words.T("button.read_more", nil), URL: item.Link}})
	}
	return inlineResult{
		Type: "article", ID: item.ID, Title: cut(oneLine(item.Title), headlineLimit),
		Description: words.Date(item.Published.In(b.zone)), Thumbnail: p.image,
		Content: inlineContent{Text: p.html, Mode: "HTML", Preview: map[string]bool{"is_disabled": true}},
		Markup:  &inlineMarkup{rows},
		plain:   p.plain,
	}
}
