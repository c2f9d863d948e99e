package delivery_test

import (
	"testing"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/feeds/article"
	"kabarchy/subscriptions"
)

// TestWhatWasWrittenAtTheDesk: the picture goes by its file id, and where this bot does not
// have it the text goes without; who can't read the text is told so in words that they can.
func TestWhatWasWrittenAtTheDesk(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	first := p.telegram.Citizen("Айгүл", "ky").Open()
	p.deliver(news(first.ID(), illustrated()))
	known := last(t, first.Chat).FileID

	item := bottest.Item("bbbbbbbbbbbbbbbb", "ky", "Кабыл алуу")
	item.Source, item.Link, item.Picture, item.Editions, item.StandIn = "", "", "", []string{"ky"}, []string{"en"}
	item.Blocks = []article.Block{{Kind: article.Paragraph, Spans: []article.Span{{Text: "Дүйшөмбүдө, "}, {Text: "9да", Bold: true}, {Text: "."}}}}
	for _, c := range []struct {
		name, language, file, ends string
		pictured                   bool
	}{
		{"Бакыт", "ky", known, "", true},
		{"John", "en", known, "This item is not available in English.\n", true},
		{"Чынара", "ky", "another bot's", "", false},
	} {
		item.File = c.file
		if item.Revision = 1; !c.pictured {
			item.Revision = 2
		}
		reader := p.telegram.Citizen(c.name, c.language).Open()
		d := news(reader.ID(), item)
		d.Preferences = subscriptions.Preferences{Languages: []string{c.language}}
		d.Message = p.deliver(d)
		m := last(t, reader.Chat)
		if m.Text != "Кабыл алуу\n\nДүйшөмбүдө, 9да.\n\n"+c.ends+"22-ноябрь, 2018-жыл" || (m.Photo != "") != c.pictured || len(m.Keyboard) != 0 {
			t.Errorf("%s has, with picture %q,\n%s", c.name, m.Photo, bottest.Draw(m))
		}
	}
}
