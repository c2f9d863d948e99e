package bot_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

// attack is what one person does, or what is wrong with his or her chat.
type attack struct {
	name string
	// act is what the archive does for who reads Kyrgyz: the attacker.
	act func(ctx context.Context) error
	// does is the attack, and begins it; what it returns is true once it has taken effect.
	does func(t *testing.T, h *fixture, attacker *simulator.Citizen) (struck func() bool)
	// webhook reports whether it needs one.
	webhook bool
}

var attacks = []attack{{
	name: "a slow handler",
	act:  func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	does: func(_ *testing.T, h *fixture, attacker *simulator.Citizen) func() bool {
		for range 5 {
			attacker.Send("/latest")
		}
		return h.archive.(*bomb).struck
	},
}, {
	name: "a handler that panics",
	act:  func(context.Context) error { panic("a bug") },
	does: func(_ *testing.T, h *fixture, attacker *simulator.Citizen) func() bool {
		for range 5 {
			attacker.Send("/latest")
		}
		return h.archive.(*bomb).struck
	},
}, {
	name: "a chat told to wait ten minutes",
	does: func(_ *testing.T, h *fixture, attacker *simulator.Citizen) func() bool {
		h.telegram.Fault(simulator.Fault{Refuse: simulator.TooMany(600), Chats: only(attacker.ID())})
		for range 20 {
			attacker.Send("/help")
		}
		return func() bool { return h.telegram.Stats().Limited429 > 0 }
	},
}, {
	name: "updates of unknown kinds",
	does: func(t *testing.T, h *fixture, _ *simulator.Citizen) func() bool {
		for _, fields := range []string{`{"boost_of_2031":{"chat":{"id":5}}}`, `{"message":null}`, `{"message_reaction":{"chat":{"id":"x"}}}`, `{"callback_query":{}}`} {
			if _, err := h.telegram.SendUpdate(fields); err != nil {
				t.Fatal(err)
			}
		}
		return func() bool { return h.counted("kabarchy_updates_total", `"other"`) > 0 }
	},
}, {
	name: "sixty buttons at once",
	does: func(t *testing.T, h *fixture, attacker *simulator.Citizen) func() bool {
		screen := attacker.Messages()[1].ID
		for n := range 60 {
			if _, err := attacker.TapRaw(screen, []string{"show:settings", "latest", "show:topics"}[n%3]); err != nil {
				t.Fatal(err)
			}
		}
		return func() bool { return h.counted("kabarchy_updates_total", `"tap"`) > 5 }
	},
}, {
	name: "bodies that never end",
	does: func(t *testing.T, h *fixture, _ *simulator.Citizen) func() bool {
		ended := make(chan error, 40)
		for n := range cap(ended) {
			go func() { ended <- stall(t, h.porch, n%2 == 0) }()
		}
		return func() bool { time.Sleep(11 * time.Second); return len(ended) == cap(ended) }
	},
	webhook: true,
}}

// does has the archive do something for who reads in the language, from now on.
func (b *bomb) does(language string, act func(context.Context) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.act = map[string]func(context.Context) error{language: func(ctx context.Context) error {
		b.blown.Add(1)
		return act(ctx)
	}}
}

// struck reports whether that was done.
func (b *bomb) struck() bool { return b.blown.Load() > 0 }

// stall begins a delivery, with the secret or without, whose body stays away, and returns
// when the webhook has had enough of it.
func stall(t *testing.T, p *bottest.Porch, secret bool) error {
	body, never := io.Pipe()
	defer never.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, bottest.PorchAddress, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if secret {
		r.Header.Set(bottest.SecretHeader, p.Secrets()[0])
	}
	answer, err := p.Client.Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// TestWhoeverIsAttackedByOnePersonAnswersTheOthers within a second.
func TestWhoeverIsAttackedByOnePersonAnswersTheOthers(t *testing.T) {
	t.Parallel()
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			telegram := simulator.Options{Limits: simulator.TelegramLimits, Latency: 40 * time.Millisecond}
			bothWaysOn(t, telegram, func(h *fixture) { h.archive = &bomb{} }, func(t *testing.T, h *fixture, _ *redistest.Embedded) {
				if a.webhook && len(h.porch.Behind()) == 0 {
					return
				}
				attacker := h.telegram.Citizen("Айгүл", "ky")
				h.says(attacker, "/start ky", "Жазылдыңыз")
				h.settled()
				if a.act != nil {
					h.archive.(*bomb).does("ky", a.act)
				}
				struck := a.does(t, h, attacker)
				for n := range 30 {
					time.Sleep(100 * time.Millisecond)
					citizen, asked := h.telegram.Citizen(fmt.Sprint("Бакыт ", n), "ru"), time.Now()
					h.says(citizen, "/start ru", "Вы подписались")
					if took := time.Since(asked); took > time.Second {
						t.Errorf("person %d is answered after %s", n, took)
					}
				}
				h.eventually("the attack takes effect", struck)
				h.archive.(*bomb).does("ky", func(context.Context) error { return nil })
				h.telegram.ClearFaults()
				if a.name != "a chat told to wait ten minutes" {
					h.settled()
					h.says(attacker, "/stop", "чыгасызбы")
				}
			})
		})
	}
}
