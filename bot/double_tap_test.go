package bot_test

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kabarchy/bot"
	"kabarchy/bot/bottest"
	"kabarchy/bot/render"
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
	began   subscriptions.Preferences
	screens map[string]bool // what was seen, by kindOf
	pressed map[string]bool // the buttons, as bot.Presses names them
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
		name, words, _ := strings.Cut(command, " ")
		w.group.Say(w.citizen, strings.TrimSpace(name+"@kabarchy_bot "+words), 0)
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

// stays fails the test unless the chat is subscribed still; one that was not may have become so.
func (w *walker) stays(how string) {
	w.t.Helper()
	p, known, err := w.store.Get(w.t.Context(), w.chat().ID())
	if err != nil || !known || p.Status != subscriptions.Active && p.Status != w.began.Status {
		w.t.Errorf("%s: known %t, status %d, %v", how, known, p.Status, err)
	}
}

// choices are what somebody has chosen, thing by thing: a second tap is not to take one away that
// the first has left.
func choices(p subscriptions.Preferences) (all []string) {
	for _, topic := range p.Topics.Chosen() {
		all = append(all, fmt.Sprint("topic ", topic))
	}
	return slices.Concat(all, p.Words, p.Languages)
}

// chosen are the choices of the chat now.
func (w *walker) chosen() []string {
	w.t.Helper()
	p, _, err := w.store.Get(w.t.Context(), w.chat().ID())
	if err != nil {
		w.t.Fatal(err)
	}
	return choices(p)
}

