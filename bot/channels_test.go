package bot_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestWhoAddsTheBotToAChannelIsAskedAtTheirStart: they never pressed Start before. What is kept
// of it until then has an end, goes with /forget, and asks nobody else.
func TestWhoAddsTheBotToAChannelIsAskedAtTheirStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, redistest.Bubble(t).Client(t), simulator.Options{Limits: simulator.TelegramLimits})
		owner, stranger := h.telegram.Citizen("Айгүл", "ky"), h.telegram.Citizen("Бакыт", "ky")
		channel := h.telegram.Channel("Юстиция", "", owner)
		channel.AddBot(owner, simulator.AllRights)
		h.settled()
		if n := h.telegram.Received(owner.ID()); n != 0 {
			t.Fatalf("%d messages came to who never pressed Start", n)
		}
		h.restart() // the question outlives the process
		h.says(stranger, "/start", "Саламатсызбы")
		h.settled()
		asked := h.says(owner, "/start", "Бул каналда")
		h.presses(owner, "Русский")
		h.until(owner.Chat, "Даяр")
		h.keeps(channel.ID(), "the mirror", active("ru"))
		before := len(owner.Messages()) + len(channel.Messages())
		again, err := owner.TapRaw(asked.ID, asked.Keyboard[0][1].Data) // from before the answer was there
		if err != nil {
			t.Fatal(err)
		}
		if toast := h.answered(again); toast != "" || len(owner.Messages())+len(channel.Messages()) != before {
			t.Errorf("a second tap is answered %q, with %d more messages", toast, len(owner.Messages())+len(channel.Messages())-before)
		}
		h.until(owner.Chat, "Даяр")
		h.keeps(channel.ID(), "the mirror", active("ru"))
		time.Sleep(time.Minute)
		h.says(owner, "/start", "Саламатсызбы")
		h.settled()

		next := h.telegram.Channel("Жаңылыктар", "", stranger)
		stranger.Block()
		next.AddBot(stranger, simulator.AllRights)
		h.settled()
		kept := h.rdb.Keys(t.Context(), "{news}:adder:*").Val()
		if len(kept) != 1 || h.rdb.TTL(t.Context(), kept[0]).Val() <= 0 {
			t.Errorf("kept are %q", kept)
		}
		h.channelsKept(1)
		h.says(stranger, "/forget", "өчүрүлсүнбү")
		h.presses(stranger, "Ооба, өчүрүү")
		h.says(owner, "/forget", "өчүрүлсүнбү")
		h.presses(owner, "Ооба, өчүрүү")
		h.settled()
		if kept := h.rdb.Keys(t.Context(), "{news}:adder:*").Val(); len(kept) != 0 {
			t.Errorf("kept are %q", kept)
		}
		h.channelsKept(0)
	})
}

// channelsKept asserts of how many channels it is remembered who looks after them.
func (h *fixture) channelsKept(want int64) {
	h.t.Helper()
	if kept, err := h.rdb.HLen(h.t.Context(), "{news}:channels").Result(); err != nil || kept != want {
		h.t.Errorf("it is remembered of %d channels who looks after them, want %d: %v", kept, want, err)
	}
}

// TestWhoAddedTheBotHearsThatItMayNotPost: at once, and when the right is taken later, and by
// somebody else.
func TestWhoAddedTheBotHearsThatItMayNotPost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, redistest.Bubble(t).Client(t), simulator.Options{Limits: simulator.TelegramLimits})
		owner, other := h.telegram.Citizen("Айгүл", "ky"), h.telegram.Citizen("Бакыт", "ru").Open()
		h.says(owner, "/start ky", "Жазылдыңыз")
		channel := h.telegram.Channel("Юстиция", "", owner)
		channel.Join(other, simulator.Administrator)
		mute := simulator.AllRights
		mute.Post = false
		channel.AddBot(owner, mute)
		h.until(owner.Chat, "Юстиция")
		h.presses(owner, "Кыргызча")
		h.until(owner.Chat, "бот каналга азырынча жаза албайт")
		h.keeps(channel.ID(), "the mirror", active("ky"))
		for _, rights := range []simulator.Rights{simulator.AllRights, mute, simulator.AllRights, {}} {
			channel.AddBot(other, rights)
			h.settled()
			want := "жаза албайт"
			if rights.Post {
				want = "жаза алат"
			}
			h.until(owner.Chat, want)
			time.Sleep(2 * time.Second)
		}
		if n := h.telegram.Received(other.ID()); n != 0 {
			t.Errorf("%d messages came to who only changed the rights", n)
		}
		channel.KickBot(other)
		h.settled()
		h.channelsKept(0)
	})
}

