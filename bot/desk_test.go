package bot_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions/redistest"
)

// inNewsroom runs a test in a newsroom with an officer and two approvers who speak English.
func inNewsroom(t *testing.T, test func(n *newsroom, officer, first, second *simulator.Citizen)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := openNewsroom(t, redistest.Bubble(t).Client(t), simulator.Options{})
		officer := n.comes("А. Осмонова", "en", desk.Officer)
		first, second := n.comes("Б. Токтогулов", "en", desk.Approver), n.comes("Ч. Алиева", "en", desk.Approver)
		test(n, officer, first, second)
	})
}

// does lets somebody press buttons, one after the other.
func (n *newsroom) does(c *simulator.Citizen, labels ...string) (toast string) {
	n.t.Helper()
	for _, label := range labels {
		toast = n.presses(c, label)
		n.quiet()
	}
	return toast
}

// quiet waits until all is done that was begun.
func (n *newsroom) quiet() {
	n.settled()
	synctest.Wait()
}

// replies answers the newest question on somebody's phone.
func (n *newsroom) replies(c *simulator.Citizen, text string) {
	n.t.Helper()
	var question int64
	for _, m := range c.Messages() {
		if m.Bot {
			question = m.ID
		}
	}
	if _, err := c.SendJSON(fmt.Sprintf(`{"text":%s,"reply_to_message":{"message_id":%d}}`, telegram.JSON(text), question)); err != nil {
		n.t.Fatal(err)
	}
	n.quiet()
}

// writes has the officer write an announcement, as far as the preview.
func (n *newsroom) writes(officer *simulator.Citizen, text string) {
	n.t.Helper()
	officer.Send("/desk")
	n.quiet()
	n.does(officer, "✍️ New announcement")
	n.replies(officer, text)
}

// dataOf are the data of all buttons that somebody sees.
func dataOf(c *simulator.Citizen) map[string]bool {
	all := make(map[string]bool)
	for _, m := range c.Messages() {
		for _, row := range m.Keyboard {
			for _, b := range row {
				if b.Data != "" {
					all[b.Data] = true
				}
			}
		}
	}
	return all
}

// TestACitizenCanDoNothingAtTheDesk: every button of the desk's is no longer works to a stranger,
// in a group, and to who was put out a second ago.
func TestACitizenCanDoNothingAtTheDesk(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		t := n.t
		stranger := n.telegram.Citizen("Нурлан", "en")
		n.opens()
		n.subscribe(3, "en", nil)
		n.says(stranger, "/start en", "subscribed")
		seen := make(map[string]bool)
		look := func() {
			maps.Copy(seen, dataOf(officer))
			maps.Copy(seen, dataOf(approver))
		}
		guest := n.telegram.Citizen("Гүлнара", "en")
		n.speaks(guest, "en")
		approver.Send("/desk")
		n.quiet()
		n.does(approver, "👥 People", "➕ Invite")
		look()
		token := regexp.MustCompile(`start=(desk-[a-z2-7]{32})`).FindStringSubmatch(transcriptOf(approver))
		if token == nil {
			t.Fatalf("no invitation: %s", transcriptOf(approver))
		}
		n.says(guest, "/start "+token[1], "Welcome to the press office")
		n.says(stranger, "/start "+token[1], "You are subscribed") // it is used up
		n.writes(officer, "Legal aid\n\nIn Osh.")
		look()
		n.does(officer, "🏷 Topic")
		look()
		n.does(officer, "⬅️ Back", "🕘 When")
		look()
		n.does(officer, "⬅️ Back", "👁 Preview", "📨 Submit for approval")
		look()
		n.does(approver, "👁 Preview", "✅ Send to 4")
		look()
		maps.Copy(seen, dataOf(guest))
		if err := n.office.PutOut(t.Context(), approver.ID(), guest.ID()); err != nil {
			t.Fatal(err)
		}
		before, err := n.office.Audit(t.Context(), "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		group := n.telegram.Group("Айыл", officer)
		group.AddBot(officer, simulator.AllRights)
		group.Join(approver, simulator.Administrator)
		n.quiet()
		last := func(c *simulator.Chat) int64 { m := c.Messages(); return m[len(m)-1].ID }
		forged := 0
		for _, data := range slices.Sorted(maps.Keys(seen)) {
			if !strings.HasPrefix(data, "desk:") {
				continue
			}
			if len(data) > 62 {
				t.Errorf("%s has %d bytes", data, len(data))
			}
			forged++
			for who, press := range map[string]func() (*simulator.Tap, error){
				"a stranger":               func() (*simulator.Tap, error) { return stranger.TapRaw(last(stranger.Chat), data) },
				"who was put out":          func() (*simulator.Tap, error) { return guest.TapRaw(last(guest.Chat), data) },
				"the approver, in a group": func() (*simulator.Tap, error) { return group.TapRaw(approver, last(group.Chat), data) },
			} {
				tap, err := press()
				if err != nil {
					t.Fatal(err)
				}
				if toast := n.answered(tap); !strings.Contains(toast, "no longer works") {
					t.Errorf("%s is told %q of %s", who, toast, data)
				}
			}
		}
		if forged < 25 {
			t.Errorf("only %d buttons were seen", forged)
		}
		n.says(stranger, "/desk", "I am a news bot")
		after, err := n.office.Audit(t.Context(), "", 1000)
		if err != nil || len(after) != len(before) {
			t.Errorf("%d acts more, %v", len(after)-len(before), err)
		}
	})
}

