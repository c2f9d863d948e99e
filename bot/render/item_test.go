package render

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	_ "kabarchy/bot/bottest/seed" // RAPID_SEED
	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// anyText draws what a feed may hold: words in three scripts, signs that HTML means
// something by, signs of two UTF-16 units, accents.
var anyText = rapid.Custom(func(t *rapid.T) string {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			" ", "\n", ".", "! ", "? ", "<", ">", "&", "&amp;", "\"", "'", "<b>", "</b>", "<a href=\"", "&#60;", "&nbsp;",
			"😀", "👨‍👩‍👧", "🇰🇬", "é", "ң", "ө", "ү", "Юстиция министрлиги", "А. Б.", "28 ноября 2026 в 10:00", "\u200d", "\u00a0", "…",
		}),
		rapid.StringMatching(`[а-яёңөүa-z]{1,12} `),
		rapid.String(),
	)
	return strings.Join(rapid.SliceOfN(piece, 0, 120).Draw(t, "pieces"), "")
})

var anyItem = rapid.Custom(func(t *rapid.T) feeds.Item {
	return feeds.Item{
		ID:        "abcdefghijklmnop",
		Language:  rapid.SampledFrom([]string{"ky", "ru", "en", "tr", ""}).Draw(t, "language"),
		Title:     anyText.Draw(t, "title"),
		Summary:   anyText.Draw(t, "summary"),
		Link:      rapid.OneOf(rapid.Just(""), rapid.Just("https://minjust.gov.kg/ky/1?a=1&b=2"), rapid.String()).Draw(t, "link"),
		Picture:   rapid.OneOf(rapid.Just(""), rapid.Just("https://minjust.gov.kg/1.jpg"), rapid.String()).Draw(t, "picture"),
		Published: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "published"), 0),
		Topics:    rapid.SliceOf(rapid.SampledFrom([]string{"legal-aid", "endless", "unknown"})).Draw(t, "topics"),
		Revision:  1,
		Changed:   rapid.OneOf(rapid.Just(time.Time{}), rapid.Map(rapid.Int64Range(0, 4e9), func(at int64) time.Time { return time.Unix(at, 0) })).Draw(t, "changed"),
		Blocks:    rapid.OneOf(rapid.Just([]article.Block(nil)), rapid.SliceOfN(anyBlock, 1, 6)).Draw(t, "blocks"),
	}
})

// subjects are topics, one of which has a name that no message has room for.
var subjects = []Topic{
	{ID: "legal-aid", Name: map[string]string{"ky": "Юридикалык жардам", "ru": "Юридическая помощь", "en": "Legal aid"}},
	{ID: "jobs", Name: map[string]string{"ky": "Бош орундар", "ru": "Вакансии & конкурсы", "en": "Vacancies"}},
	{ID: "endless", Name: map[string]string{"ru": strings.Repeat("😀 ", 100)}},
}

func TestRenderedItemsAreAlwaysTelegrams(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := anyItem.Draw(t, "item")
		p := Renderer{Zone: time.UTC, Topics: subjects, Now: later}.Variant(item, nil, Variant{
			Corrected: !item.Changed.IsZero(), Missing: rapid.SampledFrom([]string{"", "ky", "ru", "en"}).Draw(t, "missing"),
		})
		text, err := parseTelegram(p.HTML)
		if err != nil {
			t.Fatalf("%q does not parse: %v", p.HTML, err)
		}
		for name, text := range map[string]string{"html": text, "plain": p.Plain} {
			if n := Units(text); n == 0 || n > captionLimit {
				t.Fatalf("%s is %d units long", name, n)
			}
		}
		if n := firstSight(p.HTML); n > ScreenLines {
			t.Fatalf("%d lines are seen of %q", n, p.HTML)
		}
		if text != p.Plain {
			t.Fatalf("with markup it reads %q, without %q", text, p.Plain)
		}
		if p.Markup != "" && !json.Valid([]byte(p.Markup)) {
			t.Fatalf("the buttons are no JSON: %s", p.Markup)
		}
	})
}

// parseTelegram reads Telegram's HTML as strictly as its server and returns the text.
func parseTelegram(source string) (string, error) {
	var text strings.Builder
	var open []string
	for source != "" {
		switch {
		case source[0] == '<':
			tag, rest, closed := strings.Cut(source[1:], ">")
			if !closed {
				return "", fmt.Errorf("unclosed tag at %q", source)
			}
			source = rest
			if name, closing := strings.CutPrefix(tag, "/"); closing {
				if len(open) == 0 || open[len(open)-1] != name {
					return "", fmt.Errorf("unexpected </%s>", name)
				}
				open = open[:len(open)-1]
				continue
			}
			if !telegramTag.MatchString(tag) {
				return "", fmt.Errorf("unsupported tag <%s>", tag)
			}
			name, _, _ := strings.Cut(tag, " ")
			open = append(open, name)
		case source[0] == '&':
			entity := telegramEntity.FindString(source)
			if entity == "" {
				return "", fmt.Errorf("stray & at %.20q", source)
			}
			text.WriteString(html.UnescapeString(entity))
			source = source[len(entity):]
		case source[0] == '>':
			return "", fmt.Errorf("stray > at %.20q", source)
		default:
			end := strings.IndexAny(source, "<&>")
			if end < 0 {
				end = len(source)
			}
			text.WriteString(source[:end])
			source = source[end:]
		}
	}
	if len(open) > 0 {
		return "", fmt.Errorf("<%s> is not closed", open[len(open)-1])
	}
	return text.String(), nil
}

