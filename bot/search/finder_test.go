package search

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kabarchy/feeds"
)

// stack is an archive of one language, newest first, that counts how much is read of it.
type stack struct {
	Archive
	items []feeds.Item
	texts map[string]string
	read  int
}

func (s *stack) Latest(_ context.Context, language string, offset, count int) ([]feeds.Item, error) {
	if language != "ky" {
		return nil, nil
	}
	rest := s.items[min(offset, len(s.items)):]
	found := rest[:min(count, len(rest))]
	s.read += len(found)
	return slices.Clone(found), nil
}

func (s *stack) Item(_ context.Context, id string) (feeds.Item, error) {
	for _, item := range s.items {
		if item.ID == id {
			return item, nil
		}
	}
	return feeds.Item{}, feeds.ErrNotFound
}

func (s *stack) Texts(_ context.Context, items []feeds.Item) (map[string]string, error) {
	texts := make(map[string]string)
	for _, item := range items {
		if text, has := s.texts[item.ID]; has {
			texts[item.ID] = text
		}
	}
	return texts, nil
}

func TestTheFinderFollowsTheArchive(t *testing.T) {
	t.Parallel()
	const many = 3000
	archive, now := &stack{texts: map[string]string{}}, time.Unix(0, 0)
	for n := range many {
		archive.items = append(archive.items, feeds.Item{ID: fmt.Sprint("old", n), Language: "ky", Title: fmt.Sprintf("кабар x%dx", n), Revision: 1})
	}
	f := NewFinder(archive, func() time.Time { return now })
	found := func(query string) string {
		t.Helper()
		got, err := f.Find(t.Context(), Query{Text: query, Languages: []string{"ky", "ru"}, Most: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Items) == 0 {
			return ""
		}
		return got.Items[0].ID
	}
	expect := func(query, want string) {
		t.Helper()
		if got := found(query); got != want {
			t.Errorf("%q finds %q, not %q", query, got, want)
		}
	}
	expect("x2999x", "old2999")
	if archive.read != many {
		t.Errorf("the first search reads %d items", archive.read)
	}
	archive.read = 0
	archive.items = slices.Insert(archive.items, 0, feeds.Item{ID: "new", Language: "ky", Title: "жаңылык", Revision: 1})
	expect("жаны", "new")
	if archive.read > findPeek+findChunk {
		t.Errorf("for one new item %d are read", archive.read)
	}

	archive.texts["new"] = "толук тексти бар" // its page has been read meanwhile
	expect("толук", "new")
	archive.items[many].Title, archive.items[many].Revision = "оңдолду", 2
	archive.texts["old1500"] = "көптөн кийин окулду"
	for range many/findAgain + 1 {
		now = now.Add(findEvery)
		found("кабар")
	}
	expect("ондолду", "old2999")
	expect("x2999x", "")
	expect("окулду", "old1500")

	archive.items[7].Title, archive.items[7].Revision = "кабар биринчи", 2 // among the newest
	expect("биринчи", "old6")
	archive.items[500].Title, archive.items[500].Revision = "кабар башка", 2
	expect("x499x", "old499") // found as it was, for the last time
	expect("башка", "old499")
	archive.items[8].Withdrawn = true
	expect("x7x", "")
}

func TestASearchDoesNotWaitForTheWholeArchive(t *testing.T) {
	t.Parallel()
	f := NewFinder(&stack{}, time.Now)
	f.of("ky").reading.Lock() // somebody is reading
	defer f.of("ky").reading.Unlock()
	if _, err := f.Find(t.Context(), Query{Text: "кабар", Languages: []string{"ky"}, Most: 5}); err != nil {
		t.Error(err)
	}
}
