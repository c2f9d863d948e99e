package delivery_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kabarchy/bot/bottest"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/delivery"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// post is a sender and the Telegram it sends to.
type post struct {
	t        *testing.T
	telegram *simulator.Server
	sender   *delivery.Sender
	metrics  *prometheus.Registry
}

func openPost(t *testing.T, o simulator.Options) *post {
	t.Helper()
	p := &post{t: t, telegram: simulator.New(o), metrics: prometheus.NewRegistry()}
	server := httptest.NewServer(p.telegram.Handler())
	t.Cleanup(server.Close)
	client := telegram.NewClient(telegram.Options{Token: p.telegram.Token(), Endpoint: server.URL})
	p.sender = delivery.NewSender(client, delivery.Options{Zone: time.FixedZone("+06", 6*60*60), Registerer: p.metrics})
	return p
}

func illustrated() feeds.Item {
	i := bottest.Item("aaaaaaaaaaaaaaaa", "ky", "Юридикалык жардам")
	i.Picture = "https://minjust.gov.kg/1.jpg"
	return i
}

// deliver sends news to the chat and fails the test if it does not arrive.
func (p *post) deliver(d broadcast.Delivery) broadcast.Message {
	p.t.Helper()
	sent, err := p.sender.Deliver(p.t.Context(), d)
	if err != nil {
		p.t.Fatal(err)
	}
	return sent
}

// refused fails the test unless the delivery fails with the verdict.
func (p *post) refused(d broadcast.Delivery, want broadcast.Verdict) *broadcast.Error {
	p.t.Helper()
	_, err := p.sender.Deliver(p.t.Context(), d)
	var e *broadcast.Error
	if !errors.As(err, &e) || e.Verdict != want {
		p.t.Fatalf("the delivery ends with %v, not %s", err, want)
	}
	return e
}

func (p *post) fallbacks(without string) int {
	p.t.Helper()
	families, err := p.metrics.Gather()
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "kabarchy_sender_fallbacks_total" && m.GetLabel()[0].GetValue() == without {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	return 0
}

func last(t *testing.T, c *simulator.Chat) simulator.Message {
	t.Helper()
	messages := c.Messages()
	if len(messages) == 0 {
		t.Fatal("the chat is empty")
	}
	return messages[len(messages)-1]
}

func news(chat int64, item feeds.Item) broadcast.Delivery {
	return broadcast.Delivery{Broadcast: 1, Kind: broadcast.News, Chat: chat, Item: item}
}

func TestNewsLooksRight(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	c := p.telegram.Citizen("Айгүл", "ru").Open()
	text := bottest.Item("bbbbbbbbbbbbbbbb", "ky", "Юридикалык <жардам>")
	if sent := p.deliver(news(c.ID(), text)); sent.Caption || sent.ID != last(t, c.Chat).ID {
		t.Errorf("the message is %+v", sent)
	}
	want := "| Юридикалык <жардам>\n| \n| Юридикалык <жардам>: кыскача баяны.\n| \n| 22-ноябрь, 2018-жыл\n| [📖 Толук окуу]\n| [Сайттан окуу] [↗️ Бөлүшүү]\n"
	if got := bottest.Draw(last(t, c.Chat)); got != want {
		t.Errorf("the phone shows\n%s, not\n%s", got, want)
	}
	if sent := p.deliver(news(c.ID(), illustrated())); !sent.Caption {
		t.Error("the text of a picture is no caption")
	}
	if m := last(t, c.Chat); m.Photo != "https://minjust.gov.kg/1.jpg" || !strings.Contains(m.Text, "22-ноябрь") {
		t.Errorf("the phone shows\n%s", bottest.Draw(m))
	}
}

func TestAPictureIsFetchedOnce(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	addresses := 0
	p.telegram.Fault(simulator.Fault{Methods: []string{"sendPhoto"}, Match: func(r simulator.Request) bool {
		if strings.HasPrefix(r.Params["photo"], "https://") {
			addresses++
		}
		return false
	}, Reset: true})
	for range 3 {
		c := p.telegram.Citizen("Айгүл", "ky").Open()
		p.deliver(news(c.ID(), illustrated()))
		if last(t, c.Chat).Photo == "" {
			t.Error("no picture arrived")
		}
	}
	if addresses != 1 {
		t.Errorf("the address was sent %d times, not once", addresses)
	}
}

func TestWhoWantsNoPicturesGetsNone(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	c := p.telegram.Citizen("Айгүл", "ky").Open()
	d := news(c.ID(), illustrated())
	d.Preferences = subscriptions.Preferences{NoPictures: true}
	if sent := p.deliver(d); sent.Caption || last(t, c.Chat).Photo != "" {
		t.Error("a picture arrived")
	}
}

func TestSimplerRatherThanNotAtAll(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		fault   simulator.Fault
		without string
		picture bool
	}{
		{"picture not found", simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: simulator.CantFetchURL}, "picture", false},
		{"picture is a page", simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: simulator.WrongContent}, "picture", false},
		{"wrong address", simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: simulator.WrongFile}, "picture", false},
		{"no right to send pictures", simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: simulator.NoPhotoRights}, "picture", false},
		{"caption too long", simulator.Fault{Refuse: simulator.CaptionTooLong, Next: 1}, "length", true},
		{"can't parse", simulator.Fault{Match: func(r simulator.Request) bool { return r.Params["parse_mode"] != "" },
			Refuse: &simulator.Refusal{Code: 400, Description: `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 0`}}, "markup", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := openPost(t, simulator.Options{})
			citizen := p.telegram.Citizen("Айгүл", "ky").Open()
			p.telegram.Fault(c.fault)
			sent := p.deliver(news(citizen.ID(), illustrated()))
			m := last(t, citizen.Chat)
			if sent.Caption != c.picture || m.Caption() != c.picture || !strings.Contains(m.Text, "Юридикалык жардам") {
				t.Errorf("the phone shows\n%s", bottest.Draw(m))
			}
			if n := p.fallbacks(c.without); n != 1 {
				t.Errorf("%d messages without %s are counted, not 1", n, c.without)
			}
		})
	}
}

func TestARefusedPictureKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	p.telegram.Fault(simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: simulator.CantFetchURL})
	for range 3 {
		p.deliver(news(p.telegram.Citizen("Айгүл", "ky").Open().ID(), illustrated()))
	}
	if n := p.fallbacks("picture"); n != 1 {
		t.Errorf("the picture was tried %d times, not once", n)
	}
}

func TestAnExpiredFileIDGivesWayToTheAddress(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	p.deliver(news(p.telegram.Citizen("Айгүл", "ky").Open().ID(), illustrated()))
	p.telegram.Fault(simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: simulator.WrongFile, Next: 1})
	c := p.telegram.Citizen("Бакыт", "ky").Open()
	if sent := p.deliver(news(c.ID(), illustrated())); !sent.Caption || last(t, c.Chat).Photo == "" {
		t.Error("no picture arrived")
	}
}

func TestALostTopicGivesWayToTheGeneralOne(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	owner := p.telegram.Citizen("Айгүл", "ky").Open()
	forum := p.telegram.Forum("Айыл", owner)
	forum.AddBot(owner, simulator.Rights{})
	thread := forum.Topic("Жаңылыктар", owner)
	d := news(forum.ID(), bottest.Item("aaaaaaaaaaaaaaaa", "ky", "Юридикалык жардам"))
	d.Preferences.Thread = int(thread)
	p.deliver(d)
	if m := last(t, forum.Chat); m.Thread != thread {
		t.Errorf("the message stands in topic %d, not %d", m.Thread, thread)
	}
	forum.DeleteTopic(thread)
	p.deliver(d)
	if m := last(t, forum.Chat); !m.Bot || m.Thread != 0 {
		t.Errorf("the message stands in topic %d", m.Thread)
	}
}

