package page_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	place     = regexp.MustCompile(`\{\w+\}`)
	mentioned = regexp.MustCompile(`'([a-z_]+)'|"([a-z_]+)"`)
	// The words that code builds the names of.
	built = regexp.MustCompile(`^(kind_\w+|what_\w+|says_\w+|service_\w+|own_name|officer|approver)$`)
)

// words are the entries of the page in a language, with the places in each.
func words(t *testing.T, language string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("words", language+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]any
	if err := json.Unmarshal(data, &entries); err != nil {
		t.Fatalf("%s: %v", language, err)
	}
	places := map[string][]string{}
	for id, entry := range entries {
		text, _ := entry.(string)
		found := place.FindAllString(text, -1)
		slices.Sort(found)
		places[id] = found
		if entry == "" {
			t.Errorf("%s: %s is empty", language, id)
		}
	}
	return places
}

func TestPageWords(t *testing.T) {
	t.Parallel()
	ky := words(t, "ky")
	for _, language := range []string{"ru", "en"} {
		other := words(t, language)
		for id, places := range ky {
			if got, found := other[id]; !found || !slices.Equal(got, places) {
				t.Errorf("%s: %s has the places %v, in ky %v", language, id, got, places)
			}
		}
		for id := range other {
			if _, found := ky[id]; !found {
				t.Errorf("ky lacks %s", id)
			}
		}
	}

	files, err := filepath.Glob("*.*")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, file := range files {
		if filepath.Ext(file) == ".go" && file != "people.go" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(data)
	}
	used := map[string]bool{}
	for _, match := range mentioned.FindAllStringSubmatch(code.String(), -1) {
		used[match[1]+match[2]] = true
	}
	for _, match := range regexp.MustCompile(`entries\.([a-z_]+)`).FindAllStringSubmatch(code.String(), -1) {
		used[match[1]] = true
	}
	for _, id := range slices.Sorted(maps.Keys(ky)) {
		if !used[id] && !built.MatchString(id) {
			t.Errorf("nobody says %s", id)
		}
	}
	for _, match := range regexp.MustCompile(`\bt\('([a-z_]+)'|data-(?:word|aria)="([a-z_]+)"`).FindAllStringSubmatch(code.String(), -1) {
		if _, found := ky[match[1]+match[2]]; !found {
			t.Errorf("there is no word %s", match[1]+match[2])
		}
	}
}
