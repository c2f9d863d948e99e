package broadcast

import "maps"

// tally counts the chats that a broadcast is done with, by what came of it. It is what the
// ledger says: after a restart the lines are counted again, and each line that changes later
// changes it by one. So no kill can make it false.
type tally struct {
	Sent     int `redis:"sent"`
	Blocked  int `redis:"blocked"`
	Gone     int `redis:"gone"`
	NoRights int `redis:"no_rights"`
	Refused  int `redis:"refused"`
	GaveUp   int `redis:"failed"`
}

// at is the count of the chats with such a line; nil where there is none, or not the last part.
func (t *tally) at(line entry) *int {
	switch {
	case line == entry{} || line.More:
		return nil
	case line.Reason == "":
		return &t.Sent
	}
	return map[Reason]*int{
		ReasonBlocked: &t.Blocked, ReasonGone: &t.Gone, ReasonNoRights: &t.NoRights,
		ReasonRefused: &t.Refused, ReasonGaveUp: &t.GaveUp,
	}[line.Reason]
}

func (t *tally) add(line entry, n int) {
	if count := t.at(line); count != nil {
		*count = max(0, *count+n)
	}
}

// reasons are the counts of those who did not get it.
func (t tally) reasons() map[Reason]int {
	all := map[Reason]int{
		ReasonBlocked: t.Blocked, ReasonGone: t.Gone, ReasonNoRights: t.NoRights,
		ReasonRefused: t.Refused, ReasonGaveUp: t.GaveUp,
	}
	maps.DeleteFunc(all, func(_ Reason, n int) bool { return n == 0 })
	return all
}

func (t tally) lost() int   { return t.Blocked + t.Gone }
func (t tally) failed() int { return t.NoRights + t.Refused + t.GaveUp }

// settled is how many chats the broadcast is done with.
func (t tally) settled() int { return t.Sent + t.lost() + t.failed() }
