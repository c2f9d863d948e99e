package broadcast

import (
	"time"
)

// task is one chat's message of a broadcast. It holds nothing of what is to be sent and
// promises nothing: the worker reads the chat's preferences and the ledger again just
// before it sends. So two tasks for the same chat and broadcast do no harm: the second
// finds the first one's line in the ledger.
type task struct {
	job      *job
	chat     int64
	bucket   *bucket   // the walk's, where the walk made it
	ahead    bool      // a younger broadcast's walk made it
	line     entry     // the chat's when the attempt began; of a correction or withdrawal, the one in its own ledger
	later    time.Time // when the chat gets it, where it waits; zero where it does not
	attempts int       // failed ones
	since    time.Time // the first failure; zero before it
	kept     bool      // as safe says
	asked    bool      // Telegram was asked in this attempt
	paid     bool      // a tenth of a Star was taken for this attempt
	starsOf  string    // the day of which it was taken
}

// safe says that a crash can't lose the task any more: it is done, or stands in the
// retry set.
func (t *task) safe() {
	t.kept = true
	if t.bucket != nil {
		t.bucket.left.Add(-1)
		t.bucket = nil
	}
}

// unpay takes back that an attempt is paid for: nothing was sent, or it was refused, and
// Telegram charges for what it delivers alone.
func (t *task) unpay() {
	if t.paid {
		t.paid = false
		t.job.fare.back(t.starsOf)
	}
}

// chat is what is known of a chat that has something pending or got something a
// moment ago.
type chat struct {
	id        int64
	pending   []*task // as before orders them
	inFlight  bool
	parked    bool
	notBefore time.Time
}
