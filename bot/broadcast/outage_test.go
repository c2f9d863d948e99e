package broadcast_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
	"kabarchy/subscriptions/redistest/pipenet"
)

// TestOutage: Telegram or Redis goes away in the middle of a broadcast and comes back.
// Nobody is missed, and nobody has it twice.
func TestOutage(t *testing.T) {
	t.Parallel()
	together(t, map[string]func(*testing.T, redis.UniversalClient){"Telegram": outageOfTelegram}, "Telegram")
	t.Run("Redis", func(t *testing.T) { redistest.Killed(t, outageOfRedis) })
	t.Run("pace", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server := redistest.Bubble(t)
			outageKeepsThePace(t, server, server.Client(t))
		})
	})
}

// line is the way to Telegram. While it is cut, connections are refused.
type line struct {
	tb      testing.TB
	handler http.Handler

	mu     sync.Mutex
	on     *pipenet.Listener
	server *http.Server
	ended  chan struct{}
}

func newLine(tb testing.TB) *line {
	l := &line{tb: tb}
	tb.Cleanup(l.cut)
	return l
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	on := l.on
	l.mu.Unlock()
	return on.Dial(ctx, network, address)
}

// client is one whose every connection takes this way.
func (l *line) client() *http.Client {
	transport := &http.Transport{DialContext: l.dial, MaxIdleConnsPerHost: 512}
	l.tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// mend opens the way.
func (l *line) mend() {
	on, ended := pipenet.Listen(), make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on, l.server, l.ended = on, &http.Server{Handler: l.handler}, ended
	go func() {
		defer close(ended)
		if err := l.server.Serve(on); err != http.ErrServerClosed {
			l.tb.Error(err)
		}
	}()
}

// cut lets what was taken be answered, and nothing more be taken.
func (l *line) cut() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.tb.Context()), 10*time.Second)
	defer cancel()
	if err := l.server.Shutdown(ctx); err != nil {
		l.tb.Error(err)
	}
	<-l.ended
}

func outageOfTelegram(t *testing.T, rdb redis.UniversalClient) {
	const audience = 400
	way := newLine(t)
	c := newAnswerFixtureOn(t, rdb, simulator.Options{Latency: 20 * time.Millisecond, Key: everything}, 200,
		func(s *setup) { s.client.HTTP = way.client() })
	way.handler = c.telegram.Handler()
	way.mend()
	first := c.telegram.Crowd(audience)
	redistest.Fill(t, c.rdb, first, audience, readsKyrgyz)
	defer c.send()()
	c.publish("Жаңылык")
	c.await("it is on its way", 30*time.Second, func() bool { return c.telegram.Stats().Accepted >= 100 })
	way.cut()
	cut, tries := time.Now(), func() int {
		return c.counted("kabarchy_broadcast_attempts_total", broadcast.Transient.String()) +
			c.counted("kabarchy_broadcast_attempts_total", broadcast.Ambiguous.String())
	}
	// What was on its way fails at once; then one at a time looks whether it is over.
	c.await("the engine has probed", time.Minute, func() bool { return time.Since(cut) > 3*time.Second && tries() > 0 })
	if n := tries(); n > 30 {
		t.Errorf("%d attempts in %v without Telegram, want few", n, time.Since(cut))
	}
	if n := c.telegram.Stats().Accepted; n >= audience {
		t.Fatal("the broadcast was over before the outage")
	}
	way.mend()
	c.finished(1, time.Minute)
	c.wantReport(t, c.last(), audience, 0, 0)
	c.wantOnce(t, first, audience)
}

func outageOfRedis(t *testing.T, server redistest.Mortal, rdb redis.UniversalClient) {
	const audience = 900 // more than a walk reads ahead
	c := newAnswerFixtureOn(t, rdb, simulator.Options{Latency: 20 * time.Millisecond, Key: everything}, 300)
	first := c.telegram.Crowd(audience)
	redistest.Fill(t, c.rdb, first, audience, readsKyrgyz)
	defer c.send()()
	c.publish("Жаңылык")
	for _, part := range []int64{100, 300, 500} {
		c.await("a part has it", 30*time.Second, func() bool { return c.telegram.Stats().Accepted >= part })
		failures := c.redisFailures()
		server.Kill()
		gone, killed := c.telegram.Stats().Accepted, time.Now()
		c.await("the engine has tried for a while", 30*time.Second, func() bool {
			return c.redisFailures() > failures && time.Since(killed) > 500*time.Millisecond
		})
		// Whether somebody has it already can't be known now: what was on its way arrives.
		if n := c.telegram.Stats().Accepted - gone; n > 100 {
			t.Errorf("%d messages went out without Redis", n)
		}
		server.Restart()
	}
	c.finished(1, time.Minute)
	c.wantReport(t, c.last(), audience, 0, 0)
	c.wantOnce(t, first, audience)
}

// outageKeepsThePace: what waited for Redis does not go out all at once when it is back.
func outageKeepsThePace(t *testing.T, server redistest.Mortal, rdb redis.UniversalClient) {
	const audience, perSecond = 200, 30
	c := newAnswerFixtureOn(t, rdb, simulator.Options{Limits: simulator.TelegramLimits, Key: everything}, perSecond)
	first := c.telegram.Crowd(audience)
	redistest.Fill(t, c.rdb, first, audience, readsKyrgyz)
	defer c.send()()
	c.publish("Жаңылык")
	c.await("it is on its way", 30*time.Second, func() bool { return c.telegram.Stats().Accepted >= 20 })
	server.Kill()
	killed := time.Now()
	c.await("three seconds have passed", 30*time.Second, func() bool { return time.Since(killed) > 3*time.Second })
	server.Restart()
	c.finished(1, time.Minute)
	if n := c.telegram.Stats().Limited429; n > 0 {
		t.Errorf("Telegram had to ask for patience %d times", n)
	}
	c.wantReport(t, c.last(), audience, 0, 0)
	c.wantOnce(t, first, audience)
}

// redisFailures is what the engine counts of them.
func (w *telegramFixture) redisFailures() int {
	w.tb.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		w.tb.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "kabarchy_broadcast_redis_failures_total" {
			return int(f.GetMetric()[0].GetCounter().GetValue())
		}
	}
	return 0
}

// everything counts all messages under one key.
func everything(string) string { return "" }

// wantOnce wants each member of a crowd to have exactly one message.
func (c *answerFixture) wantOnce(t *testing.T, first int64, n int) {
	t.Helper()
	arrived := c.telegram.Deliveries("")
	lost, twice := 0, 0
	for i := range n {
		switch got := arrived[first+int64(i)]; {
		case got == 0:
			lost++
		case got > 1:
			twice++
		}
	}
	if lost > 0 || twice > 0 {
		t.Errorf("%d of %d were missed, %d have it twice", lost, n, twice)
	}
}
