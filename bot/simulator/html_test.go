package simulator_test

import (
	"slices"
	"strings"
	"testing"

	"kabarchy/bot/simulator"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	type entity = simulator.Entity
	for _, test := range []struct {
		name, html, text string
		entities         []entity
	}{
		{"plain", "Саламатсызбы", "Саламатсызбы", nil},
		{"nested", "<b>a<i>b</i></b>c", "abc", []entity{{Type: "bold", Length: 2}, {Type: "italic", Offset: 1, Length: 1}}},
		{"offsets are UTF-16", "🦅ө<b>🦅</b>", "🦅ө🦅", []entity{{Type: "bold", Offset: 3, Length: 2}}},
		{"all simple tags", "<strong>a</strong><em>b</em><ins>c</ins><del>d</del><strike>e</strike><u>f</u><s>g</s>", "abcdefg", []entity{
			{Type: "bold", Length: 1}, {Type: "italic", Offset: 1, Length: 1}, {Type: "underline", Offset: 2, Length: 1},
			{Type: "strikethrough", Offset: 3, Length: 1}, {Type: "strikethrough", Offset: 4, Length: 1},
			{Type: "underline", Offset: 5, Length: 1}, {Type: "strikethrough", Offset: 6, Length: 1}}},
		{"spoilers", `<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>`, "ab", []entity{
			{Type: "spoiler", Length: 1}, {Type: "spoiler", Offset: 1, Length: 1}}},
		{"quotes", "<blockquote>a</blockquote><blockquote expandable>b</blockquote>", "ab", []entity{
			{Type: "blockquote", Length: 1}, {Type: "expandable_blockquote", Offset: 1, Length: 1}}},
		{"code with a language", `<pre><code class="language-go">a</code></pre><code>b</code>`, "ab", []entity{
			{Type: "pre", Length: 1, Language: "go"}, {Type: "code", Offset: 1, Length: 1}}},
		{"links", `<a href="https://minjust.gov.kg/ky?a=1&amp;b=2">a</a>`, "a", []entity{
			{Type: "text_link", Length: 1, URL: "https://minjust.gov.kg/ky?a=1&b=2"}}},
		{"a bad link loses itself", `<a href="nowhere">a</a><a href="javascript:alert(1)">b</a><a>c</a>`, "abc", nil},
		{"a link can be its own text", `<a>minjust.gov.kg</a>`, "minjust.gov.kg", []entity{{Type: "text_link", Length: 14, URL: "http://minjust.gov.kg/"}}},
		{"upper case", "<B>a</b>", "a", []entity{{Type: "bold", Length: 1}}},
		{"empty tags mean nothing", "<b></b>a", "a", nil},
		{"an end tag without a name", "<b>a</>", "a", []entity{{Type: "bold", Length: 1}}},
		{"references", "&lt;&gt;&amp;&quot;&#65;&#x42;&amp", `<>&"AB&`, nil},
		{"other references stay", "&nbsp;&apos;&laquo;&#0;&", "&nbsp;&apos;&laquo;&#0;&", nil},
		{"trimmed, but for the space that an entity begins with", "\n <b> a </b> \n", " a", []entity{{Type: "bold", Length: 2}}},
		{"a moment", `<tg-time unix="1795838400">эртең</tg-time>`, "эртең", []entity{{Type: "date_time", Length: 5, UnixTime: 1795838400}}},
		{"a custom emoji", `<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>`, "👍", []entity{{Type: "custom_emoji", Length: 2, EmojiID: "5368324170671202286"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": test.html, "parse_mode": "HTML"})
			if got.Text != test.text {
				t.Errorf("text %q, want %q", got.Text, test.text)
			}
			if !slices.Equal(got.Entities, test.entities) {
				t.Errorf("entities %+v, want %+v", got.Entities, test.entities)
			}
		})
	}
}

func TestHTMLRefused(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	for _, test := range []struct{ html, want string }{
		{"өa<p>b</p>", `Unsupported start tag "p" at byte offset 3`},
		{"a<br>", `Unsupported start tag "br" at byte offset 1`},
		{"a<br/>", `Unsupported start tag "br/" at byte offset 1`},
		{"a < b", `Unsupported start tag "" at byte offset 2`},
		{"a<b", "Unclosed start tag at byte offset 1"},
		{"a<b x", `Unclosed start tag "b" at byte offset 1`},
		{`<a href=`, `Unclosed start tag "a" at byte offset 0`},
		{`<a href="x`, "Unclosed start tag at byte offset 0"},
		{`<a ="x">a</a>`, `Empty attribute name in the tag "a" at byte offset 0`},
		{`<a href=x_y>a</a>`, "Unexpected end of name token at byte offset 8"},
		{"<b>a", `Can't find end tag corresponding to start tag "b"`},
		{"a</b>", "Unexpected end tag at byte offset 1"},
		{"<b>a</b", "Unclosed end tag at byte offset 4"},
		{"<b><i>a</b></i>", `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`},
		{"<span>a</span>", `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{"<tg-emoji>a</tg-emoji>", "Invalid custom emoji identifier specified"},
	} {
		t.Run(test.html, func(t *testing.T) {
			t.Parallel()
			got := w.call(t, "sendMessage", params{"chat_id": aida.ID(), "text": test.html, "parse_mode": "html"})
			want := "Bad Request: can't parse entities: " + test.want
			if got.OK || got.Code != 400 || got.status != 400 || got.Description != want {
				t.Errorf("got %d %q, want %q", got.Code, got.Description, want)
			}
		})
	}
}

func FuzzHTML(f *testing.F) {
	f.Add(`<b>a<a href="https://x.kg">ө</a></b>&amp;`)
	f.Add("<pre><code class='language-go'>x</code></pre> <")
	f.Add("</ <b/> &#x1F985; <a href=\"&")
	w := start(f, simulator.Options{})
	w.Citizen("Aida", "ky").Open()
	f.Fuzz(func(t *testing.T, html string) {
		simulator.CheckHTML(t, strings.ToValidUTF8(html, "?"))
	})
}
