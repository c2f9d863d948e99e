package broadcast_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
)

// edits are the methods that correct a message, editing alone.
var edits = []string{"editMessageText", "editMessageCaption", "editMessageMedia"}

// refusedEdit strikes the first edit.
func refusedEdit(with simulator.Fault) func(*answerFixture, *simulator.Citizen) {
	return func(c *answerFixture, p *simulator.Citizen) {
		f := with // two runs share the table
		f.Methods, f.Next = edits, 1
		f.Chats = func(chat int64) bool { return chat == p.ID() }
		c.telegram.Fault(f)
	}
}

// corrections are what Telegram says to an edit, what the chat shows then, and what after
// another correction to which Telegram says nothing: the ledger names the right message.
var corrections = []struct {
	name   string
	before func(*answerFixture, *simulator.Citizen) // between the news and its correction
	kept   string
	shows  []string
	then   []string
}{
	{"taken", nil, active, []string{"Экинчи"}, []string{"Үчүнчү"}},
	{"taken, without a picture", nil, active, []string{"Экинчи"}, []string{"Үчүнчү"}},
	{"message is not modified", refusedEdit(always(simulator.NotModified)), active, []string{"Биринчи"}, []string{"Үчүнчү"}},
	{"message to edit not found", refusedEdit(always(simulator.EditNotFound)), active, []string{"Биринчи"}, []string{"Үчүнчү"}},
	{"message can't be edited", refusedEdit(always(simulator.CantEdit)), active, []string{"Биринчи", "Экинчи"}, []string{"Биринчи", "Үчүнчү"}},
	{"too long", refusedEdit(always(simulator.CaptionTooLong)), active, []string{"Экинчи"}, []string{"Үчүнчү"}},
	{"blocked meanwhile", func(_ *answerFixture, p *simulator.Citizen) { p.Block() }, paused, []string{"Биринчи"}, []string{"Биринчи"}},
	{"502", refusedEdit(simulator.Fault{HTML: 502}), active, []string{"Экинчи"}, []string{"Үчүнчү"}},
	{"429", refusedEdit(simulator.Fault{Refuse: simulator.TooMany(1)}), active, []string{"Экинчи"}, []string{"Үчүнчү"}},
	{"reset after it was taken", refusedEdit(simulator.Fault{Reset: true, Taken: true}), active, []string{"Экинчи"}, []string{"Үчүнчү"}},
	{"never heard of", refusedEdit(simulator.Fault{Refuse: bad("MOON_PHASE_INVALID")}), active, []string{"Экинчи"}, []string{"Үчүнчү"}},
}

func testCorrections(t *testing.T, rdb redis.UniversalClient) {
	c := newAnswerFixtureOn(t, rdb, simulator.Options{}, 0)
	people := map[string]*simulator.Citizen{}
	for _, row := range corrections {
		people[row.name] = c.person()
		c.subscribe(people[row.name].ID(), "ky", func(p *subscriptions.Preferences) {
			p.NoPictures = strings.Contains(row.name, "without a picture")
		})
	}
	defer c.send()()
	news := c.post("ky", story{title: "Жаңылык", text: "Биринчи", picture: "https://ministry.example/1.jpg"})
	c.finished(1, 30*time.Second)
	published := c.last().ID
	lines := map[string]string{}
	for _, row := range corrections {
		lines[row.name] = c.noted(published, people[row.name].ID())
		if row.before != nil {
			row.before(c, people[row.name])
		}
	}
	news.text = "Экинчи"
	c.read("ky")
	c.finished(2, 30*time.Second)
	c.wantReport(t, c.last(), len(corrections)-1, 1, 0)
	for _, row := range corrections {
		p := people[row.name]
		if got := shownOf(p.Chat, "Биринчи", "Экинчи", "Үчүнчү"); !slices.Equal(got, row.shows) {
			t.Errorf("%s: the chat shows %q, want %q", row.name, got, row.shows)
		}
		if got := c.kept(p.ID()); got != row.kept {
			t.Errorf("%s: the chat is %s, want %s", row.name, got, row.kept)
		}
		if got := c.noted(published, p.ID()); (got != lines[row.name]) != (row.kept == active) {
			t.Errorf("%s: the ledger said %s and says %s", row.name, lines[row.name], got)
		}
	}
	news.text = "Үчүнчү"
	c.read("ky")
	c.finished(3, 30*time.Second)
	for _, row := range corrections {
		if got := shownOf(people[row.name].Chat, "Биринчи", "Экинчи", "Үчүнчү"); !slices.Equal(got, row.then) {
			t.Errorf("%s: after another correction the chat shows %q, want %q", row.name, got, row.then)
		}
	}
}

