package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"kabarchy/bot/locale"
	"kabarchy/feeds/article"
)

// Check returns what is wrong with a case, errors first, and what may be. It asks the links
// whether they answer, which takes 5 seconds at most; what a link said holds for ten minutes.
func (d *Desk) Check(ctx context.Context, c Case) ([]Finding, error) {
	found := d.mistakes(c, d.moment())
	found = append(found, d.deadLinks(ctx, c)...)
	repeated, err := d.repeated(ctx, c)
	if err != nil {
		return nil, err
	}
	found = append(found, repeated...)
	if c.Kind == Announce {
		for _, language := range c.missing() {
			found = append(found, Finding{Check: CheckMissing, Language: language})
		}
	}
	found = append(found, c.uneven()...)
	for _, language := range c.Languages() {
		t := c.Texts[language]
		if capitals(t.Title) || capitals(t.plain()) {
			found = append(found, Finding{Check: CheckCapitals, Language: language})
		}
		if Visible(t.Title) && wordless(t.Title) {
			found = append(found, Finding{Check: CheckWordless, Language: language})
		}
	}
	if hour := c.due(time.Now(), d.options.Hold).In(d.options.Zone).Hour(); hour >= nightBegins || hour < nightEnds {
		found = append(found, Finding{Check: CheckNight})
	}
	if c.Illustrates() {
		found = append(found, Finding{Check: CheckNoPictureLater})
	}
	return found, nil
}

// Illustrates reports whether a case brings a picture to messages that are on phones: those without
// one stay so.
func (c Case) Illustrates() bool { return c.Kind == Correct && c.Picture != "" }

// What is warned of.
const (
	nightBegins, nightEnds = 22, 7
	repeatedWithin         = 14 * 24 * time.Hour
	lookedAt               = 200 // of the latest items of a language
	mostLinks              = 10  // that are asked
	linkTimeout            = 5 * time.Second
	fewLetters             = 10  // may be capitals throughout: an abbreviation
	shortText              = 100 // units: below, lengths differ anyhow
)

// deadLinks asks the links, all at once.
func (d *Desk) deadLinks(ctx context.Context, c Case) []Finding {
	if d.options.Ask == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, linkTimeout)
	defer cancel()
	var asked []Finding
	for _, language := range c.Languages() {
		for _, link := range c.Texts[language].links() {
			if plausible(link) && len(asked) < mostLinks {
				asked = append(asked, Finding{Check: CheckDeadLink, Language: language, Link: link})
			}
		}
	}
	alive := make([]bool, len(asked))
	var asking sync.WaitGroup
	for i := range asked {
		asking.Go(func() { asked[i].Number, alive[i] = d.ask(ctx, asked[i].Link) })
	}
	asking.Wait()
	var dead []Finding
	for i, f := range asked {
		if !alive[i] {
			dead = append(dead, f)
		}
	}
	return dead
}

// ask asks a link, or remembers what it said.
func (d *Desk) ask(ctx context.Context, link string) (status int, alive bool) {
	if said, ok := d.links.Get(link); ok && time.Since(said.at) < linkHolds {
		return said.status, said.alive
	}
	status, err := d.options.Ask(ctx, link)
	if !errors.Is(ctx.Err(), context.Canceled) { // else it is who asks that went away
		d.links.Add(link, linkAnswer{status, err == nil, time.Now()})
	}
	return status, err == nil
}

// repeated finds titles that went out lately.
func (d *Desk) repeated(ctx context.Context, c Case) (found []Finding, err error) {
	for _, language := range c.Languages() {
		if c.Kind != Announce {
			break
		}
		latest, err := d.options.Archive.Latest(ctx, language, 0, lookedAt)
		if err != nil {
			return nil, err
		}
		title := folded(c.Texts[language].Title)
		for _, it := range latest {
			if time.Since(it.Published) < repeatedWithin && folded(it.Title) == title && !slices.Contains(c.editionIDs(), it.ID) {
				found = append(found, Finding{Check: CheckRepeated, Language: language, Item: it.ID})
				break
			}
		}
	}
	return found, nil
}

func folded(title string) string { return strings.ToLower(article.OneLine(title)) }

// uneven finds texts that are not half as long as the longest.
func (c Case) uneven() (found []Finding) {
	length := func(language string) int { return units(c.Texts[language].plain()) }
	languages := c.Languages()
	if len(languages) < 2 {
		return nil
	}
	longest := slices.MaxFunc(languages, func(a, b string) int { return cmp.Compare(length(a), length(b)) })
	for _, language := range languages {
		if n := length(language); length(longest) >= shortText && 2*n < length(longest) {
			found = append(found, Finding{Check: CheckUneven, Language: language, Number: n})
		}
	}
	return found
}

// capitals reports whether a text is in capitals throughout.
func capitals(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters > fewLetters
}

// wordless reports whether a text has nothing to read out or to look for.
func wordless(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// missing are the languages in which there is no text.
func (c Case) missing() []string {
	return slices.DeleteFunc(locale.Languages(), func(language string) bool {
		_, is := c.Texts[language]
		return is
	})
}
