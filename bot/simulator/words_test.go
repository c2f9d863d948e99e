package simulator_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"kabarchy/bot/simulator"
)

// TestAnswerToAQuestion asks a person with force_reply, who answers with a text of which they
// have set something in bold.
func TestAnswerToAQuestion(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	asked := must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "Тексти?", "reply_markup": ask("Title")})
	if q := aida.Messages()[0].Question; q == nil || *q != (simulator.Question{Placeholder: "Title", Selective: true}) {
		t.Errorf("the phone asks %+v", q)
	}
	bold := simulator.Entity{Type: "bold", Offset: 3, Length: 4}
	id, err := aida.Say(simulator.Words{Text: "😀 Жаңы https://minjust.gov.kg/a.", Entities: []simulator.Entity{bold}, ReplyTo: asked.ID})
	if err != nil {
		t.Fatal(err)
	}
	up := w.last(t)
	want := []simulator.Entity{bold, {Type: "url", Offset: 8, Length: 24}}
	if m := up.Message; up.ID != id || m.ReplyTo == nil || m.ReplyTo.ID != asked.ID || !reflect.DeepEqual(m.Entities, want) {
		t.Errorf("the bot heard %+v", m)
	}
	must[bool](t, w, "deleteMessage", params{"chat_id": aida.ID(), "message_id": asked.ID})
	if _, err := aida.Say(simulator.Words{Text: "a", ReplyTo: asked.ID}); !errors.Is(err, simulator.ErrNoMessage) {
		t.Errorf("an answer to a deleted message: %v", err)
	}
}

func TestButtonsGoBeforeAQuestion(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	both := ask("Title")
	both["inline_keyboard"] = [][]simulator.Button{{tap("A", "a")}}
	must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "a", "reply_markup": both})
	if m := aida.Messages()[0]; m.Question != nil || len(m.Keyboard) != 1 {
		t.Errorf("the phone shows %+v", m)
	}
}

func TestPicturesOfPeople(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	picture := func(text string) simulator.Words {
		return simulator.Words{Text: text, Entities: []simulator.Entity{{Type: "italic", Length: 1}}, Photo: pictureOf(t, 3, 2)}
	}
	say := func(words simulator.Words) *message {
		t.Helper()
		if _, err := aida.Say(words); err != nil {
			t.Fatal(err)
		}
		return w.last(t).Message
	}
	m := say(picture("c"))
	if m.Caption != "c" || m.Text != "" || len(m.Photo) != 2 || len(m.CaptionEntities) != 1 || m.Album != "" {
		t.Errorf("the bot heard %+v", m)
	}
	sent := must[message](t, w, "sendPhoto", params{"chat_id": aida.ID(), "photo": m.Photo[1].FileID})
	if sent.Photo[1] != m.Photo[1] {
		t.Errorf("sent on, the picture is %+v, was %+v", sent.Photo, m.Photo)
	}
	file := say(simulator.Words{File: pictureOf(t, 3, 2), FileName: "a.png"})
	if file.Document == nil || file.Document.Name != "a.png" || file.Photo != nil {
		t.Errorf("of a picture sent as a file the bot heard %+v", file)
	}

	if _, err := aida.Album(picture("c"), simulator.Words{Photo: pictureOf(t, 1, 1)}); err != nil {
		t.Fatal(err)
	}
	album := w.updates(t)
	if len(album) != 2 || album[0].Message.Album == "" || album[1].Message.Album != album[0].Message.Album || album[1].Message.Caption != "" {
		t.Errorf("of an album the bot heard %+v", album)
	}
}

