package feeds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// findLoss notices that Redis lost the items or the index of a source that was polled
// before: then all that its document shows looks new. The item that the source showed last
// is the witness: items are never deleted, and each stands in the index.
func (a *Archive) findLoss(ctx context.Context, language string, k *knowledge) error {
	if k.state.Last == "" {
		return nil
	}
	last, err := a.record(ctx, k.state.Last)
	if errors.Is(err, ErrNotFound) {
		k.lost = true
		return nil
	}
	if err != nil {
		return err
	}
	keys := k.record(last.record).keys
	values, err := a.rdb.HMGet(ctx, keyKnown(language), keys...).Result()
	if err != nil {
		return fmt.Errorf("index of %q: %w", language, err)
	}
	k.lost = !slices.ContainsFunc(values, func(v any) bool {
		ids, ok := v.(string)
		return ok && slices.Contains(strings.Fields(ids), last.ID)
	})
	return nil
}

// isLost reports whether what an entry shows may be an item that Redis lost.
func (k knowledge) isLost(place int) bool {
	if k.lost {
		return true
	}
	for _, kind := range []string{keyGUID, keyExact, keyDated, keyAll} {
		ids := k.index[k.subjects[place].key(kind)]
		if len(ids) > 0 && len(k.present(ids)) == 0 {
			return true
		}
	}
	return false
}

// present returns those of some ids whose items there are.
func (k knowledge) present(ids []string) []string {
	missing := func(id string) bool {
		_, known := k.records[id]
		return !known
	}
	if !slices.ContainsFunc(ids, missing) {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), missing)
}
