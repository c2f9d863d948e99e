package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

// TestATelegramThatHangsAtStart: it takes the connection, or answers all but getMe, and
// says nothing. The program says so, ends promptly when it is told to, and goes on as soon
// as Telegram answers.
func TestATelegramThatHangsAtStart(t *testing.T) {
	t.Parallel()
	all, one := simulator.Fault{Hang: true}, simulator.Fault{Hang: true, Methods: []string{"getMe"}}
	for name, c := range map[string]struct {
		fault   simulator.Fault
		webhook bool
	}{
		"polling, all": {all, false}, "polling, getMe": {one, false},
		"webhook, all": {all, true}, "webhook, getMe": {one, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, redistest.Bubble(t).Client(t), simulator.Options{WebhookWait: time.Millisecond})
				p := newProxy(w)
				if c.webhook {
					w.config.Telegram.Webhook = p.URL + "/telegram"
				}
				lift := w.telegram.Fault(c.fault)
				a := w.instance()
				time.Sleep(25 * time.Second)
				if said := w.log.String(); !strings.Contains(said, `level=WARN msg="telegram was not told what the bot is, trying again" failures=1 error="getMe: no answer`) {
					t.Errorf("it says nothing of Telegram\n%s", said)
				}
				if status, body := w.net.get(t, "http://"+a.Addr()+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "\ntelegram: ") || strings.Contains(body, "\ntelegram: ok") {
					t.Errorf("readyz: %d\n%s", status, body)
				}
				told := time.Now()
				w.stop(a)
				if took := time.Since(told); took > time.Second {
					t.Errorf("it took %s to stop", took)
				}

				b := w.instance()
				p.to(b)
				time.Sleep(time.Second)
				lift()
				citizen := w.telegram.Citizen("Айгүл", "ky")
				citizen.Send("/start ky")
				eventually(t, "the person is answered", func() bool { return len(citizen.Messages()) > 1 })
				eventually(t, "the service is ready", func() bool {
					status, _ := w.net.get(t, "http://"+b.Addr()+"/readyz")
					return status == http.StatusOK
				})
				w.stop(b)
			})
		})
	}
}

// TestReadyzWhenNobodyLeads: of two instances neither can take the lease or keep it. Both
// are unready no later than the lease can end and the answer be old, say why, and are
// ready again soon after.
func TestReadyzWhenNobodyLeads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mini := redistest.Bubble(t)
		w := newFixture(t, mini.Client(t), simulator.Options{})
		leader := w.app()
		standby := w.instance()
		defer w.stop(leader)
		defer w.stop(standby)
		ready := func(want int, line string, within time.Duration) {
			t.Helper()
			time.Sleep(within)
			for _, a := range []*App{leader, standby} {
				if status, body := w.net.get(t, "http://"+a.Addr()+"/readyz"); status != want || !strings.Contains(body, line) {
					t.Errorf("after %s %s answers %d\n%s", within, a.Addr(), status, body)
				}
			}
		}
		ready(http.StatusOK, "\nleader: ok\n", 2*time.Second)
		mini.Refuse(func(command []string) string {
			if strings.HasPrefix(strings.ToUpper(command[0]), "EVAL") && slices.Contains(command, "{news}:lease") {
				return "NOPERM this user has no permissions"
			}
			return ""
		})
		ready(http.StatusOK, "\nleader: ok\n", 2*time.Second) // it may pass
		ready(http.StatusServiceUnavailable, "\nleader: no instance leads: nothing is read and nothing is sent\n", 4*time.Second+askLeaderEvery)
		mini.Refuse(nil)
		ready(http.StatusOK, "\nleader: ok\n", 2*time.Second+askLeaderEvery)
	})
}
