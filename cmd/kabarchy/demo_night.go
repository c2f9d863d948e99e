package main

import (
	"context"
	"errors"
	"time"

	"kabarchy/bot/simulator/page"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/cmd/kabarchy/sample"
	"kabarchy/subscriptions"
)

// The hours of the night that the demo shows, in the ministry's zone: those for which its
// citizens ask for quiet.
const (
	nightFrom = 22
	nightTo   = 8
)

// now is the demo's time: the phones show it.
func (s *stage) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// isNight reports whether the demo's time is one of the quiet hours.
func (s *stage) isNight() bool {
	hour := s.clock().Hour()
	return hour >= nightFrom || hour < nightTo
}

// clock is the time that the ministry's clocks show.
func (s *stage) clock() time.Time { return s.now().In(s.config.Zone()) }

// zone is the ministry's, put ahead as the demo's clock is. After a night or two it is one of which
// no time can be kept as JSON: what keeps times keeps them in UTC.
func (s *stage) zone() *time.Location {
	_, offset := s.clock().Zone()
	return time.FixedZone("demo", offset+int(s.ahead.Load()/int64(time.Second)))
}

// nightFalls puts the clock ahead to the evening and has the site publish an item: one
// citizen gets it without a sound, one in the morning, and one in the morning's digest.
func (s *stage) nightFalls(ctx context.Context) error {
	if s.isNight() {
		return nil // somebody else was first
	}
	if err := s.passUntil(ctx, nightFrom); err != nil {
		return err
	}
	if err := s.goToBed(ctx); err != nil {
		return err
	}
	for _, entry := range s.Site.Entries() {
		if entry.State == sample.Draft {
			if _, err := s.Site.Publish(entry.Number); err != nil {
				return err
			}
			break
		}
	}
	s.poll(ctx)
	return nil
}

// morningComes puts the clock ahead to the end of the night.
func (s *stage) morningComes(ctx context.Context) error {
	if !s.isNight() {
		return nil
	}
	return s.passUntil(ctx, nightTo)
}

// goToBed has citizens choose what they get at night, as the settings in the chat do.
func (s *stage) goToBed(ctx context.Context) error {
	store := s.App.Store
	third := page.People[2]
	if c := third.Join(s.Telegram); c != nil {
		c.Send("/start " + third.Language)
	}
	bedtime, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, known, err := store.Get(bedtime, third.ID); !known && err == nil; _, known, err = store.Get(bedtime, third.ID) {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-bedtime.Done(): // without the third
		}
	}
	planned, err := s.App.Engine.KeepDigests(ctx, third.ID)
	if err != nil {
		return err
	}
	night := subscriptions.Quiet{From: nightFrom, To: nightTo}
	waits := night
	waits.Wait = true
	choices := map[int64]func(*subscriptions.Preferences){
		page.People[0].ID: func(p *subscriptions.Preferences) { p.Quiet = waits },
		page.People[1].ID: func(p *subscriptions.Preferences) { p.Quiet = night },
		third.ID: func(p *subscriptions.Preferences) {
			p.Reschedule(time.Now(), planned, s.zone(), func(p *subscriptions.Preferences) {
				p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: nightTo}
			})
		},
	}
	for chat, choose := range choices {
		_, err := store.Update(ctx, chat, func(p *subscriptions.Preferences, known bool) {
			if known {
				choose(p)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// chats are those that stand on the page: of the crowd, nobody waits for any hour.
func (s *stage) chats() (chats []int64) {
	for _, c := range s.Telegram.Phones() {
		chats = append(chats, c.ID())
	}
	for _, g := range s.Telegram.Groups() {
		chats = append(chats, g.ID())
	}
	return chats
}

// passUntil puts the demo's clock ahead until it is an hour of the day, by whole hours, for
// digests are due at full ones: it stops the service, and starts one to which all that was noted
// is older, in a time zone that lies so much ahead.
func (s *stage) passUntil(ctx context.Context, hour int) error {
	hours := int64((hour - s.clock().Hour() + 24) % 24)
	stopping, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	if err := s.App.Stop(stopping); err != nil {
		s.around.log.WarnContext(ctx, "the service did not end in time", "error", err)
	}
	if err := s.pass(ctx, hours); err != nil {
		return err
	}
	return s.restart(ctx)
}

// pass makes all that the stopped service has noted some hours older.
func (s *stage) pass(ctx context.Context, hours int64) error {
	rdb, err := OpenRedis(config.Secret(s.redis))
	if err != nil {
		return err
	}
	defer rdb.Close()
	if err := makeOlder(ctx, rdb, hours); err != nil {
		return err
	}
	past := time.Duration(hours) * time.Hour
	older := func(at time.Time) time.Time {
		if at.IsZero() {
			return at
		}
		return at.Add(-past)
	}
	store := subscriptions.NewStore(rdb)
	for _, chat := range s.chats() {
		_, changed := store.Update(ctx, chat, func(p *subscriptions.Preferences, _ bool) {
			p.Since, p.PausedUntil = older(p.Since), older(p.PausedUntil)
			p.Owed.From, p.Owed.Until = older(p.Owed.From), older(p.Owed.Until)
		})
		err = errors.Join(err, changed)
	}
	s.Site.Older(past)
	s.ahead.Add(int64(past))
	return err
}