// TestAPostInTheChannelIsTheWayByHand: its answer speaks of the channel, and no reader of it
// may change anything.
func TestAPostInTheChannelIsTheWayByHand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, redistest.Bubble(t).Client(t), simulator.Options{Limits: simulator.TelegramLimits})
		owner, reader := h.telegram.Citizen("Айгүл", "ky"), h.telegram.Citizen("Бакыт", "ru")
		channel := h.telegram.Channel("Юстиция", "", owner)
		channel.AddBot(owner, simulator.AllRights)
		channel.Post("/start@kabarchy_bot ru")
		if m := h.until(channel.Chat, "в канале"); m.Keyboard != nil {
			t.Errorf("its readers see %v", m.Keyboard)
		}
		h.keeps(channel.ID(), "the mirror", func(p subscriptions.Preferences, known bool) bool {
			return known && p.Kind == subscriptions.Channel && p.Interface == "ru"
		})
		tap, err := channel.TapRaw(reader, channel.Messages()[1].ID, "subscribe:en")
		if err != nil {
			t.Fatal(err)
		}
		if toast := h.answered(tap); toast != "Это может изменить только администратор канала." {
			t.Errorf("a reader is answered %q", toast)
		}
	})
}

// TestASupergroupIsNotGreetedAgain: of a group that becomes one, Telegram tells in whatever order
// that the bot has joined it and that the group has moved.
func TestASupergroupIsNotGreetedAgain(t *testing.T) {
	t.Parallel()
	bothWaysOn(t, simulator.Options{Limits: simulator.TelegramLimits}, nil, func(t *testing.T, h *fixture, _ *redistest.Embedded) {
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		var grown []*simulator.Group
		for n := range 12 {
			group := h.telegram.Group("Айыл", owner)
			group.AddBot(owner, simulator.Rights{})
			h.until(group.Chat, "Саламатсызбы")
			if n%2 == 0 {
				group.Say(owner, "/start@kabarchy_bot ky", 0)
				h.keeps(group.ID(), "subscribed", active("ky"))
			}
			h.settled()
			if n%3 > 0 {
				grown = append(grown, group.Upgrade(owner))
				continue
			}
			next, note := group.UpgradeSlowly(owner)
			time.Sleep(1500 * time.Millisecond)
			note()
			grown = append(grown, next)
		}
		time.Sleep(10 * time.Second)
		h.settled()
		for n, group := range grown {
			if said := group.Received(); said != 0 {
				t.Errorf("group %d is greeted %d times again", n, said)
			}
		}
		fresh := h.telegram.Supergroup("Шаар", "", owner)
		fresh.AddBot(owner, simulator.Rights{})
		h.until(fresh.Chat, "Саламатсызбы")
		h.settled()
		if n := fresh.Received(); n != 1 {
			t.Errorf("a new supergroup is greeted %d times", n)
		}
	})
}

// TestALanguageOnAnOldMessageLeavesTheNewsInItsTopic: Telegram no longer says in which topic
// the message stands.
func TestALanguageOnAnOldMessageLeavesTheNewsInItsTopic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, redistest.Bubble(t).Client(t), simulator.Options{Limits: simulator.TelegramLimits})
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		forum := h.telegram.Forum("Айыл", owner)
		forum.AddBot(owner, simulator.Rights{})
		h.until(forum.Chat, "Саламатсызбы")
		h.settled()
		news, other := forum.Topic("Жаңылыктар", owner), forum.Topic("Баары", owner)
		in := func(thread int64) func(subscriptions.Preferences, bool) bool {
			return func(p subscriptions.Preferences, known bool) bool { return known && int64(p.Thread) == thread }
		}
		old := forum.Messages()[slices.IndexFunc(forum.Messages(), func(m simulator.Message) bool { return m.Bot })]
		forum.Say(owner, "/start@kabarchy_bot ky", news)
		h.keeps(forum.ID(), "the topic", in(news))
		h.settled()
		forum.Fade(old.ID)
		for _, language := range []string{"ru", "ky"} {
			tap, err := forum.TapRaw(owner, old.ID, "subscribe:"+language)
			if err != nil {
				t.Fatal(err)
			}
			h.answered(tap)
			h.keeps(forum.ID(), "the language", active(language))
			h.keeps(forum.ID(), "the topic still", in(news))
		}
		for _, m := range forum.Messages() {
			if strings.Contains(m.Text, "📍") {
				t.Errorf("a move is said that was none: %s", m.Text)
			}
		}
		for thread, want := range map[int64]string{other: "📍 Жаңылыктар эми ушул темага келет.", 0: "📍 Жаңылыктар эми топтун жалпы темасына келет."} {
			time.Sleep(time.Minute)
			forum.Say(owner, "/start@kabarchy_bot ky", thread)
			h.keeps(forum.ID(), "moved", in(thread))
			h.until(forum.Chat, want)
		}
	})
}
