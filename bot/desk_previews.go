package bot

import (
	"context"

	"kabarchy/feeds"
)

// Previews sends an item to a chat just as a broadcast would.
type Previews interface {
	// Preview sends an item as it comes to who reads the language; editions are all of the
	// same announcement. It returns the message.
	Preview(ctx context.Context, chat int64, language string, item feeds.Item, editions map[string]feeds.Item) (message int64, err error)
}
