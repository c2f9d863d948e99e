package broadcast

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Reach says whom an announcement would reach if it were announced at a time. It is exact:
// the audience judges here as it does when it is sent.
type Reach struct {
	At time.Time
	// All is of all active chats, and Groups of the groups and channels among them.
	All, Groups Places
	// Languages is of all active chats by the main language of their news; "" is for those
	// who have none.
	Languages map[string]Places
	// Editions are how many get which edition, by its language, now, later or in a digest;
	// StandIn are those of them whose language it only stands in for, by that language.
	Editions, StandIn map[string]int
	// Due are how many chats have their next digest when, whatever is in it.
	Due map[time.Time]int
	// Unreadable are the chats whose preferences a newer release wrote. They are in no
	// other number: this release sends them nothing.
	Unreadable int
}

// Places are numbers of chats, each of which stands in one place.
type Places struct {
	Now      int               // it comes at once
	Later    map[time.Time]int // it comes when the quiet hours end, by when that is
	Digest   int               // it comes in a digest
	Digests  map[time.Time]int // Digest by when that is due
	Paused   int               // the chat has paused its news
	Topics   int               // it is of no topic that the chat chose, and says no word that it follows
	Language int               // it is in no language of the chat's
}

// Reached is how many get it: now, later, or in a digest.
func (p Places) Reached() int { return p.Now + p.waiting() + p.Digest }

// Active is how many chats there are in all.
func (p Places) Active() int { return p.Reached() + p.Paused + p.Topics + p.Language }

// waiting is how many wait for the end of their quiet hours.
func (p Places) waiting() (n int) {
	for _, chats := range p.Later {
		n += chats
	}
	return n
}

// Reach tells whom the editions of an announcement would reach if they were announced at a
// time, as the audience is now. It reads Redis, so it answers on every instance: a million
// people take a fraction of a second.
func (e *Engine) Reach(ctx context.Context, editions []feeds.Item, at time.Time) (Reach, error) {
	cohorts, unreadable, err := e.options.Store.Census(ctx)
	if err != nil {
		return Reach{}, fmt.Errorf("count whom an announcement reaches: %w", err)
	}
	said := make([]says, len(editions))
	for i, item := range editions {
		said[i] = e.says(textOf(item))
	}
	r := Reach{At: at, Unreadable: unreadable, Languages: map[string]Places{}, Editions: map[string]int{}, StandIn: map[string]int{}, Due: map[time.Time]int{}}
	for _, c := range cohorts {
		if c.Preferences.Status == subscriptions.Active {
			r.add(e.audience, editions, said, c)
		}
	}
	return r, nil
}

// add counts the chats of one cohort.
func (r *Reach) add(a audience, editions []feeds.Item, said []says, c subscriptions.Cohort) {
	p, main := c.Preferences, ""
	if len(p.Languages) > 0 {
		main = p.Languages[0]
	}
	item, at, later := a.judge(p, editions, said, r.At)
	r.All.add(at, later, c.Chats)
	if p.When.Rhythm != subscriptions.AtOnce {
		r.Due[a.nextDigest(p, r.At)] += c.Chats
	}
	if p.Kind != subscriptions.Person {
		r.Groups.add(at, later, c.Chats)
	}
	of := r.Languages[main]
	of.add(at, later, c.Chats)
	r.Languages[main] = of
	if at == atNow || at == atLater || at == atDigest {
		r.Editions[item.Language] += c.Chats
		if missing, _ := item.For(p.Languages); missing != "" {
			r.StandIn[missing] += c.Chats
		}
	}
}

// placed names one of the Places.
type placed int

const (
	atNow placed = iota
	atLater
	atDigest
	atPaused
	atTopics
	atLanguage
)

// add puts chats in their place; later is when it comes to those to whom it does not come now.
func (p *Places) add(at placed, later time.Time, chats int) {
	switch at {
	case atNow:
		p.Now += chats
	case atLater:
		if p.Later == nil {
			p.Later = make(map[time.Time]int)
		}
		p.Later[later] += chats
	case atDigest:
		if p.Digests == nil {
			p.Digests = make(map[time.Time]int)
		}
		p.Digest += chats
		p.Digests[later] += chats
	case atPaused:
		p.Paused += chats
	case atTopics:
		p.Topics += chats
	case atLanguage:
		p.Language += chats
	}
}

// judge returns which edition an active chat gets, in which place it stands, and when the
// edition comes where that is later.
func (a audience) judge(p subscriptions.Preferences, editions []feeds.Item, said []says, at time.Time) (item *feeds.Item, in placed, later time.Time) {
	in = atLanguage
	best := len(p.Languages)
	var says says
	for i := range editions {
		e := &editions[i]
		missing, gets := e.For(p.Languages)
		if !gets {
			continue
		}
		if in = atTopics; !a.reads(p, e, said[i]) {
			continue
		}
		if rank := slices.Index(p.Languages, e.Language); missing != "" || rank < best {
			item, says, best = e, said[i], rank
		}
	}
	if item == nil {
		return nil, in, time.Time{}
	}
	switch a.decide(p, item, says, item.Urgent, at, at) {
	case sendNow:
		return item, atNow, time.Time{}
	case afterQuiet:
		return item, atLater, a.quietUntil(p, at)
	case afterMainEdition:
		return item, atLater, at.Add(mainEditionWait)
	}
	if p.PausedUntil.After(at) {
		return item, atPaused, time.Time{}
	}
	return item, atDigest, a.nextDigest(p, at)
}
