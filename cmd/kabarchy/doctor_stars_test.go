package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/cmd/kabarchy/config"
)

// TestDoctorOnStars: whether there are enough for an urgent announcement, said before there is one.
func TestDoctorOnStars(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		paid := &config.Paid{Urgent: true, PerSecond: 500, StarsADay: 20_000}
		for name, c := range map[string]struct {
			paid           *config.Paid
			messages       int64 // for which the bot's Stars are enough
			active         int
			refuse         *simulator.Refusal
			ok             bool
			says, mendedBy string
		}{
			"nothing is paid for":      {ok: true},
			"enough":                   {paid: paid, messages: 150_009, active: 140_000, ok: true, says: "has 15000; an urgent announcement to all may cost 14000, a day 20000"},
			"enough for the day":       {paid: paid, active: 5_000_000, ok: true, says: "may cost 20000, a day 20000"},
			"not enough":               {paid: paid, messages: 150_000, active: 160_000, says: "has 15000, and an urgent announcement to all may cost 16000", mendedBy: "@BotFather"},
			"nobody knows how many":    {paid: paid, messages: 150_000, says: "may cost 20000", mendedBy: "@BotFather"},
			"too few to pay anything":  {paid: paid, messages: 99_999, active: 3, says: "has 9999, and Telegram lets a bot pay that has 10000", mendedBy: "@BotFather"},
			"none":                     {paid: paid, messages: -1, says: "the bot has 0,", mendedBy: "@BotFather"},
			"an old server of our own": {paid: paid, refuse: simulator.UnknownMethod, says: "http://telegram is older than Bot API 9.1", mendedBy: "update telegram-bot-api"},
			"trouble":                  {paid: paid, refuse: &simulator.Refusal{Code: 500, Description: "Internal Server Error"}, says: "can't be told", mendedBy: "kabarchy doctor again"},
		} {
			net, limits := newPipes(t), simulator.TelegramLimits
			limits.PaidMessages = c.messages
			server := simulator.New(simulator.Options{Limits: limits})
			if c.refuse != nil {
				server.Fault(simulator.Fault{Methods: []string{"getMyStarBalance"}, Refuse: c.refuse})
			}
			base := net.serve(t, "telegram", server.Handler())
			d := &doctor{
				config: &config.Config{Telegram: config.Telegram{Paid: c.paid}}, active: c.active, base: base,
				client: telegram.NewClient(telegram.Options{Token: server.Token(), Endpoint: base, HTTP: net.client}),
			}
			d.lookAtStars(t.Context())
			if c.paid == nil {
				if len(d.found) > 0 {
					t.Errorf("%s: %+v", name, d.found)
				}
				continue
			}
			if len(d.found) != 1 || d.found[0].OK != c.ok || !strings.Contains(d.found[0].Says, c.says) || !strings.Contains(d.found[0].Mend, c.mendedBy) {
				t.Errorf("%s: %+v", name, d.found)
			}
			toldTwice(t, d)
		}
	})
}
