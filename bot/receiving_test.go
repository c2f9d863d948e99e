package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// These are storms that one chat, one group, one site or Redis makes, and what everybody
// else sees of them.

// bothWays runs f against a bot that polls and against one that has a webhook. Prepare
// prepares the fixture before the bot starts; nil for nothing.
func bothWays(t *testing.T, prepare func(h *fixture), f func(t *testing.T, h *fixture, mini *redistest.Embedded)) {
	t.Helper()
	bothWaysOn(t, simulator.Options{}, prepare, f)
}

// bothWaysOn is bothWays with a Telegram of a kind.
func bothWaysOn(t *testing.T, telegram simulator.Options, prepare func(h *fixture), f func(t *testing.T, h *fixture, mini *redistest.Embedded)) {
	t.Helper()
	telegram.WebhookWait = 10 * time.Millisecond
	for name, begin := range map[string]func(h *fixture){"polling": (*fixture).start, "webhook": (*fixture).hook} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				mini := redistest.Bubble(t)
				h := buildOn(t, mini.Client(t), telegram)
				if prepare != nil {
					prepare(h)
				}
				begin(h)
				f(t, h, mini)
			})
		})
	}
}

// crowd are people who speak with the bot.
func (h *fixture) crowd(n int) []*simulator.Citizen {
	people := make([]*simulator.Citizen, n)
	for i := range people {
		people[i] = h.telegram.Citizen(fmt.Sprint("Айгүл ", i), "ky")
	}
	return people
}

// postponed are the numbers of the updates that are kept in Redis.
func (h *fixture) postponed() []string {
	h.t.Helper()
	kept, err := h.rdb.HKeys(h.t.Context(), "{news}:postponed").Result()
	if err != nil {
		h.t.Fatal(err)
	}
	return kept
}

// only strikes one chat.
func only(chat int64) func(int64) bool { return func(c int64) bool { return c == chat } }

// TestALimitedOrHangingChatHoldsUpNobody: one of two hundred taps while Telegram asks its
// chat to wait half a minute, or does not answer for it at all.
func TestALimitedOrHangingChatHoldsUpNobody(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"limited": {Refuse: simulator.TooMany(30)}, "hanging": {Hang: true}, "failing": {HTML: 502},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bothWays(t, nil, func(t *testing.T, h *fixture, _ *redistest.Embedded) {
				people := h.crowd(200)
				unlucky := people[0]
				h.says(unlucky, "/start ky", "Жазылдыңыз")
				screen := unlucky.Messages()[1]
				ofOne := fault
				ofOne.Chats = only(unlucky.ID())
				lift := h.telegram.Fault(ofOne)
				var taps []*simulator.Tap
				for i, citizen := range people[1:] {
					if i%10 == 0 {
						tap, err := unlucky.TapRaw(screen.ID, "show:settings")
						if err != nil {
							t.Fatal(err)
						}
						taps = append(taps, tap)
					}
					citizen.Send("/start ky")
				}
				unlucky.Send("/start ru")
				for _, citizen := range people[1:] {
					h.until(citizen.Chat, "Жазылдыңыз")
				}
				h.keeps(unlucky.ID(), "in Russian, though it can't be said yet", active("ru"))
				later := []string{"Кабыл алынды. Жооп бир аздан кийин келет.", "Принято. Ответ придёт чуть позже."} // the language may be changed by then
				if toast := h.answered(taps[0]); !slices.Contains(later, toast) {
					t.Errorf("the press is answered %q", toast)
				}
				h.eventually("everything is confirmed", func() bool { return h.telegram.Stats().Pending == 0 })
				lift()
			})
		})
	}
}

