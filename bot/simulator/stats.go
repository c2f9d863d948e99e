package simulator

import "sync/atomic"

// Stats count what happened since the server began.
type Stats struct {
	Requests   int64 // Bot API requests of any method
	Accepted   int64 // messages that arrived in a chat
	Edited     int64
	Deleted    int64
	Refused    int64 // answers that were not ok, 429 aside
	Limited429 int64 // answers 429, of the limits and of faults
	Faulted    int64 // requests that a fault struck
	// Ambiguous counts accepted messages whose answer was cut off or came too late:
	// no more duplicates than these can be excused.
	Ambiguous int64
	Paid      int64 // messages accepted with allow_paid_broadcast
	Crowd     int64 // members of crowds
	Pending   int64 // updates that the bot has not confirmed
}

// counts are Stats while they grow.
type counts struct {
	requests, accepted, edited, deleted, refused, limited, faulted, ambiguous, paid atomic.Int64
}

// stats returns the counts as they are now.
func (c *counts) stats() Stats {
	return Stats{
		Requests: c.requests.Load(), Accepted: c.accepted.Load(), Edited: c.edited.Load(), Deleted: c.deleted.Load(),
		Refused: c.refused.Load(), Limited429: c.limited.Load(), Faulted: c.faulted.Load(),
		Ambiguous: c.ambiguous.Load(), Paid: c.paid.Load(),
	}
}
