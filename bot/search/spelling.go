package search

import (
	"slices"
	"strings"
)

// respelt are ways to write a sound that folding can't know: what was typed, and what it may
// stand for, both folded. The first ones go together with the others.
var respelt = [][2]string{
	{"j", "i"},  // jurist, ja: ю and я
	{"ie", "e"}, // obyedinenie
	{"io", "e"}, // yolka
	{"ng", "n"}, // жангы, zhangy: ң
	{"sq", "w"}, // sch: щ
	{"ks", "h"}, // x: х
	{"c", "ts"}, // detskiy
	{"w", "sh"}, // shema
	{"ia", "a"}, {"iu", "u"}, {"c", "s"}, {"c", "k"}, {"q", "k"}, {"w", "v"}, {"oo", "u"}, {"ee", "i"}, {"i", "u"},
}

const respeltTogether = 4

// spellings are others of a word, those with the fewest changes first.
func (t term) spellings() (all []string) {
	add := func(word, from, to string) {
		if other := strings.ReplaceAll(word, from, to); other != word && other != t.sound && !slices.Contains(all, other) {
			all = append(all, other)
		}
	}
	rules := respelt
	if t.latin == "" {
		rules = [][2]string{{"ng", "n"}}
	}
	for _, rule := range rules {
		add(t.sound, rule[0], rule[1])
	}
	for _, rule := range rules[:min(respeltTogether, len(rules))] {
		if once := strings.ReplaceAll(t.sound, rule[0], rule[1]); once != t.sound {
			for _, other := range rules {
				add(once, other[0], other[1])
			}
		}
	}
	return all
}
