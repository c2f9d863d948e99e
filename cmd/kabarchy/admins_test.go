package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds/feedtest"
	"kabarchy/subscriptions/redistest"
)

// ministrySite is a feed that can suddenly show many items.
type ministrySite struct {
	mu    sync.Mutex
	items int
}

func (m *ministrySite) show(items int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items = items
}

// ServeHTTP shows the newest item first, as feeds do.
func (m *ministrySite) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var items []feedtest.Item
	for n := m.items; n > 0; n-- {
		date := time.Now().Add(time.Duration(n-m.items-1) * time.Hour).Truncate(time.Hour).Format(time.RFC1123Z)
		items = append(items, feedtest.Item{
			Title: fmt.Sprintf("Жаңылык №%d", n), Link: fmt.Sprintf("https://ministry.example/ky/news/%d", n), Date: date,
		})
	}
	feedtest.Serve(w, items...)
}

// flooded is a service with two administrators and two readers, whose ministry suddenly
// shows twelve new items; the administrators are asked.
func flooded(t *testing.T, rdb redis.UniversalClient) (w *fixture, a *App, admins, readers [2]*simulator.Citizen) {
	t.Helper()
	w = newFixture(t, rdb, simulator.Options{})
	ministry := &ministrySite{}
	w.config.Sources = []config.Source{{ID: "news-ky", Language: "ky", URL: w.net.serve(t, "ministry", ministry)}}
	for i := range admins {
		admins[i] = w.telegram.Citizen("Бакыт", "ru")
		w.config.Admins = append(w.config.Admins, admins[i].ID())
	}
	a = w.app()
	for i := range readers {
		readers[i] = w.telegram.Citizen("Айгүл", "ky")
		w.says(readers[i], "/start ky", "Жазылдыңыз")
		w.says(admins[i], "/start ru", "Вы подписались")
	}
	ministry.show(12)
	for _, admin := range admins {
		w.shows(admin, "На проверке 1 из 12")
	}
	return w, a, admins, readers
}

func (w *fixture) says(c *simulator.Citizen, text, want string) {
	w.t.Helper()
	c.Send(text)
	w.shows(c, want)
}

// presses presses a button; the newest message then holds the text.
func (w *fixture) presses(c *simulator.Citizen, label, want string) (toast string) {
	w.t.Helper()
	tap, err := c.Tap(label)
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := tap.Answer(deadline(w.t, wait))
	if err != nil {
		w.t.Fatal(err)
	}
	w.shows(c, want)
	return answer.Text
}

// shows waits until a message on the phone holds the text.
func (w *fixture) shows(c *simulator.Citizen, want string) {
	w.t.Helper()
	err := c.Wait(deadline(w.t, wait), func(messages []simulator.Message) bool {
		return slices.ContainsFunc(messages, func(m simulator.Message) bool { return m.Bot && strings.Contains(m.Text, want) })
	})
	if err != nil {
		w.t.Fatalf("no message with %q: %v\n%s", want, err, w.log)
	}
}

// news are the numbers of the items on a phone, in the order in which they came.
func news(messages []simulator.Message) (numbers []int) {
	for _, m := range messages {
		var n int
		if _, err := fmt.Sscanf(m.Text, "Жаңылык №%d", &n); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func TestAFloodIsSentWhereAnAdministratorSaysSo(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w, a, admins, readers := flooded(t, rdb)
		w.presses(admins[0], "📤 Разослать все: 12", "Каждую новость получат 2 подписчика.")
		w.stop(a) // what was asked and what was confirmed outlives the service
		a = w.app()
		defer func() { w.stop(a) }()
		if toast := w.presses(admins[0], "✅ Да, разослать: 2", "больше нечего"); toast != "Рассылается." {
			t.Errorf("the first one to decide is told %q", toast)
		}
		if toast := w.presses(admins[1], "🗄 Все в архив: 12", "больше нечего"); !strings.Contains(toast, "Вас опередили") {
			t.Errorf("the second one to decide is told %q", toast)
		}
		want := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
		for _, reader := range readers {
			var got []int
			err := reader.Wait(deadline(t, 2*wait), func(messages []simulator.Message) bool {
				got = news(messages)
				return len(got) >= len(want)
			})
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("got %v, %v", got, err)
			}
		}
		for _, admin := range admins {
			asked := 0
			for _, m := range admin.Messages() {
				if m.Bot && strings.Contains(m.Text, "больше нечего") {
					asked++
				}
			}
			if asked != 1 {
				t.Errorf("an administrator was asked %d times", asked)
			}
		}
		documented(t, rdb)
	})
}

func TestAFloodIsNotSentWhereAnAdministratorSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { floodIsNotSent(t, redistest.Bubble(t).Client(t)) })
}

func floodIsNotSent(t *testing.T, rdb redis.UniversalClient) {
	w, a, admins, readers := flooded(t, rdb)
	defer w.stop(a)
	w.presses(admins[0], "🗄 Все в архив: 12", "больше нечего")
	w.says(admins[0], "/status", "news-ky: прочитан")
	if held, err := a.Archive.Held(t.Context()); err != nil || len(held) > 0 {
		t.Errorf("held: %+v, %v", held, err)
	}
	if progress, err := a.Engine.Progress(t.Context()); err != nil || len(progress) > 0 {
		t.Errorf("broadcasts: %+v, %v", progress, err)
	}
	if waiting, err := a.Archive.Announcements(t.Context(), 1); err != nil || len(waiting) > 0 {
		t.Errorf("announcements: %+v, %v", waiting, err)
	}
	for _, reader := range readers {
		if got := news(reader.Messages()); len(got) > 0 {
			t.Errorf("got %v", got)
		}
	}
}

// TestAlarmsAreCompleteOnceEveryAnnouncementWasTried: no alarm about them counts as ended
// before, nor while another instance leads.
func TestAlarmsAreCompleteOnceEveryAnnouncementWasTried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, redistest.Bubble(t).Client(t), simulator.Options{})
		a := w.app()
		complete := func(a *App) bool { _, complete := a.alarms(); return complete }
		eventually(t, "all was looked at", func() bool { return complete(a) })
		standby := w.instance()
		eventually(t, "it has looked at the data", standby.witness.looked.Load)
		if complete(standby) {
			t.Error("who does not lead knows of every announcement")
		}
		w.stop(standby)
		w.stop(a)
		if complete(a) {
			t.Error("who leads no more knows of every announcement")
		}
	})
}
