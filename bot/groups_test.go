package bot_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

func TestAGroupIsLeftInPeace(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		owner, member := h.telegram.Citizen("Айгүл", "ky").Open(), h.telegram.Citizen("Бакыт", "ru").Open()
		group := h.telegram.Group("Айыл", owner)
		group.Join(member, simulator.Plain)
		group.AddBot(owner, simulator.Rights{})
		h.until(group.Chat, "Саламатсызбы") // it introduces itself
		h.settled()
		before := group.Received()
		group.Say(member, "/start", 0)
		group.Say(owner, "/start", 0)
		group.Say(owner, "Салам баарыңарга", 0)
		group.Say(member, "/start@kabarchy_bot", 0)
		h.settled()
		if n := group.Received() - before; n != 0 {
			t.Errorf("the bot said %d things", n)
		}
		group.Say(owner, "/start@kabarchy_bot ky", 0)
		h.until(group.Chat, "Жаңылыктар бул топко кыргыз тилинде келет")
		h.keeps(group.ID(), "subscribed", func(p subscriptions.Preferences, known bool) bool {
			return known && p.Kind == subscriptions.Group && p.Interface == "ky"
		})
		tap, err := group.Tap(member, "⚙️ Жөндөөлөр")
		if err != nil {
			t.Fatal(err)
		}
		if toast := h.answered(tap); toast != "Муну топтун администратору гана өзгөртө алат." {
			t.Errorf("a member's press is answered %q", toast)
		}
		if tap, err = group.Tap(owner, "⚙️ Жөндөөлөр"); err != nil {
			t.Fatal(err)
		}
		h.answered(tap)
		h.until(group.Chat, "Жөндөөлөр")
		group.KickBot(owner)
		h.keeps(group.ID(), "forgotten", func(_ subscriptions.Preferences, known bool) bool { return !known })
	})
}

func TestAGroupThatBecomesASupergroupKeepsItsSettings(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		group := h.telegram.Group("Айыл", owner)
		group.AddBot(owner, simulator.Rights{})
		group.Say(owner, "/start@kabarchy_bot ky", 0)
		h.until(group.Chat, "Жаңылыктар бул топко кыргыз тилинде келет")
		super := group.Upgrade(owner)
		h.keeps(super.ID(), "moved", active("ky"))
		h.keeps(group.ID(), "nothing", func(_ subscriptions.Preferences, known bool) bool { return !known })
	})
}

func TestAnAdministratorChoosesInTheTopicWhereNewsShouldGo(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		forum := h.telegram.Forum("Айыл", owner)
		forum.AddBot(owner, simulator.Rights{})
		thread := forum.Topic("Жаңылыктар", owner)
		h.until(forum.Chat, "Здравствуйте") // the introduction, in the general topic
		forum.Say(owner, "/start@kabarchy_bot", thread)
		h.settled()
		tap, err := forum.Tap(owner, "Русский")
		if err != nil {
			t.Fatal(err)
		}
		h.answered(tap)
		if m := h.until(forum.Chat, "Готово"); m.Thread != thread {
			t.Errorf("the answer stands in topic %d, not %d", m.Thread, thread)
		}
		h.keeps(forum.ID(), "the topic", func(p subscriptions.Preferences, known bool) bool {
			return known && p.Thread == int(thread) && p.Interface == "ru"
		})
	})
}

func TestAChannelMirrorsALanguage(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		owner, stranger := h.telegram.Citizen("Айгүл", "ky"), h.telegram.Citizen("Бакыт", "ru")
		h.says(owner, "/start ky", "Жазылдыңыз")
		channel := h.telegram.Channel("Юстиция", "", owner)
		channel.AddBot(owner, simulator.AllRights)
		question := h.until(owner.Chat, "Юстиция")
		h.says(stranger, "/start", "Здравствуйте")
		forged, err := stranger.TapRaw(stranger.Messages()[1].ID, question.Keyboard[0][0].Data)
		if err != nil {
			t.Fatal(err)
		}
		if toast := h.answered(forged); toast != "Это может изменить только администратор канала." {
			t.Errorf("a stranger's press is answered %q", toast)
		}
		h.keeps(channel.ID(), "nothing yet", func(_ subscriptions.Preferences, known bool) bool { return !known })
		h.presses(owner, "Русский")
		h.until(owner.Chat, "Даяр")
		h.keeps(channel.ID(), "the mirror", func(p subscriptions.Preferences, known bool) bool {
			return known && p.Kind == subscriptions.Channel && p.Languages[0] == "ru"
		})
		if n := channel.Received(); n != 0 {
			t.Errorf("the channel's readers see %d messages", n)
		}
		channel.KickBot(owner)
		h.keeps(channel.ID(), "forgotten", func(_ subscriptions.Preferences, known bool) bool { return !known })
	})
}

func TestAGroupThatLetsTheBotSpeakAgainGetsTheNewsAgain(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		group := h.telegram.Supergroup("Айыл", "", owner)
		group.AddBot(owner, simulator.Rights{})
		group.Say(owner, "/start@kabarchy_bot ky", 0)
		h.until(group.Chat, "Даяр")
		h.settled()
		_, err := h.store.Update(t.Context(), group.ID(), func(p *subscriptions.Preferences, _ bool) { p.Status = subscriptions.Blocked })
		if err != nil {
			t.Fatal(err)
		}
		group.AddBot(owner, simulator.AllRights) // makes it an administrator
		h.keeps(group.ID(), "back", active("ky"))
	})
}

