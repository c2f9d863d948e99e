package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

func active(language string) func(subscriptions.Preferences, bool) bool {
	return func(p subscriptions.Preferences, known bool) bool {
		return known && p.Status == subscriptions.Active && p.Interface == language && p.Languages[0] == language
	}
}

func hasStatus(status subscriptions.Status) func(subscriptions.Preferences, bool) bool {
	return func(p subscriptions.Preferences, known bool) bool { return known && p.Status == status }
}

func TestTwoTapsSubscribe(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, h *fixture) {
		for _, c := range []struct{ phone, label, language, answer string }{
			{"ky", "Кыргызча", "ky", "Жазылдыңыз"}, {"", "Русский", "ru", "Вы подписались"}, {"de", "English", "en", "You are subscribed"},
		} {
			citizen := h.telegram.Citizen("Айгүл", c.phone)
			greeting := h.says(citizen, "/start", "Здравствуйте")
			h.presses(citizen, c.label)
			if subscribed := h.until(citizen.Chat, c.answer); subscribed.ID != greeting.ID {
				t.Errorf("the greeting stays and another message comes")
			}
			h.keeps(citizen.ID(), "subscribed", active(c.language))
			if h.joined.count(citizen.ID()) == 0 {
				t.Error("running broadcasts are not told")
			}
		}
	})
}

func TestPhonesLanguageComesFirst(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		for phone, want := range map[string]string{"ky": "Кыргызча", "ru": "Русский", "en-US": "English", "": "Русский"} {
			citizen := h.telegram.Citizen("Айгүл", phone)
			if got := h.says(citizen, "/start", "Здравствуйте").Keyboard[0][0].Text; got != want {
				t.Errorf("a phone in %q shows %s first, not %s", phone, got, want)
			}
		}
	})
}

func TestAPostersLinkSubscribesAtOnce(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ru")
		h.says(citizen, "/start ky", "Жазылдыңыз")
		h.keeps(citizen.ID(), "subscribed in Kyrgyz", active("ky"))
	})
}

func TestBlockingStopsAndComingBackFindsTheOldSettings(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start ky", "Жазылдыңыз")
		citizen.Block()
		h.keeps(citizen.ID(), "blocked", hasStatus(subscriptions.Blocked))
		joined := h.joined.count(citizen.ID())
		citizen.Unblock()
		h.keeps(citizen.ID(), "back in Kyrgyz", active("ky"))
		h.eventually("broadcasts are told", func() bool { return h.joined.count(citizen.ID()) > joined })

		h.says(citizen, "/stop", "чыгасызбы")
		h.presses(citizen, "Ооба, чыгам")
		citizen.Block()
		citizen.Unblock()
		h.settled()
		h.keeps(citizen.ID(), "stopped stays stopped", hasStatus(subscriptions.Stopped))
		h.says(citizen, "/start", "Кайтып келгениңизге")
		h.keeps(citizen.ID(), "back in Kyrgyz", active("ky"))
	})
}

// TestGoneAndBack: who was taken for gone, or for blocked, and writes or presses has the
// news again as before; who asked for none has none.
func TestGoneAndBack(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start ky", "Жазылдыңыз")
		h.keeps(citizen.ID(), "subscribed", active("ky"))
		for _, status := range []subscriptions.Status{subscriptions.Gone, subscriptions.Blocked} {
			for what, does := range map[string]func(){
				"a command": func() { h.says(citizen, "/help", "/settings") },
				"/start":    func() { h.says(citizen, "/start", "Кайтып келгениңизге") },
				"a word":    func() { h.says(citizen, "сот", "табылган жок") },
			} {
				if marked, err := h.store.MarkUnreachable(t.Context(), citizen.ID(), status, time.Now()); err != nil || !marked {
					t.Fatalf("marked %t, %v", marked, err)
				}
				joined := h.joined.count(citizen.ID())
				does()
				h.keeps(citizen.ID(), "back after "+what, active("ky"))
				h.eventually("broadcasts are told after "+what, func() bool { return h.joined.count(citizen.ID()) > joined })
			}
		}
		h.says(citizen, "/stop", "чыгасызбы")
		h.presses(citizen, "Ооба, чыгам")
		h.says(citizen, "/help", "/settings")
		h.settled()
		h.keeps(citizen.ID(), "stopped stays stopped", hasStatus(subscriptions.Stopped))
	})
}

func TestForgetLeavesNothing(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ru")
		h.says(citizen, "/start ru", "Вы подписались")
		h.says(citizen, "/forget", "Удалить ваши данные?")
		h.keeps(citizen.ID(), "all before the answer", active("ru"))
		h.presses(citizen, "Да, удалить")
		h.keeps(citizen.ID(), "nothing", func(_ subscriptions.Preferences, known bool) bool { return !known })
		if h.forgotten.count(citizen.ID()) != 1 {
			t.Error("the ledgers are not told")
		}
		h.says(citizen, "/help", "Помощь")
		h.says(citizen, "/stop", "не подписаны")
		h.settled()
		h.keeps(citizen.ID(), "still nothing", func(_ subscriptions.Preferences, known bool) bool { return !known })
	})
}

