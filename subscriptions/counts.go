package subscriptions

import "context"

// step is how many buckets a walk of this package reads at a time.
const step = 256

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
	counts, _, err := s.CountAndSample(ctx, 0)
	return counts, err
}

// CountAndSample is Count that also returns some buckets, at most so many, that hold
// somebody: Present tells cheaply whether they still do.
func (s *Store) CountAndSample(ctx context.Context, most int) (counts Counts, some []int, err error) {
	t := tally{chats: make(map[string]*int), found: func(bucket int) {
		if len(some) < most {
			some = append(some, bucket)
		}
	}}
	cohorts, unreadable, err := s.census(ctx, &t)
	if err != nil {
		return Counts{}, nil, err
	}
	counts = Counts{Active: map[string]int{}, Total: unreadable, Unreadable: unreadable}
	for _, c := range cohorts {
		counts.add(c)
	}
	return counts, some, nil
}

func (c *Counts) add(of Cohort) {
	c.Total += of.Chats
	switch p := of.Preferences; {
	case p.Status == Stopped:
		c.Stopped += of.Chats
	case p.Status == Blocked:
		c.Blocked += of.Chats
	case p.Status == Gone:
		c.Gone += of.Chats
	case len(p.Languages) == 0:
		c.Active[""] += of.Chats
	default:
		c.Active[p.Languages[0]] += of.Chats
	}
}
