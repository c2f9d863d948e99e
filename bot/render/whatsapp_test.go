package render

import (
	"net/url"
	"strings"
	"testing"

	"kabarchy/feeds"
)

func TestWhatsAppButtons(t *testing.T) {
	t.Parallel()
	const bot = "https://t.me/kabarchy_bot?start=item-aaaaaaaaaaaaaaaa"
	long := strings.Repeat("Ыйгарым укуктуу ", 40)
	tests := []struct {
		name        string
		item        feeds.Item
		begins, end string // of the text; both empty: no button
	}{
		{"title and page", feeds.Item{Title: "Жаңы & «эски» + 1\nмыйзам", Link: "https://minjust.gov.kg/ky/post?id=1&x=#a"}, "Жаңы & «эски» + 1 мыйзам\n", "\nhttps://minjust.gov.kg/ky/post?id=1&x=#a"},
		{"no page", feeds.Item{Title: "Кабар"}, "Кабар\n", "\n" + bot},
		{"no real page", feeds.Item{Title: "Кабар", Link: "javascript:alert(1)"}, "Кабар\n", "\n" + bot},
		{"a long title", feeds.Item{Title: long, Link: "https://minjust.gov.kg/1"}, "Ыйгарым укуктуу", "…\nhttps://minjust.gov.kg/1"},
		{"a long title and a long link", feeds.Item{Title: long, Link: "https://minjust.gov.kg/" + strings.Repeat("x", 1500)}, "Ыйгарым укуктуу", "x"},
		{"a link that does not fit", feeds.Item{Title: "Кабар", Link: "https://minjust.gov.kg/" + strings.Repeat("ы", 900)}, "", ""},
	}
	for _, test := range tests {
		rows := WhatsAppButtons(test.item, bot)
		if test.begins == "" {
			if rows != nil {
				t.Errorf("%s: %+v", test.name, rows)
			}
			continue
		}
		if len(rows) != 1 || len(rows[0][0].URL) > addressLimit || strings.Contains(rows[0][0].URL, "+") {
			t.Errorf("%s: %+v", test.name, rows)
			continue
		}
		u, err := url.Parse(rows[0][0].URL)
		if text := u.Query().Get("text"); err != nil || !strings.HasPrefix(text, test.begins) || !strings.HasSuffix(text, test.end) {
			t.Errorf("%s: %q, %v", test.name, text, err)
		}
	}
}
