package subscriptions

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"
)

// How preferences are packed, version 1. Above 64 bytes Redis would leave its compact
// encoding of a bucket, which would cost several times the memory; all fields at their
// longest take just that.
//
//	byte 0      the version
//	byte 1      bits 0-1 status, 2-3 kind, 4 no pictures, 5 follows words, 6-7 zero
//	byte 2      bits 0-3 main language of the news, 4-7 language of the bot
//	bytes 3-5   since, in hours from 1970, the high byte first; 0 for none
//	then        the fields that are not at their default, in the order of their
//	            numbers: a byte with the number (bits 5-7) and the length less one
//	            (bits 0-4), then so many bytes
//
// A release reads all versions before its own. What a newer release wrote and it does
// not know — a version, a field, a language, a bit — it neither guesses nor drops: the
// chat is reported as unreadable and what is stored of it stays as it is, until the
// newer release runs again. Versions change only when a field has no room left; until
// then a new one takes a free number.
const version = 1

// MaxPacked is how many bytes the packed preferences of a chat have at most.
const MaxPacked = 64

// The numbers of the fields; 7 is free.
const (
	fieldLanguages = iota // a byte for each language of the news after the main one
	fieldTopics           // a bit for each topic chosen, the lowest first; one zero byte for none
	fieldWhen             // the hour of the day (0-23), or 24 and the hour of the week from Sunday
	fieldQuiet            // from, and to with bit 7 for wait; bits 5-7 and 5-6 are the zone's, the low ones first
	fieldPaused           // until, as since, bit 23 for no pause; with Owed, its beginning after it
	fieldThread           // the number, the high byte first, without leading zeros
	fieldGone             // since when, in days from 1970, the high byte first; with status 3 only
)

const (
	headLength = 6
	sinceAt    = 3 // where since begins, which ends the head
	noPictures = 1 << 4
	// followsWords says that there are words, which stand in a hash of their own: see wordsKey.
	followsWords = 1 << 5
	waitBit      = 1 << 7
	hourBits     = 5
	hourMask     = 1<<hourBits - 1
	zoneLow      = 8 - hourBits // bits of the zone that stand beside from
	noPause      = 1 << 7       // of the first of three bytes
	maxHours     = 1<<24 - 1
	maxDays      = 1<<16 - 1

	secondsADay = 24 * 3600
)

// errNewer says that only a newer release could have written a value.
var errNewer = errors.New("unknown to this release, so probably written by a newer one")

