package broadcast_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
)

// pacingLively: a group asks forty things within a minute, or at once, and presses buttons,
// while news comes. Telegram never has to ask for patience; all are answered, the presses at
// once, and the news does not wait for the last of them.
func pacingLively(t *testing.T, rdb redis.UniversalClient) {
	const asked, latency = 40, 50 * time.Millisecond
	c := newAnswerFixtureOn(t, rdb, simulator.Options{Limits: simulator.TelegramLimits, Latency: latency}, 30)
	group := c.group(c.supergroup, simulator.Rights{})
	c.subscribe(group.ID(), "ky")
	defer c.run()()
	presses := 0
	press := func(screen string) {
		for _, m := range slices.Backward(group.Messages()) {
			if !m.Bot || strings.HasPrefix(m.Text, "Жаңылык") {
				continue
			}
			tap, err := group.TapRaw(c.owner, m.ID, "show:"+screen)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			if _, err := tap.Answer(ctx); err != nil {
				t.Errorf("a press: %v", err)
			}
			presses++
			return
		}
	}
	news, total := 0, 0
	for round, pause := range []time.Duration{0, time.Minute / asked} {
		before, began := group.Received(), time.Now()
		for i := range asked {
			group.Say(c.owner, "/settings@kabarchy_bot", 0)
			time.Sleep(pause)
			if i%8 == 4 {
				press([]string{"when", "quiet"}[i/8%2])
			}
			if i == asked/2 {
				c.publish("Жаңылык " + strings.Repeat("и", round+1))
			}
		}
		c.finished(round+1, time.Minute)
		if took := time.Since(began); took > time.Minute+15*time.Second {
			t.Errorf("the news came after %v", took)
		}
		c.await("all are answered", 5*time.Minute, func() bool { return group.Received() >= before+asked+1 })
		time.Sleep(3 * time.Second)
		total += group.Received() - before
	}
	for _, m := range group.Messages() {
		if strings.HasPrefix(m.Text, "Жаңылык") {
			news++
		}
	}
	if presses < 5 || news != 2 || total != 2*(asked+1) {
		t.Errorf("%d items of 2, %d messages, %d presses", news, total, presses)
	}
	if n := c.telegram.Stats().Limited429; n > 0 {
		t.Errorf("Telegram had to ask for patience %d times", n)
	}
}
