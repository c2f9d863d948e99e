//go:build chaos

package main

import (
	"fmt"
	"slices"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
)

func isGroup(chat int64) bool { return chat < 0 }

// isCitizen reports whether a chat is that of somebody beside the crowd.
func isCitizen(chat int64) bool { return 0 < chat && chat < 5_000_000_000 }

// groups are readers, of which an owner each may decide.
func (s *weather) groups(n int) (groups []*simulator.Group, owner *simulator.Citizen) {
	s.t.Helper()
	owner = s.telegram.Citizen("Асель", "ky").Open()
	for i := range n {
		g := s.telegram.Group(fmt.Sprint("Айыл ", i+1), owner)
		g.AddBot(owner, simulator.Rights{Admin: true})
		s.subscribe(subscriptions.Group, g.ID())
		groups = append(groups, g)
	}
	return groups, owner
}

// confirms waits for the question whether the subscription is to end, and presses yes.
func (s *weather) confirms(c *simulator.Citizen) {
	s.t.Helper()
	yes := locale.For("ky").T("button.stop_sure", nil)
	s.must(c.Wait(deadline(s.t, wait), func(m []simulator.Message) bool {
		return slices.ContainsFunc(m, func(m simulator.Message) bool {
			return slices.ContainsFunc(slices.Concat(m.Keyboard...), func(b simulator.Button) bool { return b.Text == yes })
		})
	}))
	s.must(c.Press(yes))
}

// stormsOfPeople are what people and groups do, and the ministry's site.
var stormsOfPeople = []storm{
	{
		name: "three groups in slow mode, and an admin asks in one",
		before: func(s *weather) {
			groups, owner := s.groups(3)
			s.telegram.Fault(simulator.Fault{Chats: isGroup, Refuse: simulator.TooMany(600)})
			groups[0].Say(owner, "/help@kabarchy_bot", 0)
		},
		spared: isGroup,
		meanwhile: func(s *weather) {
			for _, chat := range s.readers()[:s.size] {
				s.telegram.CrowdSays(chat, "/help", "ky")
			}
			s.arrives(answer, s.size)
		},
		after: func(s *weather) {
			s.feed.publish(second)
			s.allHave(second, isGroup)
		},
	},
	{
		name:   "twelve groups become supergroups in mid-broadcast",
		before: func(s *weather) { s.upgrading, s.citizen = s.groups(12) },
		spared: isGroup, // under their old ids they need not have it
		meanwhile: func(s *weather) {
			for _, g := range s.upgrading {
				s.supergroups = append(s.supergroups, g.Upgrade(s.citizen))
			}
		},
		after: func(s *weather) {
			s.finished()
			has := s.telegram.Deliveries(first)
			for i, g := range s.upgrading {
				if n := has[g.ID()] + has[s.supergroups[i].ID()]; n != 1 {
					s.t.Errorf("group %d has the item %d times", g.ID(), n)
				}
			}
		},
	},
	{
		name: "a group's right is lost for a while, and another one's topic is closed",
		before: func(s *weather) {
			owner := s.telegram.Citizen("Асель", "ky").Open()
			forum := s.telegram.Forum("Айыл", owner)
			forum.AddBot(owner, simulator.Rights{})
			thread := forum.Topic("Жаңылыктар", owner)
			forum.CloseTopic(thread, true)
			groups, _ := s.groups(1)
			s.subscribe(subscriptions.Group, forum.ID())
			_, err := s.store.Update(s.t.Context(), forum.ID(), func(p *subscriptions.Preferences, _ bool) { p.Thread = int(thread) })
			s.must(err)
			s.telegram.Fault(simulator.Fault{
				Methods: sending, Chats: func(chat int64) bool { return chat == groups[0].ID() }, Next: 3,
				Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: need administrator rights in the channel chat"},
			})
		},
		after: func(s *weather) {
			s.finished()
			for _, chat := range s.others {
				if !s.has(chat, subscriptions.Active) {
					s.t.Errorf("chat %d is not subscribed any more", chat)
				}
			}
		},
	},
	{
		name: "ninety lines of a lively group and forty /stop wait for the program",
		before: func(s *weather) {
			groups, owner := s.groups(1)
			s.leavers = s.citizens(40)
			for i := range 90 {
				groups[0].Say(owner, fmt.Sprint("Салам ", i), 0)
				if i < len(s.leavers) {
					s.leavers[i].Send("/stop")
				}
			}
		},
		published: func(s *weather) {
			for _, c := range s.leavers {
				s.confirms(c)
				s.until("who left has stopped", func() bool { return s.has(c.ID(), subscriptions.Stopped) })
			}
		},
		spared: isCitizen,
	},
	{
		name: "the site hangs, and two hundred people want to read in full", people: 20,
		before: func(s *weather) {
			s.link = s.site + "/news/1"
			s.pressing = s.citizens(200)
		},
		after: func(s *weather) {
			words := locale.For("ky")
			s.finished()
			before := s.feed.asked.Load()
			for _, c := range s.pressing {
				s.must(c.Press(words.T("button.read", nil)))
			}
			leaver := s.citizens(1)[0]
			leaver.Send("/stop")
			s.must(leaver.Wait(deadline(s.t, wait), func(m []simulator.Message) bool { return len(m) > 1 }))
			s.t.Logf("/stop is answered while %d hang", s.feed.asked.Load())
			for _, c := range s.pressing {
				s.must(c.Wait(deadline(s.t, wait), func(m []simulator.Message) bool {
					return strings.Contains(m[len(m)-1].Text, first) && strings.Contains(m[len(m)-1].Text, "⏳")
				}))
			}
			if n := s.feed.asked.Load() - before; n > 1 {
				s.t.Errorf("the site was asked %d times", n)
			}
			s.others = s.others[:len(s.others)-1] // who came later
		},
	},
}

// crowdStorm is what the storms of people remember.
type crowdStorm struct {
	upgrading, supergroups []*simulator.Group
	leavers, pressing      []*simulator.Citizen
}
