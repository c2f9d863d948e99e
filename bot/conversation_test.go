package bot_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot"
	"kabarchy/bot/bottest"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

var update = flag.Bool("update", false, "write what the bot says now into the conversations")

// TestConversations plays the scripts in testdata/conversations. A script's lines are
//
//	# a remark
//	phone: ky            a new person, with the phone in that language; "-" for none
//	archive: ky 3        so many items in that language
//	item: ky b | Title | Text   one item; the letter becomes its id; after it may stand
//	                     a date, topic=<id>, picture, says=Its_words, inside for a picture in its
//	                     article, and unlinked for one without a page
//	text: b | Text       the full text of the item, as the archive keeps it
//	ministry: announces b     the item goes out to the person; "announces b there": to the group
//	ministry: corrects b | Title | Text   90 minutes later it says something else
//	ministry: withdraws b     it is taken back; "withdraws b later": after two days
//	ministry: drops b         it is taken back, and nobody has it
//	ministry: has no contacts    its configuration names none
//	ministry: sums up         a digest of all items goes out to the person
//	admin: ky            a new person, who is one more administrator
//	desk: holds flood ky abc  items wait for a decision: the reason, language and letters
//	desk: source news-ky failing no route to host    a source is in that condition
//	desk: broadcasts of abc   the first item is on its way, the second just begins, the others are out
//	> /start             the person types
//	> sends {"sticker":{}}   the person sends something else: the message's fields as JSON
//	> presses Кыргызча   the person reads, then presses a button; the beginning of its label will do
//	> hurries on Кыргызча    likewise, before having read what the last press did
//	> adds to group Айыл     the person founds a group and adds the bot to it
//	> adds to channel Кабар  likewise a channel; "adds to mute channel": the bot may not post there
//	> lets the bot post      in the channel; "lets the bot be": not any more
//	> posts Words            in the channel, in its name
//	> in the group /stop     the person writes there
//	> presses there Русский  the person presses a button there
//	> replies there to question Words    the person answers the bot's newest question there; "to news": its newest message
//	> answers Words      the person answers the newest question; see props
//	> forwards Words     the person passes on a channel's post
//	> sends picture a Words  the person sends a picture; "file" as a file, "album a b Words" several
//	> blocks             the person blocks the bot
//	> returns            the person unblocks the bot
//
// and below each step what the phone shows then: new and changed messages to the last
// byte, with their buttons, and the word that a press was answered with. Run the test
// with -update to write these, and read the difference.
func TestConversations(t *testing.T) {
	t.Parallel()
	eachScript(t, "testdata/conversations/*.txt", func(t *testing.T, _, script string) string {
		clock := &clock{}
		return play(&scene{fixture: open(t, redistest.Bubble(t).Client(t), simulator.Options{Now: clock.now}), clock: clock}, script)
	})
}

// longer are what begins the messages that may be longer than a screen at the largest letters,
// each with the reason.
var longer = map[string]string{
	"📊":             "the state of the service, which an administrator reads at one look",
	"✋":             "asks an administrator for a decision, and shows all of what is decided on",
	"Саламатсызбы!": inThree, "Здравствуйте!": inThree, "Hello!": inThree,
}

const inThree = "greets in three languages: everybody has to see their own"

// onAScreen fails the test where a message is longer than a screen at the largest letters.
func onAScreen(t *testing.T, m simulator.Message) {
	t.Helper()
	for begins := range longer {
		if strings.HasPrefix(m.Text, begins) {
			return
		}
	}
	if !bottest.OnAScreen(m) {
		t.Errorf("this is longer than a screen at the largest letters:\n%s", bottest.Draw(m))
	}
}

// eachScript plays the scripts, each in a bubble of its own, and compares what comes of it
// with what they say. The language is the last part of a script's name.
func eachScript(t *testing.T, pattern string, play func(t *testing.T, language, script string) string) {
	t.Helper()
	scripts, err := filepath.Glob(pattern)
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, path := range scripts {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = play(t, name[strings.LastIndex(name, ".")+1:], string(script)) })
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
func play(stage *scene, script string) string {
	stage.t.Helper()
	var out strings.Builder
	stage.seen = map[string]string{}
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		if !strings.HasPrefix(line, "|") {
			fmt.Fprintln(&out, line)
		}
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case key == "phone":
			stage.citizen = stage.telegram.Citizen("Айгүл", strings.TrimPrefix(value, "-"))
			clear(stage.seen)
		case key == "archive":
			stage.fill(value)
		case key == "item":
			stage.add(value)
		case key == "admin":
			stage.admin(value)
		case key == "desk":
			out.WriteString(stage.atDesk(value))
		case key == "text":
			letter, text, _ := strings.Cut(value, " | ")
			stage.shelf.write(idOf(letter), text)
		case key == "ministry":
			out.WriteString(stage.ministry(value))
		case strings.HasPrefix(line, "> "):
			out.WriteString(stage.act(line[2:]))
		}
	}
	return out.String()
}

