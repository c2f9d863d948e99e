package search

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// Spellings in Latin letters as people have them, each by its letters that differ from the
// first one's.
var (
	romanLetters = map[rune]string{
		'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "yo", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y",
		'к': "k", 'л': "l", 'м': "m", 'н': "n", 'ң': "n", 'о': "o", 'ө': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
		'у': "u", 'ү': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y",
		'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	}
	romanWays = map[string]map[rune]string{
		"ky": {'ж': "j", 'ү': "ü", 'ө': "ö", 'ы': "y", 'й': "i", 'х': "h", 'ц': "c"},
		"ru": {'й': "j", 'х': "h", 'ц': "c", 'щ': "sch", 'ю': "ju", 'я': "ja", 'ь': "'", 'ё': "e"},
	}
)

func romanize(word string, way map[rune]string) string {
	var roman strings.Builder
	for _, r := range word {
		if s, differs := way[r]; differs {
			roman.WriteString(s)
		} else {
			roman.WriteString(romanLetters[r])
		}
	}
	return roman.String()
}

// suffixes are endings that a word may be asked for with, in each language.
var suffixes = map[string][]string{
	"ky": strings.Fields("лар да дан га ын лардын ларга ым ыбыз"),
	"ru": strings.Fields("а у ом е ы ов ам ами ах"),
}

// plain are words without an ending that stand in titles.
var plain = map[string][]string{
	"ky": strings.Fields("паспорт апостиль нотариус медиатор адвокат жайыт тендер юрист студент мурас аксакал автобус"),
	"ru": strings.Fields("паспорт апостиль нотариус медиатор адвокат архив тендер юрист коллектор портал экзамен"),
}

// joinSuffix turns a Kyrgyz ending into that which a word in о, е or ө has, and its first
// consonant into that after a voiceless one.
func joinSuffix(word, suffix string) string {
	vowels := map[rune]string{'а': "аы", 'ы': "аы", 'о': "оу", 'у': "ау", 'е': "еи", 'и': "еи", 'э': "еи", 'ө': "өү", 'ү': "өү"}
	pair := []rune("аы")
	for _, r := range word {
		if v, is := vowels[r]; is {
			pair = []rune(v)
		}
	}
	letters := []rune(word)
	last := letters[len(letters)-1]
	joined := []rune(strings.NewReplacer("а", string(pair[0]), "ы", string(pair[1])).Replace(suffix))
	voiceless := strings.ContainsRune("пткфсшчх", last)
	switch {
	case voiceless && (joined[0] == 'л' || joined[0] == 'д'):
		joined[0] = 'т'
	case voiceless && joined[0] == 'г':
		joined[0] = 'к'
	case joined[0] == 'л' && strings.ContainsRune("лмнңз", last):
		joined[0] = 'д'
	}
	if strings.ContainsRune("аеиоуыэөүюя", last) && strings.ContainsRune("аеиоуыэөүюя", joined[0]) {
		return word + "с" + string(joined)
	}
	return word + string(joined)
}

// mistakes are all that a person may do to one place of a word, with another letter.
func mistakes(word []rune, at int, other rune) map[string]string {
	made := map[string][]rune{
		"left out": slices.Delete(slices.Clone(word), at, at+1),
		"doubled":  slices.Insert(slices.Clone(word), at, word[at]),
		"inserted": slices.Insert(slices.Clone(word), at, other),
		"replaced": slices.Replace(slices.Clone(word), at, at+1, other),
	}
	if at+1 < len(word) {
		swapped := slices.Clone(word)
		swapped[at], swapped[at+1] = swapped[at+1], swapped[at]
		made["swapped"] = swapped
	}
	all := make(map[string]string)
	for kind, made := range made {
		if string(made) != string(word) {
			all[kind] = string(made)
		}
	}
	return all
}

// maker makes queries of the words in titles.
type maker struct {
	kiosk  *kiosk
	finder *Finder
	random *rand.Rand
	words  map[string][]string // by language: those that find something by themselves
}

func newMaker(t testing.TB, k *kiosk, seed uint64) *maker {
	m := &maker{kiosk: k, finder: NewFinder(k, time.Now), random: rand.New(rand.NewPCG(seed, 7)), words: map[string][]string{}}
	for _, language := range slices.Sorted(maps.Keys(k.language)) {
		seen := map[string]bool{}
		for _, item := range k.language[language] {
			for _, word := range strings.FieldsFunc(strings.ToLower(item.Title), func(r rune) bool { return !unicode.IsLetter(r) }) {
				if !seen[word] && len([]rune(word)) >= 5 && len(readTyped(word)) == 1 && !readTyped(word)[0].asks() {
					m.words[language] = append(m.words[language], word)
				}
				seen[word] = true
			}
		}
	}
	return m
}

// question asks for a word in another spelling: what the word itself finds first is right.
func (m *maker) question(t testing.TB, kind, typed, word, language string) question {
	t.Helper()
	found, err := m.finder.Find(t.Context(), Query{Text: word, Languages: []string{language}, Most: Most})
	if err != nil || len(found.Items) == 0 {
		t.Fatalf("%q finds nothing: %v", word, err)
	}
	q := question{text: typed, languages: []string{language}, kind: kind, places: [][]string{nil}}
	q.places[0] = append(q.places[0], found.Items[0].ID)
	for _, item := range m.kiosk.language[language] {
		if strings.Contains(strings.ToLower(item.Title), word) {
			q.places[0] = append(q.places[0], item.ID)
		}
	}
	return q
}

func (m *maker) word(language string) string {
	return m.words[language][m.random.IntN(len(m.words[language]))]
}

func alphabet(language string) []rune {
	return []rune(map[string]string{
		"ky": "абвгдежзийклмнңоөпрстуүхцчшыэюя", "ru": "абвгдежзийклмнопрстуфхцчшщыьэюя", "en": "abcdefghijklmnopqrstuvwxyz",
	}[language])
}

// typos has words with one mistake each: of every kind, at any place.
func (m *maker) typos(t testing.TB, count int) (all []question) {
	for len(all) < count {
		for _, language := range slices.Sorted(maps.Keys(m.words)) {
			letters := alphabet(language)
			word := []rune(m.word(language))
			made := mistakes(word, m.random.IntN(len(word)), letters[m.random.IntN(len(letters))])
			for _, kind := range slices.Sorted(maps.Keys(made)) {
				all = append(all, m.question(t, "typo "+kind, made[kind], string(word), language))
			}
		}
	}
	return all
}

// spelt has words in other letters and on the other keyboard, and with endings.
func (m *maker) spelt(t testing.TB, count int) (all []question) {
	for range count {
		for _, language := range []string{"ky", "ru"} {
			word := m.word(language)
			all = append(all,
				m.question(t, "latin plain", romanize(word, nil), word, language),
				m.question(t, "latin own way", romanize(word, romanWays[language]), word, language),
				m.question(t, "layout", strings.Map(wrongKey, word), word, language),
				m.question(t, "letters", strings.NewReplacer("ң", "н", "ө", "о", "ү", "у").Replace(word), word, language))
		}
		word := m.word("en")
		all = append(all, m.question(t, "layout", strings.Map(wrongKey, word), word, "en"))
	}
	return all
}

// inflected has words with each ending.
func (m *maker) inflected(t testing.TB) (all []question) {
	for _, language := range []string{"ky", "ru"} {
		for _, word := range plain[language] {
			for _, suffix := range suffixes[language] {
				with := strings.TrimSuffix(word, "ь") + suffix
				if language == "ky" {
					with = joinSuffix(word, suffix)
				}
				all = append(all, m.question(t, "inflected", with, word, language))
			}
		}
	}
	return all
}

// wrongKey is what the key of a letter writes with the other keyboard.
func wrongKey(r rune) rune {
	if key, known := toLatin[r]; known {
		return key
	}
	return toCyrillic[r]
}

// TestQualityMade asks with mistakes and spellings made by program: with one seed for who
// tunes the search and looks at what it misses, with another to judge it by.
func TestQualityMade(t *testing.T) {
	t.Parallel()
	for name, seed := range map[string]uint64{"tuning": 1, "judging": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := readKiosk(t, "testdata/corpus.jsonl")
			m := newMaker(t, k, seed)
			meetsTargets(t, quality(t, k, slices.Concat(m.typos(t, 500), m.spelt(t, 40), m.inflected(t)), name == "tuning"))
		})
	}
}

