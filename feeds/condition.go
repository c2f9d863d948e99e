package feeds

import "time"

// Condition is how a source fares.
type Condition string

// The conditions that are reported, each once.
const (
	Well    Condition = "well"    // again, after one of the others was reported
	Failing Condition = "failing" // no poll has succeeded for an hour
	Silent  Condition = "silent"  // its polls succeed, and nothing new comes for unusually long
	Gone    Condition = "gone"    // the site says that the feed was given up: it is asked once an hour
)

// Health is how a source is, for administrators. Times are zero for "not since the start".
type Health struct {
	Source, Language, URL string
	Condition             Condition
	// Since is from when on it is in that condition: when it was last well, or last had
	// something new, where it is not. Of one that never had an item it is when it was first read.
	Since time.Time
	// LastAttempt and LastSuccess are of polls; LastItem is when something new last came,
	// also before the start.
	LastAttempt, LastSuccess, LastItem time.Time
	// Never reports whether no poll of it has succeeded, also before the start. Its address
	// may be wrong then.
	Never bool
	// NextPoll is before when no scheduled poll is made.
	NextPoll time.Time
	// Due is by when it was to be read again, as of the poll that last succeeded; where none
	// has since the start, it is the start.
	Due time.Time
	// Failures counts those in a row; LastError is what the last of them said.
	Failures  int
	LastError string
	// Moved is where the source has permanently moved to: the configuration is out of date.
	Moved string
}

// Pace is for how long scheduled polls leave the source alone now: because it asks for
// that, or fails. 0 where the schedule alone says.
func (h Health) Pace() time.Duration { return max(0, h.NextPoll.Sub(h.LastAttempt)) }

// Healthy reports whether the last poll succeeded.
func (h Health) Healthy() bool { return h.Failures == 0 && !h.LastSuccess.IsZero() }
