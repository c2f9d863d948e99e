package web

import (
	"slices"
	"time"

	"kabarchy/bot/locale"
)

// sentPage is how many items one page of what went out lists.
const sentPage = 30

// sentItem is a line of what went out.
type sentItem struct {
	ID, Title, Languages string
	At                   time.Time
	Withdrawn            bool
}

// sentItems lists what went out, the latest first, each item once.
func (d *Desk) sentItems(r *request) error {
	languages := append([]string{r.Language()}, locale.Languages()...)
	var all []sentItem
	listed := make(map[string]bool)
	for _, language := range languages {
		items, err := d.options.Archive.Latest(r.Context(), language, 0, sentPage)
		if err != nil {
			return err
		}
		for _, item := range items {
			if listed[item.ID] {
				continue
			}
			editions, err := d.options.Archive.Editions(r.Context(), item.ID)
			if err != nil {
				return err
			}
			listed[item.ID] = true
			line := sentItem{ID: item.ID, Title: item.Title, At: item.Published, Withdrawn: item.Withdrawn, Languages: locale.For(item.Language).Name()}
			for _, e := range editions {
				if listed[e.ID] = true; e.ID != item.ID {
					line.Languages += ", " + locale.For(e.Language).Name()
				}
			}
			all = append(all, line)
		}
	}
	slices.SortStableFunc(all, func(a, b sentItem) int { return b.At.Compare(a.At) })
	return r.show("sent", all[:min(sentPage, len(all))])
}
