package search

import (
	"hash/maphash"
	"strings"
	"unicode"
)

// Of 150,000 phrases that people follow an item says few. So that it takes milliseconds to
// find those, also of the first item after a start, nothing is analysed of most phrases: the
// text says how the first word of a phrase begins that it may have.

// rootHash stands for a root.
type rootHash uint32

var seed = maphash.MakeSeed()

func hashOf(root string) rootHash { return rootHash(maphash.String(seed, root)) }

// form are the hashes of the roots that a word may have; of a single root twice the same.
type form [2]rootHash

func formOf(word string) form {
	roots := rootsOfForm(word)
	return form{hashOf(roots[0]), hashOf(roots[len(roots)-1])}
}

// sieve tells at once of most roots that they are not in a text.
type sieve [1 << sieveBits / 64]uint64

const sieveBits = 18

func (s *sieve) add(h rootHash) {
	h >>= 32 - sieveBits
	s[h/64] |= 1 << (h % 64)
}

func (s *sieve) mayHave(h rootHash) bool {
	h >>= 32 - sieveBits
	return s[h/64]>>(h%64)&1 == 1
}

// opening is the hash of a word's first letters (FNV-1a), which grows with each.
type opening rootHash

const noLetters opening = 2166136261

func (h opening) and(letter byte) opening { return (h ^ opening(letter)) * 16777619 }

// whole is the hash of all letters of a word.
func (h opening) whole() opening { return h.and(0) }

// addRoot notes how the words begin that have the root: with itself, or with what it was
// before settled changed its end. One below shortRoot is the whole word.
func (s *sieve) addRoot(root string) {
	if len(root) < shortRoot {
		s.add(rootHash(openingOf(root).whole()))
		return
	}
	s.add(rootHash(openingOf(root)))
	left := openingOf(root[:len(root)-1])
	switch root[len(root)-1] {
	case 'p':
		s.add(rootHash(left.and('b')))
	case 'k':
		s.add(rootHash(left.and('g')))
		if len(root)-1 <= shortRoot {
			for _, fleeting := range []byte("oe") {
				s.add(rootHash(left.and(fleeting).and('k')))
				s.add(rootHash(left.and(fleeting).and('g')))
			}
		}
	}
}

func openingOf(letters string) opening {
	h := noLetters
	for i := range len(letters) {
		h = h.and(letters[i])
	}
	return h
}

// begins reports whether a word of the text may begin like this one.
func (s *sieve) begins(word []byte) bool {
	h := noLetters
	for i, letter := range word {
		h = h.and(letter)
		if i >= shortRoot-1 && s.mayHave(rootHash(h)) {
			return true
		}
	}
	return s.mayHave(rootHash(h.whole()))
}

// foldPlain folds a word into room, as Words does. It does so with plain ones alone: of one
// alphabet, without marks; ok is false for others.
func foldPlain(room []byte, from string) (word []byte, ok bool) {
	if len(from) > longestWord {
		return nil, false
	}
	word = room[:0]
	latin, cyrillic := false, false
	for _, r := range from {
		at := int(r)
		if at >= len(spelling) || !spelling[at].known {
			return nil, false
		}
		cyrillic = cyrillic || at >= cyrillicBegins
		latin = latin || at < cyrillicBegins && unicode.IsLetter(r)
		switch to := &spelling[at]; to.letters {
		case 1:
			word = append(word, to.spelt[0])
		case 2:
			word = append(word, to.spelt[0], to.spelt[1])
		}
	}
	if !cyrillic && strings.ContainsAny(string(word), "hs") {
		word = append(room[:0], sounds.Replace(string(word))...)
	}
	return word, len(word) > 0 && latin != cyrillic
}

const cyrillicBegins = 0x400

// spelling spells the letters and digits that need no thought, by their number.
var spelling = func() (all [0x530]struct {
	known   bool
	letters uint8
	spelt   [2]byte
}) {
	for r := range rune(len(all)) {
		lower := unicode.ToLower(r)
		spelt, known := letters[lower]
		switch {
		case known && (lower < 0x80 || lower >= cyrillicBegins):
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			spelt = string(lower)
		default:
			continue
		}
		all[r].known, all[r].letters = true, uint8(copy(all[r].spelt[:], spelt))
	}
	return all
}()
