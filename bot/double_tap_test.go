package bot_test

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot"
	"kabarchy/bot/bottest"
	"kabarchy/bot/render"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// spot is where a button stands, counted from the top of its message and from its end: a
// phone keeps the one or the other in place while a screen is replaced. The buttons of a row
// share its width equally: this one is so far from its left side, of so many.
type spot struct{ row, fromEnd, column, columns int }

// under reports whether a finger on the one may be on the other, of another screen.
func (s spot) under(finger spot) bool {
	left := max(s.column*finger.columns, finger.column*s.columns)
	right := min((s.column+1)*finger.columns, (finger.column+1)*s.columns)
	return left < right && (s.row == finger.row || s.fromEnd == finger.fromEnd)
}

// spots are those of a screen's buttons that send something back.
func spots(m simulator.Message) map[spot]simulator.Button {
	all := make(map[spot]simulator.Button)
	for i, row := range m.Keyboard {
		for j, b := range row {
			if b.Data != "" {
				all[spot{i, len(m.Keyboard) - 1 - i, j, len(row)}] = b
			}
		}
	}
	return all
}

// inOrder are the spots as they are read, so that each walk is the same.
func inOrder(all map[spot]simulator.Button) []spot {
	return slices.SortedFunc(maps.Keys(all), func(a, b spot) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column)) })
}

// does is what the button does, for who is in no hurry.
func does(b simulator.Button) string {
	if rest, asks := strings.CutPrefix(b.Data, render.VerbAfter+":"); asks {
		_, then, _ := strings.Cut(rest, ":")
		return then
	}
	return b.Data
}

// same is the button of the message that does what another one did before.
func same(b simulator.Button, m simulator.Message) simulator.Button {
	for _, now := range spots(m) {
		if does(now) == does(b) {
			return now
		}
	}
	return b
}

// sets reports whether the button may change what is kept of its chat.
func sets(b simulator.Button) bool {
	switch verb, _ := render.ParseData(does(b)); verb {
	case render.VerbSet, render.VerbSubscribe, render.VerbReturn:
		return true
	}
	return takes(b)
}

// takes reports whether a press on the button takes something away from its person.
func takes(b simulator.Button) bool { return does(b) == "stop:yes" || does(b) == "forget:yes" }

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
			onAScreen(w.t, m)
			return m
		}
	}
	w.t.Fatal("the chat is empty")
	return simulator.Message{}
}

// press is a press on a button of the message by who has read it; it returns what is shown then.
func (w *walker) press(message int64, b simulator.Button) simulator.Message {
	w.t.Helper()
	time.Sleep(readingTakes)
	return w.tap(message, b)
}

