package bot

import (
	"context"
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// remedies say what to leave out of a message that Telegram refuses so: the first part
// that the message has. It is sent again without at once, until nothing is left to leave
// out. Where there is no remedy, the answer stands.
var remedies = map[meaning][]part{
	pictureRefused:  {partPicture},
	mediaForbidden:  {partPicture},
	tooLarge:        {partPicture},
	buttonsRefused:  {partButtons},
	markupRefused:   {partMarkup},
	malformed:       {partMarkup},
	tooLong:         {partLength},
	noThread:        {partTopic},
	topicClosed:     {partTopic},
	linkRefused:     {partPicture, partButtons, partMarkup},
	documentRefused: {partPicture, partMarkup, partButtons},
	unknown:         {partPicture, partButtons, partMarkup, partTopic},
}

// remedy is the first part to leave out of a message that has the given ones.
func remedy(what meaning, has func(part) bool) (part, bool) {
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
	client    *Client
	log       *slog.Logger
	pictures  *pictures
	lessons   *lessons
	fallbacks *prometheus.CounterVec
}

func newLadder(c *Client, log *slog.Logger, r prometheus.Registerer, metric string) *ladder {
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
func (l *ladder) deliver(ctx context.Context, m draft, call func(draft) (string, map[string]string)) (sentMessage, error) {
	m = m.without(l.lessons.of(m.of))
	var blamed part // what the item is at fault for, it seems
	for {
		var sent sentMessage
		method, params := call(m)
		err := l.client.Call(ctx, method, params, &sent)
		what := meaningOf(err)
		if err == nil || what == arrived {
			l.pictures.accepted(m.image, sent.fileID())
			l.lessons.learn(m.of, blamed, m.parts())
			return sent, nil
		}
		p, found := remedy(what, m.has)
		if !found || !errors.As(err, new(*APIError)) {
			return sentMessage{}, err
		}
		if what != mediaForbidden && p != partTopic {
			blamed |= p
		}
		m = l.leaveOut(m, p, what)
		l.fallbacks.WithLabelValues(partNames[p]).Inc()
		l.log.WarnContext(ctx, "message simplified", "without", partNames[p], "item", m.of.item, "error", err)
	}
}

// leaveOut is the draft without the part. A picture that Telegram no longer takes under
// the id it gave it may pass under its address.
func (l *ladder) leaveOut(m draft, p part, what meaning) draft {
	if p != partPicture || m.preview || what == mediaForbidden || what == unknown {
		return m.without(p)
	}
	if m.picture = l.pictures.refused(m.image, m.picture); m.picture == "" {
		return m.without(p)
	}
	return m
}
