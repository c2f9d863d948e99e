package broadcast

import (
	"errors"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// digestName stands where other broadcasts name their item.
const digestName = "digest"

// plan is what a broadcast is to do. It does not change, but for PlannedAt of what was
// stopped while a digest passed it.
type plan struct {
	ID        int64  `redis:"-"`
	Kind      Kind   `redis:"kind"`
	Item      string `redis:"item"`
	Title     string `redis:"title"`
	Language  string `redis:"language"`
	Ledger    int64  `redis:"ledger"`   // the broadcast that first sent the item: its number names the ledger
	Revision  int    `redis:"revision"` // of the item, for corrections: what has less is edited
	Urgent    bool   `redis:"urgent"`
	PlannedAt int64  `redis:"planned_at"` // Unix milliseconds
	// AnnouncedAt is PlannedAt but for what was announced before a digest's hour and
	// planned after it.
	AnnouncedAt int64 `redis:"announced_at"`
	From        int64 `redis:"from"` // of a digest: the hour until which digests had been sent, since 1970
	// Paid is for how many messages of the item, in all its editions, may be paid at most.
	Paid int `redis:"paid"`
	// Text is what the item said when it was planned, for those who follow words: what a
	// correction adds later is no news. It is dropped when the broadcast ends.
	Text string `redis:"text"`
}

// digestPlan is that of an hour's digest, behind the last one before it.
func digestPlan(hour, last int64) plan {
	return plan{ID: -hour, Ledger: -hour, Kind: Digest, Item: digestName, PlannedAt: hourTime(hour).UnixMilli(), From: last}
}

// hourTime is when an hour begins, by its number since 1970.
func hourTime(hour int64) time.Time { return time.Unix(hour*3600, 0) }

// subject is by what name a Brake halts the broadcast.
func (p plan) subject() string {
	if p.Kind == Digest {
		return digestName + ":" + id(p.ID)
	}
	return p.Item
}

// edition is the number of the language of what is sent.
func (p plan) edition() int { return subscriptions.Number(p.Language) }

// changes reports whether a correction or a withdrawal has something to do for a chat with
// such a line.
func (p plan) changes(line entry) bool {
	if line.Withdrawn || line.Reason != "" || line.Edition != p.edition() {
		return false
	}
	return p.Kind == Withdrawal || line.Revision < min(p.Revision, maxRevision)
}

// outcomes is the number of the ledger in which a broadcast notes who did not get it. What
// changes messages has one of its own: the item's says which message a chat has.
func (p plan) outcomes() int64 {
	if p.changesMessages() {
		return p.ID
	}
	return p.Ledger
}

func (p plan) changesMessages() bool { return p.Kind == Correction || p.Kind == Withdrawal }

// state is what changes while a broadcast runs.
type state struct {
	tally

	Cursor   int     `redis:"cursor"`   // every bucket below it is settled
	Planned  int     `redis:"planned"`  // chats it is for, counted before the first message; -1 until then
	Waiting  int     `redis:"waiting"`  // chats below the cursor that get it later
	Rate     float64 `redis:"rate"`     // messages a second, lately
	Attempts int     `redis:"attempts"` // those that doubt looks at
	Finished int64   `redis:"finished"` // Unix seconds; 0 while it runs
	Again    int     `redis:"again"`    // how often people had those tried again whom it did not reach
	First    int64   `redis:"first"`    // when the first phone got it, Unix milliseconds; 0: none has
	Last     int64   `redis:"last"`     // likewise, the last one

	// Who waits is found by walking again: in the morning, or when it is clear that an
	// item does not come in the main language.
	Round int   `redis:"round"` // walks before this one
	Next  int64 `redis:"next"`  // when the first of those who wait may get it, Unix seconds; 0: nobody waits
	Wake  int64 `redis:"wake"`  // when the next walk begins, likewise; 0 while one is under way
}

// kinds are the broadcasts that announcements ask for.
var kinds = map[feeds.AnnouncementKind]Kind{
	feeds.Published: News, feeds.Corrected: Correction, feeds.Withdrawn: Withdrawal,
}

// errGivenTwice is returned when an announcement has the number of an earlier broadcast.
var errGivenTwice = errors.New("its number was given before")

// hold is why a broadcast is held, and what a person decided about it; and what else befell it.
type hold struct {
	Held     Suspicion `redis:"held"`      // empty: it is not
	Words    string    `redis:"words"`     // what Telegram said
	Reason   string    `redis:"reason"`    // what all said who led to it; empty where an earlier release held it
	HeldAt   int64     `redis:"held_at"`   // Unix seconds
	Trusted  string    `redis:"trusted"`   // what it was held for and is not to be held for again: a line each
	Stop     bool      `redis:"stop"`      // it is to end, or was ended, before its time
	HaltedAt int64     `redis:"halted_at"` // from when on digests passed the item, since a person has stopped it: Unix milliseconds
	// Withdrawn says that it is to end since its item was taken back.
	Withdrawn bool `redis:"withdrawn"`
	// Unpaid is why no more of it is paid for, as Telegram said it; empty where it may be.
	Unpaid string `redis:"unpaid"`
}

// planLayout is the latest version of a record, and of the ledger that it names, that this release
// reads, and the one that it writes.
const planLayout = 1

// record is one broadcast as Redis keeps it. Its field layout is the version in which it is written;
// without it, that is the first.
type record struct {
	plan
	state
	hold
}
