package feeds

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// knowledge is what the archive knows of a document's entries.
type knowledge struct {
	reader
	state    sourceState
	rawState string
	records  map[string]stored   // by item id
	index    map[string][]string // key → ids of the items that have it, the latest first
	subjects []*subject          // of the entries
	legacy   map[int][]string    // an entry's place → ids of items that have no keys yet
	held     map[string]Held     // of the items in records
	lost     bool                // Redis lost what the source showed before
	// reindexed is how many items the index was made anew from; 0 where it was not lost.
	reindexed int
}

func newKnowledge() knowledge {
	return knowledge{
		reader: newReader(), records: make(map[string]stored), index: make(map[string][]string),
		legacy: make(map[int][]string), held: make(map[string]Held),
	}
}

// candidates are the items that share a key with an entry.
func (k knowledge) candidates(place int) []string {
	var ids []string
	add := func(found []string) {
		for _, id := range found {
			if _, known := k.records[id]; known && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	for _, key := range k.subjects[place].keys {
		add(k.index[key])
	}
	add(k.legacy[place])
	return ids
}

// origin returns the item that one may be, or is in another place; else itself.
func (k knowledge) origin(id string) string {
	for range len(k.records) {
		r := k.records[id]
		other := r.Alias
		if other == "" && r.Waits != HeldRepeated {
			other = r.Other
		}
		if _, known := k.records[other]; !known {
			return id
		}
		id = other
	}
	return id
}

// atLink returns the id of the one item that is known to be where an entry's link leads.
func (k knowledge) atLink(place int) string {
	ids := k.index[k.subjects[place].key(keyExact)]
	if len(ids) == 0 {
		for _, id := range k.legacy[place] {
			if r, known := k.records[id]; known && addressOf(r.Link).exact == k.subjects[place].link.exact {
				return id
			}
		}
	}
	if len(ids) != 1 {
		return ""
	}
	if _, known := k.records[ids[0]]; !known {
		return ""
	}
	return ids[0]
}

// study reads from the entries what they are known again by, and returns all their keys.
func (k *knowledge) study(entries []entry) (keys []string) {
	k.subjects = make([]*subject, len(entries))
	all := make(map[string]bool)
	for i, e := range entries {
		k.subjects[i] = k.entry(e)
		for _, key := range k.subjects[i].keys {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// know reads all that is known of some entries.
func (a *Archive) know(ctx context.Context, s Source, entries []entry) (k knowledge, err error) {
	k = newKnowledge()
	if k.state, k.rawState, err = a.state(ctx, s); err != nil || len(entries) == 0 {
		return k, err
	}
	if err := a.findLoss(ctx, s.Language, &k); err != nil {
		return k, err
	}
	if err := a.readIndex(ctx, s.Language, k.study(entries), k.index); err != nil {
		return k, err
	}
	if err := a.findLegacy(ctx, entries, k); err != nil {
		return k, err
	}
	return k, a.readItems(ctx, k)
}

// readIndex reads which items have the given keys.
func (a *Archive) readIndex(ctx context.Context, language string, keys []string, into map[string][]string) error {
	if len(keys) == 0 {
		return nil
	}
	values, err := a.rdb.HMGet(ctx, keyKnown(language), keys...).Result()
	if err != nil {
		return fmt.Errorf("index of %q: %w", language, err)
	}
	for i, v := range values {
		if ids, ok := v.(string); ok {
			into[keys[i]] = strings.Fields(ids)
		}
	}
	return nil
}

// findLegacy finds the items that have no keys yet.
func (a *Archive) findLegacy(ctx context.Context, entries []entry, k knowledge) error {
	var ids []string
	var places []int
	for i, e := range entries {
		if len(k.index[k.subjects[i].key(keyExact)]) == 0 && len(k.index[k.subjects[i].key(keyGUID)]) == 0 {
			for _, id := range legacyIDs(e) {
				ids, places = append(ids, id), append(places, i)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	aliases, err := a.rdb.HMGet(ctx, keyAliases, ids...).Result()
	if err != nil {
		return fmt.Errorf("aliases: %w", err)
	}
	for n, v := range aliases {
		if id, ok := v.(string); ok {
			ids[n] = id
		}
		k.legacy[places[n]] = append(k.legacy[places[n]], ids[n])
	}
	return nil
}

// readItems reads the items that were found, with what holds them back, and those that
// they are compared with.
func (a *Archive) readItems(ctx context.Context, k knowledge) error {
	wanted := make(map[string]bool)
	for _, found := range k.index {
		for _, id := range found {
			wanted[id] = true
		}
	}
	for _, found := range k.legacy {
		for _, id := range found {
			wanted[id] = true
		}
	}
	for len(wanted) > 0 {
		ids := slices.Sorted(maps.Keys(wanted))
		clear(wanted)
		records, err := a.records(ctx, ids)
		if err != nil {
			return err
		}
		maps.Copy(k.records, records)
		for _, r := range records {
			for _, id := range []string{r.Other, r.Alias} {
				if _, known := k.records[id]; id != "" && !known {
					wanted[id] = true
				}
			}
		}
	}
	return a.readHeld(ctx, k)
}

// readHeld reads which of the items are held.
func (a *Archive) readHeld(ctx context.Context, k knowledge) error {
	ids := slices.Sorted(maps.Keys(k.records))
	if len(ids) == 0 {
		return nil
	}
	values, err := a.rdb.HMGet(ctx, keyHeld, ids...).Result()
	if err != nil {
		return fmt.Errorf("held items: %w", err)
	}
	for i, v := range values {
		if raw, ok := v.(string); ok {
			var h Held
			if err := json.Unmarshal([]byte(raw), &h); err != nil {
				return fmt.Errorf("held item %s: %w", ids[i], err)
			}
			k.held[ids[i]] = h
		}
	}
	return nil
}
