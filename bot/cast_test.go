package bot_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions/redistest"
)

// cast are the people whom a script names. They and the person of its last "phone" are seen
// at every step.
type cast struct {
	people []actor
	phone  *simulator.Citizen // of the last "phone"
}

type actor struct {
	name string
	*simulator.Citizen
}

// arrives makes a person with a new phone the one who acts.
func (s *scene) arrives(c *simulator.Citizen) {
	s.citizen, s.phone = c, c
	if len(s.people) == 0 {
		clear(s.seen)
	}
}

// enter adds a person with a name, and with a user id if the script gives one.
func (s *scene) enter(value string) {
	s.t.Helper()
	var name, language string
	var id int64
	if n, err := fmt.Sscan(value, &name, &language, &id); n < 2 || n == 2 && strings.Count(value, " ") > 1 {
		s.t.Fatalf("person: %s: %v", value, err)
	}
	c := s.telegram.CitizenAs(id, name, language)
	if c == nil {
		s.t.Fatalf("person: %s: somebody has this id", value)
	}
	s.people = append(s.people, actor{name, c})
}

// ofOne is a step of a person with a name.
var ofOne = regexp.MustCompile(`^(\w+)> (.*)$`)

// actOfOne lets a person with a name do something, if the line says so.
func (s *scene) actOfOne(line string) string {
	s.t.Helper()
	step := ofOne.FindStringSubmatch(line)
	if step == nil {
		return ""
	}
	i := slices.IndexFunc(s.people, func(a actor) bool { return a.name == step[1] })
	if i < 0 {
		s.t.Fatalf("%s: there is nobody of this name", line)
	}
	s.citizen = s.people[i].Citizen
	defer func() { s.citizen = s.phone }()
	return s.act(step[2])
}

// wait lets time pass.
func (s *scene) wait(value string) string {
	s.t.Helper()
	d, err := time.ParseDuration(value)
	if err != nil {
		s.t.Fatalf("wait: %v", err)
	}
	if len(s.people) > 0 {
		s.citizen = nil // nobody acts
		defer func() { s.citizen = s.phone }()
	}
	time.Sleep(d) // in the bubble, where it costs nothing
	s.settled()
	return s.changes("")
}

// changesForOthers are what changed on the phones of those who did nothing; without names
// nobody else is looked at.
func (s *scene) changesForOthers() (out string) {
	if len(s.people) == 0 {
		return ""
	}
	for _, a := range append(s.people, actor{"the citizen", s.phone}) {
		if a.Citizen != nil && a.Citizen != s.citizen {
			out += s.changesFor(a.Citizen, " for "+a.name)
		}
	}
	return out
}

// recalled is how a deleted message began, in scripts that name people: there more than one
// is deleted.
func (s *scene) recalled(key string) string {
	if len(s.people) == 0 {
		return ""
	}
	first, _, _ := strings.Cut(s.seen[key], "\n")
	return strings.TrimPrefix(first, "|")
}

// speaks sends what a script says in words.
func (s *scene) speaks(verb, rest string) {
	s.t.Helper()
	all, err := s.props.words(rest)
	if err != nil {
		s.t.Fatalf("%s %s: %v", verb, rest, err)
	}
	switch {
	case verb == "forwards":
		err = s.forwards(all[0])
	case len(all) > 1:
		_, err = s.citizen.Album(all...)
	default:
		if verb == "replies" {
			all[0].ReplyTo = s.question()
		}
		_, err = s.citizen.Say(all[0])
	}
	if err != nil {
		s.t.Fatalf("%s %s: %v", verb, rest, err)
	}
}

func (s *scene) forwards(w simulator.Words) error {
	if s.channel == nil {
		s.channel = s.telegram.Channel("Ала-Тоо", "", s.citizen)
	}
	post, err := s.channel.Publish(w)
	if err != nil {
		return err
	}
	_, err = s.citizen.Forward(s.channel.Chat, post.ID)
	return err
}

