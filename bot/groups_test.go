package bot_test

import (
	"testing"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

func TestAGroupIsLeftInPeace(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	h := open(t, rdb, simulator.Options{})
	owner, member := h.telegram.Citizen("Айгүл", "ky").Open(), h.telegram.Citizen("Бакыт", "ru").Open()
	group := h.telegram.Group("Айыл", owner)
	group.Join(member, simulator.Plain)
	group.AddBot(owner, simulator.Rights{})
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
	h.until(group.Chat, "Жазылдыңыз")
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
}

func TestAGroupThatBecomesASupergroupKeepsItsSettings(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	h := open(t, rdb, simulator.Options{})
	owner := h.telegram.Citizen("Айгүл", "ky").Open()
	group := h.telegram.Group("Айыл", owner)
	group.AddBot(owner, simulator.Rights{})
	group.Say(owner, "/start@kabarchy_bot ky", 0)
	h.until(group.Chat, "Жазылдыңыз")
	super := group.Upgrade(owner)
	h.keeps(super.ID(), "moved", active("ky"))
	h.keeps(group.ID(), "nothing", func(_ subscriptions.Preferences, known bool) bool { return !known })
}