// bomb is an archive in which each look for a language does something of its own.
type bomb struct {
	shelf
	mu    sync.Mutex
	act   map[string]func(ctx context.Context) error
	blown atomic.Int64 // how often what does has set was done
}

func (b *bomb) Latest(ctx context.Context, language string, offset, count int) ([]feeds.Item, error) {
	b.mu.Lock()
	act := b.act[language]
	b.mu.Unlock()
	if act != nil {
		if err := act(ctx); err != nil {
			return nil, err
		}
	}
	return b.shelf.Latest(ctx, language, offset, count)
}

func (b *bomb) Listed(ctx context.Context, l feeds.List, offset, count int) ([]feeds.Item, error) {
	return b.Latest(ctx, l.Language, offset, count)
}

func TestAPanicHarmsNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.archive = &bomb{act: map[string]func(context.Context) error{"ky": func(context.Context) error { panic("a bug") }}}
		h.start()
		first, second := h.telegram.Citizen("Айгүл", "ky"), h.telegram.Citizen("Бакыт", "ru")
		first.Send("/latest")
		h.says(second, "/latest", "Последние новости")
		h.says(first, "/help", "жардам")
		h.settled()
		if got := h.counted("kabarchy_update_panics_total"); got != 1 {
			t.Errorf("%v panics are counted, not 1", got)
		}
		if !strings.Contains(h.log.String(), "a bug") {
			t.Error("the panic is not logged")
		}
	})
}

func TestATapThatComesTwiceDoesNoHarm(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start", "Здравствуйте")
		raw := func(id int) json.RawMessage {
			return json.RawMessage(fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"%d","from":{"id":%d,"language_code":"ky"},
			"message":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"}},"data":"subscribe:ky"}}`,
				id, id, citizen.ID(), citizen.Messages()[1].ID, citizen.ID()))
		}
		for range 2 {
			if err := h.updates.Handle(t.Context(), raw(900)); err != nil {
				t.Fatal(err)
			}
		}
		h.keeps(citizen.ID(), "subscribed", active("ky"))
		if n := len(citizen.Messages()); n != 2 {
			t.Errorf("the chat shows %d messages, not 2", n)
		}
	})
}

func TestTwoTapsAtOnceEndInOneOfThem(t *testing.T) {
	t.Parallel()
	onEachRedis(t, func(t *testing.T, h *fixture) {
		citizen := h.telegram.Citizen("Айгүл", "ky")
		h.says(citizen, "/start", "Здравствуйте")
		ky, err := citizen.Tap("Кыргызча")
		if err != nil {
			t.Fatal(err)
		}
		ru, err := citizen.Tap("Русский")
		if err != nil {
			t.Fatal(err)
		}
		h.answered(ky)
		h.answered(ru)
		h.until(citizen.Chat, "Вы подписаны")
		h.keeps(citizen.ID(), "the last tap wins", active("ru"))
	})
}

func TestAnsweringSurvivesTelegramsTrouble(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		for name, fault := range map[string]simulator.Fault{
			"502 with a page": {HTML: 502},
			"reset":           {Reset: true},
			"wait a second":   {Refuse: simulator.TooMany(1)},
		} {
			for _, method := range []string{"sendMessage", "getUpdates"} {
				fault.Methods, fault.Next = []string{method}, 2
				h.telegram.Fault(fault)
				citizen := h.telegram.Citizen("Айгүл "+name, "ky")
				h.says(citizen, "/start ky", "Жазылдыңыз")
			}
		}
	})
}

func TestWhoPressesWildlyIsSlowedAndNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		h := open(t, rdb, simulator.Options{Latency: 20 * time.Millisecond})
		wild, calm := h.telegram.Citizen("Айгүл", "ky"), h.telegram.Citizen("Бакыт", "ru")
		h.says(wild, "/start ky", "Жазылдыңыз")
		h.says(calm, "/start ru", "Вы подписались")
		var taps []*simulator.Tap
		for n := range 400 {
			tap, err := wild.Tap([]string{"⚙️ Жөндөөлөр", "📰 Акыркы жаңылыктар"}[n%2])
			if err != nil { // that screen is not shown just now
				continue
			}
			taps = append(taps, tap)
		}
		began := time.Now()
		h.presses(calm, "⚙️ Настройки")
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("the calm one waits %s behind %d presses of the wild one", took, len(taps))
		}
		h.settled()
		if h.counted("kabarchy_updates_total", `"dropped"`) == 0 {
			t.Error("nothing was dropped")
		}
		h.says(wild, "/help", "жардам") // and is served again
	})
}
