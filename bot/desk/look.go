package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
)

// Look returns a case; ok is false where there is none.
func (d *Desk) Look(ctx context.Context, id string) (c Case, ok bool, err error) {
	raw, err := d.rdb.Get(ctx, keyCase(id)).Result()
	if errors.Is(err, redis.Nil) {
		return Case{}, false, nil
	}
	if err != nil {
		return Case{}, false, fmt.Errorf("case %s: %w", id, err)
	}
	if c, err = readCase(id, raw); err != nil {
		return Case{}, false, err
	}
	return c, true, nil
}

// caseLayout is the latest version of a case that this release reads, and the one that it writes.
const caseLayout = 1

func readCase(id, raw string) (c Case, err error) {
	err = json.Unmarshal([]byte(raw), &c)
	if newer := feeds.NewerThan(caseLayout, c.Layout, keyCase(id)); newer != nil {
		return Case{}, newer // which also says why a field has another type
	}
	if err != nil {
		return Case{}, fmt.Errorf("case %s: %w", id, err)
	}
	return c, nil
}

// CheckCase returns an error of type *feeds.Newer for a case, as it is stored, that a later release wrote.
func CheckCase(id, raw string) error {
	_, err := readCase(id, raw)
	if newer, is := errors.AsType[*feeds.Newer](err); is {
		return newer
	}
	return nil
}

// Open returns the cases that are not closed, the oldest first.
func (d *Desk) Open(ctx context.Context) ([]Case, error) {
	ids, err := d.rdb.ZRange(ctx, keyOpen, 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("open cases: %w", err)
	}
	return d.cases(ctx, ids)
}

// Closed returns n of the closed cases from the offset-th on, the latest first.
func (d *Desk) Closed(ctx context.Context, offset, n int) ([]Case, error) {
	if n <= 0 || offset < 0 {
		return nil, nil
	}
	ids, err := d.rdb.ZRevRange(ctx, keyClosed, int64(offset), int64(offset+n-1)).Result()
	if err != nil {
		return nil, fmt.Errorf("closed cases: %w", err)
	}
	return d.cases(ctx, ids)
}

// cases reads those of the given ones that there are, in one step.
func (d *Desk) cases(ctx context.Context, ids []string) ([]Case, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = keyCase(id)
	}
	values, err := d.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	found := make([]Case, 0, len(ids))
	for i, value := range values {
		raw, ok := value.(string)
		if !ok {
			continue
		}
		c, err := readCase(ids[i], raw)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// Allowed are the verbs that somebody may use on a case now: the buttons of a view. Who
// may approve but for being a hand has no Approve in it.
func (d *Desk) Allowed(ctx context.Context, c Case, who int64) ([]Verb, error) {
	roles, err := d.RolesOf(ctx, who)
	if err != nil {
		return nil, err
	}
	return d.AllowedTo(c, who, roles), nil
}

// AllowedTo is Allowed for somebody whose roles were read just now.
func (d *Desk) AllowedTo(c Case, who int64, roles Role) (verbs []Verb) {
	for _, r := range Rules {
		if found, ok := ruleFor(r.Verb, c.Kind, c.Status); ok && found.To == r.To && found.allows(c, who, roles, d.alone(c, who)) == "" {
			verbs = append(verbs, r.Verb)
		}
	}
	return verbs
}
