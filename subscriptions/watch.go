package subscriptions

// Change is what was stored of a chat in one step. Of whom it is is not said: it is for
// sums.
type Change struct {
	Before, After Preferences // zero where nothing is kept
	// Known and Kept report whether something was kept before, and is after.
	Known, Kept bool
}

// Watch has f hear of each change that this store makes, once it is stored. A change that is
// asked for again and changes nothing is none. It is called before the store is used by
// others; f must return at once.
func (s *Store) Watch(f func(Change)) { s.watch = f }

// changed tells who watches.
func (s *Store) changed(c Change) {
	if s.watch != nil {
		s.watch(c)
	}
}
