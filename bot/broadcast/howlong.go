package broadcast

import (
	"cmp"
	"slices"
	"time"
)

// Load is an announcement, and what goes out beside it.
type Load struct {
	Messages  int // that it sends at once
	Urgent    bool
	PerSecond float64 // messages a second, over all chats
	Begins    time.Time
	Running   []Progress // what has not ended or been stopped
	Coming    []Coming   // what begins later
}

// Coming is something that begins at a known time.
type Coming struct {
	At       time.Time
	Messages int
	Urgent   bool
	Title    string // empty for a digest
}

// HowLong returns how long an announcement takes, what runs beside it, and what begins in that
// time. Of each ordinary broadcast the lesser of its rest and the own messages comes in between:
// they take turns. What goes first is in nobody's turn: an ordinary announcement waits for all of
// it, and an urgent one for no ordinary broadcast.
func HowLong(l Load) (lasts time.Duration, beside []Progress, within []Coming) {
	all := l.Messages
	share := func(urgent bool, messages int) int {
		switch {
		case urgent && !l.Urgent:
			return messages
		case urgent || !l.Urgent:
			return min(l.Messages, messages)
		}
		return 0
	}
	takes := func() time.Duration { return time.Duration(float64(all) / l.PerSecond * float64(time.Second)) }
	for _, p := range l.Running {
		over := !p.ExpectedEnd.IsZero() && p.ExpectedEnd.Before(l.Begins)
		if !p.FinishedAt.IsZero() || p.Held != "" || p.ToGo == 0 || over {
			continue
		}
		beside = append(beside, p)
		all += share(p.Urgent || p.Kind == Withdrawal, p.ToGo)
	}
	coming := slices.SortedFunc(slices.Values(l.Coming), func(a, b Coming) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Title, b.Title))
	})
	for _, c := range coming { // each makes it longer, so that more may fall into it
		if c.At.Before(l.Begins) || !c.At.Before(l.Begins.Add(takes())) {
			continue
		}
		within = append(within, c)
		all += share(c.Urgent, c.Messages)
	}
	return takes(), beside, within
}