// TestASlowGroupsHelpHoldsUpNobody: Telegram does not even say who the administrators of
// a group are for the next four minutes.
func TestASlowGroupsHelpHoldsUpNobody(t *testing.T) {
	t.Parallel()
	bothWays(t, nil, func(t *testing.T, h *fixture, mini *redistest.Embedded) {
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		group := h.telegram.Group("Айыл", owner)
		group.AddBot(owner, simulator.Rights{})
		group.Say(owner, "/start@kabarchy_bot ky", 0)
		h.until(group.Chat, "Жаңылыктар бул топко кыргыз тилинде келет")
		h.settled()

		time.Sleep(time.Minute) // till Telegram has to be asked again who decides there
		lift := h.telegram.Fault(simulator.Fault{Chats: only(group.ID()), Refuse: simulator.TooMany(240)})
		people := h.crowd(150)
		for i, citizen := range people {
			if i < 3 {
				group.Say(owner, "/help@kabarchy_bot", 0)
			}
			citizen.Send("/start ky")
		}
		group.Say(owner, "/start@kabarchy_bot ru", 0)
		for _, citizen := range people {
			h.until(citizen.Chat, "Жазылдыңыз")
		}
		lift()
		if h.telegram.Stats().Pending == 0 && len(h.postponed()) == 0 {
			t.Error("the group's commands are done with, though nobody could know whose they were")
		}
	})
}

// TestWhatWasPostponedIsDoneAfterACrash: an update that Telegram was told to forget is in
// Redis until its work is done.
func TestWhatWasPostponedIsDoneAfterACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mini := redistest.Bubble(t)
		rdb := mini.Client(t)
		h := open(t, rdb, simulator.Options{})
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		group := h.telegram.Group("Айыл", owner)
		group.AddBot(owner, simulator.Rights{})
		group.Say(owner, "/start@kabarchy_bot ky", 0)
		h.keeps(group.ID(), "subscribed", active("ky"))
		h.settled()

		time.Sleep(time.Minute) // till Telegram has to be asked again who decides there
		lift := h.telegram.Fault(simulator.Fault{Chats: only(group.ID()), Refuse: simulator.TooMany(240)})
		group.Say(owner, "/start@kabarchy_bot ru", 0)
		h.eventually("it is confirmed", func() bool { return h.telegram.Stats().Pending == 0 })
		if kept := h.postponed(); len(kept) != 1 {
			t.Fatalf("kept are %q", kept)
		}
		if err := h.stop(); err != nil { // nothing of its memory goes into the next life
			t.Fatal(err)
		}
		h.keeps(group.ID(), "not yet", active("ky"))
		lift()
		h.start()
		h.keeps(group.ID(), "in Russian", active("ru"))
		h.until(group.Chat, "в эту группу на русском")
		h.eventually("nothing is kept any more", func() bool { return len(h.postponed()) == 0 })
	})
}

// TestALivelyGroupsBacklogLosesNoCommand: while the bot was away a group talked, its
// administrator commanded, and another group became a supergroup.
func TestALivelyGroupsBacklogLosesNoCommand(t *testing.T) {
	t.Parallel()
	bothWays(t, func(h *fixture) {
		h.start()
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		member := h.telegram.Citizen("Бакыт", "ky").Open()
		lively, growing := h.telegram.Group("Айыл", owner), h.telegram.Group("Шаар", owner)
		for _, group := range []*simulator.Group{lively, growing} {
			group.Join(member, simulator.Plain)
			group.AddBot(owner, simulator.AllRights)
			group.Say(owner, "/start@kabarchy_bot ky", 0)
			h.keeps(group.ID(), "subscribed", active("ky"))
		}
		h.settled()
		if err := h.stop(); err != nil {
			h.t.Fatal(err)
		}
		for n := range 90 {
			lively.Say(member, fmt.Sprint("Салам! ", n), 0)
			growing.Say(member, "/help@another_bot", 0)
			if n%9 == 0 {
				lively.Say(owner, "/help@kabarchy_bot", 0)
				lively.Say(owner, "/settings@kabarchy_bot", 0)
			}
		}
		lively.Say(owner, "/start@kabarchy_bot ru", 0)
		h.crowds = []int64{lively.ID(), growing.Upgrade(owner).ID(), growing.ID()}
	}, func(t *testing.T, h *fixture, _ *redistest.Embedded) {
		h.settled()
		h.keeps(h.crowds[0], "in Russian", active("ru"))
		h.keeps(h.crowds[1], "moved", active("ky"))
		h.keeps(h.crowds[2], "nothing", func(_ subscriptions.Preferences, known bool) bool { return !known })
		if lost := h.counted("kabarchy_updates_total", `"dropped"`); lost != 0 {
			t.Errorf("%v updates were dropped", lost)
		}
		if ignored := h.counted("kabarchy_updates_total", `"ignored"`); ignored < 180 {
			t.Errorf("%v lines were discarded, not all of what the people said to one another", ignored)
		}
	})
}

