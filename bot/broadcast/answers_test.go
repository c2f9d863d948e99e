package broadcast_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// Every answer in the table of what Telegram says, once each: what the chat has in the
// end, what is kept of it, and what the report says.

// answerFixture is a telegramFixture and those about whom Telegram has something to say.
type answerFixture struct {
	*telegramFixture
	owner *simulator.Citizen
}

// newAnswerFixture is one on miniredis with a Telegram that has no limits.
func newAnswerFixture(t *testing.T, change ...func(*setup)) *answerFixture {
	return newAnswerFixtureOn(t, redistest.Bubble(t).Client(t), simulator.Options{}, 0, change...)
}

// newAnswerFixtureOn is one on that Redis and with that Telegram.
func newAnswerFixtureOn(t *testing.T, rdb redis.UniversalClient, o simulator.Options, perSecond float64, change ...func(*setup)) *answerFixture {
	w := newTelegramFixture(t, rdb, o, perSecond, change...)
	return &answerFixture{w, w.telegram.Citizen("Айгүл", "ky").Open()}
}

// person is a reader, whom the fault strikes if there is one.
func (c *answerFixture) person(faults ...simulator.Fault) *simulator.Citizen {
	p := c.telegram.Citizen("Бакыт", "ky").Open()
	for _, f := range faults {
		f.Chats = func(chat int64) bool { return chat == p.ID() }
		c.telegram.Fault(f)
	}
	return p
}

// group is one in which the bot may do so much.
func (c *answerFixture) group(found func(title string, owner *simulator.Citizen) *simulator.Group, rights simulator.Rights) *simulator.Group {
	g := found("Айыл", c.owner)
	g.AddBot(c.owner, rights)
	return g
}

func (c *answerFixture) supergroup(title string, owner *simulator.Citizen) *simulator.Group {
	return c.telegram.Supergroup(title, "", owner)
}

func (c *answerFixture) channel(title string, owner *simulator.Citizen) *simulator.Group {
	return c.telegram.Channel(title, "", owner)
}

// What is kept of a chat.
const (
	forgotten = "forgotten"
	active    = "active"
	paused    = "blocked"
	gone      = "gone"
)

// givesUpSoon has what may pass be tried twice, and not for hours.
func givesUpSoon(s *setup) { s.engine.GiveUpAfter = time.Nanosecond }

func (c *answerFixture) kept(chat int64) string {
	c.tb.Helper()
	p, known, err := c.store.Get(c.tb.Context(), chat)
	switch {
	case err != nil:
		c.tb.Fatal(err)
	case !known:
		return forgotten
	case p.Status == subscriptions.Blocked:
		return paused
	case p.Status == subscriptions.Gone:
		return gone
	}
	return active
}

// answer is one row: who is there, and what comes of a broadcast.
type answer struct {
	name  string
	chat  func(c *answerFixture) (id int64, thread int)
	kept  string
	shows int  // messages that arrived
	fails bool // listed as failed
}

// always, once and marked are faults of a person's chat.
func always(r *simulator.Refusal) simulator.Fault { return simulator.Fault{Refuse: r} }

func once(f simulator.Fault) simulator.Fault {
	f.Next = 1
	return f
}

// marked refuses what has markup: the plain text passes.
func marked(r *simulator.Refusal) simulator.Fault {
	return simulator.Fault{Refuse: r, Match: func(r simulator.Request) bool { return r.Params["parse_mode"] != "" }}
}

func bad(description string) *simulator.Refusal {
	return &simulator.Refusal{Code: http.StatusBadRequest, Description: "Bad Request: " + description}
}

// struck is somebody whose messages fare so.
func struck(f simulator.Fault) func(*answerFixture) (int64, int) {
	return func(c *answerFixture) (int64, int) { return c.person(f).ID(), 0 }
}

// private is somebody who did something before the broadcast.
func private(do func(*simulator.Citizen)) func(*answerFixture) (int64, int) {
	return func(c *answerFixture) (int64, int) {
		p := c.person()
		do(p)
		return p.ID(), 0
	}
}

// in is a group, a supergroup or a channel to which something happened before.
func in(found func(*answerFixture) func(string, *simulator.Citizen) *simulator.Group, rights simulator.Rights, do func(*answerFixture, *simulator.Group)) func(*answerFixture) (int64, int) {
	return func(c *answerFixture) (int64, int) {
		g := c.group(found(c), rights)
		if do != nil {
			do(c, g)
		}
		return g.ID(), 0
	}
}

func basic(c *answerFixture) func(string, *simulator.Citizen) *simulator.Group {
	return c.telegram.Group
}
func super(c *answerFixture) func(string, *simulator.Citizen) *simulator.Group { return c.supergroup }
func channel(c *answerFixture) func(string, *simulator.Citizen) *simulator.Group {
	return c.channel
}

func kick(c *answerFixture, g *simulator.Group) { g.KickBot(c.owner) }