// staysAway fails the test if who has just left is subscribed again.
func (w *walker) staysAway(how string) {
	w.t.Helper()
	if p, known, err := w.store.Get(w.t.Context(), w.chat().ID()); err != nil || known && p.Status == subscriptions.Active {
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
	w.began = p
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
		if now := w.shown(); now.Text != shown.Text || !reflect.DeepEqual(now.Keyboard, shown.Keyboard) {
			shown = w.take(here)
		}
		after := w.take(step{data: b.Data, with: here.with})
		how := here.path + " [" + b.Text + "]"
		w.note(b.Data)
		check := w.stays
		if takes(b) {
			check = w.staysAway
		}
		check(how + " once")
		w.hurried(how, shown, after, at, check)
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

// note keeps that a button was pressed.
func (w *walker) note(data string) {
	verb, args := render.ParseData(data)
	w.pressed[verb] = true
	w.pressed[render.Data(verb, render.Arg(args, 0))] = true
}

// kindOf is what a screen has in common with those that differ in what is set, or in which
// item or month it is about: its title, and what its buttons do and where.
func kindOf(m simulator.Message) string {
	title, _, _ := strings.Cut(m.Text, "\n")
	kind := []string{title}
	for i, row := range m.Keyboard {
		for _, b := range row {
			verb, args := render.ParseData(b.Data)
			switch verb {
			case render.VerbShow, render.VerbSet, render.VerbStop, render.VerbForget:
				verb = render.Data(verb, render.Arg(args, 0))
			}
			kind = append(kind, fmt.Sprint(i, " ", verb))
		}
	}
	return strings.Join(kind, " ")
}

// hurried presses once more where the finger is, and finds nothing taken away.
func (w *walker) hurried(how string, before, after simulator.Message, at spot, check func(how string)) {
	w.t.Helper()
	for under, b := range spots(after) {
		if under.column == at.column && (under.row == at.row || under.fromEnd == at.fromEnd) {
			once := w.chosen()
			w.press(after.ID, b.Data)
			twice := w.chosen()
			for _, choice := range choices(w.began) {
				if slices.Contains(once, choice) && !slices.Contains(twice, choice) {
					w.t.Errorf("%s twice, on [%s]: that takes %s away, too", how, b.Text, choice)
				}
			}
			check(how + " twice, on [" + b.Text + "]")
		}
		for old, was := range spots(before) {
			same := old.column == under.column && (old.row == under.row || old.fromEnd == under.fromEnd)
			if takes(b) && same && !takes(was) {
				w.t.Errorf("%s: [%s] stands where [%s] stood", how, b.Text, was.Text)
			}
		}
	}
}

// beginnings are where the walk begins: a command, and what is set then. Who has set something
// walks in one language alone: nothing stands elsewhere in another.
var beginnings = []struct {
	command string
	set     func(*subscriptions.Preferences)
}{
	{"/start", nil}, {"/latest", nil}, {"/search", nil}, {"/settings", nil}, {"/language", nil}, {"/help", nil}, {"/stop", nil},
	{"/privacy", nil}, {"/forget", nil}, {"/search борбору центр centre", nil},
	{"/settings", func(p *subscriptions.Preferences) { p.Status = subscriptions.Stopped }},
	{"/settings", func(p *subscriptions.Preferences) { p.PausedUntil = today.AddDate(0, 0, 7) }},
	{"/settings", func(p *subscriptions.Preferences) { p.When = subscriptions.When{Rhythm: subscriptions.Weekly, Hour: 9} }},
	{"/settings", func(p *subscriptions.Preferences) { p.Quiet = subscriptions.Quiet{From: 22, To: 8, Wait: true} }},
	{"/settings", func(p *subscriptions.Preferences) {
		p.Words, p.Topics = []string{"нотариус"}, subscriptions.Only()
	}},
	{"/latest", func(p *subscriptions.Preferences) { p.Languages = []string{"ky", "ru"} }},
	{"/language", func(p *subscriptions.Preferences) {
		p.Languages, p.Topics = []string{"ky", "ru"}, subscriptions.Only(subjects[0].Number, subjects[1].Number)
	}},
}

// unpressed are the buttons that no walk comes to, and in a group these, too, each with the reason.
var unpressed, unpressedInGroup = map[string]string{
	"broadcast": "the administrators' alone; see TestTheFirstDecisionHolds",
	"channel":   "asked once, in a message to which nothing leads back; it subscribes a channel",
	"desk":      "the press office's alone; see TestAHurriedOfficer",
	"held":      "the administrators' alone; see TestTheFirstDecisionHolds",
}, map[string]string{
	"help":        "a group has few buttons; there is the command",
	"page":        "stands below an item, which opens in the reader's own chat",
	"stay":        "stands on a page",
	"set:word":    "a group follows no words",
	"show:words":  "a group follows no words",
	"show:search": "a group searches by the command",
}

// pressedAll fails the test unless the walk pressed each button that there can be, but for the
// exceptions; of these it pressed none.
func (w *walker) pressedAll() {
	w.t.Helper()
	for _, press := range bot.Presses() {
		reason := unpressed[press]
		if w.group != nil {
			reason = cmp.Or(reason, unpressedInGroup[press])
		}
		if w.pressed[press] == (reason != "") {
			w.t.Errorf("[%s] was pressed: %t; exception: %q", press, w.pressed[press], reason)
		}
	}
}

// TestADoubleTapTakesNothingAway: every button of every screen is pressed, and once more
// where the finger is then; nobody is unsubscribed or forgotten, and who left stays away.
func TestADoubleTapTakesNothingAway(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ky", "ru", "en"} {
		for _, group := range []bool{false, true} {
			if group && language != "ky" {
				continue // the screens are the same but for the search
			}
			t.Run(fmt.Sprint(language, " group ", group), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					h := open(t, redistest.Bubble(t).Client(t), simulator.Options{})
					for back := range 7 { // more than a screen of results, and of months
						item := bottest.Sample(language, back)
						item.Published = today.AddDate(0, -back, 0)
						h.shelf.put(item)
					}
					h.shelf.put(bottest.Sample("ru", 9))
					w := &walker{
						fixture: h, citizen: h.telegram.Citizen("Айгүл", language).Open(), screens: map[string]bool{}, pressed: map[string]bool{},
					}
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
					for _, b := range beginnings {
						set := p
						if b.set != nil {
							b.set(&set)
						}
						if b.set == nil || language == "ky" && !group {
							w.from(b.command, set)
						}
					}
					w.pressedAll()
				})
			})
		}
	}
}
