package broadcast

import (
	"slices"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// decision says when a chat gets an item.
type decision int

const (
	skip             decision = iota
	sendNow                   // now
	afterQuiet                // when the chat's quiet hours end
	afterMainEdition          // when it is clear that it does not come in the chat's main language
)

// mainEditionWait is how long people who read several languages wait for an item in
// their main one: the editions of an item seldom come in the same minute.
const mainEditionWait = 2 * time.Minute

// longestWait is how long after its planning an item waits for anybody's hours. Who still
// waits then gets it without a sound.
const longestWait = 48 * time.Hour

// audience decides who gets what, and when.
type audience struct {
	// zone is the ministry's.
	zone   *time.Location
	topics map[string]subscriptions.Topic
}

// decide returns when a chat gets an item that was planned at some time. What is urgent
// waits for nobody's hours.
func (a audience) decide(p subscriptions.Preferences, item *feeds.Item, says says, urgent bool, planned, at time.Time) decision {
	switch {
	case !a.reads(p, item, says):
		return skip
	case urgent:
		return sendNow
	case p.PausedUntil.After(at) || a.digested(p, planned, at):
		return skip
	case at.Sub(planned) > longestWait:
		return sendNow
	case len(item.Editions) == 0 && p.Languages[0] != item.Language && at.Sub(planned) < mainEditionWait:
		return afterMainEdition
	case p.Quiet.Wait && a.quiet(p, at):
		return afterQuiet
	}
	return sendNow
}

// digested reports whether it is a digest that brings a chat what was planned at some time.
func (a audience) digested(p subscriptions.Preferences, planned, at time.Time) bool {
	owed := planned.After(p.Owed.From) && !planned.After(p.Owed.Until)
	if p.When.Rhythm == subscriptions.AtOnce {
		return owed && !at.Before(p.Owed.Until)
	}
	// What was planned while the chat still had all at once is brought to the end.
	return planned.After(p.Owed.From) || !a.wasAtOnce(p)
}

// digestDue returns when a chat's digest was due last, after from and until to; the zero time
// where it was not. To who gets all at once one is due where something is owed from before.
func (a audience) digestDue(p subscriptions.Preferences, from, to time.Time) time.Time {
	due := p.When.Last(to, a.zoneOf(p))
	if p.When.Rhythm == subscriptions.AtOnce {
		due = p.Owed.Until
	}
	if p.Status != subscriptions.Active || !due.After(from) || due.After(to) || p.PausedUntil.After(due) {
		return time.Time{}
	}
	if due.Before(p.Owed.Until) {
		return time.Time{} // the times were others then
	}
	return due
}

// nextDigest returns when a digest is due that brings a chat what is announced at a moment.
func (a audience) nextDigest(p subscriptions.Preferences, at time.Time) time.Time {
	if p.When.Rhythm == subscriptions.AtOnce {
		return p.Owed.Until
	}
	due := p.When.Next(at, a.zoneOf(p))
	for due.Before(p.Owed.Until) || p.PausedUntil.After(due) {
		due = p.When.Next(due, a.zoneOf(p))
	}
	return due
}

// covers returns from when on a chat's digest covers what was announced, where the digests
// that were due until from have been sent.
func (a audience) covers(p subscriptions.Preferences, from time.Time) time.Time {
	if before := p.When.Last(from, a.zoneOf(p)); !before.Before(p.Owed.Until) {
		return before
	}
	return p.Owed.From
}

// wasAtOnce reports whether a chat got all at once before its times changed.
func (a audience) wasAtOnce(p subscriptions.Preferences) bool {
	return p.Owed.Until.Sub(p.Owed.From) == time.Hour
}

// reads reports whether an item is for a chat: it is the edition in a language of the chat's,
// and of its topics or says a word that the chat follows.
func (a audience) reads(p subscriptions.Preferences, item *feeds.Item, says says) bool {
	_, gets := item.For(p.Languages)
	return gets && p.Status == subscriptions.Active && (a.chose(p, item) || says.follows(p))
}

// chose reports whether an item is of a chat's topics. One of no topic is for those who
// chose none.
func (a audience) chose(p subscriptions.Preferences, item *feeds.Item) bool {
	return p.Topics.All() || slices.ContainsFunc(item.Topics, func(id string) bool {
		n, known := a.topics[id]
		return known && p.Topics.Has(n)
	})
}

// zoneOf is the one in which a chat's hours are meant.
func (a audience) zoneOf(p subscriptions.Preferences) *time.Location { return p.Zone.In(a.zone) }

// quiet reports whether it is one of a chat's quiet hours.
func (a audience) quiet(p subscriptions.Preferences, at time.Time) bool {
	hour, from, to := at.In(a.zoneOf(p)).Hour(), p.Quiet.From, p.Quiet.To
	if from <= to {
		return from <= hour && hour < to
	}
	return from <= hour || hour < to
}

// quietUntil returns when a chat's quiet hours end, at or after one of them.
func (a audience) quietUntil(p subscriptions.Preferences, at time.Time) time.Time {
	local := at.In(a.zoneOf(p))
	end := time.Date(local.Year(), local.Month(), local.Day(), p.Quiet.To, 0, 0, 0, local.Location())
	if !end.After(at) {
		end = end.AddDate(0, 0, 1)
	}
	return end
}
