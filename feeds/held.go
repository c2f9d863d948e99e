package feeds

import "time"

// Reasons for which something is held.
const (
	HeldOld      = "old"      // it was older than 72 hours when it was first seen
	HeldFlood    = "flood"    // the source showed more at once than is plausible
	HeldFlapping = "restless" // it changes again and again: there may be a counter in its text
	HeldRepeated = "repeated" // it says what another item said: a copy, or the same notice once more
	HeldDoubtful = "doubtful" // it may be a known item that was rewritten
	HeldLost     = "lost"     // Redis lost what the source showed before, or a backup was brought back, and this may be of it
	HeldEdited   = "edited"   // the site changed what the desk had revised: whose words are to stay?
	HeldBacklog  = "backlog"  // the source did not show it at first, and it may have been there all the same
)

// Held is something that the archive has and did not announce by itself. A person
// decides: Archive.Release or Archive.Dismiss.
type Held struct {
	Item   string           `json:"item"` // the item's ID
	Source string           `json:"source"`
	Kind   AnnouncementKind `json:"kind"`
	Reason string           `json:"reason"` // one of those above
	At     time.Time        `json:"at"`     // the same for all that one poll held
	// Order is the item's place among these: in it they would have been announced.
	Order int `json:"order"`
	// Other is the id of the item that it repeats or may be; empty for other reasons.
	Other string `json:"other,omitempty"`
}
