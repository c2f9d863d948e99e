package delivery

import (
	"context"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/render"
)

// digest sends the next part of a digest. One with nothing left to tell is done with.
func (s *Sender) digest(ctx context.Context, d broadcast.Delivery) (broadcast.Message, error) {
	first := d.Part * render.DigestCount
	if first >= len(d.Items) {
		return d.Message, nil
	}
	last := min(first+render.DigestCount, len(d.Items))
	m := render.Outgoing{Message: s.renderer.Digest(d.Preferences, d.Items, first, last, s.botIn(d.Chat)), Thread: d.Preferences.Thread, Silent: d.Silent}
	got, err := s.ladder.deliver(ctx, itemKey{}, m, func(m render.Outgoing) (string, map[string]string) {
		params := m.Params(d.Chat)
		m.Place(params)
		return "sendMessage", params
	})
	sent := remembered(got)
	sent.More = last < len(d.Items)
	return sent, err
}
