package search

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	_ "kabarchy/bot/bottest/seed" // RAPID_SEED
)

func library() *Index {
	x := &Index{}
	for n, text := range []string{
		"Юридикалык жардам борбору ачылды|Жарандар акысыз юридикалык жардам ала алышат.",
		"Юристтердин жыйыны өттү|Министрликте юристтер чогулушту.",
		"Жаңы мыйзам кабыл алынды|Үй-бүлө кодексине өзгөртүүлөр киргизилди.",
		"Вакансия: главный специалист|Министерство объявляет конкурс на должность.",
		"Бесплатная юридическая помощь|Юристы помогут гражданам составить заявление.",
		"Осторожно: мошенники|Мошенники звонят от имени министерства юстиции.",
	} {
		title, body, _ := strings.Cut(text, "|")
		x.Put(Document{ID: fmt.Sprint(n), Revision: 1, Title: title, Text: body, Published: time.Unix(int64(n), 0)})
	}
	return x
}

func TestFind(t *testing.T) {
	t.Parallel()
	x := library()
	for query, want := range map[string]string{
		"жардам":             "0", // plain
		"жардамдын":          "0", // with another ending than in the text
		"ЮРИСТ":              "1", // a stem, in capitals; "юристы" stands only in a text
		"жаны мыйзам":        "2", // without Kyrgyz letters
		"уй булө":            "2",
		"janyi myizam":       "2", // in Latin letters
		"jardam":             "0",
		"zhardam":            "0",
		"юридической помощи": "4",
		"вакансии специалистам": "3",
		"мошенник":              "5",
		"moshenniki":            "5",
		"мыйз":                  "2", // not typed to the end
	} {
		if got := x.Find(query, 5); len(got) == 0 || got[0] != want {
			t.Errorf("%q finds %q, not %s first", query, got, want)
		}
	}
	for _, query := range []string{"", " ", "!!!", "көмүскө", "😀"} {
		if got := x.Find(query, 5); len(got) != 0 {
			t.Errorf("%q finds %q", query, got)
		}
	}
}

func TestALaterRevisionTakesThePlace(t *testing.T) {
	t.Parallel()
	x := library()
	x.Put(Document{ID: "2", Revision: 2, Title: "Оңдолгон кабар"})
	x.Put(Document{ID: "2", Revision: 1, Title: "Жаңы мыйзам"})
	if got := x.Find("мыйзам", 5); len(got) != 0 {
		t.Errorf("the earlier revision is found: %q", got)
	}
	if got := x.Find("ондолгон", 5); !slices.Equal(got, []string{"2"}) {
		t.Errorf("finds %q", got)
	}
	x.Remove("2")
	if got := x.Find("ондолгон", 5); len(got) != 0 {
		t.Errorf("what was removed is found: %q", got)
	}
}

func TestAnIndexHoldsSoMuch(t *testing.T) {
	t.Parallel()
	x := &Index{}
	for n := range mostDocuments + 2*slack {
		x.Put(Document{ID: fmt.Sprint(n), Revision: 1, Title: fmt.Sprintf("жардам x%dx", n), Published: time.Unix(int64(n), 0)})
	}
	if len(x.entries) > mostDocuments+slack || len(x.postings) > mostDocuments+slack+1 {
		t.Errorf("it holds %d entries with %d words", len(x.entries), len(x.postings))
	}
	newest := fmt.Sprint(mostDocuments + 2*slack - 1)
	if got := x.Find("x0x", 5); len(got) != 0 {
		t.Errorf("the oldest is found: %q", got)
	}
	if got := x.Find("x"+newest+"x", 5); !slices.Equal(got, []string{newest}) {
		t.Errorf("for the newest it finds %q", got)
	}
	for revision := range 2 * slack {
		x.Put(Document{ID: newest, Revision: 2 + revision, Title: fmt.Sprintf("оңдоо y%dy", revision), Published: time.Unix(1e9, 0)})
	}
	if got := x.Find("ондоо", 5); !slices.Equal(got, []string{newest}) {
		t.Errorf("what was often corrected finds %q", got)
	}
	if x.gone >= slack || len(x.postings) > mostDocuments+2*slack {
		t.Errorf("after many corrections %d entries are gone, %d words kept", x.gone, len(x.postings))
	}
	x.Put(Document{ID: "long", Revision: 1, Text: strings.Repeat("сөз ", mostWords) + "аягы"})
	if got := x.Find("аягы", 5); len(got) != 0 {
		t.Errorf("of a text without end it finds the end: %q", got)
	}
}

