package web

import (
	"encoding/json"
	"errors"
	"html/template"
	"regexp"

	"kabarchy/bot/desk"
	"kabarchy/feeds"
)

// heldWhy are the entries that say why an item is held.
var heldWhy = map[string]string{
	feeds.HeldOld: "line.held_old", feeds.HeldFlapping: "line.held_restless", feeds.HeldEdited: "line.held_edited",
	feeds.HeldRepeated: "line.held_repeated", feeds.HeldDoubtful: "line.held_doubtful", feeds.HeldBacklog: "line.held_backlog",
	feeds.HeldLost: "line.held_lost", feeds.HeldFlood: "line.held_flood",
}

// whyHeld is the entry that says why something is held.
func whyHeld(h feeds.Held) string {
	if h.Reason == feeds.HeldFlood && h.Kind == feeds.Corrected {
		return "line.held_changes"
	}
	return heldWhy[h.Reason]
}

// heldButtons are the entries of what may be decided, by what is held: a correction sends
// nothing, it changes what was sent.
var heldButtons = map[feeds.AnnouncementKind]struct{ send, keep, sure, yes, sent, kept string }{
	feeds.Published: {
		"button.desk_held_send", "button.desk_held_keep", "screen.held_confirm", "button.desk_yes_approve", "toast.desk_sent", "toast.desk_kept",
	},
	feeds.Corrected: {
		"button.desk_held_correct", "button.desk_held_leave", "screen.held_confirm_changes", "button.desk_yes_correct", "toast.desk_corrected", "toast.desk_left",
	},
}

// heldItems are those that nobody has decided of.
func (d *Desk) heldItems(r *request) (items []heldItem, err error) {
	held, err := d.options.Archive.Held(r.Context())
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		decided, err := d.office.Decisions(r.Context(), desk.Batch(h), []string{h.Item})
		if err != nil {
			return nil, err
		}
		if _, done := decided[h.Item]; done {
			continue
		}
		items = append(items, heldItem{Item: h.Item, Title: itemTitle(r.Context(), d.options.Archive, []string{h.Item}), Source: h.Source, Why: whyHeld(h)})
	}
	return items, nil
}

// heldPage is one held item, as it would be sent.
type heldPage struct {
	Item       feeds.Item
	Source     string
	Why        string      // an entry
	Before     *feeds.Item // what phones show now, of a correction
	Phones     []phone
	Count      int
	Reach      template.HTML
	Send, Keep string // entries
	Decides    bool   // the person may decide
	Kind       feeds.AnnouncementKind
	Batch      string
	Seen       string // tells what is shown from what the site may make of it
}

// heldOf is a held item that is still held.
func (d *Desk) heldOf(r *request) (feeds.Held, error) {
	held, err := d.options.Archive.Held(r.Context())
	for _, h := range held {
		if h.Item == r.PathValue("id") {
			return h, nil
		}
	}
	if err == nil {
		err = errNoPage
	}
	return feeds.Held{}, err
}

// held shows a held item and whom it would reach.
func (d *Desk) held(r *request) error {
	h, err := d.heldOf(r)
	if err != nil {
		return err
	}
	page, err := d.heldPageOf(r, h)
	if err != nil {
		return err
	}
	return r.show("held", page)
}

// heldPageOf is what the page is drawn from.
func (d *Desk) heldPageOf(r *request, h feeds.Held) (p heldPage, err error) {
	buttons := heldButtons[h.Kind]
	defer func() { p.Seen = p.seen() }()
	p = heldPage{
		Kind: h.Kind, Batch: desk.Batch(h), Source: h.Source, Why: whyHeld(h), Send: buttons.send, Keep: buttons.keep,
		Decides: r.roles&desk.Approver != 0,
	}
	if h.Kind == feeds.Corrected {
		before, after, err := d.office.Correction(r.Context(), h.Item)
		if err != nil {
			return p, err
		}
		all, err := d.options.Engine.Progress(r.Context())
		p.Item, p.Before, p.Count = after, &before, progressOf(all, []string{h.Item}, desk.Announce).Sent
		p.Reach = r.counted("line.desk_changes_on", p.Count, r.Number(p.Count))
		p.Phones = d.phonesOf(r, map[string]feeds.Item{after.Language: after})
		return p, err
	}
	if p.Item, err = d.options.Archive.Item(r.Context(), h.Item); err != nil {
		return p, err
	}
	p.Phones = d.phonesOf(r, map[string]feeds.Item{p.Item.Language: p.Item})
	reach, err := d.office.Reach(r.Context(), desk.Case{Kind: desk.Correct, Items: []string{h.Item}})
	p.Count = reach.All.Reached()
	p.Reach = r.counted("line.desk_reaches", p.Count, r.Number(p.Count))
	return p, err
}

