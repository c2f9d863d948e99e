package main

import (
	"fmt"
	"strconv"
)

// schema numbers the ways in which data was written to Redis. A release that writes what the
// one before would take for something else, or drop, raises it: then the one before does not
// start on that Redis any more, and ends where it runs. What a release before can ignore, or
// names itself, as the preferences of a chat, needs no new number. Items, plans and cases of the
// desk have a version each besides, layout: it names the record in the error.
const schema = 1

// fieldSchema is that of keyBot with the highest number of all releases that have started.
// Those from before the number was there left it out.
const fieldSchema = "schema"

// newer is the error that a later release has written what this one can't read, if one has:
// by the number that stands in Redis.
func (r Redis) newer(stored string) error {
	number, _ := strconv.Atoi(stored) // nothing is 0
	if number <= schema {
		return nil
	}
	return misuse(fmt.Errorf("redis at %s: a newer release of kabarchy has written what this one can't read (schema %d; this one knows %d): "+
		"install that release again; to stay with this one, restore a backup from before the upgrade into an empty redis", r.Where, number, schema))
}
