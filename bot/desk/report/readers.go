package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// The parts of a census, each with a key behind it in a day's sums.
const (
	partLanguage = "readers:" // a language, empty for those who chose none
	partRhythm   = "rhythm:"  // atOnce, daily or weekly
	partTopic    = "topic:"   // a topic's number: those who chose it
	partChoice   = "choice:"  // allTopics or someTopics
	partState    = "state:"   // stopped, blocked or gone
)

// What a census tells apart.
const (
	AtOnce     = "at_once"
	Daily      = "daily"
	Weekly     = "weekly"
	AllTopics  = "all"
	SomeTopics = "some"
	StateLeft  = "stopped"
	StateBlock = "blocked"
	StateGone  = "gone"
)

// Readers says who reads: how many are in each group, exactly. They are to be folded before
// they are shown.
type Readers struct {
	sums map[string]int
}

// Audience counts everybody by what they want: see subscriptions.Store.Census.
type Audience func(ctx context.Context) (cohorts []subscriptions.Cohort, unreadable int, err error)

// Take counts everybody whom this release can read of.
func Take(ctx context.Context, audience Audience) (Readers, error) {
	cohorts, _, err := audience(ctx)
	if err != nil {
		return Readers{}, fmt.Errorf("count the readers: %w", err)
	}
	r := Readers{sums: make(map[string]int)}
	for _, c := range cohorts {
		r.add(c)
	}
	return r, nil
}

func (r Readers) add(c subscriptions.Cohort) {
	p := c.Preferences
	if p.Status != subscriptions.Active {
		r.sums[partState+states[p.Status]] += c.Chats
		return
	}
	language := ""
	if len(p.Languages) > 0 {
		language = p.Languages[0]
	}
	r.sums[partLanguage+language] += c.Chats
	r.sums[partRhythm+rhythms[p.When.Rhythm]] += c.Chats
	if p.Topics.All() {
		r.sums[partChoice+AllTopics] += c.Chats
		return
	}
	r.sums[partChoice+SomeTopics] += c.Chats
	for _, n := range p.Topics.Chosen() {
		r.sums[partTopic+strconv.Itoa(int(n))] += c.Chats
	}
}

var states = map[subscriptions.Status]string{
	subscriptions.Stopped: StateLeft, subscriptions.Blocked: StateBlock, subscriptions.Gone: StateGone,
}

var rhythms = map[subscriptions.Rhythm]string{
	subscriptions.AtOnce: AtOnce, subscriptions.Daily: Daily, subscriptions.Weekly: Weekly,
}

// Active is how many get news.
func (r Readers) Active() int { return Sum(r.Languages()) }

// Languages are the readers by the main language of their news.
func (r Readers) Languages() []Group { return withPrefix([]Day{{sums: r.sums}}, partLanguage) }

// Rhythms are the readers by how often they get news.
func (r Readers) Rhythms() []Group { return withPrefix([]Day{{sums: r.sums}}, partRhythm) }

// Choices are the readers by whether they get all topics or chose some.
func (r Readers) Choices() []Group { return withPrefix([]Day{{sums: r.sums}}, partChoice) }

// States are those who get no news, by why.
func (r Readers) States() []Group { return withPrefix([]Day{{sums: r.sums}}, partState) }

// Topics are, of those who chose some topics, how many chose each, by its number; hidden
// is of how many topics nothing can be said. People choose several, so that these groups
// overlap: what is shown of each must not tell those who did not choose it either. All are
// hidden where those who get all topics are too few to tell from those who chose.
func (r Readers) Topics() (shown []Group, hidden int) {
	chose, all := r.sums[partChoice+SomeTopics], r.sums[partChoice+AllTopics]
	for _, g := range withPrefix([]Day{{sums: r.sums}}, partTopic) {
		if Few(g.N) || Few(chose-g.N) || Few(all) || Few(chose) {
			hidden++
			continue
		}
		shown = append(shown, g)
	}
	return shown, hidden
}

// groupsOf are groups by their numbers, the largest first and else by key.
func groupsOf(counts map[string]int) []Group {
	var all []Group
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		if counts[key] > 0 {
			all = append(all, Group{Key: key, N: counts[key]})
		}
	}
	slices.SortStableFunc(all, func(a, b Group) int { return cmp.Compare(b.N, a.N) })
	return all
}

// fieldCensus says when a day's census was taken, Unix seconds.
const fieldCensus = "census"

// noteCensus notes a census, once for each day.
//
// KEYS[1] the day's sums · ARGV[1] now, Unix seconds · 2 seconds to keep them · 3… field, number, …
// Returns 1, or 0 where there was one already.
var noteCensus = redis.NewScript(`
if redis.call('HSETNX', KEYS[1], 'census', ARGV[1]) == 0 then return 0 end
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
`)

// Census counts the readers for today's sums, unless that was done: the first thing after
// midnight, or as soon as an instance leads again. It is for the instance that leads.
func Census(ctx context.Context, rdb redis.UniversalClient, zone *time.Location, now time.Time, audience Audience) (taken bool, err error) {
	key := keyStats(now.In(zone).Format(time.DateOnly))
	if done, err := rdb.HExists(ctx, key, fieldCensus).Result(); err != nil || done {
		if err != nil {
			err = fmt.Errorf("look for the census: %w", err)
		}
		return false, err
	}
	readers, err := Take(ctx, audience)
	if err != nil {
		return false, err
	}
	args := []any{now.Unix(), int(statsLive.Seconds())}
	for field, n := range readers.sums {
		args = append(args, field, n)
	}
	if taken, err = noteCensus.Run(ctx, rdb, []string{key}, args...).Bool(); err != nil {
		return false, fmt.Errorf("note the census: %w", err)
	}
	return taken, nil
}

// Readers is what the day's census found, and whether there was one.
func (d Day) Readers() (Readers, bool) {
	_, taken := d.sums[fieldCensus]
	r := Readers{sums: make(map[string]int)}
	parts := []string{partLanguage, partRhythm, partTopic, partChoice, partState}
	for field, n := range d.sums {
		if slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(field, part) }) {
			r.sums[field] = n
		}
	}
	return r, taken
}