// scene is where a script plays.
type scene struct {
	*fixture
	clock   *clock
	citizen *simulator.Citizen
	group   *simulator.Group  // the person's, if there is one
	seen    map[string]string // what the phone showed of each message
	sent    map[string]broadcast.Message
	props
}

// clock is Telegram's: what is two days old can't be deleted.
type clock struct{ late atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.late.Load())) }
func (c *clock) advance(d time.Duration) { c.late.Add(int64(d)) }

func (s *scene) fill(value string) {
	s.t.Helper()
	var language string
	var count int
	if _, err := fmt.Sscan(value, &language, &count); err != nil {
		s.t.Fatalf("archive: %s: %v", value, err)
	}
	for n := range count {
		s.shelf.put(bottest.Sample(language, n+1))
	}
}

func (s *scene) add(value string) {
	s.t.Helper()
	head, rest, _ := strings.Cut(value, " | ")
	title, text, found := strings.Cut(rest, " | ")
	fields := strings.Fields(head) // language, letter, and what else there is
	if !found || len(fields) < 2 || len(fields[1]) != 1 {
		s.t.Fatalf("item: %s", value)
	}
	i := bottest.Item(idOf(fields[1]), fields[0], title)
	i.Summary = text
	for _, field := range fields[2:] {
		if topic, isTopic := strings.CutPrefix(field, "topic="); isTopic {
			i.Topics = append(i.Topics, topic)
		} else if field == "picture" {
			i.Picture = "https://minjust.gov.kg/" + fields[1] + ".jpg"
		} else if says, described := strings.CutPrefix(field, "says="); described {
			i.PictureSays = strings.ReplaceAll(says, "_", " ")
		} else if field == "inside" {
			s.shelf.illustrate(i.ID, "https://minjust.gov.kg/"+fields[1]+"-2.jpg")
		} else if field == "unlinked" {
			i.Link = ""
		} else if date, err := time.Parse(time.DateOnly, field); err == nil {
			i.Published = date
		} else {
			s.t.Fatalf("item: %s: %v", value, err)
		}
	}
	s.shelf.put(i)
}

// idOf is the id of the item that a script names with a letter.
func idOf(letter string) string { return strings.Repeat(letter, 16) }

// readingTakes is how long people read what they see before they press on it.
const readingTakes = 5 * time.Second

