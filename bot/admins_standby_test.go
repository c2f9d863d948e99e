package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// TestAStandbyShowsTheSourcesAsTheLeaderFoundThem: its own poller asks nobody, or did when it
// led. What is known last is shown.
func TestAStandbyShowsTheSourcesAsTheLeaderFoundThem(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		h := open(t, rdb, simulator.Options{})
		admin := h.newAdmin("en")
		h.says(admin, "/start en", "subscribed")
		ill := feeds.Health{Source: "news-ky", Condition: feeds.Failing, LastAttempt: time.Now(), LastError: "no answer", Since: time.Now()}
		well := feeds.Health{Source: "news-ru", Condition: feeds.Well, LastAttempt: time.Now(), LastSuccess: time.Now()}
		if err := report.NewKeeper(rdb).Keep(t.Context(), []feeds.Health{ill, well}); err != nil {
			t.Fatal(err)
		}
		h.desk.find(feeds.Health{Source: "news-ky", Condition: feeds.Well})
		h.desk.find(feeds.Health{Source: "news-ru", Condition: feeds.Failing, LastAttempt: time.Now().Add(-time.Hour)})
		h.desk.find(feeds.Health{Source: "news-en", Condition: feeds.Failing, LastAttempt: time.Now()})
		h.says(admin, "/status", "news-ky")
		messages := admin.Messages()
		text := messages[len(messages)-1].Text
		for source, sign := range map[string]string{"news-ky": "⚠️", "news-ru": "🟢", "news-en": "⚠️"} {
			if !strings.Contains(text, sign+" "+source) {
				t.Errorf("%s is not shown with %s:\n%s", source, sign, text)
			}
		}
	})
}
