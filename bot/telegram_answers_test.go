package bot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/delivery"
	"kabarchy/bot/render"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// answered is a row of the table of answers: who says what, and what is to be done.
type answered struct {
	response
	store   *subscriptions.Store
	line    int
	methods []string
	wanted  []string // any will do
}

// TestTelegramAnswers gives every answer of a table to the program and looks what it does.
// TELEGRAM_ANSWERS names the table: methods, code, description, parameters, when, action
// and source, parted by tabs.
func TestTelegramAnswers(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	store := subscriptions.NewStore(rdb)
	files := []string{answersTable()}
	if files[0] != ownTable {
		files = append(files, ownTable)
	}
	for _, file := range files {
		rows, failed := readAnswers(t, file), 0
		for _, row := range rows {
			row.store = store
			wrong := ""
			for _, method := range row.methods {
				if got := row.done(t, method); !got.does(row.wanted) {
					wrong += fmt.Sprintf("\n    %s: %s", method, got)
				}
			}
			if wrong != "" {
				failed++
				t.Errorf("%s:%d: %d %s: wanted %s%s", file, row.line, row.code, row.description, strings.Join(row.wanted, " or "), wrong)
			}
		}
		t.Logf("%s: %d of %d rows treated as they ask", file, len(rows)-failed, len(rows))
	}
}

// ownTable has at least one answer for each row of the program's table.
const ownTable = "testdata/telegram-answers.tsv"

// answersTable finds the table: the one that is asked for, the one beside the project, or
// the project's own.
func answersTable() string {
	candidates := []string{"../../shared/telegram-answers.tsv", ownTable}
	if named := os.Getenv("TELEGRAM_ANSWERS"); named != "" {
		candidates = []string{named, filepath.Join("..", named)} // a name from the project's root
	}
	for _, file := range candidates {
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	return candidates[0]
}

func readAnswers(t *testing.T, file string) (rows []answered) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		fields := strings.Split(strings.TrimRight(line, "\r"), "\t")
		if i == 0 && fields[0] == "methods" || line == "" {
			continue
		}
		code, err := strconv.Atoi(fields[1])
		if err != nil || len(fields) < 6 {
			t.Fatalf("%s:%d: no row of answers: %q", file, i+1, line)
		}
		row := answered{
			response: response{code, fields[2], fields[3]}, line: i + 1,
			methods: strings.Split(fields[0], ","), wanted: strings.Split(fields[5], "|"),
		}
		if fields[0] == "*" {
			row.methods = slices.Clone(ourMethods)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		t.Fatalf("%s holds no rows", file)
	}
	return rows
}

// ourMethods are those that the program calls and in which an answer makes a difference.
var ourMethods = []string{
	"sendMessage", "sendPhoto", "editMessageText", "editMessageCaption", "editMessageMedia", "deleteMessage",
	"answerCallbackQuery", "answerInlineQuery", "getChatMember", "getUpdates", "setWebhook", "getMe", "setMyCommands",
}

// deeds are what the program did, in the table's words for it.
type deeds []string

func (d deeds) String() string { return "did " + strings.Join(d, ", ") }

// does reports whether one of the deeds is wanted. Which chats a pause is for is the
// gate's to find out: one chat's answer can't tell.
func (d deeds) does(wanted []string) bool {
	return slices.ContainsFunc(wanted, func(w string) bool {
		w, _, _ = strings.Cut(w, "(")
		return slices.Contains(d, w)
	})
}

// done gives the answer to a call of the method by the program.
func (row answered) done(t *testing.T, method string) deeds {
	t.Helper()
	switch method {
	case "sendMessage", "sendPhoto":
		return row.toNews(t, method)
	case "editMessageText", "editMessageCaption", "editMessageMedia":
		return row.toCorrection(t, method)
	case "deleteMessage":
		return row.toWithdrawal(t)
	case "answerCallbackQuery":
		return row.toTap(t)
	case "answerInlineQuery":
		return row.toInlineQuery(t)
	case "getChatMember":
		return row.toQuestion(t)
	case "getUpdates":
		return row.toPoll(t)
	case "setWebhook":
		return row.toWebhook(t)
	case "getMe", "setMyCommands":
		return row.toIntroduction(t, method)
	}
	return row.judged(method) // the program never calls it
}

