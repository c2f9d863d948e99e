package feeds

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"kabarchy/subscriptions/redistest"
)

// TestTheLogNamesEachItem that a poll announces or holds, by the id that its broadcast has there.
func TestTheLogNamesEachItem(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb)
	d.prime()
	var logged bytes.Buffer
	d.poller.options.Log = slog.New(slog.NewTextHandler(&logged, nil))
	d.show(func(s *site) { s.posts = news(1) })
	d.poll(Result{Items: 1, New: 1, Announced: 1})
	if want := `msg="item announced" source=minjust-ky item=` + d.id("Жаңылык 1") + " kind=published"; !strings.Contains(logged.String(), want) {
		t.Errorf("not in the log: %s\n%s", want, &logged)
	}
	d.show(func(s *site) { s.posts = news(14) })
	d.poll(Result{Items: 14, New: 13, Held: 13})
	if n := strings.Count(logged.String(), `msg="item held: a person has to decide" source=minjust-ky item=`); n != 13 {
		t.Errorf("%d of 13 held items are in the log\n%s", n, &logged)
	}
}
