package search

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/feeds"
)

// shared is where a corpus and queries may lie beside the project. Without it those of
// testdata are used.
const shared = "../../../shared/search"

// kiosk is an archive of news with their editions.
type kiosk struct {
	Archive
	items    map[string]feeds.Item
	edition  map[string]string // of an item
	language map[string][]feeds.Item
}

func (k *kiosk) Item(_ context.Context, id string) (feeds.Item, error) { return k.items[id], nil }

func (k *kiosk) Latest(_ context.Context, language string, offset, count int) ([]feeds.Item, error) {
	rest := k.language[language][min(offset, len(k.language[language])):]
	return rest[:min(count, len(rest))], nil
}

func (k *kiosk) Texts(context.Context, []feeds.Item) (map[string]string, error) { return nil, nil }

func (k *kiosk) Editions(_ context.Context, id string) (map[string]feeds.Item, error) {
	editions := make(map[string]feeds.Item)
	for other := range k.edition {
		if k.same(id, other) && other != id {
			editions[k.items[other].Language] = k.items[other]
		}
	}
	return editions, nil
}

// same reports whether two items are editions of one.
func (k *kiosk) same(a, b string) bool {
	return a == b || k.edition[a] != "" && k.edition[a] == k.edition[b]
}

func readKiosk(t testing.TB, path string) *kiosk {
	t.Helper()
	k := &kiosk{items: map[string]feeds.Item{}, edition: map[string]string{}, language: map[string][]feeds.Item{}}
	for _, line := range readLines(t, path) {
		var in struct{ ID, Language, Date, Title, Text, Edition string }
		if err := json.Unmarshal([]byte(line), &in); err != nil {
			t.Fatal(path, err)
		}
		published, err := time.Parse(time.DateOnly, in.Date)
		if err != nil {
			t.Fatal(path, err)
		}
		k.items[in.ID] = feeds.Item{ID: in.ID, Language: in.Language, Title: in.Title, Summary: in.Text, Published: published, Revision: 1}
		k.edition[in.ID] = in.Edition
	}
	for _, item := range k.items {
		k.language[item.Language] = append(k.language[item.Language], item)
	}
	for _, items := range k.language {
		slices.SortFunc(items, func(a, b feeds.Item) int { return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(a.ID, b.ID)) })
	}
	return k
}

func readLines(t testing.TB, path string) (lines []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for in := bufio.NewScanner(file); in.Scan(); {
		lines = append(lines, in.Text())
	}
	return lines
}

// question is a query and the items that belong among the first five, by place: in each
// place one of several will do. Without any, nothing should be found.
type question struct {
	text      string
	languages []string
	kind      string
	places    [][]string
}

func readQuestions(t testing.TB, path string) (all []question) {
	t.Helper()
	for _, line := range readLines(t, path)[1:] {
		if cells := strings.Split(line, "\t"); len(cells) == 4 {
			all = append(all, newQuestion(cells[0], cells[1], cells[2], cells[3]))
		} else {
			t.Fatalf("%s: %q has %d columns", path, line, len(cells))
		}
	}
	return all
}

func newQuestion(text, languages, kind, ids string) question {
	q := question{text: text, languages: strings.Split(languages, ","), kind: kind}
	for _, place := range strings.Fields(ids) {
		q.places = append(q.places, strings.Split(place, "|"))
	}
	return q
}

// score counts how questions of a kind were answered.
type score struct {
	asked, first, five  int
	placed, places      int // of all places, those filled among the first five
	empty, false, twice int
}

func (s *score) add(other score) {
	s.asked += other.asked
	s.first += other.first
	s.five += other.five
	s.placed += other.placed
	s.places += other.places
	s.empty += other.empty
	s.false += other.false
	s.twice += other.twice
}

func share(part, of int) float64 { return float64(part) / float64(max(1, of)) }

// others are the languages that the reader doesn't read.
func (k *kiosk) others(q question) []string {
	all := slices.Sorted(maps.Keys(k.language))
	return slices.DeleteFunc(all, func(l string) bool { return slices.Contains(q.languages, l) })
}

