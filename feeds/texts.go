package feeds

import (
	"context"
	"encoding/json"
	"fmt"

	"kabarchy/feeds/article"
)

// Texts returns the full texts of those items that the desk wrote or whose articles are kept,
// by the item's id.
// Nothing is fetched for it. Of an item whose article is only its summary there is none.
func (a *Archive) Texts(ctx context.Context, items []Item) (map[string]string, error) {
	texts := make(map[string]string)
	if len(items) == 0 {
		return texts, nil
	}
	keys := make([]string, len(items))
	for i, it := range items {
		keys[i] = keyArticle(it.ID, it.Revision)
	}
	values, err := a.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("texts of %d items: %w", len(items), err)
	}
	for i, v := range values {
		if blocks := items[i].Blocks; len(blocks) > 0 {
			texts[items[i].ID] = article.Article{Blocks: blocks}.Text()
			continue
		}
		raw, kept := v.(string)
		if !kept {
			continue
		}
		var read article.Article
		if err := json.Unmarshal([]byte(raw), &read); err != nil {
			return nil, fmt.Errorf("text of item %s: %w", items[i].ID, err)
		}
		if read.Whole {
			texts[items[i].ID] = read.Text()
		}
	}
	return texts, nil
}
