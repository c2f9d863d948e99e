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

// Next returns when a digest is due next, after a moment; the zero time with AtOnce.
func (w When) Next(at time.Time, zone *time.Location) time.Time {
	days := 1
	if w.Rhythm == Weekly {
		days = 7
	}
	due := w.Last(at, zone)
	if due.IsZero() {
		return due
	}
	return due.In(zone).AddDate(0, 0, days)
}

// Reschedule changes a chat's times. What it would have been told until now and was not,
// because a digest was yet to come or the news were paused, is noted in Owed, so that
// nothing is lost between two settings. A change that changes no times leaves Owed alone.
// Digested is until which hour the digests reach the chat by its former times: the one that
// was due since and was not planned, as nobody was at work, is owed, too. The zero time
// says that all do. Zone is the ministry's.
func (p *Preferences) Reschedule(at, digested time.Time, zone *time.Location, change func(*Preferences)) {
	before := *p
	change(p)
	moved := p.Zone != before.Zone && (p.When.Rhythm != AtOnce || before.When.Rhythm != AtOnce)
	if p.When == before.When && p.PausedUntil.Equal(before.PausedUntil) && !moved {
		return
	}
	hour := at.Truncate(time.Hour)
	if digested.IsZero() || digested.After(at) {
		digested = at
	}
	owed := Owed{From: hour, Until: hour.Add(time.Hour)} // with AtOnce; the ledger knows who has an item of this hour
	if before.When.Rhythm != AtOnce {
		owed.From = before.When.Last(digested, before.Zone.In(zone)).Truncate(time.Hour)
		if owed.From.Equal(hour) {
			owed.Until = owed.Until.Add(time.Hour) // one hour says that all came at once before
		}
	}
	if owed.From.Before(before.Owed.Until) || digested.Before(before.Owed.Until) {
		owed.From = before.Owed.From // nothing came since the last change
	}
	if !p.PausedUntil.After(at) {
		p.PausedUntil = time.Time{}
	}
	if p.PausedUntil.After(owed.Until) {
		owed.Until = p.PausedUntil.Truncate(time.Hour)
	}
	p.Owed = owed
}
