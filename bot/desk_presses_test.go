package bot_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image/png"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kabarchy/bot"
	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
)

// sends has an announcement written, approved and sent to so many.
func (n *newsroom) sends(officer, approver *simulator.Citizen, text string, reach int) {
	n.t.Helper()
	n.writes(officer, text)
	n.does(officer, "👁 Preview", "📨 Submit for approval")
	n.does(approver, "👁 Preview", fmt.Sprintf("✅ Send to %d", reach), fmt.Sprintf("✅ Yes, send to %d", reach))
	time.Sleep(time.Minute)
	n.quiet()
}

// shown is the newest message of the bot's on a phone.
func shown(c *simulator.Citizen) (last simulator.Message) {
	for _, m := range c.Messages() {
		if m.Bot {
			last = m
		}
	}
	return last
}

// TestThoseWhoCouldNotBeReachedAreTriedAgain at a press, from the case as from the report.
func TestThoseWhoCouldNotBeReachedAreTriedAgain(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		t := n.t
		n.giveUp = 2 * time.Minute
		n.opens()
		readers := n.subscribe(6, "en", nil)
		away := func(chat int64) bool { return chat == readers[1].ID() || chat == readers[4].ID() }
		lift := n.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage"}, Chats: away, HTML: http.StatusBadGateway})
		n.sends(officer, approver, "Legal aid\n\nIn Osh.", 6)
		time.Sleep(10 * time.Minute)
		n.quiet()
		if text := transcriptOf(approver); !strings.Contains(text, "sent 4 of 6") {
			t.Fatalf("the approver reads %s", text)
		}
		n.does(officer, "📊 Report")
		if _, has := shown(officer).Button("🔁 Try 2 again"); has {
			t.Error("an officer may try again")
		}
		for _, label := range []string{"🔁 Try 2 again", "🔁 Yes, try 2 again"} {
			n.does(approver, label)
		}
		time.Sleep(10 * time.Minute)
		n.quiet()
		if text := transcriptOf(approver); !strings.Contains(text, "sent 4 of 6") {
			t.Errorf("while they are away, the approver reads %s", text)
		}
		lift()
		n.does(approver, "📊 Report", "🔁 Try 2 again", "🔁 Yes, try 2 again")
		time.Sleep(2 * time.Minute)
		n.quiet()
		for i, reader := range readers {
			if got := titled(reader, "Legal aid"); got != 1 {
				t.Errorf("reader %d has it %d times", i, got)
			}
		}
		if text := transcriptOf(approver); !strings.Contains(text, "sent 6 of 6") {
			t.Errorf("the approver reads %s", text)
		}
		if data := dataOf(approver); slices.ContainsFunc(slices.Collect(maps.Keys(data)), func(d string) bool { return strings.Contains(d, "retry") }) {
			t.Errorf("nobody is left, and there are %v", data)
		}
	})
}

// titled is how many messages on a phone begin so.
func titled(c *simulator.Citizen, title string) (n int) {
	for _, m := range c.Messages() {
		if first, _, _ := strings.Cut(m.Text, "\n"); m.Bot && first == title {
			n++
		}
	}
	return n
}

// document is the newest file on a phone, as a table.
func (n *newsroom) document(c *simulator.Citizen) (lines [][]string) {
	n.t.Helper()
	m := shown(c)
	if m.File == nil {
		n.t.Fatalf("no file came: %+v", m)
	}
	data, found := n.telegram.Read(m.File.Address)
	rest, marked := bytes.CutPrefix(data, []byte("\uFEFF"))
	if !found || !marked {
		n.t.Fatalf("a table of %d bytes, marked %v", len(data), marked)
	}
	lines, err := csv.NewReader(bytes.NewReader(rest)).ReadAll()
	if err != nil || len(lines) < 2 {
		n.t.Fatalf("the table has %d lines, %v", len(lines), err)
	}
	return lines
}

