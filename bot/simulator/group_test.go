package simulator_test

import (
	"errors"
	"testing"

	"kabarchy/bot/simulator"
)

func TestGroupLife(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida, bakyt := w.Citizen("Aida", "ky"), w.Citizen("Bakyt", "ru")
	g := w.Group("Osh", aida)
	g.Join(bakyt, simulator.Plain)
	if g.Say(bakyt, "/start", 0) != 0 {
		t.Error("the bot hears a group that it is not in")
	}
	g.AddBot(aida, simulator.Rights{})
	ups := w.updates(t)
	if len(ups) != 2 || ups[0].MyMember.Old.Status != "left" || ups[0].MyMember.New.Status != "member" ||
		len(ups[1].Message.NewMembers) != 1 || !ups[1].Message.NewMembers[0].IsBot {
		t.Errorf("added, the bot heard %+v", ups)
	}

	for text, heard := range map[string]bool{
		"hello": false, "/latest": true, "/latest@kabarchy_bot": true, "/latest@Kabarchy_Bot": true, "/latest@other_bot": false,
	} {
		if got := g.Say(bakyt, text, 0) != 0; got != heard {
			t.Errorf("a member says %q: heard %v, want %v", text, got, heard)
		}
	}
	theirs := g.Messages()
	said := must[message](t, w, "sendMessage", params{"chat_id": g.ID(), "text": "q"})
	for to, heard := range map[int64]bool{said.ID: true, theirs[len(theirs)-1].ID: false} {
		if got, err := g.Reply(bakyt, to, "an answer"); err != nil || got != 0 != heard {
			t.Errorf("an answer to %d is heard: %v, %v", to, got, err)
		}
	}
	if _, err := g.Reply(bakyt, 1000, "an answer"); !errors.Is(err, simulator.ErrNoMessage) {
		t.Errorf("an answer to nothing: %v", err)
	}
	w.updates(t)

	must[message](t, w, "sendMessage", params{"chat_id": g.ID(), "text": "a", "reply_markup": keyboard([]simulator.Button{tap("A", "a")})})
	if _, err := g.Tap(bakyt, "A"); err != nil {
		t.Fatal(err)
	}
	if c := w.last(t).Callback; c.From.ID != bakyt.ID() || c.Message.Chat.ID != g.ID() {
		t.Errorf("pressed in a group: %+v", c)
	}

	next := g.Upgrade(aida)
	ups = w.updates(t)
	if len(ups) != 3 {
		t.Fatalf("upgraded, the bot heard %+v", ups)
	}
	if ups[0].MyMember == nil { // of four groups, one hears of the move first
		ups = append(ups[2:], ups[:2]...)
	}
	if ups[1].Message.MigrateTo != next.ID() || ups[2].Message.MigrateFrom != g.ID() {
		t.Errorf("upgraded, the bot heard %+v", ups)
	}
	if got := w.call(t, "sendMessage", params{"chat_id": g.ID(), "text": "a"}); got.Parameters.MigrateTo != next.ID() {
		t.Errorf("the old group answers %+v", got)
	}
	w.send(t, next.ID(), "a")

}

func TestForum(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	g := w.Forum("Osh", aida)
	g.AddBot(aida, simulator.AllRights)
	thread := g.Topic("News", aida)
	sent := must[message](t, w, "sendMessage", params{"chat_id": g.ID(), "text": "a", "message_thread_id": thread})
	if sent.Thread != thread {
		t.Errorf("sent to thread %d, want %d", sent.Thread, thread)
	}
	w.updates(t)
	g.Say(aida, "an administrator hears this", thread)
	if got := w.last(t).Message; got.Thread != thread {
		t.Errorf("heard in thread %d, want %d", got.Thread, thread)
	}
	g.CloseTopic(thread, true)
	must[message](t, w, "sendMessage", params{"chat_id": g.ID(), "text": "who manages topics may", "message_thread_id": thread})
	if v := g.View(); !v.Forum || len(v.Topics) != 1 || !v.Topics[0].Closed || len(v.Members) != 2 {
		t.Errorf("view %+v", v)
	}
}