// hostileQueries are those that cost the most, some of them longer than a person can type.
func hostileQueries(x *Index) []string {
	x.sort()
	commonest := slices.Clone(x.stems)
	slices.SortFunc(commonest, func(a, b string) int { return len(x.postings[b]) - len(x.postings[a]) })
	beginnings := map[string]int{}
	for _, s := range x.stems {
		if runes := []rune(s); len(runes) >= leastPrefix {
			beginnings[string(runes[:leastPrefix])]++
		}
	}
	widest := slices.SortedFunc(maps.Keys(beginnings), func(a, b string) int { return beginnings[b] - beginnings[a] })
	queries := []string{
		strings.Repeat("к ", 32), strings.Repeat("жар ", 16), "а б в г д е ж з и к л м н о п р с т у ф х ц ч ш щ э ю я a b c d",
		strings.Join(widest[:min(16, len(widest))], " "), strings.Join(commonest[:min(16, len(commonest))], " "),
	}
	queries = append(queries, widest[:min(16, len(widest))]...)
	mistyped := make([]string, 0, 1000)
	for i := range 1000 {
		s := []rune(x.stems[(7919*i)%len(x.stems)])
		mistyped = append(mistyped, "р"+string(s[1:])+"шшщ", string(s[:len(s)-1])+"ждлфыва")
	}
	return append(queries,
		strings.Join(mistyped[:8], " "), strings.Join(mistyped[:mostTerms], " "), strings.Join(mistyped, " "), // a thousand words
		strings.Repeat("жардам", 4096/6), strings.Repeat("щ", 4096), strings.Repeat("j-", 2048), strings.Repeat("ж'", 500),
		strings.Repeat("😀", 64), "^(а+)+$|.*[к-я]{9,}", "jiiojieiongsqkscwhiaiuoo "+strings.Repeat("jieiongksq ", 20),
	)
}

// everyLetter gives each document each letter as a word: the commonest words that there can be.
func everyLetter(x *Index) {
	for letter := 'а'; letter <= 'я'; letter++ {
		for _, word := range Words(string(letter)) {
			x.fresh = append(x.fresh, word)
			x.postings[word] = nil
			for n := range x.entries {
				x.postings[word] = append(x.postings[word], newPosting(int32(n), mostly))
			}
		}
	}
	slices.Sort(x.fresh)
	x.fresh = slices.Compact(x.fresh)
}

func understood(x *Index, query string) reading {
	r, _ := understand(query, []*Index{x}, func() ([]*Index, error) { return nil, nil })
	return r
}

// TestAQueryCostsItsShare: whatever somebody types, the index looks at no more of itself
// than for a few common words.
func TestAQueryCostsItsShare(t *testing.T) {
	t.Parallel()
	p, x := newPress(), &Index{}
	for n := range mostDocuments {
		d := Document{ID: fmt.Sprint(n), Title: "кабар", Published: time.Unix(int64(n), 0)}
		if n%20 == 0 {
			d.Text = p.words(100)
		}
		x.Put(d)
	}
	everyLetter(x)
	most := 0
	for _, query := range hostileQueries(x) {
		r := understood(x, query)
		tally := x.tally(r.terms[0])
		if most = max(most, tally.visited); tally.visited > mostPostings {
			t.Errorf("%q looks at %d postings", query, tally.visited)
		}
		if len(r.words) > mostTerms {
			t.Errorf("of %q %d words count", query, len(r.words))
		}
	}
	if most < mostPostings/2 {
		t.Errorf("the most that a query looks at is %d postings: none of them is hostile", most)
	}
	if words := readTyped(strings.Repeat("к ", 32)); len(words) != 1 {
		t.Errorf("repeated words count as %v", words)
	}
	once, often := x.Find("к мыйзам", 9), x.Find("мыйзам "+strings.Repeat("к ", 20), 9)
	if !slices.Equal(once, often) {
		t.Errorf("%q becomes %q when a word is repeated", once, often)
	}
	if got := len(x.matches(term{sound: "jar"})); got > mostStems {
		t.Errorf("%d stems begin with it", got)
	}
	if got := x.matches(term{sound: "ja"}); len(got) > 1 {
		t.Errorf("two letters begin %d words", len(got))
	}
}

