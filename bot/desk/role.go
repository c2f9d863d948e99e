package desk

import "time"

// Role is what somebody may do at the desk, a set.
type Role uint8

// The roles.
const (
	Officer  Role = 1 << iota // writes, changes, submits
	Approver                  // returns, approves, goes on, ends, withdraws, decides of what is held
	Operator                  // looks after the service
)

// Person is somebody at the desk.
type Person struct {
	ID    int64  `json:"id"` // Telegram's user id
	Name  string `json:"name"`
	Roles Role   `json:"roles"`
	// InvitedBy let them in, at Since; of the configuration's people there is none.
	InvitedBy int64     `json:"invited_by,omitempty"`
	Since     time.Time `json:"since,omitzero"`
}
