//go:build chaos

package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// stormsOfTime are what hours do. No program's clock can be put forward: nobody is at work,
// and all that Redis holds becomes older.
var stormsOfTime = []storm{
	{
		name: "a correction at night, of an item that others wait for till the morning",
		before: func(s *weather) {
			s.citizens(50)
			s.prefer(func(p *subscriptions.Preferences) { p.Quiet = quietFor(7) })
		},
		spared: isCitizen,
		meanwhile: func(s *weather) {
			s.allHave(first, isCitizen)
			s.feed.correct(first, "Оңдолду.")
			s.until("it is corrected", func() bool { return s.rdb.Exists(s.t.Context(), "{news}:broadcast:2").Val() == 1 })
			s.until("the correction is over", func() bool { return s.rdb.ZCard(s.t.Context(), "{news}:broadcasts:running").Val() == 1 })
		},
		after: func(s *weather) {
			s.nobodyIsAtWork(8)
			s.start()
			s.allHave(first, nil)
			s.finished()
			for _, text := range s.texts() {
				if !strings.Contains(text, "Оңдолду.") {
					s.t.Errorf("in the morning somebody has %q", text)
				}
			}
		},
	},
	{
		name: "somebody waits for the morning longer than two days",
		before: func(s *weather) {
			s.citizens(20)
			s.prefer(func(p *subscriptions.Preferences) { p.Quiet = quietFor(7) })
		},
		spared: isCitizen,
		after: func(s *weather) {
			s.nobodyIsAtWork(50) // and it is night again
			s.start()
			s.allHave(first, nil)
			s.finished()
			for _, c := range s.telegram.Phones() {
				if m := c.Messages(); !m[len(m)-1].Silent {
					s.t.Errorf("citizen %d is woken", c.ID())
				}
			}
			said := s.rdb.HMGet(s.t.Context(), "{news}:broadcast:1", "planned", "sent", "waiting").Val()
			if all := strconv.Itoa(len(s.readers())); !slices.Equal(said, []any{all, all, "0"}) {
				s.t.Errorf("of %s readers the report says %v", all, said)
			}
		},
	},
	{
		name: "a digest's hour passes while nobody is at work",
		before: func(s *weather) {
			s.citizens(20)
			s.prefer(func(p *subscriptions.Preferences) {
				p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: hourIn(2)}
			})
		},
		spared: isCitizen,
		after: func(s *weather) {
			s.finished()
			s.nobodyIsAtWork(11)
			s.program = s.start()
			s.allHave(first, nil)
			s.finished()
			s.kill(s.program)
			s.program = s.start()
			s.read(3) // nothing comes again
		},
	},
}

// hourIn is the hour of the day in Bishkek after so many hours.
func hourIn(hours int) int {
	const east = 6 // of Greenwich, in hours
	return time.Now().UTC().Add(time.Duration(hours+east) * time.Hour).Hour()
}

// quietFor are quiet hours that have begun and go on for so many hours.
func quietFor(hours int) subscriptions.Quiet {
	return subscriptions.Quiet{From: hourIn(-1), To: hourIn(hours), Wait: true}
}

// prefer changes what those beside the crowd want.
func (s *weather) prefer(change func(p *subscriptions.Preferences)) {
	s.t.Helper()
	for _, chat := range s.others {
		_, err := s.store.Update(s.t.Context(), chat, func(p *subscriptions.Preferences, _ bool) { change(p) })
		s.must(err)
	}
}

// texts are what the citizens' phones show last.
func (s *weather) texts() (texts []string) {
	for _, c := range s.telegram.Phones() {
		m := c.Messages()
		texts = append(texts, m[len(m)-1].Text)
	}
	return texts
}

// nobodyIsAtWork ends the program and lets hours go by: what Redis keeps for a time is kept
// for so much less, what is planned is so much older, and people's hours are so much earlier.
func (s *weather) nobodyIsAtWork(hours int) {
	s.t.Helper()
	s.still()
	s.kill(s.program)
	passed := time.Duration(hours) * time.Hour
	keys := s.rdb.Scan(s.t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(s.t.Context()) {
		s.age(keys.Val(), passed)
	}
	s.must(keys.Err())
	s.must(s.rdb.DecrBy(s.t.Context(), "{news}:broadcasts:digested", int64(hours)).Err())
	earlier := func(hour int) int { return ((hour-hours)%24 + 24) % 24 }
	s.prefer(func(p *subscriptions.Preferences) {
		p.Quiet.From, p.Quiet.To, p.When.Hour = earlier(p.Quiet.From), earlier(p.Quiet.To), earlier(p.When.Hour)
	})
}

// age makes what a key holds older.
func (s *weather) age(key string, passed time.Duration) {
	s.t.Helper()
	ctx := s.t.Context()
	switch left := s.rdb.PTTL(ctx, key).Val(); {
	case left <= 0: // for good
	case left <= passed:
		s.must(s.rdb.Del(ctx, key).Err())
		return
	default:
		s.must(s.rdb.PExpire(ctx, key, left-passed).Err())
	}
	if !strings.HasPrefix(key, "{news}:broadcast:") {
		return
	}
	for field, unit := range map[string]time.Duration{
		"planned_at": time.Millisecond, "announced_at": time.Millisecond, "first": time.Millisecond, "last": time.Millisecond,
		"next": time.Second, "wake": time.Second, "finished": time.Second,
	} {
		at, err := s.rdb.HGet(ctx, key, field).Int64()
		if err == nil && at > 0 {
			s.must(s.rdb.HIncrBy(ctx, key, field, -int64(passed/unit)).Err())
		} else if err != nil && !errors.Is(err, redis.Nil) {
			s.t.Fatal(err)
		}
	}
}
