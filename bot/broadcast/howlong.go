package broadcast

import "time"

// HowLong returns how long an announcement takes that goes to so many at once, at so many
// messages a second, and what runs beside it. Of each ordinary broadcast the lesser of its
// rest and the own messages comes in between: they take turns. What goes first is in nobody's
// turn: an ordinary announcement waits for all of it, and an urgent one for no ordinary
// broadcast.
func HowLong(messages int, urgent bool, perSecond float64, known []Progress) (lasts time.Duration, beside []Progress) {
	all := messages
	for _, p := range known {
		if !p.FinishedAt.IsZero() || p.Held != "" || p.ToGo == 0 {
			continue
		}
		beside = append(beside, p)
		switch first := p.Urgent || p.Kind == Withdrawal; {
		case first && !urgent:
			all += p.ToGo
		case first || !urgent:
			all += min(messages, p.ToGo)
		}
	}
	return time.Duration(float64(all) / perSecond * float64(time.Second)), beside
}