// harmlessTable fails the test where a table tells of fewer than five people, or has a cell that a
// spreadsheet would run. people says where a line's figures begin.
func harmlessTable(t *testing.T, lines [][]string, people int) {
	t.Helper()
	for _, line := range lines {
		for _, cell := range line {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a spreadsheet runs %q", cell)
			}
		}
	}
	for _, line := range lines[1:] {
		for _, cell := range line[people:] {
			if count, err := strconv.Atoi(cell); err != nil || count > 0 && count < 5 {
				t.Errorf("a figure of %q, %v in %q", cell, err, line)
			}
		}
	}
}

// TestATableAsItArrives: an item whose title a spreadsheet would run, of which some languages
// have few readers.
func TestATableAsItArrives(t *testing.T) {
	for _, title := range []string{`=HYPERLINK("https://x.kg","a")`, "+996 312 000000", "-1 day", "@all", "\u00a0=1+1"} {
		t.Run(title, func(t *testing.T) {
			inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
				n.opens()
				n.subscribe(11, "en", nil)
				n.subscribe(3, "ru", nil)
				blocked := n.subscribe(2, "en", nil)
				for _, c := range blocked {
					c.Block()
				}
				n.quiet()
				n.writes(officer, title+"\n\nIn Osh.")
				n.does(officer, "🌐 The others get: English", "👁 Preview", "📨 Submit for approval")
				n.does(approver, "👁 Preview", "✅ Send to 14", "✅ Yes, send to 14")
				time.Sleep(2 * time.Minute)
				n.quiet()
				n.does(officer, "📊 Report", "📄 Table")
				lines := n.document(officer)
				harmlessTable(n.t, lines, 3)
				if !strings.Contains(lines[1][1], strings.TrimSpace(title)) {
					n.t.Errorf("the title is %q", lines[1][1])
				}
			})
		})
	}
}

// TestGrowthAndPosters: people come by a poster's link, which is made at the desk; the picture and
// the table tell of them.
func TestGrowthAndPosters(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		t := n.t
		n.opens()
		officer.Send("/desk")
		n.quiet()
		n.does(officer, "📊 Readers", "📈 Picture")
		if m := shown(officer); m.Photo != "" {
			t.Error("there is a picture of nobody")
		}
		n.does(officer, "🔗 New poster link")
		link := regexp.MustCompile(`start=(from-[a-z0-9-]+)`).FindStringSubmatch(transcriptOf(officer))
		if link == nil {
			t.Fatalf("no link: %s", transcriptOf(officer))
		}
		label := strings.TrimPrefix(link[1], "from-")
		var came []*simulator.Citizen
		for i := range 17 {
			c := n.telegram.Citizen("Нурлан", "en")
			payload := link[1]
			switch {
			case i >= 15:
				payload = "from-" + "unknown" // which nobody has made at the desk
			case i >= 9:
				payload = "en"
			}
			c.Send("/start " + payload)
			n.quiet()
			if data, has := firstData(c, "subscribe:en"); has {
				n.taps(c, data)
			}
			came = append(came, c)
		}
		for _, c := range came[:6] {
			c.Send("/stop")
			n.quiet()
		}
		time.Sleep(2 * time.Minute) // the counter writes what it has
		n.does(officer, "⬅️ Back")
		text := transcriptOf(officer)
		if !strings.Contains(text, "Came: 17") || !strings.Contains(text, label+" and others 11") && !strings.Contains(text, label+" 9") {
			t.Errorf("of %s the officer reads %s", label, text)
		}
		n.does(officer, "📈 Picture")
		data, _ := n.telegram.Read(shown(officer).Photo)
		if p, err := png.Decode(bytes.NewReader(data)); err != nil || p.Bounds().Dx() < 300 {
			t.Errorf("the picture: %d bytes, %v", len(data), err)
		}
		n.does(officer, "📄 Table")
		harmlessTable(t, n.document(officer), 3)
	})
}

func firstData(c *simulator.Citizen, begin string) (data string, found bool) {
	for data := range dataOf(c) {
		if strings.HasPrefix(data, begin) {
			return data, true
		}
	}
	return "", false
}

