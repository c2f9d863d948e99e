package bot

import (
	"context"
	"errors"
	"kabarchy/bot/telegram"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// remedies say what to leave out of a message that Telegram refuses so: the first part
// that the message has. It is sent again without at once, until nothing is left to leave
// out. Where there is no remedy, the answer stands.
var remedies = map[telegram.Reason][]part{
	telegram.PictureRefused:  {partPicture},
	telegram.MediaForbidden:  {partPicture},
	telegram.TooLarge:        {partPicture},
	telegram.ButtonsRefused:  {partButtons},
	telegram.MarkupRefused:   {partMarkup},
	telegram.Malformed:       {partMarkup},
	telegram.TooLong:         {partLength},
	telegram.NoThread:        {partTopic},
	telegram.TopicClosed:     {partTopic},
	telegram.LinkRefused:     {partPicture, partButtons, partMarkup},
	telegram.DocumentRefused: {partPicture, partMarkup, partButtons},
	telegram.Unknown:         {partPicture, partButtons, partMarkup, partTopic},
}

// remedy is the first part to leave out of a message that has the given ones.
func remedy(what telegram.Reason, has func(part) bool) (part, bool) {
	for _, p := range remedies[what] {
		if has(p) {
			return p, true
		}
	}
	return 0, false
}

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

func newLadder(c *telegram.Client, log *slog.Logger, r prometheus.Registerer, metric string) *ladder {
	return &ladder{
		client: c, log: log, pictures: newPictures(), lessons: newLessons(),
		fallbacks: promauto.With(r).NewCounterVec(prometheus.CounterOpts{
			Name: metric,
			Help: "Messages sent simpler than meant, by what was left out: picture, buttons, markup, length or topic.",
		}, []string{"without"}),
	}
}

// deliver calls with the draft, and again with a simpler one for as long as there is one
// and Telegram refuses. Each round leaves out something, so that it ends.
func (l *ladder) deliver(ctx context.Context, m draft, call func(draft) (string, map[string]string)) (telegram.Sent, error) {
	m = m.without(l.lessons.of(m.of))
	var blamed part // what the item is at fault for, it seems
	for {
		var sent telegram.Sent
		method, params := call(m)
		err := l.client.Call(ctx, method, params, &sent)
		what := telegram.ReasonOf(err)
		if err == nil || what == telegram.Arrived {
			l.pictures.accepted(m.image, sent.FileID())
			l.lessons.learn(m.of, blamed, m.parts())
			return sent, nil
		}
		p, found := remedy(what, m.has)
		if !found || !errors.As(err, new(*telegram.APIError)) {
			return telegram.Sent{}, err
		}
		if what != telegram.MediaForbidden && p != partTopic {
			blamed |= p
		}
		m = l.leaveOut(m, p, what)
		l.fallbacks.WithLabelValues(partNames[p]).Inc()
		l.log.WarnContext(ctx, "message simplified", "without", partNames[p], "item", m.of.item, "error", err)
	}
}

// leaveOut is the draft without the part. A picture that Telegram no longer takes under
// the id it gave it may pass under its address.
func (l *ladder) leaveOut(m draft, p part, what telegram.Reason) draft {
	if p != partPicture || m.preview || what == telegram.MediaForbidden || what == telegram.Unknown {
		return m.without(p)
	}
	if m.picture = l.pictures.refused(m.image, m.picture); m.picture == "" {
		return m.without(p)
	}
	return m
}