func transcriptOf(c *simulator.Citizen) string {
	var all []string
	for _, m := range c.Messages() {
		all = append(all, m.Text)
	}
	return strings.Join(all, "\n")
}

// TestTwoApproversAtOnce: one approves, the other reads who was first.
func TestTwoApproversAtOnce(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, first, second *simulator.Citizen) {
		t := n.t
		n.opens()
		n.subscribe(3, "en", nil)
		n.writes(officer, "Legal aid\n\nIn Osh.")
		n.does(officer, "👁 Preview", "📨 Submit for approval")
		for _, c := range []*simulator.Citizen{first, second} {
			n.does(c, "👁 Preview", "✅ Send to 3")
		}
		var taps sync.WaitGroup
		toasts := make([]string, 2)
		for i, c := range []*simulator.Citizen{first, second} {
			tap, err := c.Tap("✅ Yes, send to 3")
			if err != nil {
				t.Fatal(err)
			}
			taps.Go(func() { toasts[i] = n.answered(tap) })
		}
		taps.Wait()
		n.quiet()
		late := slices.IndexFunc(toasts, func(toast string) bool { return strings.Contains(toast, "was first") })
		if late < 0 || toasts[1-late] != "" {
			t.Errorf("they are told %q", toasts)
		}
		time.Sleep(45 * time.Second)
		lines, err := n.office.Audit(t.Context(), "", 100)
		approved := 0
		for _, l := range lines {
			if l.Verb == desk.Approve {
				approved++
			}
		}
		if err != nil || approved != 1 {
			t.Errorf("approved %d times, %v", approved, err)
		}
	})
}

// TestTheDeskIsInTheMenuOfItsPeopleAlone, and no more once somebody is put out.
func TestTheDeskIsInTheMenuOfItsPeopleAlone(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, _, _ *simulator.Citizen) {
		t := n.t
		stranger := n.telegram.Citizen("Нурлан", "en").Open()
		n.opens()
		has := func(c *simulator.Citizen) bool {
			return slices.ContainsFunc(n.telegram.Commands(c.Chat, "en"), func(c simulator.Command) bool { return c.Command == "desk" })
		}
		time.Sleep(6 * time.Second)
		if !has(officer) || has(stranger) {
			t.Errorf("in the menu: the officer's %v, a stranger's %v", has(officer), has(stranger))
		}
	})
}

// recorder notes the messages that the bot sends to some chats, without the chat.
type recorder struct {
	mu   sync.Mutex
	sent map[int64][]string
}

func (r *recorder) note(q simulator.Request) bool {
	if q.Method != "sendMessage" && q.Method != "sendPhoto" {
		return false
	}
	params := maps.Clone(q.Params)
	delete(params, "chat_id")
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[q.Chat] = append(r.sent[q.Chat], q.Method+" "+telegram.JSON(params))
	return false
}

// TestThePreviewIsWhatIsSent: equal to the byte but for the chat, in each language, without a
// topic, with a long text, and for those who get it in another language than theirs.
func TestThePreviewIsWhatIsSent(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		t := n.t
		n.opens()
		var readers []*simulator.Citizen
		for _, language := range []string{"en", "ru", "ky"} {
			readers = append(readers, n.subscribe(1, language, nil)...)
		}
		r := &recorder{sent: make(map[int64][]string)}
		defer n.telegram.Fault(simulator.Fault{Match: r.note})()
		n.writes(officer, "Legal aid\n\n"+strings.Repeat("A centre has opened in Osh. ", 80)+"\n\n• one\n• two")
		n.does(officer, "➕ Русский")
		n.replies(officer, "Помощь\n\nОткрыт центр.")
		n.does(officer, "🌐 The others get: English", "👁 Preview")
		previews := slices.Clone(r.sent[officer.ID()])
		n.does(officer, "📨 Submit for approval")
		n.does(approver, "👁 Preview", "✅ Send to 3", "✅ Yes, send to 3")
		time.Sleep(time.Minute)
		n.quiet()
		for _, reader := range readers {
			got := r.sent[reader.ID()]
			if len(got) != 1 || !slices.Contains(previews, got[0]) {
				t.Errorf("%s got %q, the preview showed %q", reader.User().LanguageCode, got, previews)
			}
		}
	})
}
