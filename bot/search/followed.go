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

func (s *sieve) add(h rootHash) {
	h >>= 32 - sieveBits
	s[h/64] |= 1 << (h % 64)
}

func (s *sieve) mayHave(h rootHash) bool {
	h >>= 32 - sieveBits
	return s[h/64]>>(h%64)&1 == 1
}