var (
	telegramTag    = regexp.MustCompile(`^(b|i|u|s|code|pre|blockquote|blockquote expandable|tg-time unix="[0-9]+"|a href="[^"<>]*")$`)
	telegramEntity = regexp.MustCompile(`^&(lt|gt|amp|quot|#[0-9]{1,7});`)
)

func TestRender(t *testing.T) {
	t.Parallel()
	bishkek := time.FixedZone("+06", 6*60*60)
	item := feeds.Item{
		ID: "aaaaaaaaaaaaaaaa", Language: "ky", Title: "Юридикалык  жардам <акысыз> & жеткиликтүү", Summary: "Биринчи абзац.\nЭкинчи «абзац».",
		Link: "https://minjust.gov.kg/ky/1", Picture: "https://minjust.gov.kg/1.jpg",
		Published: time.Date(2018, 11, 21, 20, 0, 0, 0, time.UTC),
	}
	p := Renderer{Zone: bishkek, Topics: subjects, Now: later}.Item(item, nil)
	want := Message{
		HTML: "<b>Юридикалык жардам &lt;акысыз&gt; &amp; жеткиликтүү</b>\n\n" +
			"Биринчи абзац.\n\nЭкинчи «абзац».\n\n<i>22-ноябрь, 2018-жыл</i>",
		Plain: "Юридикалык жардам <акысыз> & жеткиликтүү\n\nБиринчи абзац.\n\nЭкинчи «абзац».\n\n22-ноябрь, 2018-жыл",
		Markup: `{"inline_keyboard":[[{"text":"📖 Толук окуу","callback_data":"page:aaaaaaaaaaaaaaaa:1"}],[{"text":"Сайттан окуу","url":"https://minjust.gov.kg/ky/1"},` +
			`{"text":"↗️ Бөлүшүү","url":"https://t.me/share/url?text=` + url.QueryEscape("Юридикалык жардам <акысыз> & жеткиликтүү") +
			`\u0026url=https%3A%2F%2Fminjust.gov.kg%2Fky%2F1"}]]}`,
		Image: "https://minjust.gov.kg/1.jpg",
	}
	if p != want {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
}

func TestRenderLeavesOutWhatIsMissing(t *testing.T) {
	t.Parallel()
	item := feeds.Item{Language: "ru", Title: "Вакансия", Published: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		Link: "javascript:alert(1)", Picture: "/relative.jpg"}
	want := Message{HTML: "<b>Вакансия</b>\n\n<i>1 марта 2026 г.</i>", Plain: "Вакансия\n\n1 марта 2026 г."}
	if p := (Renderer{Zone: time.UTC, Topics: subjects, Now: later}).Item(item, nil); p != want {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
}

func TestAnAlertLooksRight(t *testing.T) {
	t.Parallel()
	day := time.Date(2018, 11, 22, 4, 0, 0, 0, time.UTC)
	const date = "22 ноября 2018 г."
	sentence := "Центр открыт каждый день с девяти до шести. "
	for _, c := range []struct {
		name string
		item feeds.Item
		want string // without markup
	}{
		{"topic, title, date, summary", feeds.Item{Title: "Центр", Summary: "Приходите.", Topics: []string{"legal-aid"}},
			"Центр\n\nПриходите.\n\n🏷 Юридическая помощь\n" + date},
		{"several topics", feeds.Item{Title: "Центр", Topics: []string{"jobs", "legal-aid"}},
			"Центр\n\n🏷 Юридическая помощь, Вакансии & конкурсы\n" + date},
		{"a topic that is configured no more", feeds.Item{Title: "Центр", Topics: []string{"gone"}}, "Центр\n\n" + date},
		{"no summary", feeds.Item{Title: "Центр"}, "Центр\n\n" + date},
		{"a summary that repeats the title", feeds.Item{Title: "Центр  открыт", Summary: "Центр\nоткрыт"}, "Центр  открыт\n\n" + date},
		{"a long summary ends at a sentence", feeds.Item{Title: "Центр", Summary: strings.Repeat(sentence, 30)},
			"Центр\n\n" + strings.TrimSpace(strings.Repeat(sentence, 3)) + "\n" + strings.TrimSpace(strings.Repeat(sentence, 11)) + "\n\n" + date},
		{"a summary that the site broke off", feeds.Item{Title: "Центр", Summary: sentence + "Каждый может […]"},
			"Центр\n\n" + strings.TrimSpace(sentence) + "\n\n" + date},
		{"one that is but one sentence", feeds.Item{Title: "Центр", Summary: "Каждый может прийти, [...]"},
			"Центр\n\nКаждый может прийти…\n\n" + date},
		{"dots that are the author's", feeds.Item{Title: "Центр", Summary: "Он открыт. И (наконец) работает."},
			"Центр\n\nОн открыт. И (наконец) работает.\n\n" + date},
		{"a long word", feeds.Item{Title: strings.Repeat("Ы", 300)}, strings.Repeat("Ы", 255) + "…\n\n" + date},
		{"a long title", feeds.Item{Title: strings.Repeat("Министерство ", 30)}, strings.TrimSpace(strings.Repeat("Министерство ", 13)) + "\n" + strings.TrimSpace(strings.Repeat("Министерство ", 6)) + "…\n\n" + date},
	} {
		c.item.Language, c.item.Published = "ru", day
		want := strings.Replace(c.want, "Центр  открыт", "Центр открыт", 1)
		if got := (Renderer{Zone: time.UTC, Topics: subjects, Now: later}).Item(c.item, nil).Plain; got != want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, want)
		}
	}
}
