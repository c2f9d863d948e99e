package simulator_test

import (
	"strings"
	"testing"

	"kabarchy/bot/simulator"
)

// TestRefusals holds the simulator to what the real server refuses, and to its words.
// Each row makes a fixture of its own and one request in it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	type request struct {
		method string
		params params
	}
	text := func(chat any) request { return request{"sendMessage", params{"chat_id": chat, "text": "a"}} }
	photo := func(chat any) request {
		return request{"sendPhoto", params{"chat_id": chat, "photo": "https://minjust.gov.kg/a.jpg"}}
	}
	person := func(w *fixture) *simulator.Citizen { return w.Citizen("Aida", "ky").Open() }
	toPerson := func(method string, p params) func(*testing.T, *fixture) request {
		return func(_ *testing.T, w *fixture) request {
			p["chat_id"] = person(w).ID()
			return request{method, p}
		}
	}
	edit := func(method string, p params) func(*testing.T, *fixture) request {
		return func(t *testing.T, w *fixture) request {
			aida := person(w)
			p["chat_id"], p["message_id"] = aida.ID(), w.send(t, aida.ID(), "old").ID
			return request{method, p}
		}
	}
	group := func(f func(*fixture, *simulator.Citizen) int64) func(*testing.T, *fixture) request {
		return func(_ *testing.T, w *fixture) request { return text(f(w, person(w))) }
	}
	menuOf := func(chat int64) request {
		return request{"setMyCommands", params{"scope": params{"type": "chat", "chat_id": chat}, "commands": []any{params{"command": "desk", "description": "a"}}}}
	}
	buttons := func(b ...any) params { return params{"text": "a", "reply_markup": params{"inline_keyboard": []any{b}}} }

	for _, test := range []struct {
		name    string
		prepare func(*testing.T, *fixture) request
		code    int
		want    string
	}{
		// The person.
		{"blocked", func(_ *testing.T, w *fixture) request { a := person(w); a.Block(); return text(a.ID()) },
			403, "Forbidden: bot was blocked by the user"},
		{"deactivated", func(_ *testing.T, w *fixture) request { a := person(w); a.Deactivate(); return text(a.ID()) },
			403, "Forbidden: user is deactivated"},
		{"never seen", func(_ *testing.T, w *fixture) request { return text(w.Citizen("Aida", "").ID()) },
			400, "Bad Request: chat not found"},
		{"seen, but never started", func(_ *testing.T, w *fixture) request {
			a := w.Citizen("Aida", "")
			a.InlineQuery("", "")
			return text(a.ID())
		}, 403, "Forbidden: bot can't initiate conversation with a user"},
		{"the bot itself", func(_ *testing.T, w *fixture) request { return text(w.Bot().ID) },
			403, "Forbidden: the bot can't send messages to the bot"},
		{"nobody", func(*testing.T, *fixture) request { return text(17) }, 400, "Bad Request: chat not found"},
		{"no chat", func(*testing.T, *fixture) request { return text("") }, 400, "Bad Request: chat_id is empty"},
		{"no number", func(*testing.T, *fixture) request { return text("osh") }, 400, "Bad Request: chat not found"},
		{"no such username", func(*testing.T, *fixture) request { return text("@osh") }, 400, "Bad Request: chat not found"},

		// Groups and channels.
		{"kicked from a group", group(func(w *fixture, a *simulator.Citizen) int64 {
			g := w.Group("Osh", a)
			g.AddBot(a, simulator.Rights{})
			g.KickBot(a)
			return g.ID()
		}), 403, "Forbidden: bot was kicked from the group chat"},
		{"kicked from a supergroup", group(func(w *fixture, a *simulator.Citizen) int64 {
			g := w.Supergroup("Osh", "", a)
			g.KickBot(a)
			return g.ID()
		}), 403, "Forbidden: bot was kicked from the supergroup chat"},
		{"kicked from a channel", group(func(w *fixture, a *simulator.Citizen) int64 {
			g := w.Channel("Osh", "", a)
			g.KickBot(a)
			return g.ID()
		}), 403, "Forbidden: bot was kicked from the channel chat"},
		{"not in the group", group(func(w *fixture, a *simulator.Citizen) int64 { return w.Group("Osh", a).ID() }),
			403, "Forbidden: bot is not a member of the group chat"},
		{"not in the supergroup", group(func(w *fixture, a *simulator.Citizen) int64 { return w.Supergroup("Osh", "osh", a).ID() }),
			403, "Forbidden: bot is not a member of the supergroup chat"},
		{"not in the channel", group(func(w *fixture, a *simulator.Citizen) int64 { return w.Channel("Osh", "osh", a).ID() }),
			403, "Forbidden: bot is not a member of the channel chat"},
		{"group deleted", group(func(w *fixture, a *simulator.Citizen) int64 {
			g := w.Group("Osh", a)
			g.AddBot(a, simulator.Rights{})
			g.Delete()
			return g.ID()
		}), 403, "Forbidden: the group chat was deleted"},
		{"group upgraded", group(func(w *fixture, a *simulator.Citizen) int64 {
			g := w.Group("Osh", a)
			g.AddBot(a, simulator.Rights{})
			g.Upgrade(a)
			return g.ID()
		}), 400, "Bad Request: group chat was upgraded to a supergroup chat"},
		{"no right to send text", group(func(w *fixture, a *simulator.Citizen) int64 {
			g := w.Supergroup("Osh", "", a)
			g.AddBot(a, simulator.Rights{NoText: true})
			return g.ID()
		}), 400, "Bad Request: not enough rights to send text messages to the chat"},
		{"no right to send photos", func(_ *testing.T, w *fixture) request {
			a := person(w)
			g := w.Supergroup("Osh", "", a)
			g.AddBot(a, simulator.Rights{NoPhotos: true})
			return photo(g.ID())
		}, 400, "Bad Request: not enough rights to send photos to the chat"},
		{"no administrator of the channel", group(func(w *fixture, a *simulator.Citizen) int64 {
			g := w.Channel("Osh", "", a)
			g.AddBot(a, simulator.Rights{})
			return g.ID()
		}), 400, "Bad Request: need administrator rights in the channel chat"},
		{"topic closed", func(_ *testing.T, w *fixture) request {
			a := person(w)
			g := w.Forum("Osh", a)
			g.AddBot(a, simulator.Rights{})
			thread := g.Topic("News", a)
			g.CloseTopic(thread, true)
			return request{"sendMessage", params{"chat_id": g.ID(), "text": "a", "message_thread_id": thread}}
		}, 400, "Bad Request: TOPIC_CLOSED"},
		{"topic deleted", func(_ *testing.T, w *fixture) request {
			a := person(w)
			g := w.Forum("Osh", a)
			g.AddBot(a, simulator.Rights{})
			thread := g.Topic("News", a)
			g.DeleteTopic(thread)
			return request{"sendMessage", params{"chat_id": g.ID(), "text": "a", "message_thread_id": thread}}
		}, 400, "Bad Request: message thread not found"},
		{"a thread in a private chat", toPerson("sendMessage", params{"text": "a", "message_thread_id": 5}),
			400, "Bad Request: message thread not found"},

		// The text.
		{"too long", toPerson("sendMessage", params{"text": strings.Repeat("ө", 4097)}), 400, "Bad Request: message is too long"},
		{"far too long", toPerson("sendMessage", params{"text": strings.Repeat("a", 1<<15+1)}), 400, "Bad Request: text is too long"},
		{"empty", toPerson("sendMessage", params{"text": ""}), 400, "Bad Request: message text is empty"},
		{"empty after trimming", toPerson("sendMessage", params{"text": " \n "}), 400, "Bad Request: text must be non-empty"},
		{"empty after parsing", toPerson("sendMessage", params{"text": "<b></b>", "parse_mode": "HTML"}), 400, "Bad Request: text must be non-empty"},
		{"unknown parse mode", toPerson("sendMessage", params{"text": "a", "parse_mode": "bbcode"}), 400, "Bad Request: unsupported parse_mode"},
		{"caption too long", toPerson("sendPhoto", params{"photo": "https://minjust.gov.kg/a.jpg", "caption": strings.Repeat("ө", 1025)}),
			400, "Bad Request: message caption is too long"},
		{"reply to nothing", toPerson("sendMessage", params{"text": "a", "reply_parameters": params{"message_id": 99}}),
			400, "Bad Request: message to be replied not found"},

		// The picture.
		{"no picture", toPerson("sendPhoto", params{}), 400, "Bad Request: there is no photo in the request"},
		{"wrong picture", toPerson("sendPhoto", params{"photo": "AgACnothing"}), 400, "Bad Request: wrong file identifier/HTTP URL specified"},
		{"picture that no server has", toPerson("sendPhoto", params{"photo": "http://localhost/a.jpg"}), 400, "Bad Request: wrong file identifier/HTTP URL specified"},

		// The keyboard.
		{"callback data above 64 bytes", toPerson("sendMessage", buttons(tap("a", strings.Repeat("ө", 33)))), 400, "Bad Request: BUTTON_DATA_INVALID"},
		{"button without action", toPerson("sendMessage", buttons(params{"text": "a"})),
			400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"button without text", toPerson("sendMessage", buttons(params{"callback_data": "a"})),
			400, `Bad Request: can't parse inline keyboard button: Can't find field "text"`},
		{"button with an empty text", toPerson("sendMessage", buttons(tap("", "a"))), 400, "Bad Request: inline keyboard button text must be non-empty"},
		{"button with a bad address", toPerson("sendMessage", buttons(params{"text": "a", "url": "http://localhost/"})),
			400, "Bad Request: inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"},
		{"button of no style", toPerson("sendMessage", buttons(params{"text": "a", "callback_data": "a", "style": "pink"})),
			400, "Bad Request: can't parse inline keyboard button: invalid button style specified"},
		{"keyboard that is no JSON", toPerson("sendMessage", params{"text": "a", "reply_markup": "{"}),
			400, "Bad Request: can't parse reply keyboard markup JSON object"},

		{"a copied text too long", toPerson("sendMessage", buttons(simulator.Button{Text: "a", CopyText: &simulator.CopyText{Text: strings.Repeat("ө", 257)}})),
			400, "Bad Request: BUTTON_COPY_TEXT_INVALID"},
		{"a placeholder too long", toPerson("sendMessage", params{"text": "a", "reply_markup": ask(strings.Repeat("ө", 65))}), 400, "Bad Request: REPLY_MARKUP_INVALID"},

		// Editing and deleting.
		{"edit to a question", edit("editMessageText", params{"text": "a", "reply_markup": ask("")}), 400, "Bad Request: inline keyboard expected"},
		{"edit a question", func(t *testing.T, w *fixture) request {
			a := person(w)
			m := must[message](t, w, "sendMessage", params{"chat_id": a.ID(), "text": "a", "reply_markup": ask("Title")})
			return request{"editMessageText", params{"chat_id": a.ID(), "message_id": m.ID, "text": "b"}}
		}, 400, "Bad Request: message can't be edited"},
		{"edit to the same", edit("editMessageText", params{"text": "old"}),
			400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"},
		{"edit nothing", toPerson("editMessageText", params{"text": "a", "message_id": 99}), 400, "Bad Request: message to edit not found"},
		{"edit another's message", func(t *testing.T, w *fixture) request {
			a := w.Citizen("Aida", "")
			a.Send("/start")
			return request{"editMessageText", params{"chat_id": a.ID(), "text": "a", "message_id": w.last(t).Message.ID}}
		}, 400, "Bad Request: message can't be edited"},
		{"edit the caption of a text", edit("editMessageCaption", params{"caption": "a"}), 400, "Bad Request: there is no caption in the message to edit"},
		{"edit the text of a picture", func(t *testing.T, w *fixture) request {
			p := photo(person(w).ID())
			m := must[message](t, w, p.method, p.params)
			return request{"editMessageText", params{"chat_id": p.params["chat_id"], "message_id": m.ID, "text": "a"}}
		}, 400, "Bad Request: there is no text in the message to edit"},
		{"delete nothing", toPerson("deleteMessage", params{"message_id": 99}), 400, "Bad Request: message to delete not found"},
		{"delete without a number", toPerson("deleteMessage", params{}), 400, "Bad Request: message identifier is not specified"},
		{"delete after 48 hours", func(t *testing.T, w *fixture) request {
			a := person(w)
			m := w.send(t, a.ID(), "a")
			w.clock.Move(48*60*60*1e9 + 1e9)
			return request{"deleteMessage", params{"chat_id": a.ID(), "message_id": m.ID}}
		}, 400, "Bad Request: message can't be deleted for everyone"},
		{"delete another's message in a group", func(t *testing.T, w *fixture) request {
			a := person(w)
			g := w.Supergroup("Osh", "", a)
			g.AddBot(a, simulator.Rights{})
			g.Say(a, "/start", 0)
			return request{"deleteMessage", params{"chat_id": g.ID(), "message_id": w.last(t).Message.ID}}
		}, 400, "Bad Request: message can't be deleted"},

		// Answers.
		{"answer to no press", func(*testing.T, *fixture) request {
			return request{"answerCallbackQuery", params{"callback_query_id": "1"}}
		}, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"},
		{"answer too late", func(t *testing.T, w *fixture) request {
			a := person(w)
			must[message](t, w, "sendMessage", params{"chat_id": a.ID(), "text": "a", "reply_markup": keyboard([]simulator.Button{tap("A", "a")})})
			if err := a.Press("A"); err != nil {
				t.Fatal(err)
			}
			id := w.last(t).Callback.ID
			w.clock.Move(151e9)
			return request{"answerCallbackQuery", params{"callback_query_id": id}}
		}, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"},
		{"answer to no inline query", func(*testing.T, *fixture) request {
			return request{"answerInlineQuery", params{"inline_query_id": "1", "results": []any{}}}
		}, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"},

		// The profile.
		{"a command in Cyrillic", func(*testing.T, *fixture) request {
			return request{"setMyCommands", params{"commands": []any{params{"command": "тил", "description": "a"}}}}
		}, 400, "Bad Request: BOT_COMMAND_INVALID"},
		{"a command without a description", func(*testing.T, *fixture) request {
			return request{"setMyCommands", params{"commands": []any{params{"command": "til", "description": ""}}}}
		}, 400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"},
		{"a description too long", func(*testing.T, *fixture) request {
			return request{"setMyDescription", params{"description": strings.Repeat("a", 513)}}
		}, 400, "Bad Request: bot description is too long"},
		{"a menu for nobody", func(*testing.T, *fixture) request { return menuOf(17) }, 400, "Bad Request: chat not found"},
		{"a menu for who never wrote", func(_ *testing.T, w *fixture) request { return menuOf(w.Citizen("Aida", "").ID()) }, 400, "Bad Request: chat not found"},
		{"a file that is none", func(*testing.T, *fixture) request { return request{"getFile", params{"file_id": "AgACnothing"}} }, 400, "Bad Request: invalid file_id"},
		{"a file without an id", func(*testing.T, *fixture) request { return request{"getFile", params{}} }, 400, "Bad Request: file_id not specified"},
		{"an action that is none", toPerson("sendChatAction", params{"action": "dancing"}), 400, "Bad Request: wrong parameter action in request"},
		{"an unknown method", func(*testing.T, *fixture) request { return request{"sendPigeon", params{}} }, 404, "Not Found: method not found"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, simulator.Options{})
			r := test.prepare(t, w)
			got := w.call(t, r.method, r.params)
			if got.OK || got.Code != test.code || got.status != test.code || got.Description != test.want {
				t.Errorf("%s: HTTP %d, %d %q, want %d %q", r.method, got.status, got.Code, got.Description, test.code, test.want)
			}
			if moved := got.Parameters.MigrateTo != 0; moved != (test.name == "group upgraded") {
				t.Errorf("migrate_to_chat_id is %d", got.Parameters.MigrateTo)
			}
		})
	}
}

// TestAllowed holds the simulator to what stands just inside the limits.
func TestAllowed(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky").Open()
	for name, p := range map[string]params{
		"4096 characters":               {"text": strings.Repeat("ө", 4096)},
		"4096 after parsing":            {"text": "<b>" + strings.Repeat("&amp;", 4096) + "</b>", "parse_mode": "HTML"},
		"64 bytes of data":              {"text": "a", "reply_markup": keyboard([]simulator.Button{tap("a", strings.Repeat("ө", 32))})},
		"a style":                       {"text": "a", "reply_markup": keyboard([]simulator.Button{{Text: "a", Data: "a", Style: "danger"}})},
		"a style in capitals":           {"text": "a", "reply_markup": keyboard([]simulator.Button{{Text: "a", Data: "a", Style: "Primary"}})},
		"256 characters to copy":        {"text": "a", "reply_markup": keyboard([]simulator.Button{{Text: "a", CopyText: &simulator.CopyText{Text: strings.Repeat("ө", 256)}}})},
		"a placeholder of 64":           {"text": "a", "reply_markup": ask(strings.Repeat("ө", 64))},
		"a reply that may be missing":   {"text": "a", "reply_parameters": params{"message_id": 99, "allow_sending_without_reply": true}},
		"more than 100 entities":        {"text": strings.Repeat("<b>a</b>", 101), "parse_mode": "HTML"},
		"a keyboard that is not inline": {"text": "a", "reply_markup": params{"keyboard": []any{[]any{"a"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p["chat_id"] = aida.ID()
			if got := must[message](t, w, "sendMessage", p); len(got.Entities) > 100 {
				t.Errorf("%d entities", len(got.Entities))
			}
		})
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{Token: "42:right"})
	wrong := *w
	wrong.Server = simulator.New(simulator.Options{Token: "42:wrong"})
	if got := wrong.call(t, "getMe", nil); got.Code != 401 || got.Description != "Unauthorized" {
		t.Errorf("a wrong token is answered %d %q", got.Code, got.Description)
	}
	if me := must[simulator.User](t, w, "GETme", nil); me.ID != 42 || !me.IsBot || me.Username != "kabarchy_bot" {
		t.Errorf("getMe is %+v", me)
	}
}

// ask is a question's markup.
func ask(placeholder string) params {
	return params{"force_reply": true, "input_field_placeholder": placeholder, "selective": true}
}