// shownOf says which of the texts a chat's messages hold, message by message.
func shownOf(chat *simulator.Chat, texts ...string) (shown []string) {
	for _, m := range chat.Messages() {
		for _, text := range texts {
			if m.Bot && strings.Contains(m.Text, text) {
				shown = append(shown, text)
			}
		}
	}
	return shown
}

// testWithdrawals: what can be deleted is, what can't becomes a notice.
func testWithdrawals(t *testing.T, rdb redis.UniversalClient) {
	c := newAnswerFixtureOn(t, rdb, simulator.Options{}, 0)
	on := func(p *simulator.Citizen, f simulator.Fault) {
		f.Methods, f.Next = []string{"deleteMessage"}, 1
		f.Chats = func(chat int64) bool { return chat == p.ID() }
		c.telegram.Fault(f)
	}
	gone, old, deleted, failing := c.person(), c.person(), c.person(), c.person()
	all := []*simulator.Citizen{gone, old, deleted, failing}
	for _, p := range all {
		c.subscribe(p.ID(), "ky")
	}
	on(old, always(simulator.CantDelete))
	on(deleted, always(simulator.DeleteNotFound))
	on(failing, simulator.Fault{HTML: 502})
	defer c.send()()
	c.publish("Жаңылык")
	c.finished(1, 30*time.Second)
	item := c.last().Item
	if err := c.archive.Withdraw(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	c.engine.Wake()
	c.finished(2, 30*time.Second)
	report := c.last()
	if report.Kind != broadcast.Withdrawal {
		t.Fatalf("the last broadcast is a %s", report.Kind)
	}
	c.wantReport(t, report, len(all), 0, 0)
	for _, p := range []*simulator.Citizen{gone, failing} {
		if shown := p.Messages(); len(shown) > 0 {
			t.Errorf("a chat still shows %+v", shown)
		}
	}
	if shown := old.Messages(); len(shown) != 1 || strings.Contains(shown[0].Text, "Жаңылык") {
		t.Errorf("what can't be deleted shows %+v, want a notice", shown)
	}
}

// testUpgrade: a group becomes a supergroup, and everything of it moves: subscription,
// ledger and what is on its way, whatever meets the change first.
func testUpgrade(t *testing.T, rdb redis.UniversalClient) {
	c := newAnswerFixtureOn(t, rdb, simulator.Options{}, 0)
	byNews := c.group(c.telegram.Group, simulator.Rights{})
	byCorrection := c.group(c.telegram.Group, simulator.Rights{})
	c.subscribe(byNews.ID(), "ky", func(p *subscriptions.Preferences) { p.NoPictures = true })
	c.subscribe(byCorrection.ID(), "ky")
	defer c.send()()
	news := c.post("ky", story{title: "Биринчи", text: "Текст."})
	c.finished(1, 30*time.Second)
	first := c.last().ID

	newer := byNews.Upgrade(c.owner)
	c.publish("Экинчи")
	c.finished(2, 30*time.Second)
	second := c.last()
	if second.Sent != 2 || second.Blocked != 0 || second.Failed != 0 {
		t.Errorf("report %+v, want 2 sent: the group under its new id", second)
	}
	if got := shownOf(newer.Chat, "Экинчи"); len(got) != 1 {
		t.Errorf("the supergroup shows %q, want the message that followed it", got)
	}
	c.wantMoved(t, byNews.ID(), newer.ID(), first, second.ID)
	if p, _, _ := c.store.Get(t.Context(), newer.ID()); !p.NoPictures {
		t.Error("the group's settings did not move")
	}

	newest := byCorrection.Upgrade(c.owner)
	news.text = "Оңдолгон."
	c.read("ky")
	c.finished(3, 30*time.Second)
	if report := c.last(); report.Failed != 0 || report.Blocked != 0 {
		t.Errorf("the correction ends with %+v", report)
	}
	c.wantMoved(t, byCorrection.ID(), newest.ID(), first, second.ID)
}

// wantMoved wants everything of a chat under its new id, and nothing under the old one.
func (c *answerFixture) wantMoved(t *testing.T, from, to int64, ledgers ...int64) {
	t.Helper()
	if was, is := c.kept(from), c.kept(to); was != forgotten || is != active {
		t.Errorf("the old chat is %s, the new one %s", was, is)
	}
	for _, ledger := range ledgers {
		if was, is := c.noted(ledger, from), c.noted(ledger, to); was != "" || is == "" {
			t.Errorf("ledger %d says %q of the old chat and %q of the new one", ledger, was, is)
		}
	}
}

func TestAnswersToWhatWasSentBefore(t *testing.T) {
	t.Parallel()
	together(t, map[string]func(*testing.T, redis.UniversalClient){
		"corrections": testCorrections,
		"withdrawals": testWithdrawals,
		"upgrade":     testUpgrade,
	}, "corrections")
}
