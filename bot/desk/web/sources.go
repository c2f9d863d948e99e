package web

import (
	"kabarchy/bot/desk/report"
	"kabarchy/feeds"
)

// sources shows how the sources are, as the instance that leads found them last.
func (d *Desk) sources(r *request) error {
	list, err := report.Sources(r.Context(), d.rdb)
	if err != nil {
		return err
	}
	return r.show("sources", list)
}

// SourceWords are the entry that says how a source is.
func (p page) SourceWords(h feeds.Health) string {
	if entry, ill := illness[h.Condition]; ill {
		return entry
	}
	return "web.well"
}