// act does one thing and returns what changed on the phone when the bot is done with it.
func (s *scene) act(what string) string {
	s.t.Helper()
	toast := ""
	switch verb, rest, _ := strings.Cut(what, " "); verb {
	case "presses", "hurries":
		if verb == "presses" {
			time.Sleep(readingTakes)
		}
		rest = strings.TrimPrefix(rest, "on ")
		press, messages := s.citizen.Tap, s.citizen.Messages
		if label, there := strings.CutPrefix(rest, "there "); there {
			rest, messages = label, s.group.Messages
			press = func(label string) (*simulator.Tap, error) { return s.group.Tap(s.citizen, label) }
		}
		tap, err := press(labelled(messages(), rest))
		if err != nil {
			s.t.Fatalf("%s: %v", what, err)
		}
		toast = s.answered(tap)
	case "adds":
		s.found(strings.TrimPrefix(rest, "to "))
	case "lets":
		rights := simulator.AllRights
		rights.Post = rest == "the bot post"
		s.group.AddBot(s.citizen, rights)
	case "posts":
		s.group.Post(rest)
	case "in":
		s.group.Say(s.citizen, strings.TrimPrefix(rest, "the group "), 0)
	case "forges":
		messages := s.citizen.Messages()
		tap, err := s.citizen.TapRaw(messages[len(messages)-1].ID, rest)
		if err != nil {
			s.t.Fatalf("%s: %v", what, err)
		}
		toast = s.answered(tap)
	case "replies":
		message, text, _ := strings.Cut(strings.TrimPrefix(rest, "there to "), " ")
		s.replies(message, text)
	case "answers", "forwards":
		s.speaks(verb, rest)
	case "sends":
		if !strings.HasPrefix(rest, "{") {
			s.speaks(verb, rest)
		} else if _, err := s.citizen.SendJSON(rest); err != nil {
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

// replies lets the person answer the bot in the group.
func (s *scene) replies(to, text string) {
	s.t.Helper()
	message := int64(0)
	for _, m := range s.group.Messages() {
		if m.Bot && (m.Question != nil) == (to == "question") {
			message = m.ID
		}
	}
	if _, err := s.group.Reply(s.citizen, message, text); err != nil {
		s.t.Fatal(err)
	}
}

// labelled is the label of the newest button that is called so, or else begins so.
func labelled(messages []simulator.Message, begins string) string {
	label := begins
	for _, m := range messages {
		for _, b := range slices.Concat(m.Keyboard...) {
			if b.Text == begins {
				return begins
			}
			if strings.HasPrefix(b.Text, begins) {
				label = b.Text
			}
		}
	}
	return label
}

// found lets the person found a group or a channel and add the bot to it.
func (s *scene) found(what string) {
	rights := simulator.AllRights
	if title, isGroup := strings.CutPrefix(what, "group "); isGroup {
		s.group = s.telegram.Group(title, s.citizen)
	} else {
		what, rights.Post = strings.CutPrefix(what, "mute ")
		rights.Post = !rights.Post
		s.group = s.telegram.Channel(strings.TrimPrefix(what, "channel "), "", s.citizen)
	}
	s.group.AddBot(s.citizen, rights)
}

// speaks says what a script has in words.
func (s *scene) speaks(verb, rest string) {
	s.t.Helper()
	if err := s.speak(s.telegram, s.citizen, verb, rest); err != nil {
		s.t.Fatalf("%s %s: %v", verb, rest, err)
	}
}

// settled waits until the bot is done with every update, and each answer has arrived.
func (h *fixture) settled() {
	h.t.Helper()
	h.eventually("all updates confirmed", func() bool { return h.telegram.Stats().Pending == 0 })
	h.eventually("all answers there", func() bool { return h.counted("kabarchy_answers_waiting") == 0 })
}

// ministry lets something happen to the news, and returns what changed on the phone.
func (s *scene) ministry(does string) string {
	s.t.Helper()
	does, words, _ := strings.Cut(does, " | ")
	chat := s.citizen.ID()
	does, there := strings.CutSuffix(does, " there")
	if there {
		chat = s.group.ID()
	}
	preferences, _, err := s.store.Get(s.t.Context(), chat)
	if err != nil {
		s.t.Fatal(err)
	}
	d := broadcast.Delivery{Broadcast: 1, Chat: chat, Preferences: preferences}
	verb, rest, _ := strings.Cut(does, " ")
	letter, late := strings.CutSuffix(rest, " later")
	if late {
		s.clock.advance(49 * time.Hour)
	}
	switch verb {
	case "announces":
		d.Kind = broadcast.News
		d.Item = s.published(letter)
		s.sent = map[string]broadcast.Message{letter: s.deliver(d)}
	case "corrects":
		s.clock.advance(90 * time.Minute)
		title, text, _ := strings.Cut(words, " | ")
		d.Kind, d.Message = broadcast.Correction, s.sent[letter]
		d.Item = s.shelf.correct(idOf(letter), title, text, s.clock.now())
		if d.Message.ID != 0 {
			s.deliver(d)
		}
	case "withdraws":
		d.Kind, d.Message = broadcast.Withdrawal, s.sent[letter]
		d.Item = s.published(letter)
		s.deliver(d)
	case "has": // no contacts
		s.change = func(o *bot.Options) { o.Ministry.Contacts = bot.Contacts{} }
		s.restart()
	case "drops":
		s.shelf.withdraw(idOf(letter))
	case "sums":
		d.Kind, d.Items = broadcast.Digest, s.shelf.items
		for more := true; more; d.Part++ {
			more = s.deliver(d).More
		}
	default:
		s.t.Fatalf("ministry: %s", does)
	}
	return s.changes("")
}

func (s *scene) deliver(d broadcast.Delivery) broadcast.Message {
	s.t.Helper()
	sent, err := s.sender.Deliver(s.t.Context(), d)
	if err != nil {
		s.t.Fatal(err)
	}
	return sent
}

// published is the item on the shelf that the script names with the letter.
func (s *scene) published(letter string) feeds.Item {
	s.t.Helper()
	i, err := s.shelf.Item(s.t.Context(), idOf(letter))
	if err != nil {
		s.t.Fatalf("item %s: %v", letter, err)
	}
	return i
}

func (s *scene) changes(toast string) string {
	var out strings.Builder
	messages := s.citizen.Messages()
	if s.group != nil {
		messages = append(messages, s.group.Messages()...)
	}
	for _, m := range messages {
		key := fmt.Sprint(m.Chat, m.ID)
		shown, before := s.draw(s.telegram, m), s.seen[key]
		if !m.Bot || shown == before {
			continue
		}
		s.seen[key] = shown
		onAScreen(s.t, m)
		what, where := "new", ""
		if before != "" {
			what = "changed"
		}
		if m.Chat != s.citizen.ID() {
			where = " in the group"
		}
		if m.ReplyTo != 0 {
			where += ", a reply"
		}
		fmt.Fprintf(&out, "| (%s%s)\n%s", what, where, shown)
	}
	for key := range s.seen {
		own := strings.HasPrefix(key, fmt.Sprintf("%d ", s.citizen.ID()))
		if own && !slices.ContainsFunc(messages, func(m simulator.Message) bool { return fmt.Sprint(m.Chat, m.ID) == key }) {
			delete(s.seen, key)
			out.WriteString("| (deleted)\n")
		}
	}
	if toast != "" {
		fmt.Fprintf(&out, "| (toast) %s\n", toast)
	}
	if out.Len() == 0 {
		return "| (nothing)\n"
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