// outside is a chat in which the bot never was.
func outside(found func(*answerFixture) func(string, *simulator.Citizen) *simulator.Group) func(*answerFixture) (int64, int) {
	return func(c *answerFixture) (int64, int) { return found(c)("Айыл", c.owner).ID(), 0 }
}

// topic is a forum's, to which something happened.
func topic(do func(g *simulator.Group, thread int64)) func(*answerFixture) (int64, int) {
	return func(c *answerFixture) (int64, int) {
		g := c.group(c.telegram.Forum, simulator.Rights{})
		thread := g.Topic("Жаңылыктар", c.owner)
		do(g, thread)
		return g.ID(), int(thread)
	}
}

var textAnswers = []answer{
	{"taken", struck(simulator.Fault{Methods: []string{"none"}}), active, 1, false},

	{"blocked by the user", private((*simulator.Citizen).Block), paused, 0, false},
	{"user is deactivated", private((*simulator.Citizen).Deactivate), paused, 0, false},

	{"kicked from the group", in(basic, simulator.Rights{}, kick), gone, 0, false},
	{"kicked from the supergroup", in(super, simulator.Rights{}, kick), gone, 0, false},
	{"kicked from the channel", in(channel, simulator.AllRights, kick), gone, 0, false},
	{"not a member of the group", outside(basic), gone, 0, false},
	{"not a member of the supergroup", outside(super), gone, 0, false},
	{"not a member of the channel", outside(channel), gone, 0, false},
	{"the group was deleted", in(basic, simulator.Rights{}, func(_ *answerFixture, g *simulator.Group) { g.Delete() }), gone, 0, false},
	{"can't initiate conversation", struck(always(simulator.CantInitiate)), gone, 0, false},
	{"can't send messages to bots", func(c *answerFixture) (int64, int) { return c.telegram.Bot().ID, 0 }, gone, 0, false},
	{"chat not found", func(*answerFixture) (int64, int) { return 42, 0 }, gone, 0, false},
	{"PEER_ID_INVALID", struck(always(simulator.PeerInvalid)), gone, 0, false},

	{"no rights to send text", in(basic, simulator.Rights{NoText: true}, nil), active, 0, true},
	{"no write access", struck(always(simulator.NoWriteAccess)), active, 0, true},
	{"need administrator rights in the channel", in(channel, simulator.Rights{}, nil), active, 0, true},
	{"CHAT_WRITE_FORBIDDEN", struck(always(simulator.WriteForbidden)), active, 0, true},
	{"TOPIC_CLOSED", topic(func(g *simulator.Group, thread int64) { g.CloseTopic(thread, true) }), active, 1, false},
	{"message thread not found", topic((*simulator.Group).DeleteTopic), active, 1, false},

	{"message is too long", struck(marked(simulator.MessageTooLong)), active, 1, false},
	{"message text is empty", struck(always(simulator.TextEmpty)), active, 0, true},
	{"can't parse entities", struck(marked(bad(`can't parse entities: Unsupported start tag "p" at byte offset 3`))), active, 1, false},
	{"too long, plain as well", struck(always(simulator.MessageTooLong)), active, 0, true},
}

func TestAnswersToText(t *testing.T) { inBubble(t, testAnswersToText) }

func testAnswersToText(t *testing.T) {
	c := newAnswerFixture(t, givesUpSoon)
	chats := c.play(t, textAnswers, story{title: "Жаңылык", text: "Текст."})
	for without, want := range map[string]int{"markup": 1, "length": 2, "topic": 2, "buttons": 0} {
		if got := c.counted("kabarchy_sender_fallbacks_total", without); got != want {
			t.Errorf("%d messages counted as sent without %s, want %d", got, without, want)
		}
	}
	for _, name := range []string{"message is too long", "can't parse entities"} {
		chat, _ := c.telegram.Chat(chats[name])
		m := chat.Messages()[0]
		if !strings.Contains(m.Text, "Жаңылык") || !strings.Contains(m.Text, "Текст.") || len(m.Entities) > 0 || len(m.Keyboard) == 0 {
			t.Errorf("%s: the chat shows %+v, want plain text with its buttons", name, m)
		}
	}
	for _, name := range []string{"message thread not found", "TOPIC_CLOSED"} {
		general, _ := c.telegram.Chat(chats[name])
		for _, m := range general.Messages() {
			if m.Bot && m.Thread != 0 {
				t.Errorf("%s: the message stands in thread %d, want the general one", name, m.Thread)
			}
		}
	}
}

var pictureAnswers = []answer{
	{"taken", struck(simulator.Fault{Methods: []string{"none"}}), active, 1, false},
	{"message caption is too long", struck(marked(simulator.CaptionTooLong)), active, 1, false},
	{"no rights to send photos", in(super, simulator.Rights{NoPhotos: true}, nil), active, 1, false},
	{"no rights to send photos nor text", in(super, simulator.Rights{NoPhotos: true, NoText: true}, nil), active, 0, true},
}

