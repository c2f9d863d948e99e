package bot

import (
	"fmt"
	"strings"
	"testing"

	"kabarchy/bot/telegram"
	"kabarchy/feeds/article"
)

// drawn writes a text so that its marks show.
func drawn(w written) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n", w.Title)
	for _, b := range w.Blocks {
		mark := ""
		if b.Kind == article.ListItem {
			mark = fmt.Sprintf("%d) ", b.Number)
		}
		out.WriteString(mark)
		for _, s := range b.Spans {
			text := s.Text
			if s.Bold {
				text = "*" + text + "*"
			}
			if s.Italic {
				text = "_" + text + "_"
			}
			if s.Link != "" {
				text = "[" + text + "](" + s.Link + ")"
			}
			out.WriteString(text)
		}
		out.WriteString("\n")
	}
	if w.Dropped {
		out.WriteString("dropped\n")
	}
	return out.String()
}

func TestAMessageIsReadAsAnAnnouncement(t *testing.T) {
	t.Parallel()
	type marks = []telegram.Entity
	for name, c := range map[string]struct {
		text     string
		entities marks
		want     string
	}{
		"title and paragraphs": {"Legal aid\n\nFree for all.\nIn Osh.\n\nCome.", nil, "# Legal aid\nFree for all.\nIn Osh.\nCome.\n"},
		"a title alone":        {"  \n Legal   aid \n", nil, "# Legal aid\n"},
		"nothing":              {" \n\n ", nil, "# \n"},
		"list items":           {"T\n\nBring:\n• a passport\n- a pen\n– time\n1. one\n2) two\n-5 degrees\n12.11.2026 it ends", nil, "# T\nBring:\n0) a passport\n0) a pen\n0) time\n1) one\n2) two\n-5 degrees\n12.11.2026 it ends\n"},
		"pasted from Word":     {"T\n\nBring:\n·\ta passport\n\uf0b7 a pen\n▪ time\nfirst\vsecond\u2028• third", nil, "# T\nBring:\n0) a passport\n0) a pen\n0) time\nfirst\nsecond\n0) third\n"},
		"an invisible title":   {"\u200b\u2060\nReal\n\nText", nil, "# Real\nText\n"},
		"only emoji":           {"🎉🎉", nil, "# 🎉🎉\n"},
		"a bullet alone":       {"T\n\n- \n• x", nil, "# T\n-\n0) x\n"},
		"offsets are units":    {"🗞 T\n\n👨‍👩‍👧 bold 🇰🇬 flag", marks{{Type: "bold", Offset: 15, Length: 4}, {Type: "italic", Offset: 20, Length: 4}}, "# 🗞 T\n👨‍👩‍👧 *bold* _🇰🇬_ flag\n"},
		"marks over lines":     {"T\n\none\ntwo\n\nthree", marks{{Type: "bold", Offset: 3, Length: 12}}, "# T\n*one\ntwo*\n*thr*ee\n"},
		"nested":               {"T\n\nabc", marks{{Type: "bold", Offset: 3, Length: 3}, {Type: "italic", Offset: 4, Length: 1}, {Type: "text_link", Offset: 5, Length: 1, URL: "https://x.kg/"}}, "# T\n*a*_*b*_[*c*](https://x.kg/)\n"},
		"addresses":            {"T\n\nhttps://x.kg and y.kg", marks{{Type: "url", Offset: 3, Length: 12}, {Type: "url", Offset: 20, Length: 4}}, "# T\n[https://x.kg](https://x.kg) and [y.kg](https://y.kg)\n"},
		"other marks":          {"T\n\nabc @name", marks{{Type: "mention", Offset: 7, Length: 5}, {Type: "underline", Offset: 3, Length: 3}}, "# T\nabc @name\ndropped\n"},
		"automatic ones":       {"T\n\n@name #tag", marks{{Type: "mention", Offset: 3, Length: 5}, {Type: "hashtag", Offset: 9, Length: 4}}, "# T\n@name #tag\n"},
		"beyond the text":      {"T\n\nabc", marks{{Type: "bold", Offset: -5, Length: 1 << 40}, {Type: "italic", Offset: 99, Length: 3}, {Type: "bold", Offset: 4, Length: -2}}, "# T\n*abc*\n"},
		"a mark on space":      {"T\n\nabc \n def", marks{{Type: "bold", Offset: 6, Length: 4}}, "# T\nabc\n*d*ef\n"},
		"within a sign":        {"T\n\n😀x", marks{{Type: "bold", Offset: 4, Length: 2}}, "# T\n😀*x*\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := drawn(readText(c.text, c.entities)); got != c.want {
				t.Errorf("read\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestMoreOfATextHasNoTitle(t *testing.T) {
	t.Parallel()
	if got := drawn(readBelow("one\n\n• two", nil)); got != "# \none\n0) two\n" {
		t.Errorf("read\n%s", got)
	}
}
