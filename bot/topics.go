package bot

import (
	"slices"

	"kabarchy/bot/render"
	"kabarchy/subscriptions"
)

func (v view) topicWithNumber(n subscriptions.Topic) (render.Topic, bool) {
	i := slices.IndexFunc(v.topics, func(t render.Topic) bool { return t.Number == n })
	if i < 0 {
		return render.Topic{}, false
	}
	return v.topics[i], true
}

func (v view) topicWithID(id string) (render.Topic, bool) {
	i := slices.IndexFunc(v.topics, func(topic render.Topic) bool { return topic.ID == id })
	if i < 0 {
		return render.Topic{}, false
	}
	return v.topics[i], true
}

// buttonLimit is how much of a configured name a button shows, in UTF-16 units.
const buttonLimit = 40

// valueLimit is how much a button shows that stands alone in its row, likewise.
const valueLimit = 32
