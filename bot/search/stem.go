package search

import (
	"slices"
	"strings"
)

// shortest is what a stem keeps at least: shorter ones say too little.
const shortest = 4

// endings are those of Kyrgyz, Russian and English words, folded, the longest first.
// They are taken off one after another, as Kyrgyz puts them on: жардам-дар-ын-дан.
var endings = foldedEndings(
	// Kyrgyz: plural, possession, case.
	"лар лер лор дар дер дор тар тер тор",
	"нын нин нун дын дин дун тын тин тун га ге го ка ке ко ны ни ну ды ди ду ты ти ту",
	"да де до та те то дан ден дон тан тен тон нан нен нон",
	"ым им ум ың иң уң сы си су ы и у нда нде ндо быз биз буз ыбыз ибиз ңыз ңиз ңуз чы чи чу луу",
	// Russian: nouns and adjectives.
	"ами ями ов ев ей ой ий ый ая яя ое ее ые ие ого его ому ему ых их ую юю ах ях ом ем ам ям ью ия ии ию ием",
	"а я о е ю",
	// English.
	"s es ed ing",
)

func foldedEndings(lists ...string) []string {
	var all []string
	for _, list := range lists {
		for _, ending := range strings.Fields(list) {
			all = append(all, fold(ending))
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(all)
}

// stem takes the endings off a folded word.
func stem(word string) string {
	for {
		shorter := withoutEnding(word)
		if shorter == word {
			return word
		}
		word = shorter
	}
}

func withoutEnding(word string) string {
	for _, ending := range endings {
		if len(word)-len(ending) >= shortest && strings.HasSuffix(word, ending) {
			return word[:len(word)-len(ending)]
		}
	}
	return word
}
