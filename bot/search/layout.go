package search

import "strings"

// The same keys of a keyboard in English and in Russian, small letters and with shift.
// Kyrgyz letters are typed with another key held down: without it they are н, о and у.
const (
	latinKeys    = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~{}:\"<>?"
	cyrillicKeys = "ёйцукенгшщзхъфывапролджэячсмитьбю.ёхъжэбю,"
)

// toCyrillic and toLatin say what would stand there had the keyboard been switched.
var toCyrillic, toLatin = func() (map[rune]rune, map[rune]rune) {
	to, back := make(map[rune]rune), map[rune]rune{'ң': 'y', 'ө': 'j', 'ү': 'e'}
	latin := []rune(latinKeys)
	for i, cyrillic := range []rune(cyrillicKeys) {
		to[latin[i]] = cyrillic
		if _, known := back[cyrillic]; !known {
			back[cyrillic] = latin[i]
		}
	}
	return to, back
}()

// switchKeyboard returns what was typed as the other keyboard has it; nothing where that
// would be no words.
func switchKeyboard(typed string) string {
	keys := toCyrillic
	if typed = strings.ToLower(typed); strings.ContainsFunc(typed, isCyrillic) {
		if keys = toLatin; strings.ContainsAny(typed, "ёхъжбю") {
			return ""
		}
	}
	return strings.Map(func(r rune) rune {
		if other, known := keys[r]; known {
			return other
		}
		return r
	}, typed)
}