// pack returns p as it is stored: a time to the hour, a field that has no meaning beside
// the others (an hour with AtOnce) as its zero value.
func pack(p Preferences) ([]byte, error) {
	b := make([]byte, headLength, MaxPacked)
	b, err := packHead(b, p)
	if err != nil {
		return nil, err
	}
	for _, field := range []func([]byte, Preferences) ([]byte, error){
		packLanguages, packTopics, packWhen, packQuiet, packPaused, packThread, packGone,
	} {
		if b, err = field(b, p); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func packHead(b []byte, p Preferences) ([]byte, error) {
	if p.Status > Gone || p.Kind > Channel {
		return nil, fmt.Errorf("status %d or kind %d does not exist", p.Status, p.Kind)
	}
	if len(p.Languages) > MaxLanguages {
		return nil, fmt.Errorf("%d languages of news, at most %d fit", len(p.Languages), MaxLanguages)
	}
	speaks, err := numberOf(p.Interface)
	if err != nil {
		return nil, err
	}
	var main byte
	if len(p.Languages) > 0 {
		if main, err = newsLanguage(p.Languages[0]); err != nil {
			return nil, err
		}
	}
	since, err := hours(p.Since)
	if err != nil {
		return nil, fmt.Errorf("since: %w", err)
	}
	b[0] = version
	b[1] = byte(p.Status) | byte(p.Kind)<<2
	if p.NoPictures {
		b[1] |= noPictures
	}
	if p.Words != nil {
		b[1] |= followsWords
	}
	b[2] = main | speaks<<4
	copy(b[3:], since[:])
	return b, nil
}

func packLanguages(b []byte, p Preferences) ([]byte, error) {
	if len(p.Languages) < 2 {
		return b, nil
	}
	numbers := make([]byte, 0, MaxLanguages)
	for _, language := range p.Languages[1:] {
		n, err := newsLanguage(language)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return appendField(b, fieldLanguages, numbers...), nil
}

func packTopics(b []byte, p Preferences) ([]byte, error) {
	if p.Topics.All() {
		return b, nil
	}
	var set [32]byte
	used := 1
	for _, n := range p.Topics.Chosen() {
		set[n/8] |= 1 << (n % 8)
		used = int(n/8) + 1
	}
	return appendField(b, fieldTopics, set[:used]...), nil
}

func packWhen(b []byte, p Preferences) ([]byte, error) {
	w := p.When
	if w.Rhythm == AtOnce {
		return b, nil
	}
	if w.Rhythm > Weekly || w.Hour < 0 || w.Hour > 23 || w.Weekday < time.Sunday || w.Weekday > time.Saturday {
		return nil, fmt.Errorf("when: rhythm %d, weekday %d, hour %d is no time", w.Rhythm, w.Weekday, w.Hour)
	}
	at := w.Hour
	if w.Rhythm == Weekly {
		at = 24 + int(w.Weekday)*24 + w.Hour
	}
	return appendField(b, fieldWhen, byte(at)), nil
}

func packQuiet(b []byte, p Preferences) ([]byte, error) {
	q := p.Quiet
	if q.From == q.To {
		q = Quiet{}
	}
	if q == (Quiet{}) && p.Zone == 0 {
		return b, nil
	}
	if int(p.Zone) > len(cities) {
		return nil, fmt.Errorf("zone %d does not exist", p.Zone)
	}
	if q.From < 0 || q.From > 23 || q.To < 0 || q.To > 23 {
		return nil, fmt.Errorf("quiet hours from %d to %d: an hour is 0 to 23", q.From, q.To)
	}
	from, to := byte(q.From)|byte(p.Zone)<<hourBits, byte(q.To)|byte(p.Zone)>>zoneLow<<hourBits
	if q.Wait {
		to |= waitBit
	}
	return appendField(b, fieldQuiet, from, to), nil
}

// packPaused stores the end of a pause, and what is owed at that time or at another one.
func packPaused(b []byte, p Preferences) ([]byte, error) {
	until, err := hours(p.PausedUntil)
	if err != nil || until[0]&noPause != 0 {
		return nil, fmt.Errorf("paused until %s: %w", p.PausedUntil, cmp.Or(err, errTooLate))
	}
	owed := p.Owed != (Owed{}) && p.Status != Gone // to who is gone nothing is
	switch {
	case p.PausedUntil.IsZero() && !owed:
		return b, nil
	case !owed:
		return appendField(b, fieldPaused, until[:]...), nil
	case p.PausedUntil.IsZero():
		if until, err = hours(p.Owed.Until); err != nil || until[0]&noPause != 0 {
			return nil, fmt.Errorf("owed until %s: %w", p.Owed.Until, cmp.Or(err, errTooLate))
		}
		until[0] |= noPause
	}
	from, err := hours(p.Owed.From)
	if err != nil {
		return nil, fmt.Errorf("owed from: %w", err)
	}
	return appendField(b, fieldPaused, append(until[:], from[:]...)...), nil
}

// errTooLate says that a time is too far away to be stored beside a flag.
var errTooLate = errors.New("not before the year 2926")

func packThread(b []byte, p Preferences) ([]byte, error) {
	if p.Thread == 0 {
		return b, nil
	}
	if int64(p.Thread) < 0 || int64(p.Thread) > math.MaxUint32 {
		return nil, fmt.Errorf("thread %d is no message_thread_id", p.Thread)
	}
	number := []byte{byte(p.Thread >> 24), byte(p.Thread >> 16), byte(p.Thread >> 8), byte(p.Thread)}
	for number[0] == 0 {
		number = number[1:]
	}
	return appendField(b, fieldThread, number...), nil
}

func packGone(b []byte, p Preferences) ([]byte, error) {
	if p.Status != Gone || p.GoneSince.IsZero() {
		return b, nil
	}
	days := p.GoneSince.Unix() / secondsADay
	if days < 1 || days > maxDays {
		return nil, fmt.Errorf("gone since %s: not within the years 1970 to 2149", p.GoneSince)
	}
	return appendField(b, fieldGone, byte(days>>8), byte(days)), nil
}

// appendField appends an optional field; it has 1 to 32 bytes.
func appendField(b []byte, number int, value ...byte) []byte {
	return append(append(b, byte(number<<5|(len(value)-1))), value...)
}

// newsLanguage returns the number of a language of news, which cannot be none.
func newsLanguage(language string) (byte, error) {
	if language == "" {
		return 0, errors.New("an empty language among those of the news")
	}
	return numberOf(language)
}

// hours returns t in whole hours from 1970, zero for the zero time.
func hours(t time.Time) ([3]byte, error) {
	if t.IsZero() {
		return [3]byte{}, nil
	}
	h := t.Unix() / 3600
	if t.Unix() < 3600 || h > maxHours {
		return [3]byte{}, fmt.Errorf("%s is not within the years 1970 to 3883", t)
	}
	return [3]byte{byte(h >> 16), byte(h >> 8), byte(h)}, nil
}
