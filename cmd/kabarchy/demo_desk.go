package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator/page"
	"kabarchy/cmd/kabarchy/sample"
)

// editor changes what is on the sample site, as the ministry's editor would, from the demo's
// page, and lets the service look at once instead of at its next poll. The service learns
// nothing from it but through the site.
type editor struct {
	stage *stage
	app   atomic.Pointer[App] // nil until the service is started

	mu    sync.Mutex
	items map[int][]string // the archive's ids of an item's editions
}

var (
	_ page.Desk  = (*editor)(nil)
	_ page.Stage = (*editor)(nil)
)

// errNotStarted is what a desk answers that the service is not there for yet.
var errNotStarted = errors.New("the service is starting")

// Begin is part of page.Stage.
func (d *editor) Begin(ctx context.Context) error { return d.stage.around.begin(ctx) }

// WhatIf is part of page.Stage.
func (d *editor) WhatIf(ctx context.Context, what string) error {
	return d.stage.happen(ctx, what)
}

// State is part of page.Desk.
func (d *editor) State(ctx context.Context) (page.DeskState, error) {
	app, site := d.app.Load(), d.stage.Site
	if app == nil {
		return page.DeskState{}, errNotStarted
	}
	progress, err := app.Engine.Progress(ctx)
	if err != nil {
		return page.DeskState{}, err
	}
	counts, err := app.Store.Count(ctx)
	if err != nil {
		return page.DeskState{}, err
	}
	state := page.DeskState{
		Ministry: d.stage.config.Ministry.Name, Site: d.stage.config.Ministry.Site, Down: site.Down(), Health: d.stage.around.health,
		WhatIfs: d.stage.whatIfs(), AheadSeconds: int(d.stage.ahead.Load() / int64(time.Second)),
		Audience: page.Audience{
			Active: counts.Active, Total: counts.Total, Stopped: counts.Stopped, Blocked: counts.Blocked + counts.Gone,
		},
	}
	ahead := time.Duration(d.stage.ahead.Load())
	for _, p := range progress {
		state.Broadcasts = append(state.Broadcasts, shown(p, ahead))
	}
	for _, entry := range site.Entries() {
		if entry.Old() {
			continue
		}
		if entry.State == sample.Draft {
			state.Drafts = append(state.Drafts, page.Draft{
				ID: strconv.Itoa(entry.Number), Titles: titles(entry), Picture: d.picture(entry),
			})
			continue
		}
		published, err := d.published(ctx, entry, ahead)
		if err != nil {
			return page.DeskState{}, err
		}
		state.Published = append(state.Published, published)
	}
	slices.SortFunc(state.Published, func(a, b page.Published) int { return b.PublishedAt.Compare(a.PublishedAt) })
	return state, nil
}

// shown is the engine's progress as the page has it, by the demo's clock.
func shown(p broadcast.Progress, ahead time.Duration) page.Broadcast {
	on := func(at time.Time) time.Time {
		if at.IsZero() {
			return at
		}
		return at.Add(ahead)
	}
	return page.Broadcast{
		ID: p.ID, Kind: string(p.Kind), Item: p.Item, Story: p.Ledger, Title: p.Title, Language: p.Language, Urgent: p.Urgent,
		Planned: p.Planned, Sent: p.Sent, Blocked: p.Blocked, Failed: p.Failed, ToGo: p.ToGo, Rate: p.Rate,
		PlannedAt: on(p.PlannedAt), ExpectedEnd: on(p.ExpectedEnd), FinishedAt: on(p.FinishedAt),
	}
}

func titles(entry sample.Entry) map[string]string {
	titles := map[string]string{}
	for language, edition := range entry.Editions {
		titles[language] = edition.Title
	}
	return titles
}

func (d *editor) picture(entry sample.Entry) string {
	return d.stage.config.Ministry.Site + "/pictures/" + entry.Picture
}

func (d *editor) published(ctx context.Context, entry sample.Entry, ahead time.Duration) (page.Published, error) {
	items, err := d.editions(ctx, entry.Number)
	sent := !entry.Archived && len(items) > 0 // what was there from the start went to nobody
	return page.Published{
		ID: strconv.Itoa(entry.Number), Titles: titles(entry), Picture: d.picture(entry), Items: items,
		PublishedAt: entry.At.Add(ahead),
		Corrected:   entry.State == sample.Corrected,
		Withdrawn:   entry.State == sample.Withdrawn,
		CanCorrect:  sent && entry.State == sample.Published,
		CanWithdraw: sent && entry.State != sample.Withdrawn,
	}, err
}

// editions finds an item in the archive by the addresses of its pages. What was found
// is kept, for a withdrawn item is in no list.
func (d *editor) editions(ctx context.Context, number int) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if items, known := d.items[number]; known {
		return items, nil
	}
	var items []string
	for _, edition := range d.stage.Site.Editions() {
		latest, err := d.app.Load().Archive.Latest(ctx, edition.Tag, 0, len(d.stage.Site.Entries()))
		if err != nil {
			return nil, err
		}
		for _, item := range latest {
			if strings.HasSuffix(item.Link, sample.Path(edition.Tag, number)) {
				items = append(items, item.ID)
			}
		}
	}
	if len(items) == len(d.stage.Site.Editions()) {
		if d.items == nil {
			d.items = map[int][]string{}
		}
		d.items[number] = items
	}
	return items, nil
}

// Publish is part of page.Desk.
func (d *editor) Publish(ctx context.Context, draft string) error {
	return d.change(ctx, draft, d.stage.Site.Publish)
}

// Correct is part of page.Desk.
func (d *editor) Correct(ctx context.Context, item string) error {
	return d.change(ctx, item, d.stage.Site.Correct)
}

// Withdraw is part of page.Desk. Besides taking the item off the site, it tells the
// archive: that an item is gone from a feed means nothing, for feeds are short.
func (d *editor) Withdraw(ctx context.Context, item string) error {
	number, err := d.number(item)
	if err != nil {
		return err
	}
	d.stage.mu.Lock() // what is going on with the service comes to its end first
	defer d.stage.mu.Unlock()
	items, err := d.editions(ctx, number)
	if err != nil {
		return err
	}
	if _, err := d.stage.Site.Withdraw(number); err != nil {
		return err
	}
	var failed error
	for _, id := range items {
		failed = errors.Join(failed, d.app.Load().Archive.Withdraw(ctx, id))
	}
	d.app.Load().Engine.Wake()
	return failed
}

// number reads which item is meant, as soon as there is a service to act on it.
func (d *editor) number(item string) (int, error) {
	if d.app.Load() == nil {
		return 0, errNotStarted
	}
	number, err := strconv.Atoi(item)
	if err != nil {
		return 0, fmt.Errorf("there is no item %q", item)
	}
	return number, nil
}

// change changes the site and lets the service read it.
func (d *editor) change(ctx context.Context, item string, do func(number int) (sample.Entry, error)) error {
	number, err := d.number(item)
	if err != nil {
		return err
	}
	d.stage.mu.Lock() // as in Withdraw
	defer d.stage.mu.Unlock()
	if _, err := do(number); err != nil {
		return err
	}
	d.stage.poll(ctx)
	return nil
}
