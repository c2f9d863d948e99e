package feeds

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"kabarchy/subscriptions/redistest"
)

// TestRedisIsKilled: what was archived is there when Redis is back, and what was not
// is archived then; nothing is announced twice.
func TestRedisIsKilled(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	d := newDesk(t, redis.Client(t))
	d.prime()
	d.show(func(s *site) { s.posts = news(1) })
	d.poll(Result{Items: 1, New: 1, Announced: 1})
	redis.Kill()
	d.show(func(s *site) { s.posts = news(2) })
	if _, err := d.poller.Poll(t.Context(), "minjust-ky"); !errors.Is(err, ErrArchive) {
		t.Errorf("a poll without Redis: got %v, want ErrArchive", err)
	}
	var logged bytes.Buffer
	d.poller.options.Log = slog.New(slog.NewTextHandler(&logged, nil))
	if d.poller.poll(t.Context(), d.poller.sources["minjust-ky"]); !strings.Contains(logged.String(), `msg="poll failed"`) {
		t.Errorf("a scheduled poll without Redis is not logged: %q", logged.String())
	}
	redis.Restart()
	eventually(t, "a poll that succeeds", func() bool {
		_, err := d.poller.Poll(t.Context(), "minjust-ky")
		return err == nil
	})
	d.told("published Жаңылык 1", "published Жаңылык 2")
}

// TestCluster: all that the archive does, it does on a Cluster.
func TestCluster(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := newDesk(t, redistest.StartCluster(t, 3, 0).Client(t), news(2)...)
	d.poll(Result{First: true, Items: 2, New: 2})
	d.show(func(s *site) { s.posts = append(news(4)[:2], s.posts...); s.posts[3].Text = "Оңдолду" })
	d.poll(Result{Items: 4, New: 2, Changed: 1, Announced: 3})
	d.told("published Жаңылык 3", "published Жаңылык 4", "corrected Жаңылык 1")
	d.show(func(s *site) { s.posts = news(20) })
	d.poll(Result{Items: 20, New: 16, Changed: 1, Held: 16, Announced: 1})
	d.told("corrected Жаңылык 1")
	id := d.id("Жаңылык 20")
	for what, do := range map[string]func() error{
		"release":  func() error { return d.Release(ctx, id) },
		"dismiss":  func() error { return d.Dismiss(ctx, d.id("Жаңылык 19")) },
		"withdraw": func() error { return d.Withdraw(ctx, d.id("Жаңылык 18")) },
		"editions": func() error { _, err := d.Editions(ctx, id); return err },
		"texts":    func() error { _, err := d.Texts(ctx, []Item{{ID: id}, {ID: "a"}}); return err },
		"article":  func() error { _, err := d.poller.Article(ctx, id); return err },
		"pairing": func() error {
			return d.noteAlternates(ctx, Item{ID: id, Language: "ky"}, map[string]string{"ru": "https://ukuk.example/ru/news/20"})
		},
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
