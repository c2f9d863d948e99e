package bot_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// TestThePreviewIsWhatIsSentWhateverTheText: with a picture, an album, a forwarded post, a picture
// that Telegram refuses, one of a file that it does not have any more, and a text of several
// messages; to a person, a group, a topic of a forum and a channel. What differs is said: whom it
// goes to, the topic, and the buttons that a channel or a group gets in place of a person's.
func TestThePreviewIsWhatIsSentWhateverTheText(t *testing.T) {
	long := "Legal aid\n\n" + strings.Repeat("A centre has opened in Osh, on Lenin street. ", 200)
	photo := []string{"sendPhoto"}
	for name, c := range map[string]struct {
		verb, words string
		fault       *simulator.Fault
	}{
		"a text":            {"answers", "Legal aid\\n\\n**In Osh** and [there](https://minjust.gov.kg/a).", nil},
		"a picture":         {"answers", "picture a Legal aid\\n\\nIn Osh.", nil},
		"an album":          {"answers", "album a b Legal aid\\n\\nIn Osh.", nil},
		"a post":            {"forwards", "Legal aid\\n\\nIn **Osh**.", nil},
		"a post's picture":  {"forwards", "picture b Legal aid\\n\\nIn Osh.", nil},
		"a long text":       {"answers", strings.ReplaceAll(long, "\n", "\\n"), nil},
		"a long picture":    {"answers", "picture a Legal aid\\n\\n" + strings.Repeat("In Osh, on Lenin street. ", 38), nil},
		"a refused picture": {"answers", "picture a Legal aid\\n\\nIn Osh.", &simulator.Fault{Methods: photo, Refuse: simulator.ImageFailed}},
		"a missing picture": {"answers", "picture a Legal aid\\n\\nIn Osh.", &simulator.Fault{Methods: photo, Refuse: simulator.FileUnavailable}},
	} {
		t.Run(name, func(t *testing.T) {
			inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
				t := n.t
				n.opens()
				reader := n.subscribe(1, "en", nil)[0]
				group, forum, channel := n.telegram.Group("Айыл", reader), n.telegram.Forum("Шаар", reader), n.telegram.Channel("Ала-Тоо", "", reader)
				topic := n.reads(reader, group, forum, channel)
				officer.Send("/desk")
				n.quiet()
				n.does(officer, "✍️ New announcement")
				if err := (&props{}).speak(n.telegram, officer, c.verb, c.words); err != nil {
					t.Fatal(err)
				}
				n.quiet()
				if c.fault != nil {
					n.telegram.Fault(*c.fault)
				}
				r := &recorder{sent: make(map[int64][]string)}
				defer n.telegram.Fault(simulator.Fault{Match: r.note})()
				n.does(officer, "👁 Preview")
				previews := slices.Clone(r.sent[officer.ID()])
				n.does(officer, "📨 Submit for approval")
				n.does(approver, "👁 Preview", "✅ Send to 4", "✅ Yes, send to 4")
				time.Sleep(time.Minute)
				n.quiet()
				preview := lastOf(t, previews, 2) // below it stands whom it reaches
				if got := lastOf(t, r.sent[reader.ID()], 1); got != preview {
					t.Errorf("the reader got\n%s\nand the preview was\n%s", got, preview)
				}
				for where, chat := range map[string]*simulator.Chat{"group": group.Chat, "forum": forum.Chat, "channel": channel.Chat} {
					got := without(t, lastOf(t, r.sent[chat.ID()], 1))
					if where == "forum" {
						if thread := got["message_thread_id"]; thread != topic {
							t.Errorf("it stands in topic %q, not %q", thread, topic)
						}
						delete(got, "message_thread_id")
					}
					if want := without(t, preview); !maps.Equal(got, want) {
						t.Errorf("the %s got\n%v\nand the preview was\n%v", where, got, want)
					}
				}
			})
		})
	}
}

// reads lets a group, a topic of a forum and a channel read the news, and returns the topic.
func (n *newsroom) reads(owner *simulator.Citizen, group, forum, channel *simulator.Group) (topic string) {
	n.t.Helper()
	for _, g := range []*simulator.Group{group, forum, channel} {
		g.AddBot(owner, simulator.AllRights)
		n.quiet()
	}
	thread := forum.Topic("Кабарлар", owner)
	for _, g := range []*simulator.Group{group, forum, channel} {
		_, err := n.store.Update(n.t.Context(), g.ID(), func(p *subscriptions.Preferences, _ bool) {
			p.Interface, p.Languages, p.Status = "en", []string{"en"}, subscriptions.Active
			if g == forum {
				p.Thread = int(thread)
			}
		})
		if err != nil {
			n.t.Fatal(err)
		}
	}
	return telegram.JSON(thread)
}

// lastOf is the n-th request from the end.
func lastOf(t *testing.T, sent []string, n int) string {
	t.Helper()
	if len(sent) < n {
		t.Fatalf("only %d requests: %q", len(sent), sent)
	}
	return sent[len(sent)-n]
}

// without is a request but for its buttons.
func without(t *testing.T, request string) map[string]string {
	t.Helper()
	method, params, _ := strings.Cut(request, " ")
	all := make(map[string]string)
	if err := json.Unmarshal([]byte(params), &all); err != nil {
		t.Fatal(err)
	}
	delete(all, "reply_markup")
	all["method"] = method
	return all
}
