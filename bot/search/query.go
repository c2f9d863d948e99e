package search

import (
	"slices"
	"strings"
)

// term is a word that is asked for.
type term struct {
	sound string // folded by sound
	latin string // as it was written in Latin letters; empty where it was not, and is no English word
	parts []term // those of a word with a hyphen
}

// mostTerms is how many different words of a query count.
const mostTerms = 32

// mostParts is how many words a hyphen may make one.
const mostParts = 4

// mostTyped is how much of a query counts, in bytes.
const mostTyped = 1 << 10

// isFolded stands before a Cyrillic word that is folded already.
const isFolded = "~"

// readTyped are the words of a query, each once, but for those that only make a question
// of it.
func readTyped(typed string) []term {
	var all []term
	for _, field := range strings.Fields(typed) {
		for _, t := range readField(field) {
			if len(all) == mostTerms || slices.ContainsFunc(all, func(other term) bool { return other.sound == t.sound && other.latin == t.latin }) {
				continue
			}
			all = append(all, t)
		}
	}
	return telling(all)
}

// telling are the words without those that only make a question of them, or all where there
// are no others.
func telling(all []term) []term {
	if told := slices.DeleteFunc(slices.Clone(all), term.asks); len(told) > 0 {
		return told
	}
	return all
}

// Subject is a query without the words before and behind it that only make a question of it:
// "как узнать, какие есть вакансии?" is about "вакансии?".
func Subject(typed string) string {
	fields := strings.Fields(typed)
	tells := func(field string) bool {
		return slices.ContainsFunc(readField(field), func(t term) bool { return !t.asks() })
	}
	first := slices.IndexFunc(fields, tells)
	if first < 0 {
		return typed
	}
	end := len(fields)
	for !tells(fields[end-1]) {
		end--
	}
	return strings.Join(fields[first:end], " ")
}

func readField(field string) []term {
	field, folded := strings.CutPrefix(field, isFolded)
	sounds, latin := Words(field), wordsOf(field, foldLatin)
	if folded {
		sounds = latin
	}
	if folded || strings.ContainsFunc(field, isCyrillic) || len(latin) != len(sounds) {
		latin = make([]string, len(sounds))
	}
	var terms []term
	for i, sound := range sounds {
		terms = append(terms, term{sound, latin[i], nil})
	}
	if 1 < len(terms) && len(terms) <= mostParts && isHyphened(field) {
		return []term{{cutWord(strings.Join(sounds, "")), strings.Join(latin, ""), terms}}
	}
	return terms
}

// termOf is a single word.
func termOf(word string) term {
	if strings.ContainsFunc(word, isCyrillic) {
		return term{sound: fold(word)}
	}
	return term{sound: fold(word), latin: foldLatin(word)}
}

// stems are what the word's synonyms are filed under.
func (t term) stems() []string {
	if t.latin != "" {
		return []string{byLetter.stem(t.latin)}
	}
	one, other := isFolded+kyrgyz.stem(t.sound), isFolded+russian.stem(t.sound)
	if one == other {
		return []string{one}
	}
	return []string{one, other}
}

// isHyphened reports whether nothing but hyphens divides a field's words.
func isHyphened(field string) bool {
	return !strings.ContainsFunc(strings.Trim(field, `.,;:!?()«»"'…`), func(r rune) bool { return isBetween(r) && !isHyphen(r) && !strings.ContainsRune("'’", r) })
}

func isHyphen(r rune) bool { return r == '-' || r == '‐' || r == '‑' }

// String is the term such that readTyped has it again.
func (t term) String() string {
	switch {
	case t.parts != nil:
		parts := make([]string, len(t.parts))
		for i, part := range t.parts {
			parts[i] = strings.TrimPrefix(part.String(), isFolded)
		}
		s := strings.Join(parts, "-")
		if t.latin == "" {
			return isFolded + s
		}
		return s
	case t.latin == "":
		return isFolded + t.sound
	}
	return t.latin
}

// asks reports whether the word only makes a question. Who writes Russian or Kyrgyz in
// Latin letters asks in them, too.
func (t term) asks() bool {
	return askingCyrillic[t.sound] || askingLatin[t.latin]
}
