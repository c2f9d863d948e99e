package telegram

import "time"

// Backoff is how long to wait after so many failures in a row: the first pause after the
// first, twice as long after each, never longer than the longest. It serves those who count
// failures and do other things while they wait; a loop around one call is backoff.Retry's.
func Backoff(first, longest time.Duration, failures int) time.Duration {
	return min(first<<min(max(failures-1, 0), 10), longest)
}

// WorthLogging reports whether the n-th failure in a row gets a line in the log: the first
// does, the second, the fourth, the eighth, so that a long outage fills no log.
func WorthLogging(failures int) bool { return failures&(failures-1) == 0 }
