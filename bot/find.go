package bot

import (
	"context"
	"fmt"
	"html"
	"strconv"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/search"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

const (
	queryLimit   = 64  // of what is searched for, in UTF-16 units
	snippetChars = 110 // what is shown of a text around the word
	foundCount   = 5   // how many items a screen of results shows
)

// searchCommand searches, or says how to.
func (t *conversation) searchCommand(ctx context.Context, words string) error {
	if words == "" && !t.chat.Private() {
		return t.askWord(ctx)
	}
	if words == "" {
		return t.show(ctx, screen{t.words.T("screen.search", nil), t.menu()})
	}
	return t.find(ctx, words, 0)
}

// onFind shows another part of what a search found.
func (t *conversation) onFind(ctx context.Context, args []string) (reply, error) {
	offset, query, ok := searchPlace(render.Arg(args, 0))
	if !ok {
		return t.stale()
	}
	return reply{}, t.found(ctx, query, "", offset)
}

// find searches the archive: first in the languages of the person's news, and where
// they have nothing in the others. What they typed can be followed.
func (t *conversation) find(ctx context.Context, query string, offset int) error {
	t.replies = !t.chat.Private()
	return t.found(ctx, query, search.Subject(query), offset)
}

// found is find of what was typed before; typed is what can be followed, empty for nothing.
func (t *conversation) found(ctx context.Context, query, typed string, offset int) error {
	query = query[:render.Fit(query, queryLimit)]
	own := t.ownLanguages()
	found, err := t.bot.finder.Find(ctx, search.Query{
		Text: query, Languages: own, Others: without(locale.Languages(), own...), Offset: offset, Most: foundCount,
	})
	if err != nil {
		return err
	}
	items, total := found.Items, found.Total
	if len(items) == 0 {
		return t.show(ctx, t.withContacts(t.words.T("screen.nothing_found", nil), append(t.followRows(typed), t.menu()...)))
	}
	whole, err := t.bot.archive.Texts(ctx, items)
	if err != nil {
		return err
	}
	texts := []string{t.words.N("screen.found", total, nil)}
	var numbers, leaf []telegram.Button
	for i, item := range items {
		headline, snippet := render.Headline(item, t.zone), inContext(found.Stems, item.Summary, whole[item.ID])
		texts = append(texts, fmt.Sprintf("%d. %s", i+1, render.JoinFilled("\n", headline, snippet)))
		numbers = append(numbers, telegram.Button{Text: strconv.Itoa(i + 1), Data: render.ItemData(item, placeOf(offset, found.Query))})
	}
	if offset > 0 {
		back := placeOf(max(0, offset-foundCount), found.Query)
		leaf = append(leaf, telegram.Button{Text: t.words.T("button.better", nil), Data: render.Data(render.VerbFind, back)})
	}
	if offset+foundCount < total {
		leaf = append(leaf, telegram.Button{Text: t.words.T("button.more", nil), Data: render.Data(render.VerbFind, placeOf(offset+foundCount, found.Query))})
	}
	if typed != "" && found.Meant != nil {
		typed = meant(found.Meant, typed, items, whole)
	}
	rows := [][]telegram.Button{numbers}
	if leaf != nil {
		rows = append(rows, leaf)
	}
	rows = append(rows, t.followRows(typed)...)
	return t.show(ctx, screen{strings.Join(texts, "\n\n"), append(rows, t.menu()[1:]...)})
}

// meant is a mistyped query as the news that was found writes its words; empty where that is
// not clear.
func meant(stems []search.Stems, typed string, items []feeds.Item, whole map[string]string) string {
	words := make([]string, len(stems))
	for n, word := range stems {
		for _, item := range items {
			for _, text := range []string{item.Title, item.Summary, whole[item.ID]} {
				for _, m := range search.Marks(text, word) {
					if other := text[m.From:m.To]; words[n] == "" || len(other) < len(words[n]) {
						words[n] = other
					}
				}
			}
		}
		if words[n] == "" {
			return ""
		}
	}
	all := strings.Join(words, " ")
	if typed == strings.ToLower(typed) {
		all = strings.ToLower(all)
	}
	return all
}

// inContext is the part of the first text that has them with the words that were
// found; empty where none has.
func inContext(found search.Stems, texts ...string) string {
	snippet := ""
	for _, text := range texts {
		if snippet == "" {
			snippet = search.Snippet(render.OneLine(text), found, snippetChars)
		}
	}
	var out strings.Builder
	at := 0
	for _, mark := range search.Marks(snippet, found) {
		if mark.From < at {
			continue
		}
		out.WriteString(html.EscapeString(snippet[at:mark.From]))
		out.WriteString("<u>" + html.EscapeString(snippet[mark.From:mark.To]) + "</u>")
		at = mark.To
	}
	return out.String() + html.EscapeString(snippet[at:])
}

// wordsLimit is what a button that also names an item and its page has room for.
const wordsLimit = 30

// placeOf names a part of what a search found, by the words as it understood them.
func placeOf(offset int, query string) string {
	words := strings.ReplaceAll(query, " ", "+")
	for len(words) > wordsLimit {
		if i := strings.LastIndexByte(words, '+'); i > 0 {
			words = words[:i]
		} else {
			words = strings.ToValidUTF8(words[:wordsLimit], "")
		}
	}
	return render.BackToSearch + strconv.Itoa(offset) + "." + words
}

func searchPlace(place string) (offset int, query string, ok bool) {
	place, isSearch := strings.CutPrefix(place, render.BackToSearch)
	number, words, found := strings.Cut(place, ".")
	offset, err := strconv.Atoi(number)
	ok = isSearch && found && err == nil && 0 <= offset && offset < 10*search.Most && words != ""
	return offset, strings.ReplaceAll(words, "+", " "), ok
}
