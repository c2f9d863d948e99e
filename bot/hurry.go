package bot

import (
	"reflect"
	"slices"
	"strings"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// hurry is a press that a second tap may follow before its person has seen what it did. As long
// as the phone shows the old screen, that tap says the same as the press, which does no harm.
// Then it falls on what the new screen has in the same place. A button there that would change
// something asks for a moment's patience first; one that only takes the press back does not.
type hurry struct {
	*conversation
	before subscriptions.Preferences
}

// slow returns the rows of the next screen as they are to be shown.
func (h *hurry) slow(rows [][]telegram.Button) [][]telegram.Button {
	standing := h.pressed.Buttons.Rows
	fingers := spots(standing, func(b telegram.Button) bool { return b.Data == h.press.Data })
	if len(fingers) == 0 { // pressed on the screen before the one that stands there
		fingers = spots(standing, func(b telegram.Button) bool { return strings.HasPrefix(b.Data, asksPatience) })
	}
	slowed := make([][]telegram.Button, len(rows))
	for i, row := range rows {
		slowed[i] = slices.Clone(row)
		for j, b := range row {
			below := slices.ContainsFunc(fingers, spot{i, len(rows) - 1 - i, j, len(row)}.covers)
			if below && h.changes(b.Data) {
				slowed[i][j] = patient(b)
			}
		}
	}
	return slowed
}

// changes reports whether a button would change what is kept of the chat, other than back to
// what it was before the press.
func (h *hurry) changes(data string) bool {
	verb, args := render.ParseData(data)
	switch verb {
	case render.VerbStop, render.VerbForget:
		return render.Arg(args, 0) == sure
	case render.VerbReturn:
		return !h.subscribed()
	case render.VerbSubscribe:
		return true
	case render.VerbSet:
		s, known := settings[render.Arg(args, 0)]
		if !known {
			return false
		}
		after := h.preferences
		if set := s.set(h.conversation, args[1:]); set != nil {
			set(&after)
		}
		return !alike(after, h.preferences) && !alike(after, h.before)
	}
	return false
}

// alike reports whether the same is set. What is owed follows from when that was.
func alike(p, q subscriptions.Preferences) bool {
	p.Owed, q.Owed = subscriptions.Owed{}, subscriptions.Owed{}
	return reflect.DeepEqual(p, q)
}

// spot is where a button stands. A phone keeps the top or the end of a message in place when its
// screen changes, and gives each button of a row the same share of the width.
type spot struct {
	row, fromEnd int
	at, of       int // it is the one with this index among so many in its row
}

// covers reports whether a finger on one button may be on the other one, of another screen.
func (s spot) covers(other spot) bool {
	sameRow := s.row == other.row || s.fromEnd == other.fromEnd
	return sameRow && s.at*other.of < (other.at+1)*s.of && other.at*s.of < (s.at+1)*other.of
}

// spots are those of the buttons that are meant.
func spots(rows [][]telegram.Button, meant func(telegram.Button) bool) (all []spot) {
	for i, row := range rows {
		for j, b := range row {
			if meant(b) {
				all = append(all, spot{i, len(rows) - 1 - i, j, len(row)})
			}
		}
	}
	return all
}
