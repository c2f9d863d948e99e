package search

import "strings"

// shortened are beginnings of words that stand for a whole one, before another word or by
// themselves: соцфонд, юр. лицо.
var shortened = func() map[string]string {
	words := make(map[string]string)
	for pair := range strings.Lines(`
		гос государств
		юр юрид
		соц социал
		нац национал
		мед медицин
		рай район
		обл област
		гор город
		мин министерств
		мам мамлекет
		физ физичес
		загран заграничн
		эл электрон
		спец специал
		проф профессионал
		тех техничес
		верх верховн
		верхов верховн
		жил жилищн
		пед педагогичес
		хоз хозяйств
		моб мобильн
	`) {
		if fields := strings.Fields(pair); len(fields) == 2 {
			words[fold(fields[0])] = fold(fields[1])
		}
	}
	return words
}()

const (
	longestShortened = 6 // letters, folded
	leastBehind      = 3 // letters of the word behind a shortened one
)

// spellOut returns the words that a shortened one may stand for; behind is empty where it
// stands by itself, and full where it is none.
func spellOut(word string) (full, behind string) {
	for n := min(longestShortened, len(word)); n > 1; n-- {
		if full, known := shortened[word[:n]]; known && (n == len(word) || len(word)-n >= leastBehind) {
			return full, word[n:]
		}
	}
	return "", ""
}
