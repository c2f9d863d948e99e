package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// alerted is a chat whose owner has added the bot, with an item's alert in it.
func (h *fixture) alerted(where *simulator.Group, owner *simulator.Citizen) simulator.Message {
	h.t.Helper()
	where.AddBot(owner, simulator.AllRights)
	h.settled()
	h.shelf.put(bottest.Sample("ky", 1), bottest.Sample("ru", 1))
	h.eventually("the bot knows its name", func() bool { return h.bot.Username() != "" })
	if _, err := h.sender.Deliver(h.t.Context(), broadcast.Delivery{
		Kind: broadcast.News, Chat: where.ID(), Item: bottest.Sample("ky", 1), Preferences: subscriptions.Preferences{Languages: []string{"ky"}},
	}); err != nil {
		h.t.Fatal(err)
	}
	return h.until(where.Chat, "Акысыз юридикалык жардам борбору ачылды")
}

// TestSixtyPeopleReadAtOnceBelowAChannelsAlert: each follows the button's link, and has the
// item, and then an offer. None of them is subscribed.
func TestSixtyPeopleReadAtOnceBelowAChannelsAlert(t *testing.T) {
	t.Parallel()
	limited := simulator.Options{Limits: simulator.TelegramLimits, Latency: 100 * time.Millisecond}
	bothWaysOn(t, limited, nil, func(t *testing.T, h *fixture, _ *redistest.Embedded) {
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		alert := h.alerted(h.telegram.Channel("Юстиция", "", owner), owner)
		read, edition := alert.Keyboard[0][0], alert.Keyboard[len(alert.Keyboard)-1][0]
		if read.URL != "https://t.me/kabarchy_bot?start=read-"+bottest.Sample("ky", 1).ID || read.Data != "" {
			t.Fatalf("the button is %+v", read)
		}
		if edition.URL != "https://t.me/kabarchy_bot?start=item-"+bottest.Sample("ru", 1).ID || edition.Data != "" {
			t.Errorf("the other edition's button is %+v", edition)
		}
		people := h.crowd(60)
		for _, citizen := range people {
			if _, err := citizen.Follow(read.URL); err != nil {
				t.Fatal(err)
			}
		}
		for _, citizen := range people {
			h.until(citizen.Chat, "Тилди тандаңыз")
			page := citizen.Messages()[1]
			if _, turns := page.Button("▶"); !turns || !strings.Contains(page.Text, "Акысыз") {
				t.Fatalf("somebody reads %q, with %v", page.Text, page.Keyboard)
			}
			h.keeps(citizen.ID(), "nothing", func(_ subscriptions.Preferences, known bool) bool { return !known })
		}
		h.presses(people[0], "Русский")
		h.keeps(people[0].ID(), "who takes the offer", active("ru"))
		h.settled()
	})
}

// TestSixtyPeoplePressAnOldButtonAtOnce: alerts that went out before have buttons whose press
// the bot has to answer. No one waits behind the others, nor behind what the group does.
func TestSixtyPeoplePressAnOldButtonAtOnce(t *testing.T) {
	t.Parallel()
	limited := simulator.Options{Limits: simulator.TelegramLimits, Latency: 100 * time.Millisecond}
	bothWaysOn(t, limited, nil, func(t *testing.T, h *fixture, _ *redistest.Embedded) {
		owner := h.telegram.Citizen("Айгүл", "ky").Open()
		group := h.telegram.Supergroup("Айыл", "", owner)
		alert := h.alerted(group, owner)
		people := h.crowd(60)
		began := time.Now()
		var taps []*simulator.Tap
		for _, citizen := range people {
			group.Join(citizen, simulator.Plain)
			tap, err := group.TapRaw(citizen, alert.ID, "page:"+bottest.Sample("ky", 1).ID+":1")
			if err != nil {
				t.Fatal(err)
			}
			taps = append(taps, tap)
		}
		for i, tap := range taps {
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			answer, err := tap.Answer(ctx)
			cancel()
			if err != nil || !strings.Contains(answer.URL, "?start=read-") {
				t.Fatalf("press %d is answered %+v, %v", i, answer, err)
			}
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the last one waits for %s", took)
		}
		h.settled()
	})
}

// TestALinkSubscribesNobody: who had left, who blocks, and who never came, at items that are
// there, that are not, and at what is no item at all.
func TestALinkSubscribesNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, redistest.Bubble(t).Client(t), simulator.Options{Limits: simulator.TelegramLimits})
		item := bottest.Sample("ru", 1)
		h.shelf.put(item)
		for n, payload := range []string{"item-" + item.ID, "read-" + item.ID, "read-" + strings.Repeat("z", 16), "item-", "read-../x"} {
			stranger, leaver := h.telegram.Citizen(fmt.Sprint("Бакыт ", n), "ru"), h.telegram.Citizen(fmt.Sprint("Айгүл ", n), "ru")
			h.says(leaver, "/start ru", "Вы подписались")
			if _, err := h.store.Update(t.Context(), leaver.ID(), func(p *subscriptions.Preferences, _ bool) { p.Status = subscriptions.Stopped }); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				time.Sleep(10 * time.Second)
				h.says(stranger, "/start "+payload, "Выберите язык")
				h.says(leaver, "/start "+payload, "снова")
			}
			h.settled()
			h.keeps(stranger.ID(), "nothing of who opened "+payload, func(_ subscriptions.Preferences, known bool) bool { return !known })
			h.keeps(leaver.ID(), "that they have left", hasStatus(subscriptions.Stopped))
		}
	})
}
