package feeds

import (
	"slices"
	"strings"

	"kabarchy/feeds/article"
)

// Topic groups news for those who want only some. An item has a topic when any of
// its rules fits.
type Topic struct {
	ID string
	// Sources are ids: all that they publish has the topic.
	Sources []string
	// Categories are compared whole, as the feed names them, whatever their case.
	Categories []string
	// Keywords are looked for in title and summary, in whatever language they are
	// written. A keyword fits where a word begins with it: Kyrgyz and Russian put
	// their endings behind ("юрист" fits "юристтердин", and not "заюристы"). So leave
	// off what changes: "жардам", "помощ". Several words fit several in a row.
	Keywords []string
	// Urgent topics go out before everything else, and wait for nobody's quiet hours.
	Urgent bool
}

// classify gives an item its topics, and their urgency.
func classify(it *Item, topics []Topic) {
	it.Topics = topicsOf(*it, topics)
	it.Urgent = slices.ContainsFunc(topics, func(t Topic) bool {
		return t.Urgent && slices.Contains(it.Topics, t.ID)
	})
}

// topicsOf returns the ids of the topics that an item has, in the topics' order.
func topicsOf(it Item, topics []Topic) []string {
	if len(topics) == 0 {
		return nil
	}
	var ids []string
	words := article.Words(it.Title + "\n" + it.Summary)
	for _, t := range topics {
		if t.has(it, words) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

func (t Topic) has(it Item, text []string) bool {
	if slices.Contains(t.Sources, it.Source) {
		return true
	}
	for _, category := range t.Categories {
		if slices.ContainsFunc(it.Categories, func(c string) bool { return article.Fold(c) == article.Fold(category) }) {
			return true
		}
	}
	return slices.ContainsFunc(t.Keywords, func(k string) bool { return begin(text, article.Words(k)) })
}

// begin reports whether some words in a row begin with the given ones.
func begin(text, keyword []string) bool {
	if len(keyword) == 0 {
		return false
	}
next:
	for i := 0; i+len(keyword) <= len(text); i++ {
		for j, k := range keyword {
			if !strings.HasPrefix(text[i+j], k) {
				continue next
			}
		}
		return true
	}
	return false
}
