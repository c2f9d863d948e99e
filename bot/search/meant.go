package search

import (
	"slices"
	"strings"
	"sync"
)

// asked is an index of the words of the table that are not English.
var asked = sync.OnceValue(func() *Index {
	x := new(Index)
	x.Put(Document{ID: "synonyms", Revision: 1, Text: strings.Join(slices.DeleteFunc(strings.Fields(synonyms), func(word string) bool {
		return !strings.ContainsFunc(word, isCyrillic)
	}), " ")})
	x.sort()
	return x
})

// nearSynonyms are what the word of the table means that a mistyped one is meant for: at most
// one mistake, since here nothing else in the news speaks for it.
func (t term) nearSynonyms(in *tongue) (found []match) {
	near, cost := asked().nearest(t, sureStem)
	if cost > oneMistake {
		return nil
	}
	for _, m := range near {
		if m.weight < near[0].weight {
			break
		}
		for _, other := range alike[in][isFolded+m.stem] {
			found = append(found, match{other.stem, other.weight * mistyped})
		}
	}
	return found
}
