package subscriptions

import "time"

// Owed is what a chat is still to be told because its times have changed: what was
// announced after From and until Until, which a digest brings at Until or, with Daily and
// Weekly, at the first time after it. Both are full hours; the zero value is nothing.
type Owed struct{ From, Until time.Time }

// Last returns when a digest last was due, at or before a moment; the zero time with AtOnce.
func (w When) Last(at time.Time, zone *time.Location) time.Time {
	if w.Rhythm == AtOnce {
		return time.Time{}
	}
	local := at.In(zone)
	due := time.Date(local.Year(), local.Month(), local.Day(), w.Hour, 0, 0, 0, zone)
	for due.After(at) || w.Rhythm == Weekly && due.Weekday() != w.Weekday {
		due = due.AddDate(0, 0, -1)
	}
	return due
}

// Reschedule changes a chat's times. What it would have been told until now and was not,
// because a digest was yet to come or the news were paused, is noted in Owed, so that
// nothing is lost between two settings. A change that changes no times leaves Owed alone.
func (p *Preferences) Reschedule(at time.Time, zone *time.Location, change func(*Preferences)) {
	before := *p
	change(p)
	if p.When == before.When && p.PausedUntil.Equal(before.PausedUntil) {
		return
	}
	hour := at.Truncate(time.Hour)
	told := hour // with AtOnce; who has an item of this hour already is known by the ledger
	if before.When.Rhythm != AtOnce {
		told = before.When.Last(at, zone).Truncate(time.Hour)
	}
	if told.Before(before.Owed.Until) {
		told = before.Owed.From // nothing came since the last change
	}
	if !p.PausedUntil.After(at) {
		p.PausedUntil = time.Time{}
	}
	p.Owed = Owed{From: told, Until: hour.Add(time.Hour)}
	if p.PausedUntil.After(p.Owed.Until) {
		p.Owed.Until = p.PausedUntil.Truncate(time.Hour)
	}
}
