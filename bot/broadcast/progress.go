package broadcast

import (
	"time"
)

// Progress is how far a broadcast is.
type Progress struct {
	ID       int64
	Kind     Kind
	Item     string // the item's id
	Title    string
	Language string
	Urgent   bool

	Planned int // chats it is for; 0 until they are counted
	Sent    int
	Blocked int // chats that blocked the bot or are gone
	Failed  int // chats that never got it, each listed with its reason
	ToGo    int

	Rate        float64 // messages a second, lately
	PlannedAt   time.Time
	ExpectedEnd time.Time // zero where it is not known
	FinishedAt  time.Time // zero while it runs

	// Held says why nothing more of it is sent until a person decides, see Engine.Resume
	// and Engine.Stop. It is empty where it is not held.
	Held   Suspicion
	Words  string    // what Telegram said to those whose answers led to the holding
	HeldAt time.Time // zero where it is not held
	// Stopped reports that a person ended it before everybody was reached.
	Stopped bool
}

func (p record) progress(now time.Time) Progress {
	told := Progress{
		ID: p.ID, Kind: p.Kind, Item: p.Item, Title: p.Title, Language: p.Language, Urgent: p.Urgent,
		Planned: max(p.Planned, 0), Sent: p.Sent, Blocked: p.Blocked, Failed: p.Failed,
		Rate: p.Rate, PlannedAt: time.UnixMilli(p.PlannedAt), Stopped: p.Stop,
	}
	if p.Held != "" {
		told.Held, told.Words, told.HeldAt, told.Rate = p.Held, p.Words, time.Unix(p.HeldAt, 0), 0
	}
	if p.Finished > 0 {
		told.FinishedAt = time.Unix(p.Finished, 0)
		return told
	}
	told.ToGo = max(0, told.Planned-told.Sent-told.Blocked-told.Failed)
	switch {
	case p.Held != "":
	case p.Wake > 0: // some wait for the morning, or for another edition
		told.ExpectedEnd = time.Unix(p.Wake, 0)
	case p.Rate > 0 && told.ToGo > 0:
		told.ExpectedEnd = now.Add(time.Duration(float64(told.ToGo) / p.Rate * float64(time.Second)))
	}
	return told
}
