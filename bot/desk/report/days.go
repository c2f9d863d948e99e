package report

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Day is what was counted of one day.
type Day struct {
	At   time.Time // its beginning, in the ministry's zone
	sums map[string]int
}

// Days returns the last n days, the oldest first and today last: exact sums, to be folded
// before they are shown.
func Days(ctx context.Context, rdb redis.UniversalClient, zone *time.Location, now time.Time, n int) ([]Day, error) {
	now = now.In(zone)
	days := make([]Day, n)
	pipe := rdb.Pipeline()
	answers := make([]*redis.MapStringStringCmd, n)
	for i := range days {
		days[i].At = time.Date(now.Year(), now.Month(), now.Day()-(n-1-i), 0, 0, 0, 0, zone)
		answers[i] = pipe.HGetAll(ctx, keyStats(days[i].At.Format(time.DateOnly)))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("read the sums of %d days: %w", n, err)
	}
	for i, answer := range answers {
		days[i].sums = make(map[string]int)
		for field, text := range answer.Val() {
			if strings.HasPrefix(field, fieldBy) {
				continue
			}
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, fmt.Errorf("read the sums of %s: %s is %q", days[i].At.Format(time.DateOnly), field, text)
			}
			days[i].sums[field] = n
		}
	}
	return days, nil
}

// Count is how many of one sort were counted: Came, Returned, Left or Blocked.
func (d Day) Count(what string) int { return d.sums[what] }

// Counted is how many of one sort were counted on each of the days.
func Counted(days []Day, what string) []int {
	counts := make([]int, len(days))
	for i, d := range days {
		counts[i] = d.sums[what]
	}
	return counts
}

// ByLanguage are those of one sort by the main language of their news, over all the days.
func ByLanguage(days []Day, what string) []Group { return withPrefix(days, what+":") }

// ByPoster are those who came by a poster, over all the days, by its label.
func ByPoster(days []Day) []Group { return withPrefix(days, fieldPoster) }

// withPrefix adds up over the days what stands in fields that begin so.
func withPrefix(days []Day, prefix string) []Group {
	found := make(map[string]int)
	for _, d := range days {
		for field, n := range d.sums {
			if key, has := strings.CutPrefix(field, prefix); has {
				found[key] += n
			}
		}
	}
	return groupsOf(found)
}
