package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// mostLooks is how often what belongs together is read, while new things come in between.
const mostLooks = 20

// together reads in one transaction all that says what is to be done, with the items that it
// names. What it has to read it knows from what it read before: so it reads until it names
// nothing that was not read with it.
func (t *taking) together(ctx context.Context) error {
	found, err := t.found(ctx, together)
	if err != nil {
		return err
	}
	want := named{keys: make(map[string]bool), items: make(map[string]bool)}
	for _, key := range found {
		want.keys[key] = true
	}
	for range mostLooks {
		all, items, err := t.look(ctx, want)
		if err != nil {
			return err
		}
		named, err := t.names(all)
		if err != nil {
			return err
		}
		if !want.add(named) {
			return t.writeTogether(all, items)
		}
	}
	return errors.New("so much is announced just now that no moment can be kept; try again in a minute")
}

// look reads the keys and items in one transaction.
func (t *taking) look(ctx context.Context, want named) (all []line, items line, err error) {
	ids := slices.Sorted(maps.Keys(want.items))
	var values *redis.SliceCmd
	through := func(ctx context.Context, fill func(redis.Pipeliner) error) ([]redis.Cmder, error) {
		return t.rdb.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			if len(ids) > 0 {
				values = pipe.HMGet(ctx, keyItems, ids...)
			}
			return fill(pipe)
		})
	}
	err = t.read(ctx, through, slices.Sorted(maps.Keys(want.keys)), func(l line) error {
		all = append(all, l)
		return nil
	})
	items = line{Key: keyItems, Type: "hash"}
	for i, id := range ids {
		if raw, is := values.Val()[i].(string); is && err == nil {
			items.Values = append(items.Values, id, raw)
		}
	}
	return all, items, err
}

func (t *taking) writeTogether(all []line, items line) error {
	for part := range slices.Chunk(items.Values, 2*partOf) {
		if err := t.out.write(line{Key: items.Key, Type: items.Type, Values: part}); err != nil {
			return err
		}
	}
	for _, l := range all {
		if err := t.out.write(l); err != nil {
			return err
		}
	}
	return nil
}

// named are keys and items that something names.
type named struct{ keys, items map[string]bool }

// add adds others, and reports whether one of them is new.
func (n named) add(more named) (fresh bool) {
	for key := range more.keys {
		fresh = fresh || !n.keys[key]
		n.keys[key] = true
	}
	for item := range more.items {
		fresh = fresh || !n.items[item]
		n.items[item] = true
	}
	return fresh
}

// names are the keys and items that what was read together names. It notes the ledgers of the
// broadcasts that run.
func (t *taking) names(all []line) (named, error) {
	n := named{keys: make(map[string]bool), items: make(map[string]bool)}
	clear(t.running)
	running := make(map[string]bool)
	for _, l := range all {
		for entry := range slices.Chunk(l.Values, 2) {
			if l.Key == "{news}:broadcasts:running" {
				running["{news}:broadcast:"+entry[0]] = true
			}
			if err := n.entry(l.Key, entry[0]); err != nil {
				return n, err
			}
		}
	}
	for _, l := range all {
		if number, is := strings.CutPrefix(l.Key, "{news}:broadcast:"); is {
			t.plan(&n, number, l, running[l.Key])
		}
	}
	return n, nil
}

// entry adds what a field or a member of a key names.
func (n named) entry(key, entry string) error {
	switch key {
	case "{news}:outbox":
		var announced struct{ Item string }
		if err := json.Unmarshal([]byte(entry), &announced); err != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		n.items[announced.Item] = true
	case "{news}:held":
		n.items[entry] = true
	case "{news}:broadcasts:running", "{news}:broadcasts:finished":
		n.broadcast(entry)
	case "{news}:desk:open", "{news}:desk:closed":
		n.keys["{news}:desk:case:"+entry] = true
		n.keys["{news}:desk:texts:"+entry] = true
	}
	return nil
}

// broadcast adds the keys of one.
func (n named) broadcast(number string) {
	for _, key := range []string{"{news}:broadcast:", "{news}:retry:", "{news}:doubt:", "{news}:promised:"} {
		n.keys[key+number] = true
	}
}

// plan adds what a broadcast names, where it has run since the backup was begun.
func (t *taking) plan(n *named, number string, l line, runs bool) {
	fields := make(map[string]string)
	for pair := range slices.Chunk(l.Values, 2) {
		fields[pair[0]] = pair[1]
	}
	ended, _ := strconv.ParseInt(fields["finished"], 10, 64)
	if item := fields["item"]; item != "" && (runs || ended >= t.began.Add(-time.Minute).Unix()) {
		n.items[item] = true
		n.keys["{news}:ledger:"+item] = true
		n.keys["{news}:broadcasts:of:"+item] = true
	}
	if runs {
		t.running[fields["ledger"]], t.running[number] = true, true
	}
}
