package main

import (
	"context"
	"slices"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
)

// groupJoins has the first citizen add the bot to a group, and choose its language as soon
// as the bot asks.
func (s *stage) groupJoins(ctx context.Context) error {
	owner := s.Telegram.Phones()[0]
	var group *simulator.Group
	if groups := s.Telegram.Groups(); len(groups) > 0 {
		group = groups[0] // from which the bot may have been removed
	} else {
		group = s.Telegram.Group(page.GroupTitle, owner)
	}
	before := len(group.Messages())
	group.AddBot(owner, simulator.Rights{})
	s.parts.start(ctx, "who added the bot to a group", func(ctx context.Context) error {
		asks := func(m simulator.Message) bool { return m.Bot && len(m.Keyboard) > 0 }
		err := group.Wait(ctx, func(shown []simulator.Message) bool {
			return len(shown) > before && slices.ContainsFunc(shown[before:], asks)
		})
		if err == nil {
			_, err = group.Tap(owner, page.GroupLanguage)
		}
		_ = err // somebody else was first, or took the bot out
		return nil
	})
	return nil
}