func TestChannel(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	channel := w.Channel("News", "minjust_news", aida)
	channel.AddBot(aida, simulator.AllRights)
	if ups := w.updates(t); len(ups) != 1 || ups[0].MyMember.New.Status != "administrator" {
		t.Errorf("added, the bot heard %+v", ups)
	}
	first := must[message](t, w, "sendMessage", params{"chat_id": "@minjust_news", "text": "a"})
	if first.Chat.Type != "channel" || first.ID != 1 || first.From != nil {
		t.Errorf("posted %+v", first)
	}
	channel.Post("hello")
	if got := w.last(t).Post; got == nil || got.Text != "hello" {
		t.Errorf("the bot heard %+v", got)
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida, bakyt := w.Citizen("Aida", "ky").Open(), w.Citizen("Bakyt", "ru")
	g := w.Supergroup("Osh", "", aida)
	g.AddBot(aida, simulator.AllRights)
	g.Join(bakyt, simulator.Plain)
	status := func(user int64) string {
		return must[struct{ Status string }](t, w, "getChatMember", params{"chat_id": g.ID(), "user_id": user}).Status
	}
	for user, want := range map[int64]string{aida.ID(): "creator", bakyt.ID(): "member", w.Bot().ID: "administrator"} {
		if got := status(user); got != want {
			t.Errorf("%d is %q, want %q", user, got, want)
		}
	}
	g.Leave(bakyt)
	if got := status(bakyt.ID()); got != "left" {
		t.Errorf("who left is %q", got)
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	command := func(description string) params {
		return params{"commands": []any{params{"command": "start", "description": description}}}
	}
	with := func(p params, more params) params {
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	must[bool](t, w, "setMyCommands", command("start"))
	must[bool](t, w, "setMyCommands", with(command("баштоо"), params{"language_code": "ky"}))
	must[bool](t, w, "setMyDescription", params{"description": "News"})
	must[bool](t, w, "setMyShortDescription", params{"short_description": "N"})
	for language, want := range map[string]string{"ky": "баштоо", "ru": "start", "": "start"} {
		if got := w.Commands(aida.Chat, language); len(got) != 1 || got[0].Description != want {
			t.Errorf("the menu in %q is %+v, want %q", language, got, want)
		}
	}
	must[bool](t, w, "setMyCommands", with(command("only here"), params{"scope": params{"type": "chat", "chat_id": aida.ID()}}))
	if got := w.Commands(aida.Chat, "ky"); got[0].Description != "only here" {
		t.Errorf("the chat's own menu is %+v", got)
	}
	must[bool](t, w, "deleteMyCommands", params{"scope": params{"type": "chat", "chat_id": aida.ID()}})
	if got := must[[]simulator.Command](t, w, "getMyCommands", params{"language_code": "ky"}); len(got) != 1 {
		t.Errorf("getMyCommands: %+v", got)
	}
	if got := w.Profile("ky"); got != (simulator.Profile{Name: "Кабарчы", Description: "News", ShortDescription: "N"}) {
		t.Errorf("profile %+v", got)
	}
	if got := must[map[string]string](t, w, "getMyDescription", params{"language_code": "ru"})["description"]; got != "News" {
		t.Errorf("the description in another language is %q", got)
	}
}

func TestInline(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	query := aida.InlineQuery("мыйзам", "")
	heard := w.last(t).Inline
	article := func(id string) params {
		return params{"type": "article", "id": id, "title": "T", "input_message_content": params{"message_text": "<b>a</b>", "parse_mode": "HTML"},
			"reply_markup": keyboard([]simulator.Button{tap("A", "a")})}
	}
	if got := w.call(t, "answerInlineQuery", params{"inline_query_id": heard.ID, "results": []any{article("1"), article("1")}}); got.Description != "Bad Request: RESULT_ID_DUPLICATE" {
		t.Errorf("the same id twice: %q", got.Description)
	}
	must[bool](t, w, "answerInlineQuery", params{"inline_query_id": heard.ID, "results": []any{article("1"), article("2")}, "next_offset": "2"})
	answer, err := query.Answer(t.Context())
	if err != nil || len(answer.Results) != 2 || answer.NextOffset != "2" {
		t.Fatalf("answer %+v, %v", answer, err)
	}
	m := query.Choose(answer.Results[0], aida.Chat)
	if m.Text != "a" || !m.Inline || m.From != aida.ID() {
		t.Errorf("chosen: %+v", m)
	}
	chosen := w.last(t).Chosen
	must[bool](t, w, "editMessageText", params{"inline_message_id": chosen.InlineID, "text": "b"})
	if got := aida.Messages()[0].Text; got != "b" {
		t.Errorf("edited to %q", got)
	}
	if got := w.call(t, "editMessageText", params{"inline_message_id": "x_y", "text": "b"}); got.Description != "Bad Request: MESSAGE_ID_INVALID" {
		t.Errorf("a wrong inline id: %q", got.Description)
	}
}