func TestWhatHasNoRemedyGetsItsVerdict(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	blocked := p.telegram.Citizen("Айгүл", "ky").Open()
	blocked.Block()
	d := news(blocked.ID(), illustrated())
	p.refused(d, broadcast.BlockedByUser)
	p.refused(news(404, illustrated()), broadcast.Gone)

	d = news(p.telegram.Citizen("Бакыт", "ky").Open().ID(), illustrated())
	for _, c := range []struct {
		fault simulator.Fault
		want  broadcast.Verdict
	}{
		{simulator.Fault{Refuse: simulator.TooMany(7)}, broadcast.SlowDown},
		{simulator.Fault{Refuse: simulator.Moved(-1001)}, broadcast.Moved},
		{simulator.Fault{Refuse: simulator.WriteForbidden}, broadcast.NoRights},
		{simulator.Fault{Refuse: simulator.Unauthorized}, broadcast.Unauthorized},
		{simulator.Fault{Refuse: simulator.MessageTooLong}, broadcast.Refused},
		{simulator.Fault{HTML: 502}, broadcast.Transient},
		{simulator.Fault{Reset: true}, broadcast.Ambiguous},
		{simulator.Fault{Reset: true, Taken: true}, broadcast.Ambiguous},
	} {
		lift := p.telegram.Fault(c.fault)
		e := p.refused(d, c.want)
		lift()
		if c.want == broadcast.SlowDown && e.After != 7*time.Second || c.want == broadcast.Moved && e.MovedTo != -1001 {
			t.Errorf("the parameters are lost: %+v", e)
		}
	}
}

func TestCorrections(t *testing.T) {
	t.Parallel()
	for _, picture := range []bool{true, false} {
		p := openPost(t, simulator.Options{})
		c := p.telegram.Citizen("Айгүл", "ky").Open()
		i := illustrated()
		if !picture {
			i.Picture = ""
		}
		d := news(c.ID(), i)
		d.Message = p.deliver(d)
		d.Kind = broadcast.Correction
		if got := p.deliver(d); got != d.Message { // nothing has changed
			t.Errorf("the message is %+v, not %+v", got, d.Message)
		}
		d.Item.Title, d.Item.Revision = "Оңдолгон аталыш", 2
		p.deliver(d)
		if m := last(t, c.Chat); m.ID != d.Message.ID || !strings.Contains(m.Text, "Оңдолгон") || m.Caption() != picture || len(m.Keyboard) != 2 {
			t.Errorf("picture %t: the phone shows\n%s", picture, bottest.Draw(m))
		}
		d.Item.Picture, d.Item.Revision = "https://minjust.gov.kg/2.jpg", 3
		p.deliver(d)
		if m := last(t, c.Chat); picture && m.Photo != d.Item.Picture || !picture && m.Photo != "" {
			t.Errorf("picture %t: the phone shows\n%s", picture, bottest.Draw(m))
		}
		d.Item.Picture, d.Item.Title, d.Item.Revision = "", "Сүрөтсүз", 4
		p.deliver(d)
		if m := last(t, c.Chat); !strings.Contains(m.Text, "Сүрөтсүз") {
			t.Errorf("picture %t: the phone shows\n%s", picture, bottest.Draw(m))
		}
		d.Message.ID = 9999 // deleted by its reader
		if got := p.deliver(d); got != d.Message {
			t.Errorf("the message is %+v", got)
		}
		d.Message.ID = last(t, c.Chat).ID
		p.telegram.Fault(simulator.Fault{Match: func(r simulator.Request) bool { return strings.HasPrefix(r.Method, "edit") }, Refuse: simulator.CantEdit})
		if got := p.deliver(d); got.ID == d.Message.ID || got.ID != last(t, c.Chat).ID {
			t.Errorf("what can't be edited does not come anew: %+v", got)
		}
	}
}

