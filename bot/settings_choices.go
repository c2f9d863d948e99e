package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// backToSettings is the last row of a screen below the settings.
func (v view) backToSettings() []telegram.Button { return v.backTo("settings") }

// backTo is a row that leads back to a screen.
func (v view) backTo(name string) []telegram.Button {
	return []telegram.Button{{Text: v.words.T("button.back", nil), Data: render.Data(render.VerbShow, name)}}
}

// chosen marks the button of what is set already.
func chosen(is bool, label string) string {
	if is {
		return "✅ " + label
	}
	return label
}

// chosenLimit bounds what is said of what is chosen, in UTF-16 units.
const chosenLimit = 256

// sayChosen has the screen say in words, too, which of its buttons are marked: who is read to may
// not hear the mark.
func (v view) sayChosen(s screen) screen {
	var all []string
	for _, b := range slices.Concat(s.rows...) {
		if label, is := strings.CutPrefix(b.Text, chosen(true, "")); is {
			all = append(all, strings.Replace(label, mainMark, " ("+v.words.T("line.main", nil)+")", 1))
		}
	}
	if all == nil {
		return s
	}
	s.text += "\n\n" + v.words.T("line.chosen", map[string]any{"Value": render.Escaped(strings.Join(all, ", "), chosenLimit)})
	return s
}

// toSet is a screen on which something can be set, with what is chosen; who has left is reminded
// that no news comes.
func (v view) toSet(s screen) screen {
	if !v.subscribed() {
		s.text += "\n\n" + v.words.T("line.not_subscribed", nil)
	}
	return v.sayChosen(s)
}

// mainMark stands behind the language in which an item comes that has several.
const mainMark = " ⭐"

// reschedule is a change of a chat's times that loses nothing of what is yet to come; to be
// made after keepDigests.
func (v view) reschedule(change func(*subscriptions.Preferences)) func(*subscriptions.Preferences) {
	return func(p *subscriptions.Preferences) { p.Reschedule(v.now(), v.digested, v.zone, change) }
}

// keepDigests sees to it that the digests which are under way come, whatever changes.
func (t *conversation) keepDigests(ctx context.Context) (err error) {
	t.digested, err = t.bot.digests(ctx, t.chat.ID)
	return err
}

func clock(hour int) string { return fmt.Sprintf("%d:00", hour) }