// TestAFloodOfCommandsCostsTelegramLittle: a group's members command the bot again and again,
// and all the time its administrator can.
func TestAFloodOfCommandsCostsTelegramLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		var asked atomic.Int64
		h.telegram.Fault(simulator.Fault{Match: func(r simulator.Request) bool {
			if r.Method == "getChatMember" {
				asked.Add(1)
			}
			return false
		}})
		h.start()
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		group := h.telegram.Group("Айыл", owner)
		group.AddBot(owner, simulator.AllRights)
		group.Say(owner, "/start@kabarchy_bot ky", 0)
		h.keeps(group.ID(), "subscribed", active("ky"))
		h.settled()
		before := group.Received()
		members := h.crowd(5)
		for n := range 300 {
			member := members[n%len(members)].Open()
			if n < len(members) {
				group.Join(member, simulator.Plain)
			}
			group.Say(member, "/start@kabarchy_bot ru", 0)
		}
		group.Say(owner, "/start@kabarchy_bot ru", 0)
		h.keeps(group.ID(), "in Russian by its administrator's wish", active("ru"))
		h.settled()
		if n := group.Received() - before; n != 1 {
			t.Errorf("the group was answered %d times", n)
		}
		if n := asked.Load(); n > 6 {
			t.Errorf("Telegram was asked %d times who somebody is", n)
		}
		newcomer := h.telegram.Citizen("Бакыт", "ky").Open()
		time.Sleep(4 * time.Second)
		group.Join(newcomer, simulator.Administrator)
		group.Say(newcomer, "/start@kabarchy_bot ru", 0)
		h.keeps(group.ID(), "subscribed by who has just become one", active("ru"))
	})
}

// library is a ministry's site that does not answer until it is opened.
type library struct {
	shelf
	open  chan struct{}
	mu    sync.Mutex
	asked map[string]int // how often for an item
}

func (l *library) Kept(ctx context.Context, id string) (article.Article, error) {
	if strings.HasSuffix(id, "a") { // one was read before
		return l.shelf.Article(ctx, id)
	}
	return article.Article{}, feeds.ErrNotFound
}

func (l *library) Article(ctx context.Context, id string) (article.Article, error) {
	l.mu.Lock()
	l.asked[id]++
	l.mu.Unlock()
	select {
	case <-l.open:
		return l.shelf.Article(ctx, id)
	case <-ctx.Done():
		return article.Article{}, ctx.Err()
	}
}

