package broadcast

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// paceStep is how finely the curve of a broadcast is drawn.
const paceStep = 10 * time.Second

// Pace is how many phones got a broadcast in ten seconds.
type Pace struct {
	At   time.Time // when they began
	Sent int
}

// paced counts the phones by the ten seconds in which they got it: those that Redis does not
// have yet, and the present ones. The job's lock guards it.
type paced map[int64]int

func slotOf(at time.Time) int64 { return at.Unix() / int64(paceStep/time.Second) }

// arrived notes when a phone got the message.
func (j *job) arrived(at time.Time) (first bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	first = j.state.First == 0
	if first {
		j.state.First = at.UnixMilli()
	}
	j.state.Last = at.UnixMilli()
	if j.pace == nil {
		j.pace = make(paced)
	}
	j.pace[slotOf(at)]++
	return first
}

// savePace writes the curve. A kill costs a second of it, and of no sum anything.
func (r *runner) savePace(ctx context.Context, j *job) {
	j.mu.Lock()
	pace := maps.Clone(j.pace)
	same := maps.Equal(pace, j.paceSaved)
	j.mu.Unlock()
	if same || len(pace) == 0 {
		return
	}
	var fields []any
	for slot, n := range pace {
		fields = append(fields, slot, n)
	}
	pipe := r.engine.options.Redis.Pipeline()
	pipe.HSet(ctx, keyPace(j.ID), fields...)
	pipe.Expire(ctx, keyPace(j.ID), ReportLife)
	if _, err := pipe.Exec(ctx); err != nil {
		if ctx.Err() == nil {
			r.log.Warn("broadcast's curve not saved, trying again", "broadcast", j.ID, "item", j.Item, "error", err)
		}
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	now := slotOf(time.Now())
	past := func(slot int64, n int) bool { return slot < now && pace[slot] == n }
	maps.DeleteFunc(j.pace, past)
	j.paceSaved = maps.Clone(pace)
	maps.DeleteFunc(j.paceSaved, past)
}

// resumePace returns what is known of the ten seconds in which a broadcast is resumed.
func (r *runner) resumePace(ctx context.Context, broadcast int64) (paced, error) {
	slot := slotOf(time.Now())
	n, err := r.engine.options.Redis.HGet(ctx, keyPace(broadcast), id(slot)).Int()
	if errors.Is(err, redis.Nil) {
		return paced{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the pace of broadcast %d: %w", broadcast, err)
	}
	return paced{slot: n}, nil
}

// Report is all that is known of a broadcast.
type Report struct {
	Progress
	// Half is when half of those who have it had it, to ten seconds; zero where nobody has.
	Half time.Time
	// Pace is the curve, oldest first: the ten seconds in which somebody got it.
	Pace []Pace
}

// Reports returns the broadcasts of an item, oldest first: its news, corrections and
// withdrawal, from the moment each is planned until 90 days after its end. It reads Redis,
// so it answers on every instance.
func (e *Engine) Reports(ctx context.Context, item string) ([]Report, error) {
	numbers, err := e.options.Redis.SMembers(ctx, keyOf(item)).Result()
	if err != nil {
		return nil, fmt.Errorf("list the broadcasts of item %s: %w", item, err)
	}
	return e.reports(ctx, numbers)
}

// Report returns one broadcast, as one of a digest; ErrNotKnown where nothing is kept of it.
func (e *Engine) Report(ctx context.Context, broadcast int64) (Report, error) {
	told, err := e.reports(ctx, []string{id(broadcast)})
	if err == nil && len(told) == 0 {
		err = ErrNotKnown
	}
	if err != nil {
		return Report{}, fmt.Errorf("report of broadcast %d: %w", broadcast, err)
	}
	return told[0], nil
}

// ErrNotKnown is returned when nothing is kept of a broadcast with this number.
var ErrNotKnown = errors.New("nothing is kept of such a broadcast")

func (e *Engine) reports(ctx context.Context, numbers []string) ([]Report, error) {
	known, err := e.plans.load(ctx, numbers)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(known, func(a, b record) int { return int(a.ID - b.ID) })
	told := make([]Report, 0, len(known))
	for _, b := range known {
		fields, err := e.options.Redis.HGetAll(ctx, keyPace(b.ID)).Result()
		if err != nil {
			return nil, fmt.Errorf("read the pace of broadcast %d: %w", b.ID, err)
		}
		r := Report{Progress: b.progress(time.Now())}
		if r.Pace, err = curve(fields); err != nil {
			return nil, fmt.Errorf("read the pace of broadcast %d: %w", b.ID, err)
		}
		r.Half = half(r.Pace)
		told = append(told, r)
	}
	return told, nil
}

func curve(fields map[string]string) ([]Pace, error) {
	steps := make([]Pace, 0, len(fields))
	for slot, sent := range fields {
		at, err1 := strconv.ParseInt(slot, 10, 64)
		n, err2 := strconv.Atoi(sent)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("%q = %q: %w", slot, sent, err)
		}
		steps = append(steps, Pace{time.Unix(at*int64(paceStep/time.Second), 0), n})
	}
	slices.SortFunc(steps, func(a, b Pace) int { return a.At.Compare(b.At) })
	return steps, nil
}

func half(steps []Pace) time.Time {
	all, had := 0, 0
	for _, s := range steps {
		all += s.Sent
	}
	for _, s := range steps {
		if had += s.Sent; 2*had >= all {
			return s.At
		}
	}
	return time.Time{}
}
