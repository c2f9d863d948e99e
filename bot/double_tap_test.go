package bot_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// spot is where a button stands, counted from the top of its message and from its end: a
// phone keeps the one or the other in place while a screen is replaced.
type spot struct{ row, fromEnd, column int }

// spots are those of a screen's buttons that send something back.
func spots(m simulator.Message) map[spot]simulator.Button {
	all := make(map[spot]simulator.Button)
	for i, row := range m.Keyboard {
		for j, b := range row {
			if b.Data != "" {
				all[spot{i, len(m.Keyboard) - 1 - i, j}] = b
			}
		}
	}
	return all
}

// takes reports whether a press on the button takes something away from its person.
func takes(b simulator.Button) bool { return b.Data == "stop:yes" || b.Data == "forget:yes" }

// walker presses every button of every screen that can be come to from where it begins.
type walker struct {
	*fixture
	citizen *simulator.Citizen
	group   *simulator.Group // where it walks in one; nil in a private chat
	screens map[string]bool  // what was seen, by kindOf
	asked   int              // how often it came to a question
}

// chat is where it walks.
func (w *walker) chat() *simulator.Chat {
	if w.group != nil {
		return w.group.Chat
	}
	return w.citizen.Chat
}

// shown is the message that the walk presses on: the newest of the bot's.
func (w *walker) shown() simulator.Message {
	messages := w.chat().Messages()
	for _, m := range slices.Backward(messages) {
		if m.Bot {
			return m
		}
	}
	w.t.Fatal("the chat is empty")
	return simulator.Message{}
}

// press sends a button's data from the message and returns what is shown then.
func (w *walker) press(message int64, data string) simulator.Message {
	w.t.Helper()
	tap, err := w.citizen.TapRaw(message, data)
	if w.group != nil {
		tap, err = w.group.TapRaw(w.citizen, message, data)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.answered(tap)
	return w.shown()
}

// speak types a command and returns what is shown then.
func (w *walker) speak(command string) simulator.Message {
	w.t.Helper()
	if w.group != nil {
		w.group.Say(w.citizen, command+"@kabarchy_bot", 0)
	} else {
		w.citizen.Send(command)
	}
	w.settled()
	return w.shown()
}

// restore gives the chat the preferences with which it began.
func (w *walker) restore(p subscriptions.Preferences) {
	w.t.Helper()
	_, err := w.store.Update(w.t.Context(), w.chat().ID(), func(now *subscriptions.Preferences, _ bool) { *now = p })
	if err != nil {
		w.t.Fatal(err)
	}
}

// stays fails the test unless the chat is subscribed still.
func (w *walker) stays(how string) {
	w.t.Helper()
	if p, known, err := w.store.Get(w.t.Context(), w.chat().ID()); err != nil || !known || p.Status != subscriptions.Active {
		w.t.Errorf("%s: known %t, status %d, %v", how, known, p.Status, err)
	}
}

// step leads to a screen: a press on data with the preferences as they were; a button names
// the state that it leads to.
type step struct {
	data string // or the command
	with subscriptions.Preferences
	path string // what led here, for people
}

// from walks on from what the command shows.
func (w *walker) from(command string, p subscriptions.Preferences) {
	w.t.Helper()
	w.restore(p)
	w.speak(command)
	steps := []step{{data: command, with: p, path: command}}
	for at := 0; at < len(steps); at++ {
		here := steps[at]
		for _, b := range w.try(here) {
			steps = append(steps, step{b.Data, here.with, here.path + " [" + b.Text + "]"})
		}
	}
}

// take takes a step in the message that is shown.
func (w *walker) take(s step) simulator.Message {
	w.t.Helper()
	w.restore(s.with)
	if strings.HasPrefix(s.data, "/") {
		return w.speak(s.data)
	}
	return w.press(w.shown().ID, s.data)
}

// try presses each button of a screen twice, and returns those that lead to a screen that
// was not seen before.
func (w *walker) try(here step) (further []simulator.Button) {
	w.t.Helper()
	shown := w.take(here)
	for at, b := range spots(shown) {
		if takes(b) {
			w.asked++
			continue
		}
		if now := w.shown(); now.Text != shown.Text || !reflect.DeepEqual(now.Keyboard, shown.Keyboard) {
			shown = w.take(here)
		}
		after := w.take(step{data: b.Data, with: here.with})
		how := here.path + " [" + b.Text + "]"
		w.stays(how + " once")
		w.hurried(how, shown, after, at)
		if after.Text == shown.Text && reflect.DeepEqual(after.Keyboard, shown.Keyboard) {
			continue // in a group an item opens elsewhere: that leads to no screen here
		}
		if kind := kindOf(after); after.ID == shown.ID && !w.screens[kind] {
			w.screens[kind] = true
			further = append(further, b)
		}
	}
	return further
}

// kindOf is what a screen has in common with those that differ in what is set alone: its
// title, and what its buttons do and where.
func kindOf(m simulator.Message) string {
	title, _, _ := strings.Cut(m.Text, "\n")
	kind := []string{title}
	for i, row := range m.Keyboard {
		for _, b := range row {
			does := strings.Split(b.Data, ":")
			kind = append(kind, fmt.Sprint(i, does[:min(2, len(does))]))
		}
	}
	return strings.Join(kind, " ")
}

// hurried presses once more where the finger is, and finds nothing taken away.
func (w *walker) hurried(how string, before, after simulator.Message, at spot) {
	w.t.Helper()
	for under, b := range spots(after) {
		if under.column == at.column && (under.row == at.row || under.fromEnd == at.fromEnd) {
			w.press(after.ID, b.Data)
			w.stays(how + " twice, on [" + b.Text + "]")
		}
		for old, was := range spots(before) {
			same := old.column == under.column && (old.row == under.row || old.fromEnd == under.fromEnd)
			if takes(b) && same && !takes(was) {
				w.t.Errorf("%s: [%s] stands where [%s] stood", how, b.Text, was.Text)
			}
		}
	}
}

// TestADoubleTapTakesNothingAway: every button of every screen is pressed, and once more
// where the finger is then; nobody is unsubscribed or forgotten.
func TestADoubleTapTakesNothingAway(t *testing.T) {
	t.Parallel()
	commands := []string{"/start", "/latest", "/search", "/settings", "/language", "/help", "/stop", "/privacy", "/forget"}
	for _, language := range []string{"ky", "ru", "en"} {
		for _, group := range []bool{false, true} {
			if group && language != "ky" {
				continue // the screens are the same but for the search
			}
			t.Run(fmt.Sprint(language, " group ", group), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					h := open(t, redistest.Bubble(t).Client(t), simulator.Options{})
					h.shelf.put(bottest.Sample(language, 1), bottest.Sample(language, 0))
					w := &walker{fixture: h, citizen: h.telegram.Citizen("Айгүл", language).Open(), screens: map[string]bool{}}
					if group {
						w.group = h.telegram.Group("Айыл", w.citizen)
						w.group.AddBot(w.citizen, simulator.AllRights)
						h.settled()
					}
					w.press(w.speak("/start").ID, "subscribe:"+language)
					p, _, err := h.store.Get(t.Context(), w.chat().ID())
					if err != nil {
						t.Fatal(err)
					}
					for _, command := range commands {
						w.from(command, p)
					}
					if len(w.screens) < 15 || w.asked < 2 {
						t.Errorf("%d screens were come to, and %d questions", len(w.screens), w.asked)
					}
				})
			})
		}
	}
}