// judged is what the table of the program says.
func (row answered) judged(method string) deeds {
	p := newAnsweringTelegram(row.response)
	p.to = func(asked) bool { return true }
	return verdictOf(p.client(nil).Call(context.Background(), method, nil, nil))
}

// verdictOf names what an error comes to where no message could be mended.
func verdictOf(err error) deeds {
	what := telegram.ReasonOf(err)
	switch what {
	case telegram.Unchanged, telegram.NoMessage, telegram.StaleQuery, telegram.Arrived:
		return deeds{"success"}
	case telegram.NotEditable:
		return deeds{"resend"}
	case telegram.NotDeletable:
		return deeds{"edit_instead"}
	}
	withoutMoments := func(p render.Part) bool { return p != render.PartTimes }
	if p, found := render.Remedy(what, withoutMoments); what != telegram.Unknown && found {
		return deeds{dropped[p], actionOf(err)}
	}
	return deeds{actionOf(err)}
}

var dropped = map[render.Part]string{
	render.PartPicture: "drop_picture", render.PartButtons: "drop_buttons", render.PartMarkup: "drop_markup", render.PartLength: "shorten",
	render.PartTopic: "drop_reply_or_topic",
}

var actions = map[broadcast.Verdict]string{
	broadcast.Transient: "transient", broadcast.Ambiguous: "transient", broadcast.SlowDown: "slow_down",
	broadcast.BlockedByUser: "blocked", broadcast.Gone: "gone", broadcast.Moved: "migrate", broadcast.NoRights: "no_rights",
	broadcast.Refused: "refused", broadcast.OurFault: "our_bug", broadcast.Unauthorized: "token", broadcast.Conflict: "conflict",
}

// told is an item of which every part can be left out.
func told(picture bool) feeds.Item {
	i := feeds.Item{
		ID: "aaaaaaaaaaaaaaaa", Language: "ky", Title: "Юридикалык жардам", Link: "https://minjust.gov.kg/1", Revision: 1,
		Summary: strings.Repeat("Юридикалык жардам көрсөтүү боюнча жаңы тартип кабыл алынды. ", 20),
	}
	if picture {
		i.Picture = "https://minjust.gov.kg/1.jpg"
	}
	return i
}

// toNews brings an item to a topic of a group.
func (row answered) toNews(t *testing.T, method string) deeds {
	t.Helper()
	run := func(answered func(asked) bool) ([]asked, error) {
		p := newAnsweringTelegram(row.response)
		p.to = answered
		owner := p.telegram.Citizen("Айгүл", "ky")
		forum := p.telegram.Forum("Айыл", owner)
		forum.AddBot(owner, simulator.Rights{})
		thread := int(forum.Topic("Жаңылыктар", owner))
		if method == "sendMessage" && row.isOfAPreview() {
			return row.toScreen(t, p, &conversation{view: view{chat: telegram.Chat{ID: forum.ID()}}, thread: thread})
		}
		d := broadcast.Delivery{Kind: broadcast.News, Chat: forum.ID(), Item: told(method == "sendPhoto")}
		d.Preferences.Thread = thread
		_, err := delivery.NewSender(p.client(nil), delivery.Options{}).Deliver(t.Context(), d)
		return p.of("send"), err
	}
	return row.observe(t, run)
}

// isOfAPreview reports whether the row may be about what is below a text: only screens
// have that.
func (row answered) isOfAPreview() bool { return slices.Contains(row.wanted, "drop_picture") }