// TestACorrectionSaysWhen, with and without a picture: each in place of the last, and again
// where it can't be edited any more. Who gets the item only then has never seen another text.
func TestACorrectionSaysWhen(t *testing.T) {
	t.Parallel()
	for _, picture := range []bool{true, false} {
		p := openPost(t, simulator.Options{})
		c, late := p.telegram.Citizen("Айгүл", "ky").Open(), p.telegram.Citizen("Бакыт", "ky").Open()
		i := illustrated()
		if !picture {
			i.Picture = ""
		}
		d := news(c.ID(), i)
		d.Message = p.deliver(d)
		shows := func(c *simulator.Citizen, want string) {
			t.Helper()
			text := last(t, c.Chat).Text
			if got := strings.Count(text, "✏️"); !strings.Contains(text, want) || got != min(1, len(want)) {
				t.Errorf("picture %t: the phone shows %d marks, not %q:\n%s", picture, got, want, text)
			}
		}
		shows(c, "")
		d.Kind = broadcast.Correction
		d.Item.Revision, d.Item.Changed = 2, i.Published.Add(77*time.Minute)
		for range 2 { // the second time nothing has changed
			if got := p.deliver(d); got != d.Message {
				t.Errorf("the message is %+v, not %+v", got, d.Message)
			}
			shows(c, "✏️ Оңдолду: 11:17")
		}
		p.deliver(news(late.ID(), d.Item))
		shows(late, "")
		d.Item.Revision, d.Item.Changed = 3, i.Published.AddDate(0, 0, 1)
		p.deliver(d)
		shows(c, "✏️ Оңдолду: 23-ноябрь, 10:00")
		p.telegram.Fault(simulator.Fault{Match: func(r simulator.Request) bool { return strings.HasPrefix(r.Method, "edit") }, Refuse: simulator.CantEdit})
		if got := p.deliver(d); got.ID == d.Message.ID {
			t.Errorf("what can't be edited does not come anew: %+v", got)
		}
		shows(c, "✏️ Оңдолду: 23-ноябрь, 10:00")
	}
}

func TestWithdrawals(t *testing.T) {
	t.Parallel()
	for _, picture := range []bool{true, false} {
		now := time.Now()
		p := openPost(t, simulator.Options{Now: func() time.Time { return now }})
		c := p.telegram.Citizen("Айгүл", "ky").Open()
		i := illustrated()
		if !picture {
			i.Picture = ""
		}
		d := news(c.ID(), i)
		d.Message = p.deliver(d)
		d.Kind = broadcast.Withdrawal
		p.deliver(d)
		if n := len(c.Messages()); n != 0 {
			t.Errorf("picture %t: the phone shows %d messages", picture, n)
		}
		p.deliver(d) // it is gone already

		d.Kind = broadcast.News
		d.Message = p.deliver(d)
		d.Kind = broadcast.Withdrawal
		now = now.Add(49 * time.Hour) // too old to be deleted
		for range 2 {
			p.deliver(d)
			if m := last(t, c.Chat); !strings.Contains(m.Text, "кайтарып алды") || len(m.Keyboard) != 0 {
				t.Errorf("picture %t: the phone shows\n%s", picture, bottest.Draw(m))
			}
		}
	}
}

