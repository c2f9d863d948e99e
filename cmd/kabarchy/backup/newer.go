package backup

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// readable is the error that only a newer release can read what a line holds, if so. Schema is the
// number up to which this one reads.
func (l line) readable(schema int) error {
	family := familyOf(l.Key)
	varies := strings.TrimSuffix(strings.TrimPrefix(l.Key, family.begin), family.end)
	for pair := range slices.Chunk(l.Values, 2) {
		field, value := pair[0], pair[len(pair)-1]
		var err error
		switch {
		case l.Key == "{news}:bot" && field == "schema":
			number, _ := strconv.Atoi(value)
			err = feeds.NewerThan(schema, number, l.Key+" schema")
		case family.newer != nil:
			if err = family.newer(varies, field, value); err != nil && !errors.As(err, new(*feeds.Newer)) {
				err = fmt.Errorf("%s, chat %s: %w", l.Key, field, err)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func newerItem(_, field, value string) error { return feeds.CheckItem(field, value) }

func newerCase(id, _, value string) error { return desk.CheckCase(id, value) }

func newerPlan(number, field, value string) error {
	if field != "layout" {
		return nil
	}
	return broadcast.CheckPlan(number, value)
}

func newerPreferences(_, _, value string) error { return subscriptions.Check(value) }

func newerWords(_, _, value string) error { return subscriptions.CheckWords(value) }