// toScreen shows a screen with a preview.
func (row answered) toScreen(t *testing.T, p *answeringTelegram, shown *conversation) ([]asked, error) {
	t.Helper()
	shown.bot, shown.now = New(Options{Client: p.client(nil)}), time.Now
	text := "<b>Юридикалык жардам</b> " + strings.Repeat("көрсөтүү ", 100)
	_, err := shown.put(t.Context(), screen{text, [][]telegram.Button{{{Text: "Окуу", Data: "stay"}}}}, "https://minjust.gov.kg/1.jpg")
	return p.of("send", "edit"), err
}

// toCorrection corrects a message that came.
func (row answered) toCorrection(t *testing.T, method string) deeds {
	t.Helper()
	run := func(answered func(asked) bool) ([]asked, error) {
		p := newAnsweringTelegram(row.response)
		sender := delivery.NewSender(p.client(nil), delivery.Options{})
		d := broadcast.Delivery{Kind: broadcast.News, Chat: p.telegram.Citizen("Айгүл", "ky").Open().ID(), Item: told(method != "editMessageText")}
		var err error
		if d.Message, err = sender.Deliver(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		p.of("send")
		d.Kind, d.Item.Title, d.Item.Revision = broadcast.Correction, "Оңдолгон", 2
		switch method {
		case "editMessageMedia":
			d.Item.Picture = "https://minjust.gov.kg/2.jpg"
		case "editMessageCaption":
			d.Item.Picture = ""
		}
		p.to = func(a asked) bool { return a.is("edit") && answered(a) }
		if method == "editMessageText" && row.isOfAPreview() {
			return row.toScreen(t, p, &conversation{view: view{chat: telegram.Chat{ID: d.Chat}}, pressed: &telegram.Message{ID: d.Message.ID}})
		}
		_, err = sender.Deliver(t.Context(), d)
		return p.of("send", "edit"), err
	}
	return row.observe(t, run)
}

// toWithdrawal takes back a message that came.
func (row answered) toWithdrawal(t *testing.T) deeds {
	t.Helper()
	p := newAnsweringTelegram(row.response)
	sender := delivery.NewSender(p.client(nil), delivery.Options{})
	d := broadcast.Delivery{Kind: broadcast.News, Chat: p.telegram.Citizen("Айгүл", "ky").Open().ID(), Item: told(false)}
	var err error
	if d.Message, err = sender.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	p.to = func(a asked) bool { return a.is("delete") }
	d.Kind = broadcast.Withdrawal
	_, err = sender.Deliver(t.Context(), d)
	calls := p.of("delete", "edit")
	if len(calls) > 1 && err == nil && calls[1].method == "editMessageText" {
		return deeds{"edit_instead"}
	}
	return ended(calls, err)
}

// ended names what came of calls in which nothing could be left out.
func ended(calls []asked, err error) deeds {
	switch {
	case len(calls) != 1:
		return deeds{fmt.Sprintf("%d calls", len(calls))}
	case err == nil || telegram.Harmless(err) && actionOf(err) == "refused":
		return deeds{"success"}
	}
	return deeds{actionOf(err)}
}

// actionOf names the sender's verdict, or what the client's error comes to.
func actionOf(err error) string {
	if e := (*broadcast.Error)(nil); errors.As(err, &e) {
		return actions[e.Verdict]
	}
	if !errors.As(err, new(*telegram.APIError)) {
		return "transient"
	}
	return cmp.Or(actionsByReason[telegram.ReasonOf(err)], "refused")
}

var actionsByReason = map[telegram.Reason]string{
	telegram.SlowDown: "slow_down", telegram.Blocked: "blocked", telegram.Gone: "gone", telegram.Moved: "migrate",
	telegram.NoRights: "no_rights", telegram.MediaForbidden: "no_rights", telegram.TopicClosed: "no_rights",
	telegram.OurFault: "our_bug", telegram.Malformed: "our_bug", telegram.TooLarge: "our_bug",
	telegram.OtherProgram: "conflict", telegram.WebhookActive: "conflict", telegram.WrongToken: "token",
	telegram.ServerTrouble: "transient",
}

// observe runs a delivery that is always answered so, and names what was done: the first
// part that was left out, or what came of it. Where something was left out, it runs again
// and is answered so only with that part: then the second call has to succeed, and to
// leave out nothing else.
func (row answered) observe(t *testing.T, run func(func(asked) bool) ([]asked, error)) deeds {
	t.Helper()
	calls, err := run(func(asked) bool { return true })
	switch {
	case len(calls) == 0:
		return deeds{"nothing"}
	case len(calls) == 1:
		return ended(calls, err)
	case calls[0].is("edit") && calls[1].is("send"):
		return deeds{"resend"}
	case len(calls) > 5:
		return deeds{"no end"}
	}
	first, second := takeApart(t, calls[0]), takeApart(t, calls[1])
	left := first.parts &^ second.parts
	name, one := dropped[left]
	if left == render.PartLength|render.PartMarkup { // what is cut can't keep its markup
		name, one = dropped[render.PartLength], true
	}
	if !one || second.parts&^first.parts != 0 {
		return deeds{fmt.Sprintf("left out %b", left)}
	}
	did := deeds{name}
	if name == dropped[render.PartTopic] && actionOf(err) == actions[broadcast.NoRights] {
		did = append(did, actions[broadcast.NoRights])
	}
	calls, err = run(func(a asked) bool { return takeApart(t, a).parts&left == left })
	if err != nil || len(calls) != 2 || takeApart(t, calls[1]).parts != first.parts&^left {
		return deeds{fmt.Sprintf("%s in %d calls: %v", name, len(calls), err)}
	}
	return did
}

// toTap answers a tap with many words.
func (row answered) toTap(t *testing.T) deeds {
	t.Helper()
	run := func(answered func(asked) bool) ([]asked, error) {
		p := newAnsweringTelegram(row.response)
		p.to = func(a asked) bool { return a.method == "answerCallbackQuery" && answered(a) }
		b := New(Options{Client: p.client(nil)})
		err := b.answerCallback(t.Context(), map[string]string{"callback_query_id": "1", "text": strings.Repeat("Жаңылык ", 20)})
		if telegram.ReasonOf(err) == telegram.StaleQuery && len(p.calls) > 1 {
			err = nil // the simulator knows of no such tap
		}
		return p.of("answerCallback"), err
	}
	return row.observe(t, run)
}

// toInlineQuery offers items to share.
func (row answered) toInlineQuery(t *testing.T) deeds {
	t.Helper()
	run := func(answered func(asked) bool) ([]asked, error) {
		p := newAnsweringTelegram(row.response)
		p.to = func(a asked) bool { return a.method == "answerInlineQuery" && answered(a) }
		b := New(Options{Client: p.client(nil)})
		err := b.offer(t.Context(), telegram.InlineQuery{ID: "1"}, []feeds.Item{told(true)})
		if telegram.ReasonOf(err) == telegram.StaleQuery && len(p.calls) > 1 {
			err = nil // as with a tap
		}
		return p.of("answerInline"), err
	}
	return row.observe(t, run)
}

// toQuestion asks whether somebody may decide for a group.
func (row answered) toQuestion(t *testing.T) deeds {
	t.Helper()
	const person = 5
	group := int64(-row.line)
	_, err := row.store.Update(t.Context(), group, func(p *subscriptions.Preferences, _ bool) { p.Languages = []string{"ky"} })
	if err != nil {
		t.Fatal(err)
	}
	p := newAnsweringTelegram(row.response)
	p.to = func(a asked) bool { return a.method == "getChatMember" || a.method == "getChatAdministrators" }
	b := New(Options{Client: p.client(nil), Store: row.store})
	admin, err := b.administers(t.Context(), telegram.Chat{ID: group}, telegram.User{ID: person})
	calls := p.of("getChatMember") // the list of administrators is another question
	kept, known, getErr := row.store.Get(t.Context(), group)
	switch {
	case getErr != nil:
		t.Fatal(getErr)
	case admin:
		return deeds{"obeyed"}
	case !known && len(calls) == 2 && calls[1].params["chat_id"] != calls[0].params["chat_id"]:
		return deeds{"migrate"}
	case kept.Status == subscriptions.Gone:
		return deeds{"gone"}
	case err == nil && len(b.client.Faults()) > 0:
		return deeds{"our_bug"}
	case err == nil && len(calls) == 1: // not obeyed, and no more than that
		return deeds{"refused", "no_rights"}
	}
	return ended(calls, err)
}

// toPoll asks for updates during ten minutes.
func (row answered) toPoll(t *testing.T) (did deeds) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := newAnsweringTelegram(row.response)
		p.to = func(a asked) bool { return a.method == "getUpdates" }
		b := New(Options{Client: p.client(nil), Log: logTo(&log)})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		began := time.Now()
		err := updates.NewPoller(updates.NewDispatcher(updates.Options{Client: b.client, Handler: b, Log: logTo(&log)}), nil).Run(ctx)
		asked := len(p.of("getUpdates"))
		did = row.kept(b, err, asked, time.Since(began), log.String())
	})
	return did
}

