package delivery

import (
	"context"
	"slices"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/render"
	"kabarchy/feeds"
)

// digest sends the next part of a digest. One with nothing left to tell is done with, and a
// part in which all was withdrawn needs no message.
func (s *Sender) digest(ctx context.Context, d broadcast.Delivery) (broadcast.Message, error) {
	first := min(d.Part*render.DigestCount, len(d.Items))
	last := min(first+render.DigestCount, len(d.Items))
	more := last < len(d.Items)
	items, from := told(d.Items), len(told(d.Items[:first]))
	to := from + len(told(d.Items[first:last]))
	if from == to {
		d.Message.More = more
		return d.Message, nil
	}
	m := render.Outgoing{Message: s.renderer.Digest(d.Preferences, items, from, to, s.botIn(d.Chat)), Thread: d.Preferences.Thread, Silent: d.Silent}
	got, err := s.ladder.deliver(ctx, itemKey{}, m, func(m render.Outgoing) (string, map[string]string) {
		params := m.Params(d.Chat)
		m.Place(params)
		return "sendMessage", params
	})
	sent := remembered(got)
	sent.More = more
	return sent, err
}

// told are the items that are shown.
func told(items []feeds.Item) []feeds.Item {
	return slices.DeleteFunc(slices.Clone(items), func(item feeds.Item) bool { return item.Withdrawn })
}
