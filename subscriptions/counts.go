package subscriptions

import (
	"context"
	"errors"
)

// step is how many buckets a walk of this package reads at a time.
const step = 64

// Counts are the numbers of subscribers.
type Counts struct {
	// Active are those who get news, by the main language of their news; "" is for those
	// who have chosen none yet.
	Active map[string]int
	// Total are all: active, stopped, blocked, gone and unreadable.
	Total, Stopped, Blocked, Gone int
	// Unreadable are those whose preferences a newer release wrote; see Read.
	Unreadable int
}

// Count counts the subscribers by walking over all of them: once a minute, not for each
// request.
func (s *Store) Count(ctx context.Context) (Counts, error) {
	return s.count(ctx, func(int) {})
}

// count is Count that names each bucket in which it finds somebody.
func (s *Store) count(ctx context.Context, found func(bucket int)) (Counts, error) {
	counts := Counts{Active: map[string]int{}}
	for from := 0; from < Buckets; from += step {
		buckets, err := s.Read(ctx, from, from+step)
		if unreadable, ok := errors.AsType[*Unreadable](err); ok {
			counts.Unreadable += len(unreadable.Chats)
			counts.Total += len(unreadable.Chats)
		} else if err != nil {
			return Counts{}, err
		}
		for i, bucket := range buckets {
			for j := range bucket {
				counts.add(&bucket[j].Preferences)
			}
			if len(bucket) > 0 {
				found(from + i)
			}
		}
	}
	return counts, nil
}

func (c *Counts) add(p *Preferences) {
	c.Total++
	switch {
	case p.Status == Stopped:
		c.Stopped++
	case p.Status == Blocked:
		c.Blocked++
	case p.Status == Gone:
		c.Gone++
	case len(p.Languages) == 0:
		c.Active[""]++
	default:
		c.Active[p.Languages[0]]++
	}
}
