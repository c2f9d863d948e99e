package bot

import (
	"strings"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
)

// count writes how many people there are. Of too few to be a group it says no more.
func (v view) count(n int) string {
	if report.Few(n) {
		return v.words.T("line.group_few", map[string]any{"Count": v.words.Number(report.Least)})
	}
	return v.words.Number(n)
}

// groupsInWords lists the groups that may be shown, the largest first, in one line; name says
// what a group is called. It is empty where there is nobody.
func (v view) groupsInWords(groups []report.Group, name func(key string) string) string {
	var parts []string
	if all := report.Sum(groups); report.Few(all) {
		return v.count(all)
	}
	for _, g := range report.Fold(groups) {
		parts = append(parts, v.groupName(g, name)+" "+v.count(g.N))
	}
	return strings.Join(parts, " · ")
}

// groupName is what a group to be shown is called.
func (v view) groupName(g report.Group, name func(key string) string) string {
	switch {
	case g.Key == report.Other:
		return v.words.T("line.group_other", nil)
	case g.Others:
		return v.words.T("line.group_others", map[string]any{"Name": name(g.Key)})
	}
	return name(g.Key)
}

// languageInWords is the name of a language that people chose for their news.
func (v view) languageInWords(language string) string {
	if language == "" {
		return v.words.T("line.group_no_language", nil)
	}
	return locale.For(language).Name()
}

// stateNames are the entries for those who get no news.
var stateNames = map[string]string{
	report.StateLeft: "line.group_stopped", report.StateBlock: "line.group_blocked", report.StateGone: "line.group_gone",
}

// statesInWords says how many get no news any more, and why; empty where there is nobody.
func (v view) statesInWords(states []report.Group) string {
	if report.Sum(states) == 0 {
		return ""
	}
	return v.words.T("line.subscribers_left", map[string]any{
		"Groups": v.groupsInWords(states, func(key string) string { return v.words.T(stateNames[key], nil) }),
	})
}

// subscribersInWords says how many read, and in which languages, where they may be told apart.
func (v view) subscribersInWords(languages []report.Group) string {
	all := report.Sum(languages)
	if shown := report.Fold(languages); len(shown) == 0 || len(shown) == 1 && shown[0].Key == report.Other {
		return v.words.HTML("line.subscribers_all", map[string]any{"Count": v.count(all)})
	}
	return v.words.HTML("line.subscribers", map[string]any{"Count": v.count(all), "Languages": v.groupsInWords(languages, v.languageInWords)})
}