// TestOfManyCommonWordsTheRareOnesAreAskedFor: what a query costs is bounded by leaving
// out the words that say the least.
func TestOfManyCommonWordsTheRareOnesAreAskedFor(t *testing.T) {
	t.Parallel()
	x := &Index{}
	for n := range mostPostings / 18 {
		x.Put(Document{ID: fmt.Sprint(n), Title: fmt.Sprintf("x%dx", n), Published: time.Unix(int64(n), 0)})
	}
	everyLetter(x)
	if got := x.Find("а б в г д е ж з и к л м н о п р с т у ф x77x", 5); len(got) == 0 || got[0] != "77" {
		t.Errorf("finds %q", got)
	}
}

// TestStemsStayInOrder: whatever is put, searched for and forgotten in between.
func TestStemsStayInOrder(t *testing.T) {
	t.Parallel()
	x := &Index{}
	for n := range 3 * slack {
		x.Put(Document{ID: fmt.Sprint(n % 7), Revision: n, Title: fmt.Sprintf("жардам x%dx y%dy", n, n/slack)})
		if n%97 == 0 {
			x.Find("жардам", 1)
		}
	}
	x.Find("жардам", 1)
	if want := slices.Sorted(maps.Keys(x.postings)); !slices.Equal(x.stems, want) {
		t.Errorf("%d stems are kept, of %d words", len(x.stems), len(want))
	}
}

// TestAnEndlessWordIsRead: a text of one word, made to be folded again and again.
func TestAnEndlessWordIsRead(t *testing.T) {
	t.Parallel()
	x := &Index{}
	x.Put(Document{ID: "hostile", Title: strings.Repeat("k", 1<<20) + strings.Repeat("h", 1<<20)})
	if words := Words(strings.Repeat("щ", 1<<20)); len(words) != 1 || len(words[0]) > longestWord {
		t.Errorf("%d words, the first of %d bytes", len(words), len(words[0]))
	}
}

// TestWhatWasUnderstoodIsFoundAgain: a button carries it, and leads to the same results.
func TestWhatWasUnderstoodIsFoundAgain(t *testing.T) {
	t.Parallel()
	k := readKiosk(t, "testdata/corpus.jsonl")
	f := NewFinder(k, time.Now)
	ids := func(text string, languages []string) (all []string, query string) {
		found, err := f.Find(t.Context(), Query{Text: text, Languages: languages, Others: []string{"ky", "ru", "en"}, Most: Most})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range found.Items {
			all = append(all, item.ID)
		}
		return all, found.Query
	}
	for _, name := range []string{"queries", "tuning", "judging"} {
		for _, q := range readQuestions(t, "testdata/"+name+".tsv") {
			first, query := ids(q.text, q.languages)
			if again, _ := ids(query, q.languages); !slices.Equal(first, again) {
				t.Errorf("%q finds %q; understood as %q it finds %q", q.text, first, query, again)
			}
			if strings.ContainsFunc(query, func(r rune) bool { return r > unicode.MaxASCII }) && len(first) > 0 {
				t.Errorf("%q is understood as %q, which takes more room than letters", q.text, query)
			}
		}
	}
}

func TestSnippet(t *testing.T) {
	t.Parallel()
	text := "Министрлик бүгүн билдирди. Жарандар акысыз юридикалык жардам ала алышат жана бул кызмат бардык облустарда иштейт."
	got := Snippet(text, Stems{kyrgyz.stem("jardam"): true}, 50)
	if got != "…юридикалык жардам ала алышат жана бул кызмат…" {
		t.Errorf("got %q", got)
	}
	if got := Snippet(text, Stems{kyrgyz.stem("komusko"): true}, 50); got != "" {
		t.Errorf("got %q", got)
	}
	marks := Marks(text, Stems{kyrgyz.stem("jardam"): true})
	if len(marks) != 1 || text[marks[0].From:marks[0].To] != "жардам" {
		t.Errorf("the marks are %v", marks)
	}
}

func TestSnippetsAreParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([а-яңөү]{1,12}[ .,]{1,2}){0,40}`).Draw(t, "text")
		query := rapid.StringMatching(`[а-яңөү]{1,3}`).Draw(t, "query")
		snippet := strings.Trim(Snippet(text, Stems{kyrgyz.stem(fold(query)): true}, 40), "…")
		if !strings.Contains(text, snippet) {
			t.Fatalf("%q is no part of %q", snippet, text)
		}
	})
}
