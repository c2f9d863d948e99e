package search

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// Says reads a text for those who follow a word. What it returns reports whether the text says
// a word, or a phrase with its words beside each other, in any of their forms. It is safe for
// concurrent use, and reads the text when it is first asked.
func Says(text string) func(phrase string) bool {
	read := sync.OnceValue(func() *said { return readText(text) })
	return func(phrase string) bool { return read().says(phrase) }
}

func (s *said) says(phrase string) bool {
	var room [8]form
	forms, plain := s.formsOf(room[:0], phrase)
	if !plain {
		forms = formsOf(phrase)
	}
	return s.has(forms)
}

func formsOf(phrase string) (forms []form) {
	for _, word := range Words(phrase) {
		forms = append(forms, formOf(word))
	}
	return forms
}

// said is what a text says: where the roots stand in it that its words may have.
type said struct {
	places   map[rootHash][]int
	roots    sieve
	openings sieve
}

// longestText is how much of a text is read, in words.
const longestText = 20_000

func readText(text string) *said {
	s := &said{places: make(map[rootHash][]int)}
	words := Words(text)
	for i, word := range words[:min(len(words), longestText)] {
		for _, root := range rootsOfForm(word) {
			s.add(root, i)
		}
	}
	return s
}

func (s *said) add(root string, place int) {
	h := hashOf(root)
	s.roots.add(h)
	s.openings.addRoot(root)
	s.places[h] = append(s.places[h], place)
}

// formsOf is what the plain words of a phrase may be; nothing where one of them is not in the
// text. plain is false where a word is not plain.
func (s *said) formsOf(forms []form, phrase string) (all []form, plain bool) {
	var room [2 * longestWord]byte
	for rest := phrase; rest != ""; {
		var typed string
		typed, rest, _ = strings.Cut(rest, " ")
		word, plain := foldPlain(room[:], typed)
		switch {
		case !plain:
			return nil, false
		case !s.openings.begins(word):
			return nil, true
		}
		f := formOf(string(word))
		if !s.roots.mayHave(f[0]) && !s.roots.mayHave(f[1]) {
			return nil, true
		}
		forms = append(forms, f)
	}
	return forms, true
}

// has reports whether the words stand beside each other in the text.
func (s *said) has(words []form) bool {
	if len(words) == 0 {
		return false
	}
	for _, h := range words[0] {
		if !s.roots.mayHave(h) {
			continue
		}
		for _, at := range s.places[h] {
			if s.goesOn(words[1:], at+1) {
				return true
			}
		}
	}
	return false
}

// goesOn reports whether the words stand in the text from a place on.
func (s *said) goesOn(words []form, at int) bool {
	for i, f := range words {
		if !s.stands(f[0], at+i) && !s.stands(f[1], at+i) {
			return false
		}
	}
	return true
}

func (s *said) stands(h rootHash, at int) bool {
	_, found := slices.BinarySearch(s.places[h], at)
	return found
}

// shortRoot is how many letters a root has at least.
const shortRoot = 3

var anyEndings = func() map[string]bool {
	all := maps.Clone(kyrgyzEndings)
	maps.Copy(all, russianEndings)
	maps.Copy(all, englishEndings)
	return all
}()

// shapes tell at once of most letters that they are no ending: of each length and first letter
// they know the last ones.
type shapes [16][32]uint32

func (s *shapes) add(ending string) {
	n := len(ending)
	s[n%16][ending[0]%32] |= 1 << (ending[n-1] % 32)
}

func (s *shapes) may(ending string) bool {
	n := len(ending)
	return s[n%16][ending[0]%32]>>(ending[n-1]%32)&1 == 1
}

var endingShapes = func() (s shapes) {
	for ending := range anyEndings {
		s.add(ending)
	}
	return s
}()

// anyTongue takes off the endings of all: which language a word is of it can't know.
var anyTongue = newTongue(tongue{
	fold: fold, fits: isAnyEnding, goes: isAnyEnding,
}, kyrgyzEndings, russianEndings, englishEndings)

func isAnyEnding(_, ending string) bool { return endingShapes.may(ending) && anyEndings[ending] }

// rootsOfForm are the roots that a word may have: its stem and, of a short word, its first
// letters where only endings follow them: суд, судом.
func rootsOfForm(word string) []string {
	root := settled(anyTongue.stem(word))
	if len(word) > shortRoot && len(root) <= shortRoot+2 && anyTongue.isChain(word, shortRoot) {
		return []string{root, word[:shortRoot]}
	}
	return []string{root}
}

// settled is a stem with what changes at its end as it is without an ending: салыг-ы is
// салык, китеб-и is китеп, and справ-ок has the root of справ-ка, рын-ок that of рынк-а.
func settled(root string) string {
	n := len(root)
	if n <= shortRoot {
		return root
	}
	switch root[n-1] {
	case 'g':
		root = root[:n-1] + "k"
	case 'b':
		root = root[:n-1] + "p"
	}
	fleeting := strings.HasSuffix(root, "ok") || strings.HasSuffix(root, "ek")
	switch {
	case fleeting && n > shortRoot+2:
		return root[:n-2]
	case fleeting:
		return root[:n-2] + "k"
	case n > shortRoot+2 && root[n-1] == 'k' && !strings.ContainsRune("aeiou", rune(root[n-2])):
		return root[:n-1]
	}
	return root
}

// Telling reports whether a phrase tells anything: one of its words has three letters or more
// and is no mere particle.
func Telling(phrase string) bool {
	return slices.ContainsFunc(Words(phrase), func(word string) bool { return len(word) >= shortRoot && !particles[word] })
}

// particles stand in nearly every text.
var particles = folded(fold,
	"жана менен үчүн бул ошол ушул деп эле бар жок дагы эмес бир ар эмне ким кайсы кантип качан кайда болот болду боюнча тууралуу жөнүндө ошондой анын алар биз сиз мен "+
		"или для что как это при про без под над все всё его она они оно мы вы был была было были есть нет где кто когда чем так тоже уже еще ещё если также который которая которые "+
		"the and for with that this from are was were will has have not you your our its his her who what when where how all any can new")
