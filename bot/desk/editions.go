package desk

import (
	"context"
	"fmt"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
)

// Editions are the items as they will be sent, so that a preview can show them: of an
// announcement one for each language, of a correction the items with their new texts, of a
// withdrawal the items that are taken back.
func (d *Desk) Editions(ctx context.Context, c Case) ([]feeds.Item, error) {
	if c.Kind == Announce && !c.Feed {
		return d.announcement(c)
	}
	var items []feeds.Item
	for _, id := range c.Items {
		it, err := d.options.Archive.Item(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("editions of case %s: %w", c.ID, err)
		}
		if t, ok := c.Texts[it.Language]; ok {
			it.Title, it.Blocks, it.Summary = t.Title, t.Blocks, ""
			if file := d.picture(c); file != "" { // else the old one stays
				it.File, it.Picture, it.PictureSays = file, "", ""
			}
			it.Revision++
			prepared, err := feeds.Prepare([]feeds.Item{it}, it.FirstSeen)
			if err != nil {
				return nil, fmt.Errorf("editions of case %s: %w", c.ID, err)
			}
			it.Title, it.Summary = prepared[0].Title, prepared[0].Summary
		}
		items = append(items, it)
	}
	return items, nil
}

// announcement are the editions of an announcement.
func (d *Desk) announcement(c Case) ([]feeds.Item, error) {
	var items []feeds.Item
	for _, language := range c.Languages() {
		t := c.Texts[language]
		it := feeds.Item{
			ID: feeds.DeskItemID(c.ID, language), Language: language, Title: t.Title, Blocks: t.Blocks,
			File: d.picture(c), Urgent: c.Urgent, Paid: c.Paid, Published: c.SentAt,
		}
		if c.Topic != "" {
			it.Topics = []string{c.Topic}
		}
		if c.Missing == MainMissing && language == c.Main {
			it.StandIn = c.missing()
		}
		items = append(items, it)
	}
	now := c.SentAt
	if now.IsZero() {
		now = time.Now()
	}
	items, err := feeds.Prepare(items, now)
	if err != nil {
		return nil, fmt.Errorf("editions of case %s: %w", c.ID, err)
	}
	return items, nil
}

// picture is the case's, where this bot has it.
func (d *Desk) picture(c Case) string {
	if c.PictureBot != d.options.Bot {
		return ""
	}
	return c.Picture
}

// editionIDs are the ids of an announcement's items.
func (c Case) editionIDs() (ids []string) {
	for _, language := range c.Languages() {
		ids = append(ids, feeds.DeskItemID(c.ID, language))
	}
	return ids
}

// Reach says whom an announcement would reach if it were approved now.
func (d *Desk) Reach(ctx context.Context, c Case) (broadcast.Reach, error) {
	items, err := d.Editions(ctx, c)
	if err != nil {
		return broadcast.Reach{}, err
	}
	return d.options.Engine.Reach(ctx, items, c.due(d.moment(), d.options.Hold))
}
