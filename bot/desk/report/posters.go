package report

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// posterLabel is what a link can carry beside the rest, and a button behind it.
var posterLabel = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,23}$`)

// mostPosters is how many labels there may be.
const mostPosters = 200

// ErrPosters is returned where there are as many posters as there may be.
var ErrPosters = fmt.Errorf("there are %d posters, and no more are made", mostPosters)

// PosterLabel reports whether a text can be the label of a poster: 1 to 24 small Latin letters,
// digits and hyphens. Other is none.
func PosterLabel(label string) bool { return posterLabel.MatchString(label) && label != Other }

// makePoster makes a poster's label, once.
//
// KEYS[1] the posters · ARGV[1] the label · 2 now, Unix seconds · 3 how many there may be
// Returns 1, also where it was made before, or 0 where there are too many.
var makePoster = redis.NewScript(`
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
`)

// MakePoster makes a label whose readers are counted from now on; it may be made twice. The
// label must be one: see PosterLabel. ErrPosters where there are too many.
func MakePoster(ctx context.Context, rdb redis.UniversalClient, label string) error {
	if !PosterLabel(label) {
		return fmt.Errorf("make a poster: %q is no label", label)
	}
	made, err := makePoster.Run(ctx, rdb, []string{keyPosters}, label, time.Now().Unix(), mostPosters).Bool()
	if err == nil && !made {
		err = ErrPosters
	}
	if err != nil {
		return fmt.Errorf("make poster %s: %w", label, err)
	}
	return nil
}

// Posters returns the labels that were made, in the order of the alphabet.
func Posters(ctx context.Context, rdb redis.UniversalClient) ([]string, error) {
	labels, err := rdb.HKeys(ctx, keyPosters).Result()
	if err != nil {
		return nil, fmt.Errorf("list the posters: %w", err)
	}
	slices.Sort(labels)
	return labels, nil
}

// settlePosters finds out which of the labels that wait to be counted were made here:
// strangers can write anything into a link. It returns the field to count each in.
func (c *Counter) settlePosters(ctx context.Context) (fields map[string]string, err error) {
	fields = map[string]string{fieldPoster + Other: fieldPoster + Other}
	var labels []string
	for _, field := range c.posterFields() {
		labels = append(labels, strings.TrimPrefix(field, fieldPoster))
	}
	if len(labels) == 0 {
		return fields, nil
	}
	made, err := c.redis.HMGet(ctx, keyPosters, labels...).Result()
	if err != nil {
		return nil, fmt.Errorf("look for the posters: %w", err)
	}
	for i, label := range labels {
		fields[fieldPoster+label] = fieldPoster + label
		if made[i] == nil {
			fields[fieldPoster+label] = fieldPoster + Other
		}
	}
	return fields, nil
}

// posterFields are the fields of posters that wait to be counted.
func (c *Counter) posterFields() (fields []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, sums := range c.open {
		for field := range sums {
			if strings.HasPrefix(field, fieldPoster) {
				fields = append(fields, field)
			}
		}
	}
	return fields
}
