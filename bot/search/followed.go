package search

import (
	"hash/maphash"
	"slices"
	"sync"
)

// Of 150,000 phrases that people follow an item says few. So that it takes milliseconds to
// find those, a phrase is analysed once, and known by small numbers after that.

// mostFollowed is how many phrases are remembered: in 20 MB at most, however many people
// follow something.
const mostFollowed = 200_000

// mark stands for a root.
type mark uint32

var seed = maphash.MakeSeed()

func markOf(root string) mark { return mark(maphash.String(seed, root)) }

// form are the marks of the roots that a word may have; of a single root twice the same.
type form [2]mark

func formOf(word string) form {
	roots := rootsOfForm(word)
	return form{markOf(roots[0]), markOf(roots[len(roots)-1])}
}

// followed remembers the words of phrases.
type followed struct {
	mu    sync.RWMutex
	forms map[uint64][]form
}

var phrases followed

// read are the words of a phrase.
func (f *followed) read(phrase string) []form {
	key := maphash.String(seed, phrase)
	f.mu.RLock()
	forms, known := f.forms[key]
	f.mu.RUnlock()
	if known {
		return forms
	}
	for _, word := range Words(phrase) {
		forms = append(forms, formOf(word))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.forms == nil || len(f.forms) >= mostFollowed {
		f.forms = make(map[uint64][]form)
	}
	f.forms[key] = slices.Clip(forms)
	return forms
}

// sieve tells at once of most roots that they are not in a text.
type sieve [1 << sieveBits / 64]uint64

const sieveBits = 18

func (s *sieve) add(m mark) {
	m >>= 32 - sieveBits
	s[m/64] |= 1 << (m % 64)
}

func (s *sieve) mayHave(m mark) bool {
	m >>= 32 - sieveBits
	return s[m/64]>>(m%64)&1 == 1
}
