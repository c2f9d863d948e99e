package bot

import (
	"strconv"
	"strings"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// topicsScreen offers the topics. Who has all of them, later ones included, begins a
// choice by pressing one.
func (v view) topicsScreen() screen {
	have := v.preferences.Topics
	rows := [][]telegram.Button{{{Text: chosen(have.All(), v.words.T("button.all_topics", nil)), Data: render.Data(render.VerbSet, "topic", "all")}}}
	for _, topic := range v.topics {
		marked, wanted := false, "only"
		if !have.All() {
			marked, wanted = have.Has(topic.Number), "on"
		}
		if marked {
			wanted = "off"
		}
		rows = append(rows, []telegram.Button{{
			Text: chosen(marked, inButton(topic.NameIn(v.words.Language()), chosen(true, ""))),
			Data: render.Data(render.VerbSet, "topic", strconv.Itoa(int(topic.Number)), wanted),
		}})
	}
	return v.toSet(screen{v.words.T("screen.topics", nil), append(rows, v.backToSettings())})
}

// setTopic chooses topics. Who gives up the last of them has all again, or, with words to
// follow, what says these: for no news at all there is a button that says so.
func (v view) setTopic(value []string) func(*subscriptions.Preferences) {
	if render.Arg(value, 0) == "all" {
		return func(p *subscriptions.Preferences) { p.Topics = subscriptions.Topics{} }
	}
	n, isNumber := number(value, 0, 255)
	topic := subscriptions.Topic(n)
	if _, known := v.topicWithNumber(topic); !isNumber || !known {
		return nil
	}
	switch render.Arg(value, 1) {
	case "only":
		return func(p *subscriptions.Preferences) { p.Topics = subscriptions.Only(topic) }
	case "on":
		return func(p *subscriptions.Preferences) { p.Topics = p.Topics.With(topic) }
	case "off":
		return func(p *subscriptions.Preferences) {
			switch rest := p.Topics.Without(topic); {
			case p.Topics.All():
			case rest == subscriptions.Only() && len(p.Words) == 0:
				p.Topics = subscriptions.Topics{}
			default:
				p.Topics = rest
			}
		}
	}
	return nil
}

// topicsInShort is topicsInWords for a button: one name, or how many there are.
func (v view) topicsInShort() string {
	if chosen := len(v.preferences.Topics.Chosen()); chosen > 1 {
		return v.words.Number(chosen)
	}
	return v.topicsInWords()
}

func (v view) topicsInWords() string {
	if v.preferences.Topics.All() {
		return v.words.T("line.all_topics", nil)
	}
	if v.onlyWords() {
		return v.words.T("line.only_words", nil)
	}
	var names []string
	for _, topic := range v.topics {
		if v.preferences.Topics.Has(topic.Number) {
			names = append(names, topic.NameIn(v.words.Language()))
		}
	}
	if len(names) > 3 {
		return v.words.N("line.topic_count", len(names), nil)
	}
	return strings.Join(names, ", ")
}
