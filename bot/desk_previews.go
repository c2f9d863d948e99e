package bot

import (
	"context"

	"kabarchy/feeds"
)

// Previews sends an item to a chat just as a broadcast would.
type Previews interface {
	// Preview sends an item; editions are the others of the same announcement. It returns
	// the message.
	Preview(ctx context.Context, chat int64, item feeds.Item, editions map[string]feeds.Item) (message int64, err error)
}
