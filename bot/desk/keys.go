package desk

import "time"

// All keys share one slot, so that one script can change them together in a Cluster too.
const (
	keyOpen   = "{news}:desk:open"   // sorted set: ids of the cases that are not closed, by when they began
	keyDue    = "{news}:desk:due"    // sorted set: ids of the approved ones, by when they go
	keyClosed = "{news}:desk:closed" // sorted set: ids of the others, by when they were closed
	keyHalted = "{news}:desk:halted" // hash: item or digest → halt or over
	keyAudit  = "{news}:desk:audit"  // stream: a line for each act
	keyPeople = "{news}:desk:people" // hash: user → who was invited, as JSON
)

// keyCase is a string: the case as JSON.
func keyCase(id string) string { return "{news}:desk:case:" + id }

// keyTexts is a hash: SHA-256 → the texts of a version that was submitted, as JSON.
func keyTexts(id string) string { return "{news}:desk:texts:" + id }

// keyAct is a string: what the act answered, as JSON.
func keyAct(id string) string { return "{news}:desk:act:" + id }

// keyInvite is a string: who invited.
func keyInvite(sum string) string { return "{news}:desk:invite:" + sum }

// keyLogin is a string: whose link to sign in it is.
func keyLogin(sum string) string { return "{news}:desk:login:" + sum }

// keyHeld is a hash: held item → what was decided of it, as JSON.
func keyHeld(batch string) string { return "{news}:desk:held:" + batch }

// keyDecided is a string: what was decided of a whole batch, by an earlier release. It is
// only read.
func keyDecided(batch string) string { return "{news}:decided:" + batch }

// KeptDays is for how many days closed cases and the audit are kept.
const KeptDays = 365

const (
	kept         = KeptDays * 24 * time.Hour // how long closed cases and the audit are kept
	keptAct      = 24 * time.Hour            // how long an act is known again
	keptDecision = 90 * 24 * time.Hour
	keptInvite   = 24 * time.Hour  // how long an invitation is valid
	keptLogin    = 2 * time.Minute // how long a link to sign in is valid
)
