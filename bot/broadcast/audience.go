package broadcast

import (
	"slices"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// turn says when a chat gets an item.
type turn int

const (
	skip   turn = iota
	send        // now
	rest        // when the chat's quiet hours end
	linger      // when it is clear that it does not come in the chat's main language
)

// editionPatience is how long people who read several languages wait for an item in
// their main one: the editions of an item seldom come in the same minute.
const editionPatience = 2 * time.Minute

// longestWait is how long after its planning an item waits for anybody's hours. Who still
// waits then gets it without a sound.
const longestWait = 48 * time.Hour

// audience decides who gets what, and when.
type audience struct {
	zone   *time.Location
	topics map[string]subscriptions.Topic
}

// turn says when a chat gets an item that was planned at some time. What is urgent
// waits for nobody's hours.
func (a audience) turn(p subscriptions.Preferences, item *feeds.Item, urgent bool, planned, at time.Time) turn {
	switch {
	case !a.reads(p, item):
		return skip
	case urgent:
		return send
	case p.When.Rhythm != subscriptions.AtOnce || p.PausedUntil.After(at):
		return skip
	case at.Sub(planned) > longestWait:
		return send
	case p.Languages[0] != item.Language && at.Sub(planned) < editionPatience:
		return linger
	case p.Quiet.Wait && a.quiet(p, at):
		return rest
	}
	return send
}

// digest says whether a chat gets a digest at an hour.
func (a audience) digest(p subscriptions.Preferences, hour time.Time) bool {
	local := hour.In(a.zone)
	if p.Status != subscriptions.Active || p.PausedUntil.After(hour) || p.When.Hour != local.Hour() {
		return false
	}
	return p.When.Rhythm == subscriptions.Daily ||
		p.When.Rhythm == subscriptions.Weekly && p.When.Weekday == local.Weekday()
}

// reads says whether an item is of a chat's languages and topics. An item of no topic
// is for those who chose none.
func (a audience) reads(p subscriptions.Preferences, item *feeds.Item) bool {
	if p.Status != subscriptions.Active || !slices.Contains(p.Languages, item.Language) {
		return false
	}
	return p.Topics.All() || slices.ContainsFunc(item.Topics, func(id string) bool {
		n, known := a.topics[id]
		return known && p.Topics.Has(n)
	})
}

// quiet says whether it is one of a chat's quiet hours.
func (a audience) quiet(p subscriptions.Preferences, at time.Time) bool {
	hour, from, to := at.In(a.zone).Hour(), p.Quiet.From, p.Quiet.To
	if from <= to {
		return from <= hour && hour < to
	}
	return from <= hour || hour < to
}

// quietUntil returns when a chat's quiet hours end, at or after one of them.
func (a audience) quietUntil(p subscriptions.Preferences, at time.Time) time.Time {
	local := at.In(a.zone)
	end := time.Date(local.Year(), local.Month(), local.Day(), p.Quiet.To, 0, 0, 0, a.zone)
	if !end.After(at) {
		end = end.AddDate(0, 0, 1)
	}
	return end
}
