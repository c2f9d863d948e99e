package bot

import (
	"context"
	"errors"

	"kabarchy/bot/render"
	"kabarchy/feeds"
)

// item returns the item, and false for one that is not there, or no longer.
func (b *Bot) item(ctx context.Context, id string) (feeds.Item, bool, error) {
	item, found, err := b.anyItem(ctx, id)
	return item, found && !item.Withdrawn, err
}

// anyItem returns an item of the archive, withdrawn or not; false for one that is not there.
func (b *Bot) anyItem(ctx context.Context, id string) (feeds.Item, bool, error) {
	if !render.IsItemID(id) {
		return feeds.Item{}, false, nil
	}
	item, err := b.archive.Item(ctx, id)
	if errors.Is(err, feeds.ErrNotFound) {
		return feeds.Item{}, false, nil
	}
	return item, err == nil, err
}
