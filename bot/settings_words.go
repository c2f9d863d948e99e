package bot

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"kabarchy/bot/render"
	"kabarchy/bot/search"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// wordsScreen shows the words that somebody follows, each to be given up by a tap, and
// whether they come beside the topics or instead of them.
func (v view) wordsScreen() screen {
	have := v.preferences.Words
	text := v.words.T("screen.words", nil)
	if len(have) == subscriptions.MaxWords {
		text += "\n\n" + v.words.T("line.words_full", map[string]any{"Count": subscriptions.MaxWords})
	}
	var rows [][]telegram.Button
	for _, word := range have {
		rows = append(rows, []telegram.Button{{
			Text: v.wordLabel("button.word_off", word),
			Data: render.Data(render.VerbSet, "word", "off", wordKey(word)),
		}})
	}
	if len(have) > 0 {
		only := v.onlyWords()
		rows = append(rows,
			[]telegram.Button{{Text: chosen(!only, v.words.T("button.words_also", nil)), Data: render.Data(render.VerbSet, "word", "also")}},
			[]telegram.Button{{Text: chosen(only, v.words.T("button.words_only", nil)), Data: render.Data(render.VerbSet, "word", "only")}},
		)
	} else {
		rows = append(rows, []telegram.Button{{Text: v.words.T("button.search", nil), Data: render.Data(render.VerbShow, "search")}})
	}
	return v.toSet(screen{text, append(rows, v.backToSettings())})
}

// wordLabel is a button's label with a word, or as much of it as there is room for.
func (v view) wordLabel(id, word string) string {
	return v.words.T(id, map[string]any{"Word": inButton(word, v.words.T(id, map[string]any{"Word": ""}))})
}

// onlyWords reports whether somebody wants no topic, only what says his or her words.
func (v view) onlyWords() bool { return v.preferences.Topics == subscriptions.Only() }

// wordKey names a word in a button's data.
func wordKey(word string) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(word))
	return fmt.Sprintf("%08x", sum.Sum32())
}

// setWord begins or ends following a word.
func (v view) setWord(value []string) func(*subscriptions.Preferences) {
	if !v.chat.Private() {
		return nil
	}
	switch what := render.Arg(value, 1); render.Arg(value, 0) {
	case "spelt":
		return follow(unspell(what))
	case "on":
		return follow(what)
	case "off":
		return func(p *subscriptions.Preferences) {
			p.Words = slices.DeleteFunc(slices.Clone(p.Words), func(word string) bool { return wordKey(word) == what })
			if len(p.Words) == 0 && p.Topics == subscriptions.Only() {
				p.Topics = subscriptions.Topics{} // or nothing would come any more
			}
		}
	case "only":
		return func(p *subscriptions.Preferences) {
			if len(p.Words) > 0 {
				p.Topics = subscriptions.Only()
			}
		}
	case "also":
		return func(p *subscriptions.Preferences) {
			if p.Topics == subscriptions.Only() {
				p.Topics = subscriptions.Topics{}
			}
		}
	}
	return nil
}

// follow begins following a word; nil where it is none.
func follow(what string) func(*subscriptions.Preferences) {
	word, ok := followable(what)
	if !ok || word != what {
		return nil
	}
	return func(p *subscriptions.Preferences) {
		if len(p.Words) < subscriptions.MaxWords && !followed(p.Words, word) {
			p.Words = append(slices.Clip(p.Words), word)
		}
	}
}

// followed reports whether a word is among those that are followed, however it is spelt.
func followed(words []string, word string) bool {
	folded := search.Words(word)
	return slices.ContainsFunc(words, func(other string) bool { return slices.Equal(search.Words(other), folded) })
}

// followable is what somebody typed as a word, or a phrase, that can be followed; ok reports
// whether it can: it tells something and fits.
func followable(typed string) (word string, ok bool) {
	words := strings.FieldsFunc(norm.NFC.String(typed), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	word = strings.Join(words, " ")
	return word, subscriptions.IsWord(word) && search.Telling(word)
}

// followRows offer to follow what was searched for. There are none where that can't be, or
// is so already.
func (v view) followRows(query string) [][]telegram.Button {
	word, ok := followable(query)
	data := render.Data(render.VerbSet, "word", "on", word)
	if short, fits := spelt(word); len(data) > render.DataLimit && fits {
		word, data = unspell(short), render.Data(render.VerbSet, "word", "spelt", short)
	}
	if !ok || !v.chat.Private() || !v.subscribed() || len(data) > render.DataLimit || followed(v.preferences.Words, word) {
		return nil
	}
	return [][]telegram.Button{{{Text: v.wordLabel("button.word_on", word), Data: data}}}
}

// wordsRow is the settings' one about words; groups have none.
func (v view) wordsRow() [][]telegram.Button {
	if !v.chat.Private() {
		return nil
	}
	value := v.words.T("line.no_words", nil)
	if n := len(v.preferences.Words); n > 0 {
		value = v.words.Number(n)
	}
	return [][]telegram.Button{{{Text: v.words.T("button.words", map[string]any{"Value": value}), Data: render.Data(render.VerbShow, "words")}}}
}
