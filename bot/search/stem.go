package search

import (
	"slices"
	"strings"
)

// tongue is how the words of one alphabet are spelt in an index, and what may be taken off them.
type tongue struct {
	fold  func(word string) string
	fits  func(left, ending string) bool // whether an ending may stand behind what is left of a word
	goes  func(left, ending string) bool // and behind another ending, or before one
	more  map[string]bool                // endings of verbs, and what makes one word of another
	short map[string]bool                // words shorter than a stem that have endings none the less
	verbs map[string]bool                // and those that have the endings of verbs

	longest int      // of the endings, in bytes
	symbols [][]byte // of those of nouns: see mending,
	letters [][]byte // and their letters
}

// shortest is what is left of a word at least when an ending is taken off: shorter ones say
// too little, but for the short words of the list.
const shortest = 4

// shortWord is how many letters words have that are shorter than that and have endings.
const shortWord = shortest - 1

// Endings are taken off one after another, the longest first, as Kyrgyz puts them on:
// жардам-дар-ын-дан. They are folded, like the words.
var (
	// kyrgyzEndings: plural, possession, case, and what has a thing, or lacks it, or is there.
	kyrgyzEndings = folded(fold, `
		лар лер лор дар дер дор тар тер тор
		нын нин нун дын дин дун тын тин тун га ге го ка ке ко ны ни ну ды ди ду ты ти ту
		да де до та те то дан ден дон тан тен тон
		ым им ум ың иң уң сы си су ын ин ун сын син сун ы и у
		ында инде унда сында синде сунда ына ине уна сына сине суна ынан инен унан сынан синен сунан
		быз биз буз ыбыз ибиз убуз ңыз ңиз ңуз ыңыз иңиз уңуз ңар ңер ңор
		дагы деги догу тагы теги тогу луу дуу туу сыз сиз суз`)
	// russianEndings are those of nouns and adjectives.
	russianEndings = folded(fold, `
		ами ями ов ев ей ой ий ый ая яя ое ее ые ие ого его ому ему ым им ых их ую юю ыми ими ах ях ом ем ам ям ью ия ии ию ием
		а я о е ю и ы у`)
	englishEndings = folded(foldLatin, `s es ies ed ied ing e y`)
)

// moreSounds are endings of verbs, and those that make one word of another.
var moreSounds = folded(fold, `
	уу оо ат ет от йт айт ейт ган ген гон кан кен кон ып ип уп са се со сам сем сом баган беген бого бай бей бой
	бас бес бос мак мек мок ыл ил ул ыш иш уш тыр тир тур дыр дир дур ам ем ом сың сиң суң лык лик лук дык дик дук тык тик тук чы чи чу ч

	ать ять ить еть уть ти ешь ет ут ют ишь ит ат ят ете ите ал ала али ял яла яли ил ила или ел ела ели ся сь ться тся
	ен на но ны ан ана аны ён ена ены ный ная ное ные ного ной ном ному ных ным ными ную ский ская ское ские ского ской
	ском скую ских ским скими ость ости остью ение ения ением ений ание ания ние ния нием ний ник ники ников ника щик щица чик
	тель тели ка ки ке ку кой ок ец ство ства ству ством ств ировать ировани ировал ировала ировали
	ирован ирована ированы ирую ирует ируют н ск к`)

// kyrgyz and russian spell by sound: a Latin letter stands for one. Kyrgyz texts are full of
// Russian words with the endings of either; Russian ones have no Kyrgyz endings.
var (
	kyrgyz = newTongue(tongue{
		fold: fold, fits: fitsKyrgyz, goes: goesKyrgyz, more: moreSounds,
		short: folded(fold, `
			ош үй иш сот суу жер кыз тил мал кат акы жол жаш дос нан той чек кол күн баш бет жыл чүй көл тоо бак
			суд дом год акт иск дел зал вуз`),
		verbs: folded(fold, `чал жаз сат тап көч айт`),
	}, kyrgyzEndings, russianEndings)
	russian = newTongue(tongue{
		fold: fold, fits: func(_, ending string) bool { return russianEndings[ending] }, more: moreSounds,
		short: folded(fold, `ош суд дом год акт иск дел зал вуз чуй зон цон`),
	}, russianEndings)
)

// byLetter is for indexes of English and others in Latin letters. What a stemmer such as
// Porter's leaves of a word is too little to tell what a mistyped one means.
var byLetter = newTongue(tongue{
	fold: foldLatin,
	fits: func(left, ending string) bool {
		return englishEndings[ending] && (ending[0] != 's' || !strings.HasSuffix(left, "s"))
	},
	more: folded(foldLatin, `er ers or ors ly ment ments tion tions ation ations ize ise ized ised ity al
		ic ics able ance ence ancy ency ist ists ive ate ated ates`),
	short: folded(foldLatin, `law job act fee tax aid bus day son`),
}, englishEndings)

