package desk

import (
	"slices"

	"kabarchy/bot/broadcast"
)

// Stories puts together the broadcasts that do the same with editions of one item, as three feeds
// bring them: people see one story, and stop it as one. Of each, first comes what it is called by: an
// edition that goes out yet, if there is one in the language that. What has ended as a whole is left out.
func Stories(all []broadcast.Progress, language string) (stories [][]broadcast.Progress) {
	type key struct {
		kind   broadcast.Kind
		ledger int64
	}
	number := make(map[key]int)
	for _, p := range all {
		k := key{p.Kind, p.Ledger}
		at, has := number[k]
		if !has || p.Ledger == 0 {
			at, number[k] = len(stories), len(stories)
			stories = append(stories, nil)
		}
		stories[at] = append(stories[at], p)
	}
	order := func(p broadcast.Progress) int {
		switch {
		case !p.FinishedAt.IsZero():
			return 2
		case p.Language != language:
			return 1
		}
		return 0
	}
	for _, s := range stories {
		slices.SortStableFunc(s, func(a, b broadcast.Progress) int { return order(a) - order(b) })
	}
	return slices.DeleteFunc(stories, func(s []broadcast.Progress) bool { return !s[0].FinishedAt.IsZero() })
}

// editionsOf are the items that go out as one with an item, itself among them, or have ended.
func editionsOf(all []broadcast.Progress, item string) (items []string) {
	for _, story := range Stories(all, "") {
		if slices.ContainsFunc(story, func(p broadcast.Progress) bool { return p.Kind == broadcast.News && p.Item == item }) {
			for _, p := range story {
				items = append(items, p.Item)
			}
		}
	}
	return items
}
