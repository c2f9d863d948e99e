package main

import (
	"context"
	"fmt"
	"math/bits"
	"strconv"

	"kabarchy/subscriptions"
)

// The largest hash that Redis keeps in its compact encoding, in which a subscriber takes
// some 20 bytes instead of 60.
const (
	compactEntries = "hash-max-listpack-entries"
	compactValue   = "hash-max-listpack-value"
)

// roomFor is how much larger the buckets may become until the next start.
const roomFor = 1.1

// Roomy says what to set where the buckets of the audience are, or soon will be, larger
// than what Redis keeps compact. Where CONFIG is forbidden it takes Redis' defaults.
func (r Redis) Roomy(ctx context.Context) []string {
	subscribers, err := subscriptions.NewStore(r).Estimate(ctx)
	if err != nil {
		return []string{fmt.Sprintf("whether redis keeps the subscribers compact could not be checked: %v", reason(err))}
	}
	entries, value := 512, subscriptions.MaxPacked
	for name, limit := range map[string]*int{compactEntries: &entries, compactValue: &value} {
		if set, err := r.ConfigGet(ctx, name).Result(); err == nil {
			if n, err := strconv.Atoi(set[name]); err == nil {
				*limit = n
			}
		}
	}
	return roomy(subscribers, entries, value)
}

func roomy(subscribers, entries, value int) (found []string) {
	fields := int(roomFor * float64(subscribers) / float64(subscriptions.Buckets))
	if fields > entries {
		enough := 1 << bits.Len(uint(fields)) // with room to grow
		found = append(found, fmt.Sprintf("redis needs three times the memory for a subscriber: with %d of them a bucket holds more than its %s %d; set %[2]s %[4]d",
			subscribers, compactEntries, entries, enough))
	}
	if value < subscriptions.MaxPacked {
		found = append(found, fmt.Sprintf("redis needs three times the memory for a subscriber: its %s is %d; set %[1]s %[3]d",
			compactValue, value, subscriptions.MaxPacked))
	}
	return found
}
