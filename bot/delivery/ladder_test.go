package delivery_test

import (
	"slices"
	"testing"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
)

// meant names what of a message is on its way, a letter for each part.
func meant(r simulator.Request) (parts string) {
	for _, p := range []struct{ letter, param string }{
		{"p", "photo"}, {"b", "reply_markup"}, {"m", "parse_mode"}, {"t", "message_thread_id"},
	} {
		if r.Params[p.param] != "" {
			parts += p.letter
		}
	}
	return parts
}

// TestWhatIsLeftOutInWhichOrder has Telegram refuse a message for ever: with a picture,
// buttons, markup and a topic at first, then with one thing less each time.
func TestWhatIsLeftOutInWhichOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words string
		want  []string
	}{
		{"MOON_PHASE_INVALID", []string{"pbmt", "bmt", "mt", "t", ""}}, // nobody knows these words
		{"wrong HTTP URL specified", []string{"pbmt", "bmt", "mt", "t"}},
		{"DOCUMENT_INVALID", []string{"pbmt", "bmt", "bt", "t"}},
		{"PHOTO_SAVE_FILE_INVALID", []string{"pbmt", "bmt"}},
		{"not enough rights to send photos to the chat", []string{"pbmt", "bmt"}},
		{"BUTTON_URL_INVALID", []string{"pbmt", "pmt"}},
		{"can't parse entities", []string{"pbmt", "pbt"}},
		{"message is too long", []string{"pbmt", "pbt"}},
		{"TOPIC_CLOSED", []string{"pbmt", "pbm"}},
		{"message thread not found", []string{"pbmt", "pbm"}},
		{"chat not found", []string{"pbmt"}},
	} {
		p := openPost(t, simulator.Options{})
		var got []string
		p.telegram.Fault(simulator.Fault{Match: func(r simulator.Request) bool {
			got = append(got, meant(r))
			return true
		}, Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: " + c.words}})
		d := news(p.telegram.Citizen("Айгүл", "ky").Open().ID(), illustrated())
		d.Preferences.Thread = 7
		if _, err := p.sender.Deliver(t.Context(), d); err == nil {
			t.Errorf("%s: it arrived", c.words)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: tried %q, want %q", c.words, got, c.want)
		}
	}
}

// TestAClosedTopicGivesWayToTheGeneralOne: what the item has stays.
func TestAClosedTopicGivesWayToTheGeneralOne(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	owner := p.telegram.Citizen("Айгүл", "ky").Open()
	forum := p.telegram.Forum("Айыл", owner)
	forum.AddBot(owner, simulator.Rights{})
	closed := forum.Topic("Жаңылыктар", owner)
	p.telegram.Fault(simulator.Fault{
		Match:  func(r simulator.Request) bool { return r.Params["message_thread_id"] != "" },
		Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: TOPIC_CLOSED"},
	})
	for range 4 { // more than it takes to learn
		d := news(forum.ID(), illustrated())
		d.Preferences.Thread = int(closed)
		p.deliver(d)
		if m := last(t, forum.Chat); !m.Bot || m.Thread != 0 || m.Photo == "" || len(m.Keyboard) == 0 {
			t.Errorf("the general topic shows %+v", m)
		}
	}
	open := forum.Topic("Башка", owner)
	d := news(forum.ID(), illustrated())
	d.Preferences.Thread = int(open)
	before := p.fallbacks("topic")
	p.deliver(d)
	if n := p.fallbacks("topic"); n != before+1 {
		t.Errorf("what one topic refuses is left out for others: %d tries with the topic", n-before)
	}
}

// TestWhatThreeChatsRefuseIsLearned: in words that nobody knows as in others. The fourth chat
// is called once.
func TestWhatThreeChatsRefuseIsLearned(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"MOON_PHASE_INVALID", "BUTTON_URL_INVALID"} {
		p := openPost(t, simulator.Options{})
		p.telegram.Fault(simulator.Fault{
			Match:  func(r simulator.Request) bool { return r.Params["reply_markup"] != "" },
			Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: " + words},
		})
		for range 3 {
			p.deliver(news(p.telegram.Citizen("Айгүл", "ky").Open().ID(), illustrated()))
		}
		before := p.telegram.Stats().Requests
		p.deliver(news(p.telegram.Citizen("Бакыт", "ky").Open().ID(), illustrated()))
		if n := p.telegram.Stats().Requests - before; n != 1 {
			t.Errorf("%s: the fourth chat takes %d calls", words, n)
		}
	}
}

// TestAGroupsNewIDComesWithItsVerdict, over the wire, and Telegram's words with it.
func TestAGroupsNewIDComesWithItsVerdict(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	d := news(p.telegram.Citizen("Айгүл", "ky").Open().ID(), illustrated())
	for _, words := range []string{"Bad Request: group chat was upgraded to a supergroup chat", "Bad Request: MOON_PHASE_INVALID"} {
		moved := *simulator.Moved(-1001)
		moved.Description = words
		lift := p.telegram.Fault(simulator.Fault{Refuse: &moved})
		if e := p.refused(d, broadcast.Moved); e.MovedTo != -1001 {
			t.Errorf("%s: moved to %d", words, e.MovedTo)
		}
		lift()
	}
}

// TestThreeGroupsThatForbidPicturesTakeThemFromNobody: it is the groups' own wish.
func TestThreeGroupsThatForbidPicturesTakeThemFromNobody(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	lift := p.telegram.Fault(simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: simulator.NoPhotoRights})
	for range 3 {
		if p.deliver(news(p.telegram.Citizen("Айгүл", "ky").Open().ID(), illustrated())).Caption {
			t.Error("a picture arrived")
		}
	}
	lift()
	if !p.deliver(news(p.telegram.Citizen("Бакыт", "ky").Open().ID(), illustrated())).Caption {
		t.Error("no picture arrived")
	}
}
