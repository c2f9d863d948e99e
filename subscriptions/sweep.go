package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sweep forgets the chats that were marked Gone more than keep ago, at most so many of
// them, and returns how many it forgot. It reads some buckets, waits for the pause and
// goes on, so that nothing else is held up. One that comes back meanwhile stays.
func (s *Store) Sweep(ctx context.Context, keep time.Duration, most int, pause time.Duration) (forgotten int, err error) {
	before := time.Now().Add(-keep - secondsADay*time.Second) // the day of the mark is over
	for from := 0; from < Buckets && forgotten < most; from += step {
		buckets, err := s.Read(ctx, from, from+step)
		if _, ok := errors.AsType[*Unreadable](err); err != nil && !ok {
			return forgotten, fmt.Errorf("sweep: %w", err)
		}
		for _, bucket := range buckets {
			for _, found := range bucket {
				if forgotten == most || !found.Preferences.goneBefore(before) {
					continue
				}
				swept, err := s.forgetUnchanged(ctx, found)
				if err != nil {
					return forgotten, fmt.Errorf("sweep: %w", err)
				}
				if swept {
					forgotten++
				}
			}
		}
		select {
		case <-ctx.Done():
			return forgotten, ctx.Err()
		case <-time.After(pause):
		}
	}
	return forgotten, nil
}

func (p *Preferences) goneBefore(day time.Time) bool {
	return p.Status == Gone && !p.GoneSince.IsZero() && p.GoneSince.Before(day)
}

// forgetUnchanged forgets a chat if it still is as it was read.
func (s *Store) forgetUnchanged(ctx context.Context, read Subscriber) (bool, error) {
	packed, err := pack(read.Preferences)
	if err != nil {
		return false, err
	}
	words, err := packWords(read.Preferences.Words)
	if err != nil {
		return false, err
	}
	return s.swap(ctx, read.Chat, kept{string(packed), words}, kept{})
}
