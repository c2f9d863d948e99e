package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
)

// RolesOf returns what somebody may do now, by the configuration and by Redis: 0 for who is
// not at the desk. It is asked at every press and every page.
func (d *Desk) RolesOf(ctx context.Context, user int64) (Role, error) {
	raw, err := d.rdb.HGet(ctx, keyPeople, decimal(user)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("the roles of %d: %w", user, err)
	}
	return d.roles(user, raw)
}

// roles adds the roles of the configuration to those of an entry in Redis, "" for none.
func (d *Desk) roles(user int64, entry string) (Role, error) {
	var invited Person
	if entry != "" {
		if err := json.Unmarshal([]byte(entry), &invited); err != nil {
			return 0, fmt.Errorf("the roles of %d: %w", user, err)
		}
	}
	role := invited.Roles & Officer // an invitation gives nothing more
	for _, p := range d.options.People {
		if p.ID == user {
			role |= p.Roles
		}
	}
	if !d.options.Writing {
		role &^= Officer
	}
	return role, nil
}

// alone reports whether somebody may approve a case of which they are a hand.
func (d *Desk) alone(c Case, who int64) bool {
	return d.options.One || c.Urgent && slices.Contains(d.options.Alone, who)
}

// People are those at the desk: the configuration's in its order, then the invited ones.
func (d *Desk) People(ctx context.Context) ([]Person, error) {
	entries, err := d.rdb.HGetAll(ctx, keyPeople).Result()
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	people := slices.Clone(d.options.People)
	for user, entry := range entries {
		var p Person
		if err := json.Unmarshal([]byte(entry), &p); err != nil {
			return nil, fmt.Errorf("people: %s: %w", user, err)
		}
		i := slices.IndexFunc(people, func(known Person) bool { return known.ID == p.ID })
		if i < 0 {
			people = append(people, p)
			continue
		}
		people[i].Roles |= p.Roles & Officer
	}
	named := len(d.options.People)
	slices.SortFunc(people[named:], func(a, b Person) int { return a.Since.Compare(b.Since) })
	return people, nil
}