// question is the newest question on the person's phone, or the bot's newest message if there
// is none.
func (s *scene) question() (message int64) {
	for _, m := range s.citizen.Messages() {
		if m.Bot && message == 0 || m.Question != nil {
			message = m.ID
		}
	}
	return message
}

// TestAScriptShowsEverybodysPhone: what a press on one phone changes on another stands below
// it, with the buttons' styles, what is asked, what is uploaded and what is deleted.
func TestAScriptShowsEverybodysPhone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &scene{fixture: open(t, redistest.Bubble(t).Client(t), simulator.Options{}), seen: map[string]string{}}
		s.enter("officer ru 7")
		s.enter("approver ky")
		officer, approver := s.people[0].Open(), s.people[1].Open()
		s.citizen = officer
		params := func(c *simulator.Citizen, name, value string) map[string]string {
			return map[string]string{"chat_id": strconv.FormatInt(c.ID(), 10), "text": "Тексти?", name: value}
		}
		call := func(method string, p map[string]string) (m telegram.Sent) {
			t.Helper()
			if err := s.client.Call(t.Context(), method, p, &m); err != nil {
				t.Fatal(err)
			}
			return m
		}
		asked := call("sendMessage", params(officer, "reply_markup", telegram.ForceReply("Аталышы")))
		keyboard := telegram.Keyboard([][]telegram.Button{{{Text: "✋", Data: "a", Style: telegram.Danger}, {Text: "⬅️", Data: "b"}}})
		call("sendMessage", params(approver, "reply_markup", keyboard))
		picture := telegram.File{Param: "photo", Name: "a.png", Data: s.picture("a")}
		if err := s.client.Upload(t.Context(), "sendPhoto", params(approver, "caption", "c"), picture, nil); err != nil {
			t.Fatal(err)
		}
		table := telegram.File{Param: "document", Name: "a.csv", Data: []byte("a,b")}
		if err := s.client.Upload(t.Context(), "sendDocument", params(approver, "caption", ""), table, nil); err != nil {
			t.Fatal(err)
		}
		const first = "| (new)\n| Тексти?\n| ⌨️ Аталышы\n" +
			"| (new for approver)\n| Тексти?\n| [✋]danger [⬅️]\n" +
			"| (new for approver)\n| 🖼 picture a\n| c\n| (new for approver)\n| 📎 a.csv\n"
		if got := s.changes(""); got != first {
			t.Errorf("the script shows\n%s", got)
		}
		call("deleteMessage", params(officer, "message_id", strconv.FormatInt(asked.ID, 10)))
		s.citizen = approver
		if got := s.changes("✓"); got != "| (toast) ✓\n| (deleted for officer) Тексти?\n" {
			t.Errorf("the script shows\n%s", got)
		}
	})
}

// TestWords reads what scripts say in words.
func TestWords(t *testing.T) {
	t.Parallel()
	got := marked(`😀 **Жардам**\n\n[Ачылды](https://minjust.gov.kg/a) __бүгүн__`)
	want := []simulator.Entity{
		{Type: "bold", Offset: 3, Length: 6}, {Type: "text_link", Offset: 11, Length: 6, URL: "https://minjust.gov.kg/a"},
		{Type: "italic", Offset: 18, Length: 5},
	}
	if got.Text != "😀 Жардам\n\nАчылды бүгүн" || !slices.Equal(got.Entities, want) {
		t.Errorf("read %+v, want entities %+v", got, want)
	}
	var p props
	all, err := p.words("album a b Сүрөттөр")
	if err != nil || len(all) != 2 || all[0].Text != "Сүрөттөр" || string(all[0].Photo) == string(all[1].Photo) {
		t.Errorf("an album is %d messages: %v", len(all), err)
	}
	if again := p.picture("a"); string(again) != string(all[0].Photo) || p.nameOf(again) != "picture a" {
		t.Errorf("a picture is another the next time: %s", strconv.Quote(p.nameOf(again)))
	}
}
