package subscriptions_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// following are the preferences of somebody who follows words.
func following(words ...string) subscriptions.Preferences {
	p := kyrgyz
	p.Words = words
	return p
}

// wordsOf is where the words of chat 1 are stored.
const wordsOf = "subs:words:{subs:1509}"

// TestWords: they are kept with the preferences, and go with them.
func TestWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		mustUpdate(t, s, 1, set(following("салык", "Бала багуу")))
		expect(t, s, 1, following("салык", "Бала багуу"), true)
		mustUpdate(t, s, 2, set(kyrgyz))
		buckets, err := s.Read(t.Context(), 0, subscriptions.Buckets)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range buckets {
			for _, found := range in {
				if words := found.Preferences.Words; len(words) != map[int64]int{1: 2}[found.Chat] {
					t.Errorf("chat %d follows %q", found.Chat, words)
				}
			}
		}
		mustUpdate(t, s, 1, func(p *subscriptions.Preferences, _ bool) { p.Status = subscriptions.Stopped })
		if p := mustUpdate(t, s, 1, func(p *subscriptions.Preferences, _ bool) { p.Words = p.Words[1:] }); len(p.Words) != 1 {
			t.Errorf("follows %q", p.Words)
		}
		if err := s.Move(t.Context(), 1, -1_000_000_000_001); err != nil {
			t.Fatal(err)
		}
		moved := following("Бала багуу")
		moved.Status = subscriptions.Stopped
		expect(t, s, -1_000_000_000_001, moved, true)
		expect(t, s, 1, subscriptions.Preferences{}, false)
		if err := s.Forget(t.Context(), -1_000_000_000_001); err != nil {
			t.Fatal(err)
		}
		stored, err := rdb.Keys(t.Context(), "subs:*").Result()
		if err != nil || len(stored) != 1 {
			t.Errorf("what is left of chat 2 alone: %q, %v", stored, err)
		}
	})
}

// TestNobodyWithoutWordsPays: what is stored of others is what was stored before there were
// words, and the last word that goes leaves nothing behind.
func TestNobodyWithoutWordsPays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		mustUpdate(t, s, 1, set(following("салык")))
		mustUpdate(t, s, 1, func(p *subscriptions.Preferences, _ bool) { p.Words = p.Words[1:] })
		stored, err := rdb.HGetAll(t.Context(), "subs:1509").Result()
		if err != nil || stored["1"] != "\x01\x00\x11\x07\x9c\x29" {
			t.Errorf("stored: %q, %v", stored, err)
		}
		if n := rdb.Exists(t.Context(), wordsOf).Val(); n != 0 {
			t.Error("there are words of nobody")
		}
	})
}

// TestWordsChangeInOneStep: of many changes at the same time each one counts, also where
// only the words change.
func TestWordsChangeInOneStep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		mustUpdate(t, s, 1, set(following("салык")))
		failed := make(chan error)
		all := []string{"бала", "мектеп", "сот", "жер"}
		for _, word := range all {
			go func() {
				_, err := s.Update(t.Context(), 1, func(p *subscriptions.Preferences, _ bool) {
					p.Words = append(p.Words[:len(p.Words):len(p.Words)], word)
				})
				failed <- err
			}()
		}
		for range all {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		if p, _, err := s.Get(t.Context(), 1); err != nil || len(p.Words) != 5 {
			t.Errorf("follows %q, %v", p.Words, err)
		}
	})
}

// TestWordsRefused: what nobody may follow is not stored.
func TestWordsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, _ redis.UniversalClient) {
		mustUpdate(t, s, 1, set(following("салык")))
		for _, words := range [][]string{
			{"", "салык"}, {"аб"}, {"а\nб"}, {"<b>закон"}, {" закон"}, {"два  слова"}, {"закон\x00"}, {"зак\xffон"},
			{strings.Repeat("ы", 41)}, {"one", "two", "three", "four", "five", "six"},
		} {
			if _, err := s.Update(t.Context(), 1, set(following(words...))); err == nil {
				t.Errorf("%q was stored", words)
			}
		}
		expect(t, s, 1, following("салык"), true)
		longest := strings.Repeat("ы", 40)
		mustUpdate(t, s, 1, set(following(longest, longest, longest, longest, longest)))
	})
}

// TestWordsLost: where Redis lost them, or a newer release wrote them, nobody else is hurt.
func TestWordsLost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *subscriptions.Store, rdb redis.UniversalClient) {
		gone := following("салык")
		gone.Status, gone.GoneSince = subscriptions.Gone, time.Unix(0, 0).UTC().AddDate(0, 0, 1)
		mustUpdate(t, s, 1, set(gone))
		rdb.Del(t.Context(), wordsOf)
		if n, err := s.Sweep(t.Context(), 0, 9, 0); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		mustUpdate(t, s, 1, set(following("салык")))
		rdb.Del(t.Context(), wordsOf)
		expect(t, s, 1, following([]string{}...), true)
		mustUpdate(t, s, 1, set(following("бала")))
		expect(t, s, 1, following("бала"), true)

		rdb.HSet(t.Context(), wordsOf, "1", "\x02later")
		var unreadable *subscriptions.Unreadable
		if _, _, err := s.Get(t.Context(), 1); !errors.As(err, &unreadable) {
			t.Errorf("read as %v", err)
		}
		if in, err := s.Read(t.Context(), 1509, 1510); !errors.As(err, &unreadable) || len(in[0]) != 0 {
			t.Errorf("read as %v, %v", in, err)
		}
		if _, n, err := s.Census(t.Context()); n != 1 || err != nil {
			t.Errorf("%d unreadable, %v", n, err)
		}
		if counts, err := s.Count(t.Context()); counts.Total != 1 || err != nil {
			t.Errorf("counted %+v, %v", counts, err)
		}
	})
}
