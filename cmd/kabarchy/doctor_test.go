package main

import (
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
		rdb.HSet(t.Context(), keyBot, "subscribers", 1000)
		if found := ill(); !slices.Equal(found, []string{"data", "leader", "source", "hub", "held", "webhook", "admins"}) {
			t.Errorf("found: %q", found)
		}
	})
}