func TestInAGroupAnItemOpensInTheReadersOwnChat(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		h.shelf.put(bottest.Sample("ky", 1))
		owner, member := h.telegram.Citizen("Айгүл", "ky").Open(), h.telegram.Citizen("Бакыт", "ru").Open()
		group := h.telegram.Group("Айыл", owner)
		group.Join(member, simulator.Plain)
		group.AddBot(owner, simulator.Rights{})
		group.Say(owner, "/latest@kabarchy_bot", 0)
		before := h.until(group.Chat, "Акыркы")
		tap, err := group.Tap(member, "1")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		defer cancel()
		answer, err := tap.Answer(ctx)
		if err != nil || answer.URL != "https://t.me/kabarchy_bot?start=item-"+bottest.Sample("ky", 1).ID {
			t.Errorf("the press is answered %+v, %v", answer, err)
		}
		if after := h.until(group.Chat, "Акыркы"); after.Text != before.Text {
			t.Error("the group's message changes")
		}
	})
}

// TestAGroupThatHidesItsMembersIsLedByItsOwner: Telegram does not tell a bot that is no
// administrator there who a single member is.
func TestAGroupThatHidesItsMembersIsLedByItsOwner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, redistest.Bubble(t).Client(t), simulator.Options{Limits: simulator.TelegramLimits})
		owner, member := h.telegram.Citizen("Айгүл", "ky").Open(), h.telegram.Citizen("Бакыт", "ru").Open()
		group := h.telegram.Supergroup("Айыл", "", owner)
		group.Join(member, simulator.Plain)
		group.HideMembers()
		group.AddBot(owner, simulator.Rights{})
		h.until(group.Chat, "Саламатсызбы")
		group.Say(member, "/start@kabarchy_bot ru", 0)
		h.settled()
		group.Say(owner, "/start@kabarchy_bot ky", 0)
		h.keeps(group.ID(), "the owner's choice", active("ky"))
	})
}

// TestACommandEndsWithItsLine: what stands on the next one is no part of its name.
func TestACommandEndsWithItsLine(t *testing.T) {
	atWork(t, func(t *testing.T, h *fixture) {
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		group := h.telegram.Group("Айыл", owner)
		group.AddBot(owner, simulator.Rights{})
		for _, space := range []string{"\n", "\t", "\u00a0", " \n"} {
			group.Say(owner, "/start@kabarchy_bot"+space+"ky", 0)
			h.keeps(group.ID(), "subscribed", active("ky"))
			group.Say(owner, "/settings@kabarchy_bot"+space+"сөз", 0)
			h.until(group.Chat, "Жөндөөлөр")
			group.Say(owner, "/forget@kabarchy_bot"+space, 0)
			h.until(group.Chat, "өчүрүлсүнбү")
			if _, err := group.Tap(owner, "Ооба, өчүрүү"); err != nil {
				t.Fatal(err)
			}
			h.keeps(group.ID(), "forgotten", func(_ subscriptions.Preferences, known bool) bool { return !known })
		}
	})
}

// TestAGroupAnswersWhatToSearchFor: of all that a group says the bot takes the reply to its own
// question, from who may ask it, while it is fresh, in the topic where it stands.
func TestAGroupAnswersWhatToSearchFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, redistest.Bubble(t).Client(t), simulator.Options{})
		h.shelf.put(bottest.Sample("ky", 1))
		owner, member := h.telegram.Citizen("Айгүл", "ky").Open(), h.telegram.Citizen("Бакыт", "ru").Open()
		forum := h.telegram.Forum("Айыл", owner)
		forum.Join(member, simulator.Plain)
		forum.AddBot(owner, simulator.Rights{})
		h.until(forum.Chat, "Саламатсызбы")
		thread := forum.Topic("Издөө", owner)
		reply := func(by *simulator.Citizen, to int64, text string) {
			if _, err := forum.Reply(by, to, text); err != nil {
				t.Fatal(err)
			}
			h.settled()
		}
		newest := func() simulator.Message { m := forum.Messages(); return m[len(m)-1] }

		forum.Say(owner, "/search@kabarchy_bot", thread)
		asked := h.until(forum.Chat, "Эмнени издеп жатасыз")
		if q := asked.Question; q == nil || !q.Selective || asked.Thread != thread || asked.ReplyTo != asked.ID-1 {
			t.Errorf("asked %+v", asked)
		}
		received := forum.Received()
		forum.Say(member, asked.Text, thread) // in the bot's own words
		for _, to := range []int64{newest().ID, asked.ID - 1, 1} {
			reply(owner, to, "жардам")
		}
		reply(member, asked.ID, "жардам") // who may not
		reply(owner, asked.ID, "/latest") // another bot's, perhaps
		if n := forum.Received() - received; n != 0 {
			t.Errorf("the bot said %d things that nobody asked for", n)
		}
		if n := h.counted("kabarchy_updates_total", "ignored"); n < 1 {
			t.Error("what is not for the bot takes a place")
		}

		h.restart() // what it knew is at Telegram alone
		reply(owner, asked.ID, "жардам")
		if m := newest(); !m.Bot || m.Thread != thread || m.ReplyTo != m.ID-1 || m.Keyboard == nil {
			t.Errorf("answered by %+v", m)
		}
		forum.DeleteTopic(thread)
		reply(owner, asked.ID, "жардам")
		if m := newest(); !m.Bot || m.Thread != 0 {
			t.Errorf("without its topic, answered by %+v", m)
		}

		time.Sleep(2 * time.Hour)
		received = forum.Received()
		reply(owner, asked.ID, "жардам")
		if n := forum.Received() - received; n != 0 {
			t.Error("what was asked two hours ago is still searched for")
		}
	})
}
