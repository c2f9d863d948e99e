package bot

import (
	"testing"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
)

// An announcement in three languages is one line of the desk, also when one of them is done.
func TestTheDeskNamesAnAnnouncementOnce(t *testing.T) {
	t.Parallel()
	done, soon, later := time.Unix(1, 0), time.Unix(100, 0), time.Unix(200, 0)
	open := []desk.Case{{ID: "abcdefghij", Kind: desk.Announce, Items: []string{"ky", "ru", "en"}, Texts: map[string]desk.Text{"ru": {Title: "Помощь"}}}}
	all := []broadcast.Progress{
		{Kind: broadcast.News, Ledger: 1, Item: "ky", Title: "Жардам", Planned: 10, Sent: 10, FinishedAt: done},
		{Kind: broadcast.News, Ledger: 2, Item: "feed-ky", Language: "ky", Title: "Мыйзам", Planned: 5, Sent: 1},
		{Kind: broadcast.News, Ledger: 1, Item: "ru", Title: "Помощь", Planned: 20, Sent: 3, ExpectedEnd: later},
		{Kind: broadcast.News, Ledger: 1, Item: "en", Title: "Help", Planned: 30, Sent: 4, ExpectedEnd: soon},
		{Kind: broadcast.Correction, Ledger: 1, Item: "ky", Planned: 7},
		{Kind: broadcast.News, Ledger: 2, Item: "feed-ru", Language: "ru", Title: "Закон", Planned: 6, Sent: 2, ExpectedEnd: soon},
		{Kind: broadcast.News, Ledger: 7, Item: "other", Title: "Другое", Planned: 1},
		{Kind: broadcast.News, Ledger: 8, Item: "over", Planned: 1, FinishedAt: done},
	}
	lines := together(all, open, "ru")
	if len(lines) != 3 || lines[1].Item != "other" {
		t.Fatalf("the lines are %+v", lines)
	}
	if l := lines[0]; l.Title != "Закон" || l.Planned != 11 || l.Sent != 3 || !l.ExpectedEnd.Equal(soon) || l.Item != "feed-ru" {
		t.Errorf("the feeds' story is %+v", l)
	}
	if l := lines[2]; l.Title != "Помощь" || l.Planned != 60 || l.Sent != 17 || !l.ExpectedEnd.Equal(later) || !l.FinishedAt.IsZero() || l.Item == "ky" {
		t.Errorf("it is %+v", l)
	}
	if l := together(all[:1], open, "en"); len(l) != 0 {
		t.Errorf("what is done is %+v", l)
	}
}
