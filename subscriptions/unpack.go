package subscriptions

import (
	"errors"
	"fmt"
	"time"
)

// errCut says that a value ends in the middle of a field.
var errCut = errors.New("the value is cut short")

// unpack returns the preferences that pack packed. It returns an error, never wrong
// preferences, for what this release does not know and for what no release wrote.
func unpack(b string) (Preferences, error) {
	if len(b) == 0 {
		return Preferences{}, errCut
	}
	if b[0] != version {
		return Preferences{}, fmt.Errorf("version %d, and this release knows %d: %w", b[0], version, errNewer)
	}
	if len(b) < headLength {
		return Preferences{}, errCut
	}
	p, err := unpackHead(b)
	if err != nil {
		return Preferences{}, err
	}
	last := -1
	for b = b[headLength:]; len(b) > 0; {
		number, length := int(b[0]>>5), int(b[0]&31)+1
		if len(b) < 1+length {
			return Preferences{}, errCut
		}
		if number <= last {
			return Preferences{}, fmt.Errorf("field %d stands after field %d", number, last)
		}
		if err := p.unpackField(number, b[1:1+length]); err != nil {
			return Preferences{}, fmt.Errorf("field %d: %w", number, err)
		}
		b, last = b[1+length:], number
	}
	return p, nil
}

func unpackHead(b string) (Preferences, error) {
	p := Preferences{
		Status:     Status(b[1] & 3),
		Kind:       Kind(b[1] >> 2 & 3),
		NoPictures: b[1]&noPictures != 0,
		Since:      hour(b[3:headLength]),
	}
	if p.Kind > Channel || b[1]>>6 != 0 { // of the status all four numbers are in use
		return p, fmt.Errorf("kind and pictures %#x: %w", b[1], errNewer)
	}
	if b[1]&followsWords != 0 {
		p.Words = []string{} // they stand elsewhere
	}
	var err error
	if p.Interface, err = languageOf(b[2] >> 4); err != nil {
		return p, err
	}
	if b[2]&15 == 0 {
		return p, nil
	}
	main, err := languageOf(b[2] & 15)
	p.Languages = []string{main}
	return p, err
}

// unpackField reads an optional field; b is not empty.
func (p *Preferences) unpackField(number int, b string) error {
	switch number {
	case fieldLanguages:
		return p.unpackLanguages(b)
	case fieldTopics:
		p.Topics = Only()
		for i := range len(b) {
			for bit := range 8 {
				if b[i]>>bit&1 == 1 {
					p.Topics = p.Topics.With(Topic(i*8 + bit))
				}
			}
		}
		return nil
	case fieldWhen:
		return p.unpackWhen(b)
	case fieldQuiet:
		return p.unpackQuiet(b)
	case fieldPaused:
		return p.unpackPaused(b)
	case fieldThread:
		if len(b) > 4 {
			return errNewer
		}
		for i := range len(b) {
			p.Thread = p.Thread<<8 | int(b[i])
		}
		return nil
	case fieldGone:
		return p.unpackGone(b)
	}
	return errNewer
}

func (p *Preferences) unpackLanguages(b string) error {
	if len(b) > MaxLanguages-1 || len(p.Languages) == 0 {
		return errNewer
	}
	for i := range len(b) {
		language, err := languageOf(b[i])
		if err != nil {
			return err
		}
		if language == "" {
			return errNewer
		}
		p.Languages = append(p.Languages, language)
	}
	return nil
}

func (p *Preferences) unpackPaused(b string) error {
	if len(b) != 3 && len(b) != 6 {
		return errCut
	}
	paused := b[0]&noPause == 0
	until := hour(string([]byte{b[0] &^ noPause, b[1], b[2]}))
	if paused {
		p.PausedUntil = until
	}
	switch {
	case len(b) == 6 && p.Status == Gone: // to who is gone nothing is owed
	case len(b) == 6:
		p.Owed = Owed{From: hour(b[3:]), Until: until}
	case !paused:
		return errNewer
	}
	return nil
}

func (p *Preferences) unpackWhen(b string) error {
	at := int(b[0])
	switch {
	case len(b) != 1 || at >= 24+7*24:
		return errNewer
	case at < 24:
		p.When = When{Rhythm: Daily, Hour: at}
	default:
		at -= 24
		p.When = When{Rhythm: Weekly, Weekday: time.Weekday(at / 24), Hour: at % 24}
	}
	return nil
}

func (p *Preferences) unpackQuiet(b string) error {
	if len(b) != 2 {
		return errNewer
	}
	q := Quiet{From: int(b[0] & hourMask), To: int(b[1] & hourMask), Wait: b[1]&waitBit != 0}
	p.Quiet, p.Zone = q, Zone(b[0]>>hourBits|b[1]&^waitBit>>hourBits<<zoneLow)
	none := q.From == q.To && (q != Quiet{} || p.Zone == 0)
	if q.From > 23 || q.To > 23 || none || int(p.Zone) > len(cities) {
		return errNewer
	}
	return nil
}

func (p *Preferences) unpackGone(b string) error {
	if p.Status != Gone || len(b) != 2 || b == "\x00\x00" {
		return errNewer
	}
	p.GoneSince = time.Unix((int64(b[0])<<8|int64(b[1]))*secondsADay, 0).UTC()
	return nil
}

// hour returns the time that hours made of three bytes.
func hour(b string) time.Time {
	h := int64(b[0])<<16 | int64(b[1])<<8 | int64(b[2])
	if h == 0 {
		return time.Time{}
	}
	return time.Unix(h*3600, 0).UTC()
}
