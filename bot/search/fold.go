package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// letters spells a letter by sound in Latin ones, so that it makes no difference whether
// somebody has the Kyrgyz letters, or any Cyrillic ones, on the phone.
var letters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "j", 'з': "z", 'и': "i", 'й': "i",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'ң': "n", 'о': "o", 'ө': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'у': "u", 'ү': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "q", 'ш': "w", 'щ': "w", 'ъ': "", 'ы': "i", 'ь': "",
	'э': "e", 'ю': "iu", 'я': "ia", 'y': "i", 'x': "ks",
}

// sounds are written in Latin letters with two: they become the one that stands for them.
var sounds = strings.NewReplacer("sh", "w", "ch", "q", "zh", "j", "ts", "c", "kh", "h")

// Words are the words of a text, folded: in small Latin letters and digits, by sound.
// To fold them again changes nothing.
func Words(text string) []string {
	fields := strings.FieldsFunc(strings.ToLower(text), isBetween)
	words := fields[:0]
	for _, field := range fields {
		if word := fold(field); word != "" {
			words = append(words, word)
		}
	}
	return words
}

func isBetween(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// longestWord is how much of a word counts, in bytes: nobody means what is longer, and
// somebody might write it to keep a machine busy.
const longestWord = 128

func cutWord(word string) string {
	if len(word) <= longestWord {
		return word
	}
	end := longestWord
	for !utf8.RuneStart(word[end]) {
		end--
	}
	return word[:end]
}

func fold(word string) string {
	word = cutWord(word)
	spelt := make([]byte, 0, 2*len(word))
	for _, r := range word {
		if s, known := letters[r]; known {
			spelt = append(spelt, s...)
		} else {
			spelt = utf8.AppendRune(spelt, r)
		}
	}
	folded := string(spelt)
	for strings.Contains(folded, "h") || strings.Contains(folded, "ts") { // every sound has either
		next := sounds.Replace(folded)
		if next == folded {
			break
		}
		folded = next
	}
	return cutWord(folded)
}
