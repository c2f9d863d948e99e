package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"
)

// Bounds of the words that a chat follows.
const (
	MaxWords       = 5  // words, or phrases of several
	MaxWordLetters = 40 // of one, spaces included
	MinWordLetters = 3
)

// wordsKey names the hash of a bucket's followed words: chat id → them, packed. The tag in
// braces is the name of the bucket's own hash, so that a Cluster keeps both in one place and
// one script can change both.
func wordsKey(bucket int) string { return "subs:words:{subs:" + strconv.Itoa(bucket) + "}" }

// wordsVersion begins the packed words; then the words follow, with newlines between them.
const wordsVersion = "\x01"

// IsWord reports whether a text can be followed: letters and digits, single spaces between
// them, as many as the bounds allow.
func IsWord(text string) bool {
	if n := utf8.RuneCountInString(text); n < MinWordLetters || n > MaxWordLetters {
		return false
	}
	if !utf8.ValidString(text) || strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
		return false
	}
	return strings.IndexFunc(text, func(r rune) bool { return r != ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) < 0
}

// packWords returns words as they are stored; empty for none.
func packWords(words []string) (string, error) {
	if len(words) == 0 {
		return "", nil
	}
	if len(words) > MaxWords {
		return "", fmt.Errorf("%d words to follow, at most %d", len(words), MaxWords)
	}
	for _, word := range words {
		if !IsWord(word) {
			return "", fmt.Errorf("%q is no word to follow", word)
		}
	}
	return wordsVersion + strings.Join(words, "\n"), nil
}

// unpackWords returns the words of a chat that follows some. There are none where they were
// lost: then the slice is empty and not nil.
func unpackWords(packed string) ([]string, error) {
	if packed == "" {
		return []string{}, nil
	}
	list, known := strings.CutPrefix(packed, wordsVersion)
	if !known {
		return nil, fmt.Errorf("followed words, version %d, and this release knows %d: %w", packed[0], wordsVersion[0], errNewer)
	}
	words := strings.Split(list, "\n")
	if len(words) > MaxWords {
		return nil, fmt.Errorf("%d followed words: %w", len(words), errNewer)
	}
	return words, nil
}

// kept is what is stored of a chat, as it is stored; empty where nothing is.
type kept struct{ preferences, words string }

// kept returns what is stored of a chat. The words are asked for only where there are some.
func (s *Store) kept(ctx context.Context, chat int64) (k kept, err error) {
	if k.preferences, err = s.packed(ctx, chat); err != nil || !follows(k.preferences) {
		return k, err
	}
	_, field := place(chat)
	k.words, err = s.rdb.HGet(ctx, wordsKey(BucketOf(chat)), field).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return k, fmt.Errorf("read the words that chat %d follows: %w", chat, err)
	}
	return k, nil
}

// unpack returns the preferences with the words.
func (k kept) unpack() (Preferences, error) {
	p, err := unpack(k.preferences)
	if err == nil && follows(k.preferences) {
		p.Words, err = unpackWords(k.words)
	}
	if err != nil {
		return Preferences{}, err
	}
	return p, nil
}

// keep returns preferences as they are stored.
func keep(p Preferences) (kept, error) {
	if len(p.Words) == 0 {
		p.Words = nil // also where they were lost
	}
	packed, err := pack(p)
	if err != nil {
		return kept{}, err
	}
	words, err := packWords(p.Words)
	return kept{string(packed), words}, err
}

// follows reports whether packed preferences say that the chat follows words.
func follows(packed string) bool { return len(packed) >= headLength && packed[1]&followsWords != 0 }

// readWords adds their words to those subscribers who follow some: those of the buckets
// from from on. It asks Redis about nobody else.
func (s *Store) readWords(ctx context.Context, from int, buckets [][]Subscriber, unreadable *Unreadable) error {
	type asked struct {
		bucket int
		fields []string
		reply  *redis.SliceCmd
	}
	var all []asked
	for i, in := range buckets {
		a := asked{bucket: i}
		for _, found := range in {
			if found.Preferences.Words != nil {
				_, field := place(found.Chat)
				a.fields = append(a.fields, field)
			}
		}
		if a.fields != nil {
			all = append(all, a)
		}
	}
	if all == nil {
		return nil
	}
	_, err := s.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, a := range all {
			all[i].reply = pipe.HMGet(ctx, wordsKey(from+a.bucket), a.fields...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the words that are followed in buckets %d to %d: %w", from, from+len(buckets), err)
	}
	for _, a := range all {
		buckets[a.bucket] = withWords(buckets[a.bucket], a.reply.Val(), unreadable)
	}
	return nil
}

// withWords gives a bucket's followers the words that were read, in their order, and leaves
// out whose this release can't read.
func withWords(in []Subscriber, read []any, unreadable *Unreadable) []Subscriber {
	readable, next := in[:0], 0
	for _, found := range in {
		if found.Preferences.Words != nil {
			packed, _ := read[next].(string)
			next++
			words, err := unpackWords(packed)
			if err != nil {
				unreadable.add(found.Chat, err)
				continue
			}
			found.Preferences.Words = words
		}
		readable = append(readable, found)
	}
	return readable
}
