package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters spells a letter by sound in Latin ones, so that it makes no difference whether
// somebody has the Kyrgyz letters, or any Cyrillic ones, on the phone. The Latin ones with
// a mark are those of Turkish, in which some write Kyrgyz.
var letters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "j", 'з': "z", 'и': "i", 'й': "i",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'ң': "n", 'о': "o", 'ө': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'у': "u", 'ү': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "q", 'ш': "w", 'щ': "w", 'ъ': "", 'ы': "i", 'ь': "",
	'э': "e", 'ю': "iu", 'я': "ia", 'y': "i", 'x': "ks", 'ş': "w", 'ç': "q", 'ı': "i",
	// Who lacks the Kyrgyz letters takes what looks like them, from other alphabets.
	'ѳ': "o", 'ӫ': "o", 'ɵ': "o", 'θ': "o", 'ұ': "u", 'γ': "u", 'ӊ': "n", 'ӈ': "n", 'ҥ': "n", 'ŋ': "n", 'η': "n",
	'қ': "k", 'ғ': "g", 'ҳ': "h", 'һ': "h", 'ә': "e", 'і': "i", 'ј': "j", 'ҷ': "j",
}

// sounds are written in Latin letters with several: they become the one that stands for them.
var sounds = strings.NewReplacer("shch", "w", "sh", "w", "ch", "q", "zh", "j", "ts", "c", "kh", "h")

// twins look alike in both alphabets: within a Cyrillic word a Latin one stands for its twin.
var twins = map[rune]rune{
	'a': 'а', 'b': 'в', 'c': 'с', 'e': 'е', 'h': 'н', 'k': 'к', 'm': 'м', 'o': 'о', 'p': 'р', 't': 'т', 'x': 'х', 'y': 'у',
	'v': 'ү',
}

// unwritten stand within words and don't divide them: apostrophes, which spell ь, and
// places where a word may be broken.
var unwritten = strings.NewReplacer("'", "", "’", "", "ʼ", "", "`", "", "\u00ad", "", "\u200b", "", "\u200d", "", "\u2060", "")

// Words are the words of a text, folded: in small Latin letters and digits, by sound.
func Words(text string) []string { return wordsOf(text, fold) }

func wordsOf(text string, fold func(string) string) []string {
	fields := strings.FieldsFunc(unwritten.Replace(strings.ToLower(text)), isBetween)
	words := fields[:0]
	for _, field := range fields {
		if word := fold(field); word != "" {
			words = append(words, word)
		}
	}
	return words
}

func isBetween(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
}

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

func isCyrillic(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }
func isLatin(r rune) bool    { return unicode.Is(unicode.Latin, r) }

func fold(word string) string {
	word = cutWord(word)
	cyrillic := strings.ContainsFunc(word, isCyrillic)
	mixed := cyrillic && strings.ContainsFunc(word, isLatin)
	spelt := make([]byte, 0, 2*len(word))
	for _, r := range word {
		if twin, known := twins[r]; mixed && known {
			r = twin
		}
		spelt = append(spelt, spell(r)...)
	}
	folded := string(spelt)
	if !cyrillic {
		folded = sounds.Replace(folded)
	}
	return cutWord(folded)
}

// foldLatin leaves the letters as they are, without the marks that they may have.
func foldLatin(word string) string {
	word = cutWord(word)
	if strings.IndexFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return word
	}
	return cutWord(withoutMarks(word))
}

// spell writes a letter by sound, without the mark that it may have.
func spell(r rune) string {
	if s, known := letters[r]; known {
		return s
	}
	if r < utf8.RuneSelf {
		return string(r)
	}
	var spelt strings.Builder
	for _, part := range withoutMarks(string(r)) {
		if s, known := letters[part]; known {
			spelt.WriteString(s)
		} else {
			spelt.WriteRune(part)
		}
	}
	return spelt.String()
}

func withoutMarks(word string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ı':
			return 'i'
		}
		return r
	}, norm.NFKD.String(word)))
}