// toWebhook keeps a webhook for ten minutes.
func (row answered) toWebhook(t *testing.T) (did deeds) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := newAnsweringTelegram(row.response)
		p.to = func(a asked) bool { return a.method == "setWebhook" }
		b := New(Options{Client: p.client(nil), Log: logTo(&log)})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		began := time.Now()
		err := updates.NewWebhook(updates.NewDispatcher(updates.Options{Client: b.client, Handler: b, Log: logTo(&log)}), updates.WebhookOptions{Address: "https://kabarchy.example/telegram"}).Keep(ctx)
		set := len(p.of("setWebhook"))
		did = row.kept(b, err, set, time.Since(began), log.String())
	})
	return did
}

// kept names what a loop did that ought to run for ten minutes.
func (row answered) kept(b *Bot, err error, calls int, lasted time.Duration, log string) deeds {
	switch {
	case err != nil && strings.Contains(err.Error(), "token"):
		return deeds{"token"}
	case err != nil:
		return deeds{"stopped: " + err.Error()}
	case strings.Contains(log, "another program") || strings.Contains(log, "webhook was set") || strings.Contains(log, "Conflict: "):
		return deeds{"conflict"}
	case !strings.Contains(log, "level=ERROR"):
		return deeds{"said nothing"}
	case len(b.client.Faults()) > 0 && calls < 100: // a poller asks again, ever more seldom
		return deeds{"our_bug"}
	case row.code == 429 && calls <= 2+int(lasted/row.pause()):
		return deeds{"slow_down"}
	case calls < 600:
		return deeds{"transient"}
	}
	return deeds{fmt.Sprintf("%d calls", calls)}
}

// pause is the row's retry_after.
func (row answered) pause() time.Duration {
	var parameters struct {
		RetryAfter int `json:"retry_after"`
	}
	_ = json.Unmarshal([]byte(row.parameters), &parameters)
	return time.Duration(max(1, parameters.RetryAfter)) * time.Second
}

// toIntroduction tells Telegram what the bot is.
func (row answered) toIntroduction(t *testing.T, method string) deeds {
	t.Helper()
	var log bytes.Buffer
	p := newAnsweringTelegram(row.response)
	p.to = func(a asked) bool { return a.method == method }
	b := New(Options{Client: p.client(&log), Log: logTo(&log)})
	err := b.Introduce(t.Context())
	if method == "getMe" {
		if err == nil {
			return deeds{"nothing"}
		}
		if strings.Contains(err.Error(), "token") {
			return deeds{"token"}
		}
		return deeds{actionOf(err)}
	}
	if err != nil || !strings.Contains(log.String(), "profile not set") {
		return deeds{fmt.Sprintf("ended with %v", err)}
	}
	return row.judged(method) // logged, and the news goes on
}

func logTo(b *bytes.Buffer) *slog.Logger {
	if b == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(b, nil))
}