// TestWhoIsPutOutHasTheDeskNoMore: not in the menu, not by a word, not by the answer to a question
// that was open.
func TestWhoIsPutOutHasTheDeskNoMore(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		t := n.t
		const pages = "https://bot.example.kg/desk/"
		n.more = func(o *bot.Options) { o.DeskPage = func(int64) string { return pages } }
		n.opens()
		has := func(c *simulator.Citizen) bool {
			return n.telegram.MenuButton(c.Chat).URL == pages && slices.ContainsFunc(n.telegram.Commands(c.Chat, "en"), func(c simulator.Command) bool { return c.Command == "desk" })
		}
		approver.Send("/desk")
		n.quiet()
		n.does(approver, "👥 People", "➕ Invite")
		token := regexp.MustCompile(`start=(desk-[a-z2-7]{32})`).FindStringSubmatch(transcriptOf(approver))
		guest := n.telegram.Citizen("Гүлнара", "en")
		n.speaks(guest, "en")
		n.says(guest, "/start "+token[1], "Welcome to the press office")
		time.Sleep(6 * time.Second)
		if !has(guest) || !has(officer) {
			t.Fatalf("in the menu: of who was invited %v, of the officer %v", has(guest), has(officer))
		}
		guest.Send("/desk")
		n.quiet()
		if open, _ := shown(guest).Button("🖥 Open the desk"); open.WebApp == nil || open.WebApp.URL != pages {
			t.Errorf("the desk is opened by %+v", open)
		}
		n.does(guest, "💻 On a computer")
		link := regexp.MustCompile(pages + `in/([a-z2-7]{26})\b`).FindStringSubmatch(shown(guest).Text)
		if link == nil {
			t.Fatalf("no link for a computer: %s", shown(guest).Text)
		}
		if who, ok, err := n.office.LoginOf(t.Context(), link[1]); who != guest.ID() || !ok || err != nil {
			t.Errorf("the link is %d's: %v %v", who, ok, err)
		}
		n.does(guest, "⬅️ Back", "✍️ New announcement")
		if err := n.office.PutOut(t.Context(), approver.ID(), guest.ID()); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := n.office.UseLogin(t.Context(), link[1]); ok || err != nil {
			t.Errorf("the link of who was put out is valid: %v", err)
		}
		n.replies(guest, "Legal aid\n\nIn Osh.")
		if open, err := n.office.Open(t.Context()); err != nil || len(open) > 0 {
			t.Errorf("who was put out has written %+v, %v", open, err)
		}
		guest.Send("/desk")
		n.quiet()
		if text := shown(guest).Text; strings.Contains(text, "The desk") {
			t.Errorf("who was put out reads %s", text)
		}
		time.Sleep(6 * time.Second)
		if has(guest) || !has(officer) {
			t.Errorf("in the menu: of who was put out %v, of the officer %v", has(guest), has(officer))
		}
		p, _, err := n.store.Get(t.Context(), guest.ID())
		if err != nil || p.Status != subscriptions.Stopped {
			t.Errorf("who was put out is %v, %v", p.Status, err)
		}
	})
}

