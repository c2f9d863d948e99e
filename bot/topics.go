package bot

import (
	"slices"

	"kabarchy/bot/render"
	"kabarchy/subscriptions"
)

func (t *talk) topicWithNumber(n subscriptions.Topic) (render.Topic, bool) {
	i := slices.IndexFunc(t.topics, func(t render.Topic) bool { return t.Number == n })
	if i < 0 {
		return render.Topic{}, false
	}
	return t.topics[i], true
}

func (b *Bot) topicWithID(id string) (render.Topic, bool) {
	i := slices.IndexFunc(b.topics, func(t render.Topic) bool { return t.ID == id })
	if i < 0 {
		return render.Topic{}, false
	}
	return b.topics[i], true
}

// buttonLimit is how much of a configured name a button shows, in UTF-16 units.
const buttonLimit = 40
