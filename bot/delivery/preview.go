package delivery

import (
	"context"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
)

// Preview sends an item to a chat by the request that a broadcast would make, to who gets
// pictures and is not in quiet hours, and returns the message. The editions are those of the
// same announcement, which no archive has yet. Its error is the client's.
//
// Nothing of it is kept: the item may be another by the time it goes out.
func (s *Sender) Preview(ctx context.Context, chat int64, item feeds.Item, editions map[string]feeds.Item) (message int64, err error) {
	m := s.outgoing(broadcast.Delivery{Chat: chat, Item: item}, s.renderer.Item(item, editions))
	sent, err := s.ladder.deliver(ctx, itemKey{}, m, messageTo(chat))
	return sent.ID, err
}