// TestEveryDatumOfTheDeskIsForged: each word that its buttons know, with a real case, item, batch
// and person behind it, is out of date to a stranger, in a group, and to who was put out.
func TestEveryDatumOfTheDeskIsForged(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		t := n.t
		n.opens()
		n.subscribe(6, "en", nil)
		n.sends(officer, approver, "Legal aid\n\nIn Osh.", 6)
		n.writes(officer, "Vacancies\n\nIn Osh.")
		open, err := n.office.Open(t.Context())
		if err != nil || len(open) != 1 {
			t.Fatalf("open are %+v, %v", open, err)
		}
		closed, err := n.office.Closed(t.Context(), 0, 1)
		if err != nil || len(closed) != 1 {
			t.Fatalf("closed are %+v, %v", closed, err)
		}
		id, version, item := open[0].ID, strconv.Itoa(open[0].Version), closed[0].Items[0]
		forged := []string{
			"now", "inbox", "computer", "sent:0", "item:" + item, "people", "invite", "audit", "new:abcdefghij", "case:" + id, "ask:" + id + ":ky",
			"ask:" + id + ":reason", "put:yes:1", "topic:" + id, "when:" + id, "set:" + id + ":" + version + ":urgent:1", "look:" + id,
			"show:" + id + ":" + version, "stop:" + item, "correct:" + item, "report:" + item, "readers:30", "month", "poster:abcdefghij",
			"sources", "chart:" + item, "chart:readers:30", "csv:" + item, "csv:readers:30", "held:0123456789abcdef:" + item + ":send",
			fmt.Sprintf("sureout:%d", officer.ID()), fmt.Sprintf("out:%d", officer.ID()), "sure:withdraw:" + item, "do:withdraw:bcdefghijk:" + item,
			"do:retry:" + item,
		}
		for _, verb := range []desk.Verb{desk.Submit, desk.Approve, desk.TakeBack, desk.Stop, desk.GoOn, desk.End, desk.Discard, desk.Retry} {
			forged = append(forged, fmt.Sprintf("do:%s:%s:%s", verb, id, version), fmt.Sprintf("sure:%s:%s:%s", verb, id, version))
		}
		for _, word := range bot.DeskWords() {
			if !slices.ContainsFunc(forged, func(f string) bool { return f == word || strings.HasPrefix(f, word+":") }) {
				t.Errorf("nobody has forged %q", word)
			}
		}
		stranger := n.telegram.Citizen("Нурлан", "en")
		n.says(stranger, "/start en", "subscribed")
		guest := n.telegram.Citizen("Гүлнара", "en")
		n.speaks(guest, "en")
		token, err := n.office.Invite(t.Context(), approver.ID())
		if err != nil {
			t.Fatal(err)
		}
		n.says(guest, "/start desk-"+token, "Welcome to the press office")
		if err := n.office.PutOut(t.Context(), approver.ID(), guest.ID()); err != nil {
			t.Fatal(err)
		}
		group := n.telegram.Group("Айыл", officer)
		group.AddBot(officer, simulator.AllRights)
		group.Join(approver, simulator.Administrator)
		n.quiet()
		audit := n.lines()
		last := func(c *simulator.Chat) int64 { m := c.Messages(); return m[len(m)-1].ID }
		for _, what := range forged {
			for who, press := range map[string]func(data string) (*simulator.Tap, error){
				"a stranger":                func(data string) (*simulator.Tap, error) { return stranger.TapRaw(last(stranger.Chat), data) },
				"who was put out":           func(data string) (*simulator.Tap, error) { return guest.TapRaw(last(guest.Chat), data) },
				"the approver, in a group":  func(data string) (*simulator.Tap, error) { return group.TapRaw(approver, last(group.Chat), data) },
				"a passer-by, in the group": func(data string) (*simulator.Tap, error) { return group.TapRaw(stranger, last(group.Chat), data) },
			} {
				tap, err := press("desk:" + what)
				if err != nil {
					t.Fatal(err)
				}
				if toast := n.answered(tap); !strings.Contains(toast, "no longer works") && !strings.HasPrefix(who, "a passer-by") {
					t.Errorf("%s is told %q of %s", who, toast, what)
				}
			}
		}
		n.quiet()
		if after := n.lines(); after != audit {
			t.Errorf("there were %d acts, and now %d", audit, after)
		}
		if now, _, err := n.office.Look(t.Context(), id); err != nil || now.Version != open[0].Version {
			t.Errorf("the case is %+v, %v", now, err)
		}
	})
}

// lines is how many acts the audit knows.
func (n *newsroom) lines() int {
	n.t.Helper()
	lines, err := n.office.Audit(n.t.Context(), "", 1000)
	if err != nil {
		n.t.Fatal(err)
	}
	return len(lines)
}