// TestQualityMore asks what others than in TestQuality would.
func TestQualityMore(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tuning", "judging"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := readKiosk(t, "testdata/corpus.jsonl")
			meetsTargets(t, quality(t, k, readQuestions(t, "testdata/"+name+".tsv"), name == "tuning"))
		})
	}
}

// TestNonsenseFindsNothing asks for words of other walks of life, and for random letters,
// of readers of each language.
func TestNonsenseFindsNothing(t *testing.T) {
	t.Parallel()
	k := readKiosk(t, "testdata/corpus.jsonl")
	random := rand.New(rand.NewPCG(3, 4))
	var questions []question
	for _, line := range readLines(t, "testdata/nonsense.txt") {
		for _, word := range strings.Fields(line) {
			languages := "ky,ru"
			if !strings.ContainsFunc(word, isCyrillic) {
				languages = "en"
			}
			questions = append(questions, newQuestion(word, languages, "words", ""))
		}
	}
	for range 100 {
		for _, language := range []string{"ky", "ru", "en"} {
			letters, word := alphabet(language), ""
			for range 4 + random.IntN(8) {
				word += string(letters[random.IntN(len(letters))])
			}
			questions = append(questions, newQuestion(word, language, "letters", ""))
		}
	}
	if all := quality(t, k, questions, false)["all"]; share(all.false, all.asked) > .05 {
		t.Errorf("%d of %d find something", all.false, all.asked)
	}
}
