package bot_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

var update = flag.Bool("update", false, "write what the bot says now into the conversations")

// TestConversations plays the scripts in testdata/conversations. A script's lines are
//
//	# a remark
//	phone: ky            a new person, with the phone in that language; "-" for none
//	archive: ky 3        so many items in that language
//	item: ky b | Title | Text   one item; the letter becomes its id, a date may follow it
//	> /start             the person types
//	> sends {"sticker":{}}   the person sends something else: the message's fields as JSON
//	> presses Кыргызча   the person presses a button
//	> adds to group Айыл     the person founds a group and adds the bot to it
//	> adds to channel Кабар  likewise a channel
//	> in the group /stop     the person writes there
//	> presses there Русский  the person presses a button there
//	> blocks             the person blocks the bot
//	> returns            the person unblocks the bot
//
// and below each step what the phone shows then: new and changed messages to the last
// byte, with their buttons, and the word that a press was answered with. Run the test
// with -update to write these, and read the difference.
func TestConversations(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/conversations/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			script, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, rdb := redistest.Mini(t)
			got := play(open(t, rdb, simulator.Options{}), string(script))
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(script) {
				t.Errorf("%s reads now:\n%s\nfirst difference: %s", path, got, difference(string(script), got))
			}
		})
	}
}

// play runs a script and writes it anew with what the bot answers now.
func play(h *house, script string) string {
	h.t.Helper()
	var out strings.Builder
	stage := &stage{house: h, seen: map[string]string{}}
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		if !strings.HasPrefix(line, "|") {
			fmt.Fprintln(&out, line)
		}
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case key == "phone":
			stage.citizen = h.telegram.Citizen("Айгүл", strings.TrimPrefix(value, "-"))
			clear(stage.seen)
		case key == "archive":
			stage.fill(value)
		case key == "item":
			stage.add(value)
		case strings.HasPrefix(line, "> "):
			out.WriteString(stage.act(line[2:]))
		}
	}
	return out.String()
}

// stage is where a script plays.
type stage struct {
	*house
	citizen *simulator.Citizen
	group   *simulator.Group  // the person's, if there is one
	seen    map[string]string // what the phone showed of each message
}

func (s *stage) fill(value string) {
	s.t.Helper()
	var language string
	var count int
	if _, err := fmt.Sscan(value, &language, &count); err != nil {
		s.t.Fatalf("archive: %s: %v", value, err)
	}
	for n := range count {
		s.shelf.put(sample(language, n+1))
	}
}

func (s *stage) add(value string) {
	s.t.Helper()
	head, rest, _ := strings.Cut(value, " | ")
	title, text, found := strings.Cut(rest, " | ")
	fields := strings.Fields(head) // language, letter, date
	if !found || len(fields) < 2 || len(fields[1]) != 1 {
		s.t.Fatalf("item: %s", value)
	}
	i := item(strings.Repeat(fields[1], 16), fields[0], title)
	i.Summary = text
	if len(fields) > 2 {
		date, err := time.Parse(time.DateOnly, fields[2])
		if err != nil {
			s.t.Fatal(err)
		}
		i.Published = date
	}
	s.shelf.put(i)
}

// act does one thing and returns what changed on the phone when the bot is done with it.
func (s *stage) act(what string) string {
	s.t.Helper()
	toast := ""
	switch verb, rest, _ := strings.Cut(what, " "); verb {
	case "presses":
		press := s.citizen.Tap
		if label, there := strings.CutPrefix(rest, "there "); there {
			rest, press = label, func(label string) (*simulator.Tap, error) { return s.group.Tap(s.citizen, label) }
		}
		tap, err := press(rest)
		if err != nil {
			s.t.Fatalf("%s: %v", what, err)
		}
		toast = s.answered(tap)
	case "adds":
		if title, isGroup := strings.CutPrefix(rest, "to group "); isGroup {
			s.group = s.telegram.Group(title, s.citizen)
		} else {
			s.group = s.telegram.Channel(strings.TrimPrefix(rest, "to channel "), "", s.citizen)
		}
		s.group.AddBot(s.citizen, simulator.AllRights)
	case "in":
		s.group.Say(s.citizen, strings.TrimPrefix(rest, "the group "), 0)
	case "forges":
		messages := s.citizen.Messages()
		tap, err := s.citizen.TapRaw(messages[len(messages)-1].ID, rest)
		if err != nil {
			s.t.Fatalf("%s: %v", what, err)
		}
		toast = s.answered(tap)
	case "sends":
		if _, err := s.citizen.SendJSON(rest); err != nil {
			s.t.Fatalf("%s: %v", what, err)
		}
	case "blocks":
		s.citizen.Block()
	case "returns":
		s.citizen.Unblock()
	default:
		s.citizen.Send(what)
	}
	s.settled()
	return s.changes(toast)
}

// settled waits until the bot is done with every update.
func (h *house) settled() {
	h.t.Helper()
	h.eventually("all updates confirmed", func() bool { return h.telegram.Stats().Pending == 0 })
}

func (s *stage) changes(toast string) string {
	var out strings.Builder
	messages := s.citizen.Messages()
	if s.group != nil {
		messages = append(messages, s.group.Messages()...)
	}
	for _, m := range messages {
		key := fmt.Sprint(m.Chat, m.ID)
		shown, before := draw(m), s.seen[key]
		if !m.Bot || shown == before {
			continue
		}
		s.seen[key] = shown
		what, where := "new", ""
		if before != "" {
			what = "changed"
		}
		if m.Chat != s.citizen.ID() {
			where = " in the group"
		}
		fmt.Fprintf(&out, "| (%s%s)\n%s", what, where, shown)
	}
	if toast != "" {
		fmt.Fprintf(&out, "| (toast) %s\n", toast)
	}
	if out.Len() == 0 {
		return "| (nothing)\n"
	}
	return out.String()
}

// draw writes a message as lines: its picture, its text, its rows of buttons.
func draw(m simulator.Message) string {
	var out strings.Builder
	if m.Photo != "" {
		fmt.Fprintf(&out, "| 🖼 %s\n", m.Photo)
	}
	for line := range strings.Lines(m.Text) {
		fmt.Fprintf(&out, "| %s\n", strings.TrimRight(line, "\n"))
	}
	for _, row := range m.Keyboard {
		out.WriteString("|")
		for _, b := range row {
			fmt.Fprintf(&out, " [%s]", b.Text)
		}
		out.WriteString("\n")
	}
	return out.String()
}

func difference(want, got string) string {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(wants), len(gots)) {
		if wants[i] != gots[i] {
			return fmt.Sprintf("line %d: want %q, got %q", i+1, wants[i], gots[i])
		}
	}
	return fmt.Sprintf("%d lines, not %d", len(gots), len(wants))
}
