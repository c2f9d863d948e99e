package broadcast

import (
	"sync"
	"time"
)

// How long Redis may take to give a block, and is left alone where it did not, or had none:
// meanwhile the broadcast goes on at the free rate.
const (
	blockWithin = 2 * time.Second
	blockAgain  = time.Second
	emptyAgain  = 5 * time.Second
)

// fare is what one broadcast pays with. Its zero value pays with what it takes from the day's
// budget.
type fare struct {
	mu      sync.Mutex
	block   block
	over    bool      // nothing more is paid for
	notYet  time.Time // Redis did not give a block, and is not asked before
	failing bool      // it failed to, and that was said
	since   time.Time // when it began
	reached int       // messages that arrived since
	pauses  int       // that Telegram asked for since, of everybody

	silent int       // attempts in a row that were to be paid for and got no answer
	why    error     // of the last of them
	vain   int       // times in a row that a message arrived unpaid after so many of them
	tried  time.Time // when it last did
}

// block is for how many messages may be paid at once.
type block struct {
	left  int
	day   string    // as Redis names it
	until time.Time // when the day ends
}

// take takes a place from the block, and names the day whose Stars it is; may reports whether
// there may be another block.
func (f *fare) take(now time.Time) (day string, has, may bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over || now.Before(f.notYet) || f.silent >= manyFail { // the next goes unpaid: it tells whose trouble that is
		return "", false, false
	}
	if f.block.left == 0 || !now.Before(f.block.until) {
		return "", false, true
	}
	f.block.left--
	return f.block.day, true, true
}

// refill puts the next block in place of the last one and takes a place from it.
func (f *fare) refill(next block, err error, now time.Time) (day string, has bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err != nil:
		f.notYet = now.Add(blockAgain)
		return "", false
	case next.left == 0: // at midnight there may be more
		f.notYet = now.Add(emptyAgain)
		return "", false
	}
	if f.since.IsZero() {
		f.since = now
	}
	f.block = next
	f.block.left--
	return next.day, true
}

// refused reports whether Redis fails to give a block, and did not fail the last time.
func (f *fare) refused(err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	was := f.failing
	f.failing = err != nil
	return f.failing && !was
}

// arrived notes that a message came that was paid for.
func (f *fare) arrived() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reached++
	f.silent, f.vain = 0, 0
}

// mostInVain is how often in a row a message arrives unpaid, where those that were to be paid for
// got no answer, until no more is paid for: the first time all of Telegram may have been in trouble.
const mostInVain = 2

// unanswered notes that an attempt which was to be paid for, and was made at a moment, got no answer.
func (f *fare) unanswered(sent time.Time, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !sent.Before(f.tried) {
		f.silent++
		f.why = why
	}
}

// arrivedUnpaid notes that a message came that was not paid for, and returns why no more should
// be; nil where it may be.
func (f *fare) arrivedUnpaid(now time.Time) (why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.silent < manyFail {
		return nil
	}
	f.silent, f.tried = 0, now
	if f.vain++; f.vain < mostInVain {
		return nil
	}
	return f.why
}

// back gives a place of a day's Stars back.
func (f *fare) back(day string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if day == f.block.day {
		f.block.left++
	}
}

// pausesInVain is after how many pauses it is asked whether paying is worth it.
const pausesInVain = 3

// inVain notes a pause that Telegram asked for of everybody, and reports whether the free rate
// would have brought more than paying has.
func (f *fare) inVain(now time.Time, free float64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pauses++
	return f.pauses >= pausesInVain && float64(f.reached) < free*now.Sub(f.since).Seconds()
}

// end reports whether it was paid until now.
func (f *fare) end() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	ends := !f.over
	f.over = true
	return ends
}

// empty takes what is left of the block.
func (f *fare) empty() (left block) {
	f.mu.Lock()
	defer f.mu.Unlock()
	left = f.block
	f.block.left = 0
	return left
}