// seen tells one text that is held from another.
func (p heldPage) seen() string {
	text, _ := json.Marshal(textOf(p.Item)) // it is of plain types
	return mark(p.Batch + string(text))
}

// sureHeld asks before a held item is sent.
func (d *Desk) sureHeld(r *request) error {
	h, err := d.heldOf(r)
	if err != nil {
		return err
	}
	page, err := d.heldPageOf(r, h)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("seen") != page.Seen { // who has not read it does so first
		return r.see("/held/" + h.Item)
	}
	return r.show("sureheld", page)
}

// Sure asks whether what is held is to be sent.
func (p page) Sure(of heldPage) template.HTML {
	return p.counted(heldButtons[of.Kind].sure, of.Count, p.Number(of.Count))
}

// Yes is the entry that agrees.
func (p heldPage) Yes() string { return heldButtons[p.Kind].yes }

// decide sends a held item, or keeps it in the archive.
func (d *Desk) decide(r *request) error {
	if err := r.form(); err != nil {
		return err
	}
	send := r.PathValue("verb") == string(desk.Send)
	if !send && r.PathValue("verb") != string(desk.Keep) {
		return errNoPage
	}
	h, err := d.heldOf(r)
	if errors.Is(err, errNoPage) {
		return d.decidedAlready(r, send)
	}
	if err != nil {
		return err
	}
	page, err := d.heldPageOf(r, h)
	if err != nil {
		return err
	}
	if r.PostForm.Get("seen") != page.Seen {
		return r.tell(r.T("toast.desk_moved"), "/held/"+h.Item)
	}
	decided, err := d.office.Decide(r.Context(), r.who, desk.Batch(h), []string{h.Item}, send, page.Count, via)
	if errors.Is(err, desk.ErrNotAllowed) {
		return errOutside
	}
	if err != nil {
		return err
	}
	return d.decided(r, h.Kind, send, decided[h.Item])
}

// heldBatch is how a batch is named.
var heldBatch = regexp.MustCompile(`^[0-9a-f]{16}$`)

// decidedAlready answers who decides of what is not held any more.
func (d *Desk) decidedAlready(r *request, send bool) error {
	batch, id := r.PostForm.Get("batch"), r.PathValue("id")
	if !heldBatch.MatchString(batch) {
		return errNoPage
	}
	all, err := d.office.Decisions(r.Context(), batch, []string{id})
	if err != nil {
		return err
	}
	of, is := all[id]
	if !is {
		return errNoPage
	}
	return d.decided(r, feeds.AnnouncementKind(r.PostForm.Get("kind")), send, of)
}

// decided says what became of a held item: the first decision holds.
func (d *Desk) decided(r *request, kind feeds.AnnouncementKind, send bool, of desk.Decision) error {
	if _, known := heldButtons[kind]; !known {
		kind = feeds.Published
	}
	words := r.T(heldButtons[kind].kept)
	if send {
		words = r.T(heldButtons[kind].sent)
	}
	switch {
	case of.Send == send:
	case of.Who == 0 || of.Who == r.who:
		words = r.T("toast.decided")
	default:
		name, err := d.nameOf(r, of.Who)
		if err != nil {
			return err
		}
		words = r.T("toast.desk_first", "Who", name)
	}
	return r.tell(words, "/queue")
}
