package bot

import (
	"context"
	"errors"
	"slices"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/search"
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

// Who types has each letter come as a query: of those that wait the newest is answered,
// and nothing is looked for on behalf of the others.
const (
	inlineQueries = "inline" // whose they are in the outbox, beside the person's chat
	newestInline  = 1        // their place there
)

// onInlineQuery offers items to share: those that fit the words, or without any the latest.
func (b *Bot) onInlineQuery(ctx context.Context, q telegram.InlineQuery) error {
	t, err := b.converseWith(ctx, q.From)
	if err != nil {
		return err
	}
	to := addressee{q.From.ID, inlineQueries}
	_, err = b.outbox.say(ctx, to, &answer{place: newestInline, life: inlineLife, late: true, call: func(ctx context.Context) error {
		items, err := t.toShare(ctx, q.Query)
		if err != nil {
			return err
		}
		return b.offer(ctx, q, items)
	}})
	return err
}

// toShare are the items that fit the words of an inline query.
func (t *conversation) toShare(ctx context.Context, query string) ([]feeds.Item, error) {
	own := t.ownLanguages()
	languages := append(slices.Clone(own), without(locale.Languages(), own...)...)
	if render.OneLine(query) == "" {
		return t.latestInAny(ctx, languages)
	}
	found, err := t.bot.finder.Find(ctx, search.Query{
		Text: query[:render.Fit(query, queryLimit)], Languages: languages, Every: true, Most: inlineCount,
	})
	return found.Items, err
}

// latestInAny are the latest items in the first of the languages that has any.
func (t *conversation) latestInAny(ctx context.Context, languages []string) ([]feeds.Item, error) {
	for _, language := range languages {
		items, err := t.bot.archive.Latest(ctx, language, 0, inlineCount)
		if err != nil || len(items) > 0 {
			return items, err
		}
	}
	return nil, nil
}

// offer answers with the items and, where Telegram refuses that, with simpler results: in
// the end with none, so that nobody waits.
func (b *Bot) offer(ctx context.Context, q telegram.InlineQuery, items []feeds.Item) error {
	results := make([]inlineResult, 0, len(items))
	for _, item := range items {
		results = append(results, b.inlineResult(item))
	}
	left := inlineLadder
	for {
		err := b.client.Call(ctx, "answerInlineQuery", map[string]string{
			"inline_query_id": q.ID, "results": telegram.JSON(results), "cache_time": inlineCache, "is_personal": "true",
		}, nil)
		if !errors.As(err, new(*telegram.APIError)) || len(results) == 0 {
			return err
		}
		what := telegram.ReasonOf(err)
		p, found := render.Remedy(what, func(p render.Part) bool { return slices.Contains(left, p) })
		switch {
		case found:
		case what != telegram.Unknown && !render.HasRemedy(what):
			return err
		case len(left) > 0 && left[0] != render.PartLength: // what is refused so is gone already
			p = left[0]
		}
		if left = without(left, p); p == render.PartLength { // what is cut has no markup
			left = without(left, render.PartMarkup)
		}
		for i := range results {
			results[i] = results[i].without(p)
		}
		if p == 0 {
			results = results[:0]
		}
		b.log.WarnContext(ctx, "inline results simplified", "without", p.String(), "error", err)
	}
}

// inlineLadder is what results do without, one after the other, where Telegram refuses them;
// the last only where it finds them too long.
var inlineLadder = []render.Part{render.PartPicture, render.PartButtons, render.PartMarkup, render.PartLength}

// without is the result without the part.
func (r inlineResult) without(p render.Part) inlineResult {
	switch p {
	case render.PartPicture:
		r.Thumbnail = ""
	case render.PartButtons:
		r.Markup = nil
	case render.PartMarkup:
		r.Content.Text, r.Content.Mode = r.plain, ""
	case render.PartLength:
		r.Content.Text, r.Content.Mode = render.Cut(r.plain, render.ShortText), ""
	}
	return r
}

func (b *Bot) inlineResult(item feeds.Item) inlineResult {
	words := locale.For(item.Language)
	p := b.renderer.Item(item, nil)
	if !render.WebAddress(p.Image) {
		p.Image = "" // a thumbnail needs an address
	}
	rows := [][]telegram.Button{{{Text: words.T("button.read", nil), URL: b.link(render.LinkRead + item.ID)}}}
	if render.WebAddress(item.Link) {
		rows = append(rows, []telegram.Button{{Text: words.T("button.read_more", nil), URL: item.Link}})
	}
	return inlineResult{
		Type: "article", ID: item.ID, Title: render.Cut(render.OneLine(item.Title), render.HeadlineLimit),
		Description: words.Date(item.Published.In(b.zone)), Thumbnail: p.Image,
		Content: inlineContent{Text: p.HTML, Mode: "HTML", Preview: map[string]bool{"is_disabled": true}},
		Markup:  &inlineMarkup{rows},
		plain:   p.Plain,
	}
}
