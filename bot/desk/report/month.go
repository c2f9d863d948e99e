package report

import (
	"time"

	"kabarchy/bot/broadcast"
)

// ByTopic adds up the messages of the news planned since a time, by the topic that topicOf
// says of each item: one, so that the groups do not overlap.
func ByTopic(history []broadcast.Progress, since time.Time, topicOf func(item string) (string, error)) ([]Group, error) {
	sent := make(map[string]int)
	for _, p := range history {
		if p.Kind != broadcast.News || p.PlannedAt.Before(since) {
			continue
		}
		topic, err := topicOf(p.Item)
		if err != nil {
			return nil, err
		}
		sent[topic] += p.Sent
	}
	return groupsOf(sent), nil
}
