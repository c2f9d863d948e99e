package main

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// TestDoctor: of a service that runs nothing is ill but what its Redis lacks; then one thing
// after the other goes wrong, and each is found.
func TestDoctor(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		w := newFixture(t, rdb, simulator.Options{})
		admin := w.telegram.Citizen("Бакыт", "ru")
		w.config.Admins = []int64{admin.ID()}
		h := newHub(w)
		a := w.app()
		w.net.alias("bot", a.Addr())
		w.says(admin, "/start ru", "Вы подписались")
		looked := Redis{UniversalClient: redistest.Again(t, rdb), Where: "the test's Redis"}
		ill := func() (found []string) {
			d := &doctor{
				config: w.config, token: config.Secret(w.telegram.Token()), redis: looked, base: w.endpoint, http: w.net.client,
				client: telegram.NewClient(telegram.Options{Token: w.telegram.Token(), Endpoint: w.endpoint, HTTP: w.net.client}),
			}
			d.look(t.Context())
			for _, f := range d.found {
				if !f.OK && f.About != "redis" && f.About != "memory" {
					found = append(found, f.About)
					if f.Mend == "" || strings.Contains(f.Says, "%!") {
						t.Errorf("%+v", f)
					}
				}
			}
			return found
		}
		eventually(t, "hubs are subscribed at", func() bool { return h.subscribed() == len(w.config.Sources) })
		eventually(t, "all is well", func() bool { return len(ill()) == 0 })
		admin.Block()
		w.config.Telegram.Webhook = "https://bot.example/telegram"
		h.verify(h.requests("subscribe")[0], url.Values{"hub.mode": {"denied"}})
		if found := ill(); !slices.Equal(found, []string{"hub", "webhook", "admins"}) {
			t.Errorf("found: %q", found)
		}
		w.config.Sources = append(w.config.Sources, config.Source{ID: "new"})
		if err := feeds.NewArchive(rdb).Restored(t.Context(), time.Now()); err != nil { // what comes is held
			t.Fatal(err)
		}
		w.publish(1)
		eventually(t, "it is held", func() bool { return slices.Contains(ill(), "held") })
		w.stop(a)
		w.breaksTelegram(looked)
		rdb.HSet(t.Context(), keyBot, "subscribers", 1000)
		if found := ill(); !slices.Equal(found, []string{"data", "leader", "source", "hub", "held", "webhook", "admins"}) {
			t.Errorf("found: %q", found)
		}
	})
}

// breaksTelegram has each thing go wrong that may, and sees that the doctor names it with what mends it.
func (w *fixture) breaksTelegram(r Redis) {
	w.t.Helper()
	other := telegram.NewClient(telegram.Options{Token: w.telegram.Token(), Endpoint: w.endpoint, HTTP: w.net.client})
	if err := other.Call(w.t.Context(), "setWebhook", map[string]string{"url": "https://other.example/hook"}, nil); err != nil {
		w.t.Fatal(err)
	}
	for name, c := range map[string]struct {
		fault            *simulator.Fault
		token, clock     string
		about, says, how string
	}{
		"another's webhook": {about: "webhook", says: "is configured, and Telegram does not bring updates there", how: "start the service"},
		"slow":              {fault: &simulator.Fault{Methods: []string{"getMe"}, Delay: 2500 * time.Millisecond, Next: 1}, about: "telegram", says: ": an answer took 2.5", how: "a proxy or a DNS server may be slow"},
		"silent":            {fault: &simulator.Fault{Methods: []string{"getMe"}, Hang: true, Next: 1}, about: "telegram", says: "can't be reached", how: "curl -sS " + w.endpoint + "/"},
		"a proxy fails":     {fault: &simulator.Fault{Methods: []string{"getWebhookInfo"}, HTML: 502, Next: 9}, about: "webhook", says: "where updates go can't be told", how: "kabarchy doctor again"},
		"revoked":           {token: "7000000001:AAanothertokenanothertokenanother", about: "token", says: "refuses it", how: "ask @BotFather for the token, and set TELEGRAM_BOT_TOKEN"},
		"the clock is off":  {clock: "Mon, 02 Jan 2006 15:04:05 GMT", about: "clock", says: " behind Telegram's", how: "timedatectl set-ntp true"},
	} {
		off := func() {}
		if c.fault != nil {
			off = w.telegram.Fault(*c.fault)
		}
		token := cmp.Or(c.token, w.telegram.Token())
		d := &doctor{
			config: w.config, token: config.Secret(token), redis: r, base: w.endpoint, http: &http.Client{Transport: dated{w.net.client.Transport, c.clock}},
			client: telegram.NewClient(telegram.Options{Token: token, Endpoint: w.endpoint, HTTP: w.net.client}),
		}
		if d.lookAtTelegram(w.t.Context()) {
			d.lookAtWebhook(w.t.Context())
		}
		found := d.ills()
		if !slices.ContainsFunc(found, func(f finding) bool {
			return f.About == c.about && strings.Contains(f.Says, c.says) && strings.Contains(f.Mend, c.how)
		}) {
			w.t.Errorf("%s: %+v", name, found)
		}
		toldTwice(w.t, d)
		off()
	}
}

// dated is a network whose servers have another clock.
type dated struct {
	http.RoundTripper
	date string
}

func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.RoundTripper.RoundTrip(r)
	if err == nil && d.date != "" {
		response.Header.Set("Date", d.date)
	}
	return response, err
}
