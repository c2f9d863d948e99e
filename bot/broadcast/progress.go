package broadcast

import (
	"time"
)

// Progress is how far a broadcast is.
type Progress struct {
	ID       int64
	Kind     Kind
	Item     string // the item's id
	Ledger   int64  // the same for all editions of an item, and what became of them
	Title    string
	Language string
	Urgent   bool

	// The chats. Planned + Came = Sent + Blocked + Failed + Waiting + ToGo + NoLongerDue.
	Planned     int // it was for these, counted before the first message; 0 until then
	Came        int // others who got it, or were to: who subscribed since, as far as that can be told
	Sent        int // have it
	Blocked     int // have blocked the bot or are gone
	Failed      int // never got it, each listed with its reason
	Waiting     int // get it later: it is quiet hours, or may come in the main language; as the last walk met them
	ToGo        int // the rest, while it runs
	NoLongerDue int // the rest, when it has ended: they left, want other news now, or have another edition
	// Reasons are Blocked and Failed by the reason.
	Reasons map[Reason]int
	// First and Last are when the first and the last phone got it; zero where none has.
	First, Last time.Time

	Rate        float64 // messages a second, lately
	PlannedAt   time.Time
	ExpectedEnd time.Time // zero where it is not known
	FinishedAt  time.Time // zero while it runs

	// Held says why nothing more of it is sent until a person decides, see Engine.Resume
	// and Engine.Stop. It is empty where it is not held.
	Held   Suspicion
	Words  string    // what Telegram said to those whose answers led to the holding
	HeldAt time.Time // zero where it is not held
	// Paid is for how many messages of the item, in all its editions, may be paid at most.
	Paid int
	// Unpaid is what Telegram said as it did not take the payment: the rest went at the free
	// rate. It is empty where it did, or was not to be paid.
	Unpaid string
	// Stopped reports that a person ended it before everybody was reached.
	Stopped bool
}

// Subject is by what name a Brake halts the broadcast: the item's id, of a digest "digest:"
// and its number.
func (p Progress) Subject() string { return plan{ID: p.ID, Kind: p.Kind, Item: p.Item}.subject() }

func (p record) progress(now time.Time) Progress {
	told := Progress{
		ID: p.ID, Kind: p.Kind, Item: p.Item, Ledger: p.Ledger, Title: p.Title, Language: p.Language, Urgent: p.Urgent,
		Planned: max(p.Planned, 0), Sent: p.Sent, Blocked: p.lost(), Failed: p.failed(), Waiting: p.Waiting, Reasons: p.reasons(),
		Rate: p.Rate, PlannedAt: time.UnixMilli(p.PlannedAt), Stopped: p.Stop, Paid: p.Paid, Unpaid: p.Unpaid,
	}
	if p.Held != "" {
		told.Held, told.Words, told.HeldAt, told.Rate = p.Held, p.Words, time.Unix(p.HeldAt, 0), 0
	}
	if p.state.First > 0 {
		told.First, told.Last = time.UnixMilli(p.state.First), time.UnixMilli(p.Last)
	}
	rest := told.Planned - p.settled() - told.Waiting
	told.Came = max(0, -rest)
	if p.Finished > 0 {
		told.FinishedAt, told.NoLongerDue = time.Unix(p.Finished, 0), max(0, rest)
		return told
	}
	told.ToGo = max(0, rest)
	switch {
	case p.Held != "":
	case p.Wake > 0: // some wait for the morning, or for another edition
		told.ExpectedEnd = time.Unix(p.Wake, 0)
	case p.Rate > 0 && told.ToGo > 0:
		told.ExpectedEnd = now.Add(time.Duration(float64(told.ToGo) / p.Rate * float64(time.Second)))
	}
	return told
}