// BenchmarkDeliver is what a message costs on this side and the simulator's together.
func BenchmarkDeliver(b *testing.B) {
	phones := simulator.New(simulator.Options{})
	server := httptest.NewServer(phones.Handler())
	b.Cleanup(server.Close)
	sender := delivery.NewSender(telegram.NewClient(telegram.Options{Token: phones.Token(), Endpoint: server.URL}), delivery.Options{})
	first := phones.Crowd(b.N)
	var d = news(0, bottest.Item("aaaaaaaaaaaaaaaa", "ky", "Юридикалык жардам"))
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		d.Chat = first + int64(n)
		if _, err := sender.Deliver(b.Context(), d); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAnItemSaysInWhichLanguagesItIsToo(t *testing.T) {
	t.Parallel()
	phones := simulator.New(simulator.Options{})
	server := httptest.NewServer(phones.Handler())
	t.Cleanup(server.Close)
	asked := 0
	sender := delivery.NewSender(telegram.NewClient(telegram.Options{Token: phones.Token(), Endpoint: server.URL}), delivery.Options{
		Editions: func(context.Context, string) (map[string]feeds.Item, error) {
			asked++
			return map[string]feeds.Item{"ky": bottest.Sample("ky", 1), "ru": bottest.Sample("ru", 1)}, nil
		},
	})
	for range 2 {
		c := phones.Citizen("Айгүл", "ky").Open()
		if _, err := sender.Deliver(t.Context(), news(c.ID(), bottest.Sample("ky", 1))); err != nil {
			t.Fatal(err)
		}
		want := "item:" + bottest.Sample("ru", 1).ID
		if b, ok := last(t, c.Chat).Button("🌐 Русский"); !ok || b.Data != want {
			t.Errorf("the phone shows\n%s", bottest.Draw(last(t, c.Chat)))
		}
		if _, ok := last(t, c.Chat).Button("🌐 Кыргызча"); ok {
			t.Error("the item leads to itself")
		}
	}
	if asked != 1 {
		t.Errorf("the editions were looked for %d times, not once", asked)
	}
}

// TestOneChatsTroubleTakesThePictureFromNobody: neither what a group forbids nor words that
// nobody knows.
func TestOneChatsTroubleTakesThePictureFromNobody(t *testing.T) {
	t.Parallel()
	for _, why := range []*simulator.Refusal{simulator.NoPhotoRights, {Code: 400, Description: "Bad Request: MOON_PHASE_INVALID"}} {
		p := openPost(t, simulator.Options{})
		for n := range 12 {
			c := p.telegram.Citizen("Айгүл", "ky").Open()
			odd := n%2 == 0
			if odd {
				p.telegram.Fault(simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: why, Chats: func(chat int64) bool { return chat == c.ID() }})
			}
			if sent := p.deliver(news(c.ID(), illustrated())); sent.Caption == odd {
				t.Errorf("%s: chat %d has a picture: %t", why.Description, n, sent.Caption)
			}
		}
	}
}

// TestWhatIsOutOfReachIsSaidAnew: the messages of a group that has become a supergroup can be
// neither edited nor deleted. A correction comes as a new message, and so does the notice that
// an item was taken back.
func TestWhatIsOutOfReachIsSaidAnew(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	c := p.telegram.Citizen("Айгүл", "ky").Open()
	d := news(c.ID(), illustrated())
	d.Kind, d.Item.Revision, d.Item.Changed = broadcast.Correction, 2, d.Item.Published
	if got := p.deliver(d); got.ID == 0 || !strings.Contains(last(t, c.Chat).Text, "✏️ Оңдолду: 10:00") {
		t.Errorf("the message is %+v, the phone shows\n%s", got, bottest.Draw(last(t, c.Chat)))
	}
	d.Kind = broadcast.Withdrawal
	p.deliver(d)
	if m := last(t, c.Chat); m.Text != "🗑 Бул кабарды министрлик кайтарып алды.\nЮридикалык жардам" {
		t.Errorf("the phone shows\n%s", bottest.Draw(m))
	}
}

// TestAMessageThatWasDeletedAtOnceIsDone: it is not sent again, and later there is nothing
// to correct or to take back.
func TestAMessageThatWasDeletedAtOnceIsDone(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	c := p.telegram.Citizen("Айгүл", "ky").Open()
	p.telegram.Fault(simulator.Fault{Refuse: &simulator.Refusal{
		Code: 500, Description: "Internal Server Error: sent message was immediately deleted and can't be returned",
	}})
	d := news(c.ID(), illustrated())
	d.Message = p.deliver(d)
	for _, d.Kind = range []broadcast.Kind{broadcast.Correction, broadcast.Withdrawal} {
		if got := p.deliver(d); got != d.Message {
			t.Errorf("%s: the message is %+v, not %+v", d.Kind, got, d.Message)
		}
	}
	if n := p.telegram.Stats().Requests; n != 1 {
		t.Errorf("%d calls, not 1", n)
	}
}
