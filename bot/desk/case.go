package desk

import (
	"maps"
	"slices"
	"time"

	"kabarchy/feeds/article"
)

// Status says where a case is on its way.
type Status string

// The statuses. A case that nobody has written yet has none.
const (
	None      Status = ""
	Draft     Status = "draft"
	Submitted Status = "submitted"
	Returned  Status = "returned"
	Approved  Status = "approved" // it goes when it is due; until then it can be taken back
	Sending   Status = "sending"
	Stopped   Status = "stopped"
	Sent      Status = "sent"
	Discarded Status = "discarded"
)

// Closed reports whether nothing is left to be done.
func (s Status) Closed() bool { return s == Sent || s == Discarded }

// Kind says what a case does.
type Kind string

// The kinds.
const (
	Announce Kind = "announce" // new texts
	Correct  Kind = "correct"  // new texts for items that went out
	Withdraw Kind = "withdraw" // items are taken back
)

// Missing says what readers get in whose language there is no text.
type Missing string

// What they get.
const (
	SkipMissing Missing = ""     // nothing
	MainMissing Missing = "main" // the text of the main language
)

// Text is an announcement in one language.
type Text struct {
	Title  string          `json:"title"`
	Blocks []article.Block `json:"blocks,omitempty"`
}

// Case is one decision on its way. Its times are to the millisecond, in UTC.
type Case struct {
	ID string `json:"id"`
	// Layout is the version in which it is written; 0 is the first, too.
	Layout int    `json:"layout,omitempty"`
	Kind   Kind   `json:"kind"`
	Status Status `json:"status"`
	// Version counts the acts: each makes a new one.
	Version int             `json:"version"`
	Texts   map[string]Text `json:"texts,omitempty"` // by language
	// Picture is Telegram's id of a file, and PictureBot the bot that has it.
	Picture    string    `json:"picture,omitempty"`
	PictureBot int64     `json:"picture_bot,omitempty"`
	Topic      string    `json:"topic,omitempty"` // its id; empty for none
	Urgent     bool      `json:"urgent,omitempty"`
	At         time.Time `json:"at,omitzero"` // zero: as soon as it is approved
	Missing    Missing   `json:"missing,omitempty"`
	Main       string    `json:"main,omitempty"` // the language that was written first, unless another was chosen
	// Items are the ids of what is corrected or withdrawn, editions included; of an
	// announcement, its editions', from the moment that it goes.
	Items []string `json:"items,omitempty"`
	// Hands are who wrote, changed or submitted it.
	Hands       []int64 `json:"hands,omitempty"`
	SubmittedBy int64   `json:"submitted_by,omitempty"`
	ApprovedBy  int64   `json:"approved_by,omitempty"`
	// Alone reports that one of its hands approved it.
	Alone     bool      `json:"alone,omitempty"`
	StoppedBy int64     `json:"stopped_by,omitempty"`
	Due       time.Time `json:"due,omitzero"` // when it goes, once it is approved
	Created   time.Time `json:"created"`
	Changed   time.Time `json:"changed"` // by the last act
	StoppedAt time.Time `json:"stopped_at,omitzero"`
	SentAt    time.Time `json:"sent_at,omitzero"` // when it began to go
	// Ended reports that what is stopped is not to go on.
	Ended  bool   `json:"ended,omitempty"`
	Reason string `json:"reason,omitempty"` // of a return, of a miss: see MissedLate, or TakenBack
	Reach  int    `json:"reach,omitempty"`  // the number that the approver confirmed
	// Paid is for how many of its messages the approver would have paid; 0 where it goes free.
	Paid int `json:"paid,omitempty"`
	// Sums are kept from Done on; nil where nothing is known of its broadcasts.
	Sums *Sums `json:"sums,omitempty"`
	// Retrying reports that those who could not be reached are tried again.
	Retrying bool `json:"retrying,omitempty"`
	// Feed reports that its item is a feed's, not the desk's.
	Feed bool `json:"feed,omitempty"`
	// Fields say which version changed each field last.
	Fields map[string]int `json:"fields,omitempty"`
}

// Why a case was not sent though it was approved, as Reason.
const (
	MissedLate     = "late"     // nobody was there to send it for half an hour
	MissedApprover = "approver" // who approved it is no approver any more
)

// TakenBack is the Reason of a correction that is done and changed nothing, or not all: what it
// corrects had been taken back meanwhile.
const TakenBack = "taken_back"

// Sums are what became of the messages of a case. They are kept with it when it is done, as the
// reports of its broadcasts are not kept as long.
type Sums struct {
	Planned     int `json:"planned"`
	Came        int `json:"came,omitempty"`
	Sent        int `json:"sent"`
	Blocked     int `json:"blocked,omitempty"`
	Failed      int `json:"failed,omitempty"`
	GaveUp      int `json:"gave_up,omitempty"` // of Failed those who could not be reached
	NoLongerDue int `json:"no_longer_due,omitempty"`
}

// Hand reports whether somebody wrote, changed or submitted it.
func (c Case) Hand(who int64) bool { return slices.Contains(c.Hands, who) }

// Languages are those that have a text, in order.
func (c Case) Languages() []string { return slices.Sorted(maps.Keys(c.Texts)) }

// clone copies what an act may change in place.
func (c Case) clone() Case {
	c.Texts, c.Fields = maps.Clone(c.Texts), maps.Clone(c.Fields)
	c.Items, c.Hands = slices.Clone(c.Items), slices.Clone(c.Hands)
	return c
}

// join adds somebody to the hands.
func (c *Case) join(who int64) {
	if !c.Hand(who) {
		c.Hands = append(c.Hands, who)
	}
}

// moment is now, as cases keep it.
func (d *Desk) moment() time.Time { return time.UnixMilli(d.clock().UnixMilli()).UTC() }
