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

// buttonLimit is how much of its label a button shows that stands alone in its row, in UTF-16
// units. Telegram cuts off the rest.
const buttonLimit = 32

// inButton is as much of a name as there is room for in a button beside other signs.
func inButton(name, beside string) string {
	return render.Cut(name, buttonLimit-render.Units(beside))
}