func newTongue(t tongue, endings ...map[string]bool) *tongue {
	if t.goes == nil {
		t.goes = func(string, string) bool { return false }
	}
	for _, list := range endings {
		for ending := range list {
			t.longest = max(t.longest, len(ending))
			t.symbols, t.letters = append(t.symbols, symbols(nil, ending)), append(t.letters, []byte(ending))
		}
	}
	for ending := range t.more {
		t.longest = max(t.longest, len(ending))
	}
	return &t
}

// folded are the words of a list, folded.
func folded(fold func(string) string, list string) map[string]bool {
	all := make(map[string]bool)
	for _, word := range strings.Fields(list) {
		all[fold(word)] = true
	}
	return all
}

// fitsKyrgyz reports whether an ending may stand behind what is left of a word. Kyrgyz
// chooses its endings by the sound before them. A т behind с belongs to the word, as in
// юристы, or else is taken off by stem.
func fitsKyrgyz(left, ending string) bool {
	return russianEndings[ending] || goesKyrgyz(left, ending)
}

func goesKyrgyz(left, ending string) bool {
	if !kyrgyzEndings[ending] {
		return false
	}
	last := left[len(left)-1]
	switch ending[0] {
	case 't', 'k':
		return strings.IndexByte("ptkwqfhc", last) >= 0 || last == 's' && len(ending) > len("ti")
	case 'd', 'g':
		return strings.IndexByte("ptkswqfhc", last) < 0
	case 'l':
		return isVowel(last) || last == 'r'
	case 'n':
		return isVowel(last)
	case 'a', 'e', 'i', 'o', 'u':
		return !isVowel(last) || last == 'i' // й, too, is an i
	}
	return true
}

func isVowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

// stem takes the endings off a folded word. What is left may end in a sound that the ending
// had changed: айлыг-ы is айлык.
func (t *tongue) stem(word string) string {
	for n := 2; n < shortest && n < len(word); n++ {
		if t.short[word[:n]] && t.isChain(word, n) {
			return word[:n]
		}
	}
	word = t.strip(word, t.fits)
	if t != kyrgyz || len(word) < shortest {
		return word
	}
	for _, change := range softened {
		if left, ends := strings.CutSuffix(word, change[0]); ends && len(left) >= shortest-1 {
			return left + change[1]
		}
	}
	return word
}

// softened are the ends of stems that change with an ending: айлыг-ы, китеб-и, нотариус-ту.
var softened = [...][2]string{{"g", "k"}, {"b", "p"}, {"st", "s"}}

// strip takes endings off a word as long as some fit.
func (t *tongue) strip(word string, fits func(left, ending string) bool) string {
	for n := min(t.longest, len(word)-shortest); n > 0; n-- {
		if at := len(word) - n; fits(word[:at], word[at:]) {
			word = word[:at]
			n = min(t.longest, len(word)-shortest) + 1
		}
	}
	return word
}

// isChain reports whether nothing but endings stand in a word from a place on.
func (t *tongue) isChain(word string, at int) bool {
	return t.fits(word[:at], word[at:]) || t.goesOn(word, at)
}

func (t *tongue) goesOn(word string, at int) bool {
	for n := min(t.longest, len(word)-at); n > 0; n-- {
		if t.goes(word[:at], word[at:at+n]) && (at+n == len(word) || t.goesOn(word, at+n)) {
			return true
		}
	}
	return false
}

// root takes more off a stem than its endings: what words of one family have in common.
func (t *tongue) root(stem string) string {
	if len(stem) > shortWord && t.verbs[stem[:shortWord]] && t.isVerb(stem, shortWord) {
		return stem[:shortWord]
	}
	return t.strip(stem, func(left, ending string) bool { return t.more[ending] || t.fits(left, ending) })
}

// isVerb reports whether nothing but endings of verbs, and then others, stand in a word from a
// place on.
func (t *tongue) isVerb(word string, at int) bool {
	for n := min(t.longest, len(word)-at); n > 0; n-- {
		if t.more[word[at:at+n]] && (at+n == len(word) || t.isVerb(word, at+n) || t.goesOn(word, at+n)) {
			return true
		}
	}
	return false
}

// Endings of short Russian words, which tell one declension from the other: сёла have
// nothing to do with a сель. е and и are of both.
var (
	hardEndings = folded(fold, `а о у ы е ой ом ам ами ах`)
	softEndings = folded(fold, `я ю и е ей ем ям ями ях`)
)

// shortForms are the other forms of a Russian word that is shorter than a stem without its
// ending: окно, окна, окном.
func shortForms(word string) (forms []string) {
	if len(word) <= shortWord {
		return nil
	}
	short, ending := word[:shortWord], word[shortWord:]
	for _, endings := range []map[string]bool{hardEndings, softEndings} {
		if !endings[ending] {
			continue
		}
		for other := range endings {
			if form := short + other; form != word && !slices.Contains(forms, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}