func TestForward(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	channel := w.Channel("Кабар", "", aida)
	post, err := channel.Publish(simulator.Words{Text: "A post", Entities: []simulator.Entity{{Type: "bold", Length: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := aida.Forward(channel.Chat, post.ID); err != nil {
		t.Fatal(err)
	}
	if m := w.last(t).Message; m.Text != "A post" || len(m.Entities) != 1 || m.Origin == nil || m.Origin.Type != "channel" || m.Origin.MessageID != 1 {
		t.Errorf("the bot heard %+v", m)
	}
	own := must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "<b>a</b>", "parse_mode": "HTML", "reply_markup": keyboard([]simulator.Button{tap("A", "a")})})
	if _, err := aida.Forward(aida.Chat, own.ID); err != nil {
		t.Fatal(err)
	}
	if m := w.last(t).Message; len(m.Entities) != 1 || m.Origin == nil || m.Origin.User == nil || !m.Origin.User.IsBot || m.ReplyMarkup != nil {
		t.Errorf("of its own message the bot heard %+v", m)
	}
	shown := aida.Messages()
	if last := shown[len(shown)-1]; last.Origin == nil || last.Origin.Name != "Кабарчы" {
		t.Errorf("the phone shows %+v", last)
	}
}

// TestLongTextsComeInParts: phones cut what is too long for one message.
func TestLongTextsComeInParts(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	asked := w.send(t, aida.ID(), "Тексти?")
	text := strings.Repeat("сөз ", 1500)
	bold := simulator.Entity{Type: "bold", Offset: 4000, Length: 200}
	if _, err := aida.Say(simulator.Words{Text: text, Entities: []simulator.Entity{bold}, ReplyTo: asked.ID}); err != nil {
		t.Fatal(err)
	}
	ups := w.updates(t)
	if len(ups) != 2 {
		t.Fatalf("the bot heard %d messages", len(ups))
	}
	first, second := ups[0].Message, ups[1].Message
	if first.Text+" "+second.Text != strings.TrimSpace(text) {
		t.Errorf("the parts are of %d and %d bytes", len(first.Text), len(second.Text))
	}
	if first.ReplyTo == nil || second.ReplyTo != nil {
		t.Errorf("the parts answer %+v and %+v", first.ReplyTo, second.ReplyTo)
	}
	if e := first.Entities; len(e) != 1 || e[0].Offset != 4000 || e[0].Length != 95 {
		t.Errorf("bold in the first part: %+v", e)
	}
	if e := second.Entities; len(e) != 1 || e[0].Offset != 0 || e[0].Length != 104 {
		t.Errorf("bold in the second part: %+v", e)
	}
}

func TestWordsThatNoPhoneSends(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	for name, words := range map[string]simulator.Words{
		"nothing":             {Text: " \n"},
		"an entity outside":   {Text: "a", Entities: []simulator.Entity{{Type: "bold", Offset: 1, Length: 1}}},
		"no picture":          {Photo: []byte("a")},
		"a file without name": {File: []byte("a")},
		"a long caption":      {Text: strings.Repeat("ө", 1025), Photo: pictureOf(t, 1, 1)},
	} {
		if _, err := aida.Say(words); !errors.Is(err, simulator.ErrWords) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := aida.Album(simulator.Words{Photo: pictureOf(t, 1, 1)}); !errors.Is(err, simulator.ErrWords) {
		t.Errorf("an album of one: %v", err)
	}
	if got := w.updates(t); len(got) != 0 {
		t.Errorf("the bot heard %+v", got)
	}
}

// TestMenuOfOne sets a menu for one person and takes it back.
func TestMenuOfOne(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida, other := w.Citizen("Aida", "ky").Open(), w.Citizen("Bek", "ky").Open()
	private, own := params{"type": "all_private_chats"}, params{"type": "chat", "chat_id": aida.ID()}
	for command, scope := range map[string]params{"latest": private, "desk": own} {
		must[bool](t, w, "setMyCommands", params{"scope": scope, "commands": []any{params{"command": command, "description": "a"}}})
	}
	menu := func(c *simulator.Citizen) string { return w.Commands(c.Chat, "ky")[0].Command }
	if menu(aida) != "desk" || menu(other) != "latest" {
		t.Errorf("the menus begin with %q and %q", menu(aida), menu(other))
	}
	must[bool](t, w, "deleteMyCommands", params{"scope": own})
	if menu(aida) != "latest" {
		t.Errorf("after taking it back the menu begins with %q", menu(aida))
	}
}