// ask puts a question and judges the answer.
func ask(t testing.TB, f *Finder, k *kiosk, q question) (s score) {
	t.Helper()
	found, err := f.Find(t.Context(), Query{Text: q.text, Languages: q.languages, Others: k.others(q), Most: Most})
	if err != nil {
		t.Fatal(q.text, err)
	}
	s.asked = 1
	var ids []string
	for _, item := range found.Items {
		if slices.ContainsFunc(ids, func(id string) bool { return k.same(id, item.ID) }) {
			s.twice = 1
		}
		ids = append(ids, item.ID)
	}
	if len(q.places) == 0 {
		s.false = min(1, len(ids))
		s.first, s.five = 1-s.false, 1-s.false
		return s
	}
	right := func(id string, place []string) bool {
		return slices.ContainsFunc(place, func(want string) bool {
			return id == want || k.same(id, want) && slices.Contains(q.languages, k.items[id].Language)
		})
	}
	five := ids[:min(5, len(ids))]
	for n, place := range q.places {
		s.places++
		at := slices.IndexFunc(five, func(id string) bool { return right(id, place) })
		if at >= 0 {
			s.placed++
		}
		if n == 0 && at >= 0 {
			s.five = 1
		}
		if n == 0 && at == 0 {
			s.first = 1
		}
	}
	if len(ids) == 0 {
		s.empty = 1
	}
	if s.twice > 0 && q.kind == "edition" {
		s.first, s.five = 0, 0
	}
	return s
}

// quality asks all questions and prints how well each kind was answered, and what it missed.
func quality(t testing.TB, k *kiosk, questions []question, misses bool) map[string]score {
	t.Helper()
	f := NewFinder(k, time.Now)
	kinds := make(map[string]score)
	for _, q := range questions {
		s := ask(t, f, k, q)
		if s.first == 0 && misses {
			found, _ := f.Find(t.Context(), Query{Text: q.text, Languages: q.languages, Others: k.others(q), Most: 5})
			var ids []string
			for _, item := range found.Items {
				ids = append(ids, item.ID)
			}
			t.Logf("not first: %s %q %v: %v, found %v as %q", q.kind, q.text, q.languages, q.places, ids, found.Query)
		}
		for _, kind := range []string{q.kind, "all"} {
			sum := kinds[kind]
			sum.add(s)
			kinds[kind] = sum
		}
	}
	t.Logf("%-15s %5s  %5s  %5s  %5s  %s", "kind", "asked", "first", "five", "empty", "twice")
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		s := kinds[kind]
		t.Logf("%-15s %5d  %5.2f  %5.2f  %5.2f  %d", kind, s.asked, share(s.first, s.asked), share(s.five, s.asked), share(s.empty, s.asked), s.twice)
	}
	return kinds
}

// targets are the least shares of each kind that have the best item first.
var targets = map[string]float64{
	"all": .92, "typo": .90, "layout": .90, "inflected": .90, "question": .90, "exact": 1, "letters": 1, "order": 1,
	"latin": .93, "region": .88, "synonym": .50, "edition": 1, "nonsense": .90, "lookalike": 1, "shortened": 1,
}

func meetsTargets(t testing.TB, kinds map[string]score) {
	t.Helper()
	for kind, least := range targets {
		if s := kinds[kind]; s.asked > 0 && share(s.first, s.asked)+.005 < least { // as they are printed
			t.Errorf("%s: the best item is first in %d of %d, fewer than %.2f", kind, s.first, s.asked, least)
		}
	}
	all := kinds["all"]
	if got := share(all.five, all.asked); got < .95 {
		t.Errorf("the best item is among five in %.2f", got)
	}
	if got := share(all.empty, all.asked); got > .03 {
		t.Errorf("nothing is found where something is: %.2f", got)
	}
	if all.twice > 0 {
		t.Errorf("two editions of one item are shown for %d queries", all.twice)
	}
}

// fileNamed is where the corpus or the queries are: where the environment says, beside the
// project, or in testdata.
func fileNamed(variable, name string) string {
	beside := filepath.Join(shared, name)
	if _, err := os.Stat(beside); err != nil {
		beside = filepath.Join("testdata", name)
	}
	return cmp.Or(os.Getenv(variable), beside)
}

// TestQuality asks what citizens ask: SEARCH_CORPUS and SEARCH_QUERIES name other files.
func TestQuality(t *testing.T) {
	t.Parallel()
	k := readKiosk(t, fileNamed("SEARCH_CORPUS", "corpus.jsonl"))
	meetsTargets(t, quality(t, k, readQuestions(t, fileNamed("SEARCH_QUERIES", "queries.tsv")), true))
}