func TestAnswersToPictures(t *testing.T) { inBubble(t, testAnswersToPictures) }

func testAnswersToPictures(t *testing.T) {
	c := newAnswerFixture(t, givesUpSoon)
	chats := c.play(t, pictureAnswers, story{title: "Жаңылык", text: "Текст.", picture: "https://ministry.example/1.jpg"})
	for name, photo := range map[string]bool{"taken": true, "message caption is too long": true, "no rights to send photos": false} {
		chat, _ := c.telegram.Chat(chats[name])
		for _, m := range chat.Messages() {
			if m.Bot && m.Caption() != photo {
				t.Errorf("%s: the chat shows %+v, with a picture: %v", name, m, photo)
			}
		}
	}
	if got := c.counted("kabarchy_sender_fallbacks_total", "length"); got != 1 {
		t.Errorf("%d messages counted as shortened, want 1", got)
	}
	if got := c.counted("kabarchy_sender_fallbacks_total", "picture"); got != 3 {
		t.Errorf("%d messages tried without a picture, want 3", got)
	}
}

// play broadcasts a story to everybody in the rows at once and looks what came of it.
func (c *answerFixture) play(t *testing.T, rows []answer, s story) (chats map[string]int64) {
	t.Helper()
	chats = map[string]int64{}
	for _, row := range rows {
		chat, thread := row.chat(c)
		chats[row.name] = chat
		c.subscribe(chat, "ky", func(p *subscriptions.Preferences) { p.Thread = thread })
	}
	defer c.send()()
	c.post("ky", s)
	c.finished(1, 30*time.Second)
	sent, blocked, failed := 0, 0, 0
	report := c.last()
	failures, err := c.engine.Failures(t.Context(), report.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		chat := chats[row.name]
		if got := c.telegram.Received(chat); got != row.shows {
			t.Errorf("%s: %d messages arrived, want %d", row.name, got, row.shows)
		}
		if got := c.kept(chat); got != row.kept {
			t.Errorf("%s: the chat is %s, want %s", row.name, got, row.kept)
		}
		// A number below zero is a line without a message.
		if line := c.noted(report.ID, chat); line == "" || strings.HasPrefix(line, "-") != (row.shows == 0) {
			t.Errorf("%s: the ledger says %q", row.name, line)
		}
		if _, listed := failures[itoa(chat)]; listed != row.fails {
			t.Errorf("%s: listed as failed: %v, want %v", row.name, listed, row.fails)
		}
		switch {
		case row.shows > 0:
			sent++
		case row.fails:
			failed++
		default:
			blocked++
		}
	}
	c.wantReport(t, report, sent, blocked, failed)
	return chats
}

// wantReport holds a report to its counts.
func (c *answerFixture) wantReport(t *testing.T, got broadcast.Progress, sent, blocked, failed int) {
	t.Helper()
	if got.Sent != sent || got.Blocked != blocked || got.Failed != failed || got.Planned != sent+blocked+failed || got.ToGo != 0 {
		t.Errorf("report %+v, want %d sent, %d blocked, %d failed of %d", got, sent, blocked, failed, sent+blocked+failed)
	}
}

// TestPicturesThatTelegramCantGet: each item has one of its own, since a picture that was
// refused is not offered again for a while.
func TestPicturesThatTelegramCantGet(t *testing.T) {
	t.Parallel()
	together(t, map[string]func(*testing.T, redis.UniversalClient){
		"wrong file identifier":          refusedPicture(simulator.WrongFile),
		"failed to get HTTP URL content": refusedPicture(simulator.CantFetchURL),
		"wrong type of the web page":     refusedPicture(simulator.WrongContent),
	}, "wrong file identifier")
}

func refusedPicture(why *simulator.Refusal) func(*testing.T, redis.UniversalClient) {
	return func(t *testing.T, rdb redis.UniversalClient) { testRefusedPicture(t, rdb, why) }
}

func testRefusedPicture(t *testing.T, rdb redis.UniversalClient, why *simulator.Refusal) {
	c := newAnswerFixtureOn(t, rdb, simulator.Options{}, 0)
	reader := c.person(simulator.Fault{Refuse: why, Methods: []string{"sendPhoto"}})
	c.subscribe(reader.ID(), "ky")
	defer c.send()()
	c.post("ky", story{title: "Жаңылык", text: "Текст.", picture: "https://ministry.example/1.jpg"})
	c.finished(1, 30*time.Second)
	if shown := reader.Messages(); len(shown) != 1 || shown[0].Caption() || !strings.Contains(shown[0].Text, "Текст.") {
		t.Errorf("the chat shows %+v, want the text without its picture", shown)
	}
	if got := c.counted("kabarchy_sender_fallbacks_total", "picture"); got != 1 {
		t.Errorf("%d messages counted as sent without a picture, want 1", got)
	}
	c.wantReport(t, c.last(), 1, 0, 0)
}
