package delivery

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// ladder sends messages as they are meant and, where Telegram refuses that, simpler: it
// leaves out what the answer names, or one thing after the other where the answer is new.
// It remembers what an item's message is refused for, so that of a million readers only
// the first few wait for two calls. It is safe for concurrent use.
type ladder struct {
	client    *telegram.Client
	log       *slog.Logger
	pictures  *pictures
	lessons   *lessons
	fallbacks *prometheus.CounterVec
}

func newLadder(c *telegram.Client, log *slog.Logger, r prometheus.Registerer) *ladder {
	return &ladder{
		client: c, log: log, pictures: newPictures(), lessons: newLessons(),
		fallbacks: promauto.With(r).NewCounterVec(prometheus.CounterOpts{
			Name: "kabarchy_sender_fallbacks_total",
			Help: "Messages sent simpler than meant, by what was left out: picture, buttons, markup, length or topic.",
		}, []string{"left_out"}),
	}
}

// deliver calls with the message about an item, and again with a simpler one for as long as there is one
// and Telegram refuses. Each round leaves out something, so that it ends.
func (l *ladder) deliver(ctx context.Context, of itemKey, m render.Outgoing, call func(render.Outgoing) (string, map[string]string)) (telegram.Sent, error) {
	m = m.Without(l.lessons.of(of))
	var blamed render.Part // what the item is at fault for, it seems
	for {
		var sent telegram.Sent
		method, params := call(m)
		err := l.client.Call(ctx, method, params, &sent)
		what := telegram.ReasonOf(err)
		if err == nil || what == telegram.Arrived {
			l.pictures.accepted(m.Image, sent.FileID())
			l.lessons.learn(of, blamed, m.Parts())
			return sent, nil
		}
		p, found := m.Remedy(err)
		if !found {
			return telegram.Sent{}, err
		}
		if what != telegram.MediaForbidden && p != render.PartTopic {
			blamed |= p
		}
		m = l.leaveOut(m, p, what)
		l.fallbacks.WithLabelValues(p.String()).Inc()
		l.log.WarnContext(ctx, "message simplified", "without", p.String(), "item", of.item, "error", err)
	}
}

// leaveOut is the draft without the part. A picture that Telegram no longer takes under
// the id it gave it may pass under its address.
func (l *ladder) leaveOut(m render.Outgoing, p render.Part, what telegram.Reason) render.Outgoing {
	if p != render.PartPicture || what == telegram.MediaForbidden || what == telegram.Unknown {
		return m.Without(p)
	}
	if m.Picture = l.pictures.refused(m.Image, m.Picture); m.Picture == "" {
		return m.Without(p)
	}
	return m
}
