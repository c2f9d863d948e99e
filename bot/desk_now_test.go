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
		{Kind: broadcast.News, Item: "ky", Title: "Жардам", Planned: 10, Sent: 10, FinishedAt: done},
		{Kind: broadcast.News, Item: "feed", Title: "Feed", Planned: 5},
		{Kind: broadcast.News, Item: "ru", Title: "Помощь", Planned: 20, Sent: 3, ExpectedEnd: later},
		{Kind: broadcast.News, Item: "en", Title: "Help", Planned: 30, Sent: 4, ExpectedEnd: soon},
		{Kind: broadcast.Correction, Item: "ky", Planned: 7},
	}
	lines := together(all, open, "ru")
	if len(lines) != 3 || lines[1].Item != "feed" || lines[2].Kind != broadcast.Correction {
		t.Fatalf("the lines are %+v", lines)
	}
	if l := lines[0]; l.Title != "Помощь" || l.Planned != 60 || l.Sent != 17 || !l.ExpectedEnd.Equal(later) || !l.FinishedAt.IsZero() || l.Item == "ky" {
		t.Errorf("it is %+v", l)
	}
	if l := together(all[:1], open, "en"); len(l) != 1 || l[0].FinishedAt.IsZero() || l[0].Title != "Жардам" {
		t.Errorf("what is done is %+v", l)
	}
}