// TestAHangingSiteHoldsUpNobody: two hundred people want to read what the ministry's site
// does not give.
func TestAHangingSiteHoldsUpNobody(t *testing.T) {
	t.Parallel()
	const loading = "⏳ Толук текст жүктөлүүдө."
	bothWays(t, func(h *fixture) {
		site := &library{open: make(chan struct{}), asked: map[string]int{}}
		h.archive, h.articles, h.shelf = site, site, &site.shelf
		h.shelf.put(bottest.Sample("ky", 1), bottest.Sample("ky", 0))
	}, func(t *testing.T, h *fixture, _ *redistest.Embedded) {
		site := h.articles.(*library)
		wanted := bottest.Sample("ky", 1).ID
		people := h.crowd(200)
		for _, citizen := range people {
			citizen.Send("/start ky")
		}
		for _, citizen := range people {
			h.until(citizen.Chat, "Жазылдыңыз")
			if _, err := citizen.TapRaw(citizen.Messages()[1].ID, "page:"+wanted+":3"); err != nil {
				t.Fatal(err)
			}
		}
		leaver := h.telegram.Citizen("Бакыт", "ky")
		h.says(leaver, "/stop", "жазылган эмессиз")
		for _, citizen := range people {
			if m := h.until(citizen.Chat, loading); !strings.Contains(m.Text, "юридикалык жардам") {
				t.Fatalf("the summary is not there: %s", m.Text)
			}
		}
		elsewhere := people[7]
		h.presses(elsewhere, "⬅️ Артка")
		back := h.until(elsewhere.Chat, "")
		if strings.Contains(back.Text, loading) {
			t.Error("who goes back sees the same")
		}
		kept, err := people[8].TapRaw(people[8].Messages()[1].ID, "page:"+bottest.Sample("ky", 0).ID+":1")
		if err != nil {
			t.Fatal(err)
		}
		h.answered(kept)
		h.until(people[8].Chat, "+996 312 65-65-65") // what is kept needs no site

		close(site.open)
		for i, citizen := range people {
			if i != 7 {
				h.until(citizen.Chat, "minjust.gov.kg")
			}
		}
		if now := h.until(elsewhere.Chat, ""); now.Text != back.Text {
			t.Errorf("who went elsewhere sees %q in place of %q", now.Text, back.Text)
		}
		if n := site.asked[wanted]; n != 1 {
			t.Errorf("the site is asked %d times", n)
		}
	})
}

// TestARefusingRedisLosesNothing: it answers, but not what was asked for.
func TestARefusingRedisLosesNothing(t *testing.T) {
	t.Parallel()
	bothWays(t, nil, func(t *testing.T, h *fixture, mini *redistest.Embedded) {
		people := h.crowd(8)
		for _, citizen := range people {
			h.says(citizen, "/start ky", "Жазылдыңыз")
		}
		h.settled()
		for i, words := range []string{
			"LOADING Redis is loading the dataset in memory",
			"READONLY You can't write against a read only replica.",
			"MISCONF Redis is configured to save RDB snapshots",
			"NOREPLICAS Not enough good replicas to write.",
			"OOM command not allowed when used memory > 'maxmemory'.",
			"NOPERM this user has no permissions",
			"NOAUTH Authentication required.",
			"CLUSTERDOWN The cluster is down",
		} {
			mini.Refuse(func([]string) string { return words })
			retries := h.counted("kabarchy_update_retries_total")
			people[i].Send("/start ru")
			h.eventually("it is tried again: "+words, func() bool { return h.counted("kabarchy_update_retries_total") > retries })
			mini.Refuse(nil)
			h.keeps(people[i].ID(), "in Russian after "+words, active("ru"))
		}
		h.settled()
	})
}

// TestATelegramThatDoesNotSayWhoTheBotIs: people are answered, and a group as soon as the
// bot knows its name.
func TestATelegramThatDoesNotSayWhoTheBotIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		lift := h.telegram.Fault(simulator.Fault{Methods: []string{"getMe"}, HTML: 502})
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		group := h.telegram.Group("Айыл", owner)
		h.start()
		h.says(owner, "/start ky", "Жазылдыңыз")
		group.AddBot(owner, simulator.AllRights)
		h.until(group.Chat, "Саламатсызбы")
		group.Say(owner, "/start@kabarchy_bot ky", 0)
		group.Say(owner, "/start@another_bot ru", 0)
		h.says(owner, "/help", "жардам")
		h.keeps(group.ID(), "nothing yet", func(_ subscriptions.Preferences, known bool) bool { return !known })
		lift()
		h.keeps(group.ID(), "subscribed in Kyrgyz", active("ky"))
		h.settled()
	})
}
