package delivery

import (
	"context"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/render"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Preview sends an item to a chat by the request that a broadcast would make to who reads the
// language, gets pictures and is not in quiet hours, and returns the message. The editions are those of the
// same announcement, which no archive has yet. Its error is the client's.
//
// Nothing of it is kept: the item may be another by the time it goes out.
func (s *Sender) Preview(ctx context.Context, chat int64, language string, item feeds.Item, editions map[string]feeds.Item) (message int64, err error) {
	sent, err := s.ladder.deliver(ctx, itemKey{}, s.previewed(chat, language, item, editions), messageTo(chat))
	return sent.ID, err
}

// Drawn is the message that Preview sends, for who looks at it elsewhere.
func (s *Sender) Drawn(language string, item feeds.Item, editions map[string]feeds.Item) render.Message {
	return s.previewed(0, language, item, editions).Message
}

func (s *Sender) previewed(chat int64, language string, item feeds.Item, editions map[string]feeds.Item) render.Outgoing {
	d := broadcast.Delivery{Chat: chat, Item: item, Preferences: subscriptions.Preferences{Languages: []string{language}}}
	return s.outgoing(d, s.renderer.Variant(item, editions, s.variantOf(d)))
}