// tap is a press by who has not.
func (w *walker) tap(message int64, b simulator.Button) simulator.Message {
	w.t.Helper()
	data := b.Data
	tap, err := w.citizen.TapRaw(message, data)
	if w.group != nil {
		tap, err = w.group.TapRaw(w.citizen, message, data)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.answered(tap)
	w.settled() // Telegram may have had the screen wait
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

// stays returns what fails the test unless the chat is subscribed still; one that was not may have
// become so.
func (w *walker) stays(began subscriptions.Preferences) func(how string) {
	return func(how string) {
		w.t.Helper()
		p, known, err := w.store.Get(w.t.Context(), w.chat().ID())
		if err != nil || !known && began.Interface != "" || p.Status != subscriptions.Active && p.Status != began.Status {
			w.t.Errorf("%s: known %t, status %d, %v", how, known, p.Status, err)
		}
	}
}

// kept is what is kept of the chat, but for what follows from when it was set.
func (w *walker) kept() subscriptions.Preferences {
	w.t.Helper()
	p, _, err := w.store.Get(w.t.Context(), w.chat().ID())
	if err != nil {
		w.t.Fatal(err)
	}
	p.Owed = subscriptions.Owed{}
	return p
}

// staysAway fails the test if who has just left is subscribed again.
func (w *walker) staysAway(how string) {
	w.t.Helper()
	if p, known, err := w.store.Get(w.t.Context(), w.chat().ID()); err != nil || known && p.Status == subscriptions.Active {
		w.t.Errorf("%s: known %t, status %d, %v", how, known, p.Status, err)
	}
}

// step leads to a screen: a command and presses, one after the other.
type step struct {
	command string
	presses []simulator.Button
	with    subscriptions.Preferences // before the command
}

// and is the step with one press more.
func (s step) and(b simulator.Button) step {
	s.presses = append(slices.Clip(s.presses), b)
	return s
}

func (s step) String() string {
	path := s.command
	for _, b := range s.presses {
		path += " [" + b.Text + "]"
	}
	return path
}

// from walks on from what the command shows.
func (w *walker) from(command string, p subscriptions.Preferences) {
	w.t.Helper()
	w.began = p
	steps := []step{{command: command, with: p}}
	for at := 0; at < len(steps); at++ {
		steps = append(steps, w.try(steps[at])...)
	}
}

// take takes a step and returns what is shown then.
func (w *walker) take(s step) simulator.Message {
	w.t.Helper()
	w.restore(s.with)
	shown := w.speak(s.command)
	for _, b := range s.presses {
		shown = w.press(shown.ID, same(b, shown))
	}
	return shown
}

// try presses each button of a screen twice, and returns the steps to screens that were not
// seen before.
func (w *walker) try(here step) (further []step) {
	w.t.Helper()
	shown := w.take(here)
	began := w.kept()
	for _, at := range inOrder(spots(shown)) {
		if now := w.shown(); now.Text != shown.Text || !reflect.DeepEqual(now.Keyboard, shown.Keyboard) || !reflect.DeepEqual(w.kept(), began) {
			shown = w.take(here)
		}
		b := spots(shown)[at]
		after, there := w.press(shown.ID, b), here.and(b)
		inPlace := after.ID == shown.ID
		w.note(does(b))
		if !sets(b) && !reflect.DeepEqual(w.kept(), began) {
			w.t.Errorf("%s: that changes %+v to %+v", there, began, w.kept())
		}
		check := w.stays(began)
		if takes(b) {
			check = w.staysAway
		}
		check(there.String())
		w.hurried(here, began, shown, after, at, check)
		if after.Text == shown.Text && reflect.DeepEqual(after.Keyboard, shown.Keyboard) {
			continue // in a group an item opens elsewhere: that leads to no screen here
		}
		if strings.HasPrefix(does(b), "set:language:") {
			continue // nothing stands elsewhere in another language
		}
		if kind := kindOf(after); inPlace && !w.screens[kind] {
			w.screens[kind] = true
			further = append(further, there)
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
// item or month it is about: what its buttons do and where.
func kindOf(m simulator.Message) string {
	var kind []string
	for i, row := range m.Keyboard {
		for _, b := range row {
			verb, args := render.ParseData(does(b))
			switch verb {
			case render.VerbShow, render.VerbSet, render.VerbStop, render.VerbForget:
				verb = render.Data(verb, render.Arg(args, 0))
			}
			kind = append(kind, fmt.Sprint(i, " ", verb))
		}
	}
	return strings.Join(kind, " ")
}

// hurried taps once more where the finger is: what the first tap has set stays, or what was
// before it is again.
func (w *walker) hurried(here step, began subscriptions.Preferences, shown, after simulator.Message, at spot, check func(how string)) {
	w.t.Helper()
	b := spots(shown)[at]
	once, fresh := w.kept(), true
	for under, next := range spots(after) {
		if sets(next) && under.under(at) {
			if !fresh {
				w.take(here)
				after = w.press(w.shown().ID, b)
			}
			fresh = false
			w.tap(after.ID, same(next, after))
			how := fmt.Sprintf("%s [%s] twice, on [%s]", here, b.Text, next.Text)
			if twice := w.kept(); !reflect.DeepEqual(twice, once) && !reflect.DeepEqual(twice, began) {
				w.t.Errorf("%s: that changes %+v to %+v", how, once, twice)
			}
			check(how)
		}
		if takes(next) && !takes(b) && under.under(at) {
			w.t.Errorf("%s [%s]: [%s] stands in its place", here, b.Text, next.Text)
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
		p.Words, p.Topics = []string{"нотариус", "загс", "паспорт"}, subscriptions.Only()
	}},
	{"/settings", func(p *subscriptions.Preferences) { p.Words = []string{"нотариус", "загс"} }},
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
	for _, language := range []string{"ky", "ru", "en"} { // the rows differ: long labels have one of their own
		for _, group := range []bool{false, true} {
			if group != (language == "en") {
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
					w.press(w.speak("/start").ID, simulator.Button{Data: "subscribe:" + language})
					p, _, err := h.store.Get(t.Context(), w.chat().ID())
					if err != nil {
						t.Fatal(err)
					}
					for _, b := range beginnings {
						set := p
						if b.set != nil {
							b.set(&set)
						}
						if b.set == nil || language == "ky" {
							w.from(b.command, set)
						}
					}
					w.pressedAll()
				})
			})
		}
	}
}
