package search

import "strings"

// shortest is what a stem keeps at least: shorter ones say too little.
const shortest = 4

// endings are those of Kyrgyz, Russian and English words, folded.
// They are taken off one after another, the longest first, as Kyrgyz puts them on: жардам-дар-ын-дан.
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

// longest is how long an ending is at most, in bytes.
var longest = func() (most int) {
	for ending := range endings {
		most = max(most, len(ending))
	}
	return most
}()

func foldedEndings(lists ...string) map[string]bool {
	all := make(map[string]bool)
	for _, list := range lists {
		for _, ending := range strings.Fields(list) {
			all[fold(ending)] = true
		}
	}
	return all
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
	for n := min(longest, len(word)-shortest); n > 0; n-- {
		if at := len(word) - n; endings[word[at:]] {
			return word[:at]
		}
	}
	return word
}
