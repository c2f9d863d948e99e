package web

import (
	"context"
	"html/template"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// draft is what can be said of a case: how it looks, what is wrong with it, whom it reaches.
type draft struct {
	Phones   []phone
	Findings []finding
	Errors   bool
	Count    int
	Reach    []template.HTML // sentences
}

// phone is the message in one language.
type phone struct {
	Language, Name string
	Reader         string // the language of who gets it
	Shown          string // where its picture is; empty where that can't be shown
	Message
	StandIn string // whose language it is not in; empty where it is in their own
}

// finding is something that is wrong, or may be.
type finding struct {
	Error bool
	Words template.HTML
}

// draftOf looks at a case, which need not be saved.
func (d *Desk) draftOf(r *request, c desk.Case) (draft, error) {
	var seen draft
	ctx := r.Context()
	findings, err := d.office.Check(ctx, c)
	if err != nil {
		return seen, err
	}
	for _, f := range findings {
		words := r.finding(f)
		if f.Check == desk.CheckNoText && c.Kind == desk.Correct { // the old ones stand there
			words = r.HTML("web.not_corrected")
		}
		seen.Findings = append(seen.Findings, finding{f.Error, words})
		seen.Errors = seen.Errors || f.Error
	}
	if len(c.Texts) == 0 && c.Kind == desk.Announce {
		return seen, nil
	}
	editions, err := d.editionsByLanguage(ctx, c)
	if err != nil {
		return seen, err
	}
	seen.Phones = d.phonesOf(r, editions)
	for i := range seen.Phones {
		if p := &seen.Phones[i]; p.Shown != "" && pictureOf(editions[p.Language]) == c.Picture { // its items are not there yet
			p.Shown = "/case/" + c.ID + "/picture?" + mark(c.Picture)
		}
	}
	return seen, d.reachOf(r, c, &seen)
}

// phonesOf are the messages of some editions, in the order of the languages.
func (d *Desk) phonesOf(r *request, editions map[string]feeds.Item) (phones []phone) {
	for _, language := range locale.Languages() {
		item, has := editions[language]
		if !has {
			continue
		}
		for _, reader := range append([]string{language}, item.StandIn...) {
			p := phone{Language: language, Name: locale.For(language).Name(), Reader: reader, Message: d.options.Previews(r.Context(), reader, item, editions)}
			if p.Picture && d.options.Pictures != nil {
				p.Shown = "/item/" + item.ID + "/picture?" + mark(pictureOf(item))
			}
			if reader != language {
				p.StandIn = locale.For(reader).Name()
			}
			phones = append(phones, p)
		}
	}
	return phones
}

// reachOf says whom a case reaches.
func (d *Desk) reachOf(r *request, c desk.Case, seen *draft) error {
	if c.Kind != desk.Announce {
		n, err := d.concerned(r.Context(), desk.Case{Kind: c.Kind, Items: c.Items, Texts: c.Texts}, desk.Approve)
		seen.Count, seen.Reach = n, []template.HTML{r.counted("line.desk_changes_on", n, r.Number(n))}
		return err
	}
	reach, err := d.office.Reach(r.Context(), c)
	if err != nil {
		return err
	}
	lasts, err := d.lastsWords(r, c, reach)
	seen.Count = reach.All.Reached()
	seen.Reach = append(r.reachWords(reach), lasts...)
	return err
}

// reachWords say whom an announcement reaches, in which language and when, and whom not. Of
// fewer people than make a group they tell no number.
func (v view) reachWords(reach broadcast.Reach) []template.HTML {
	reached := reach.All.Reached()
	form := reached
	if report.Few(reached) {
		form = report.Least // "fewer than 5 people", and not "person"
	}
	lines := []template.HTML{v.counted("line.desk_reaches", form, v.count(reached))}
	var groups []report.Group
	for _, tag := range locale.Languages() {
		groups = append(groups, report.Group{Key: tag, N: reach.Editions[tag]})
	}
	for _, g := range report.Fold(groups) {
		if g.Key != report.Other && !g.Others {
			lines = append(lines, template.HTML(locale.For(g.Key).Name()+": "+v.Number(g.N)))
		}
	}
	for _, l := range []struct {
		entry string
		n     int
	}{
		{"line.desk_reach_later_some", total(reach.All.Later)}, {"line.desk_reach_digest", total(reach.All.Digests)},
		{"line.desk_reach_topics", reach.All.Topics}, {"line.desk_reach_language", reach.All.Language}, {"line.desk_reach_paused", reach.All.Paused},
	} {
		if l.n > 0 {
			lines = append(lines, v.HTML(l.entry, "Count", v.count(l.n)))
		}
	}
	return lines
}

func total(times map[time.Time]int) (sum int) {
	for _, n := range times {
		sum += n
	}
	return sum
}

// editionsByLanguage are the items of a case as they would go out.
func (d *Desk) editionsByLanguage(ctx context.Context, c desk.Case) (map[string]feeds.Item, error) {
	items, err := d.office.Editions(ctx, c)
	all := make(map[string]feeds.Item)
	for _, item := range items {
		all[item.Language] = item
	}
	return all, err
}
