package broadcast_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

var readsRussian = subscriptions.Preferences{Interface: "ru", Languages: []string{"ru"}}

// TestPacing holds the engine to Telegram's limits, which the simulator enforces, and
// to its duty not to dawdle.
func TestPacing(t *testing.T) {
	t.Parallel()
	together(t, map[string]func(*testing.T, redis.UniversalClient){
		"one chat":              pacingOneChat,
		"a chat asks to wait":   pacingOneChatWaits,
		"a storm of 429":        pacingStorm,
		"answers":               pacingAnswers,
		"urgent":                pacingUrgent,
		"urgent in one chat":    pacingUrgentInOneChat,
		"small overtakes large": pacingShare,
		"a lively group":        pacingLively,
	}, "one chat", "answers")
}

// pacingOneChat: several items at once for a person, a group and a channel.
func pacingOneChat(t *testing.T, rdb redis.UniversalClient) {
	c := newAnswerFixtureOn(t, rdb, simulator.Options{Limits: simulator.TelegramLimits}, 30)
	person := c.person()
	group := c.group(c.supergroup, simulator.Rights{})
	channel := c.group(c.channel, simulator.AllRights)
	distances := map[*simulator.Chat]time.Duration{
		person.Chat: time.Second, group.Chat: 3 * time.Second, channel.Chat: 3 * time.Second,
	}
	for chat := range distances {
		c.subscribe(chat.ID(), "ky")
	}
	titles := []string{"Биринчи", "Экинчи", "Үчүнчү"}
	for _, title := range titles {
		c.publish(title)
	}
	began := time.Now()
	defer c.send()()
	c.finished(len(titles), time.Minute)
	took := time.Since(began)
	for chat, distance := range distances {
		if got := shownOf(chat, titles...); !slices.Equal(got, titles) {
			t.Errorf("%s shows %q, want %q", chat.Kind(), got, titles)
		}
		var at time.Time
		for _, m := range chat.Messages() {
			if !m.Bot {
				continue
			}
			if between := m.Date.Sub(at); between < distance {
				t.Errorf("%s: %q came %v after the one before", chat.Kind(), m.Text, between)
			}
			at = m.Date
		}
	}
	if n := c.telegram.Stats().Limited429; n > 0 {
		t.Errorf("Telegram had to ask for patience %d times", n)
	}
	if least := 2 * 3 * time.Second; took > 3*least {
		t.Errorf("it took %v, where %v is enough", took, least)
	}
}

// pacingOneChatWaits: a 429 for one chat is its own affair.
func pacingOneChatWaits(t *testing.T, rdb redis.UniversalClient) {
	const others, wait = 200, 2
	c := newAnswerFixtureOn(t, rdb, simulator.Options{}, 0)
	seen := c.watch()
	slow := c.person(once(simulator.Fault{Refuse: simulator.TooMany(wait)}))
	c.subscribe(slow.ID(), "ky")
	redistest.Fill(t, c.rdb, c.telegram.Crowd(others), others, readsKyrgyz)
	defer c.send()()
	c.publish("Жаңылык")
	c.finished(1, 30*time.Second)
	var tries, served []time.Time
	for _, s := range seen.all() {
		if s.chat == slow.ID() {
			tries = append(tries, s.at)
		} else {
			served = append(served, s.at)
		}
	}
	if len(tries) != 2 || tries[1].Sub(tries[0]) < wait*time.Second {
		t.Errorf("the chat was tried at %v, want twice, %d s apart", tries, wait)
	}
	if last := served[len(served)-1]; len(served) != others || last.Sub(tries[0]) >= time.Second {
		t.Errorf("%d others got theirs, the last %v after the chat was told to wait", len(served), last.Sub(tries[0]))
	}
	c.wantReport(t, c.last(), others+1, 0, 0)
}

// pacingStorm: Telegram asks everybody to wait. Nothing passes for so long; then it goes
// on more slowly, and finds its way back to the full rate.
func pacingStorm(t *testing.T, rdb redis.UniversalClient) {
	const audience, wait, rate, latency = 500, 2, 200, 100 * time.Millisecond
	c := newAnswerFixtureOn(t, rdb, simulator.Options{Latency: latency}, rate)
	seen := c.watch()
	redistest.Fill(t, c.rdb, c.telegram.Crowd(audience), audience, readsKyrgyz)
	storm := &storm{after: 100, lasts: wait * time.Second}
	c.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage"}, Refuse: simulator.TooMany(wait), Match: storm.strikes})
	defer c.send()()
	c.publish("Жаңылык")
	c.finished(1, time.Minute)
	c.wantReport(t, c.last(), audience, 0, 0)
	hits := storm.refused()
	if len(hits) < 3 {
		t.Fatalf("%d messages met the storm", len(hits))
	}
	last := hits[len(hits)-1]
	known := hits[2].Add(latency) // the third answer has come
	if late := last.Sub(known); late > 500*time.Millisecond {
		t.Errorf("a message came %v after the third 429 was answered", late)
	}
	after, recovered := 0, time.Time{}
	for _, s := range seen.all() {
		if !s.at.After(last) {
			continue
		}
		if waited := s.at.Sub(last); after == 0 && waited < wait*time.Second {
			t.Errorf("the next message came %v after the last 429, want %d s", waited, wait)
		}
		after++
		recovered = s.at
	}
	if after != audience-100 {
		t.Errorf("%d messages after the storm, want each of the %d once", after, audience-100)
	}
	// At the slower rate of 0.7 it would take 2.9 s, at the full one 2.
	if took := recovered.Sub(last) - wait*time.Second; took > 10*time.Second {
		t.Errorf("the rest took %v after the storm", took)
	}
}

// storm refuses everything for a while, once so many messages have passed.
type storm struct {
	after int
	lasts time.Duration

	mu     sync.Mutex
	passed int
	began  time.Time
	hits   []time.Time
}

func (s *storm) strikes(simulator.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.passed < s.after {
		s.passed++
		return false
	}
	if s.began.IsZero() {
		s.began = now
	}
	if now.Sub(s.began) > s.lasts {
		return false
	}
	s.hits = append(s.hits, now)
	return true
}

func (s *storm) refused() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.hits)
}

// pacingAnswers: people ask three questions a second while a broadcast runs. They are
// answered at once, and both together use the whole limit and no more.
func pacingAnswers(t *testing.T, rdb redis.UniversalClient) {
	const audience, latency = 600, 50 * time.Millisecond
	c := newAnswerFixtureOn(t, rdb, simulator.Options{Limits: simulator.TelegramLimits, Latency: latency}, 30)
	redistest.Fill(t, c.rdb, c.telegram.Crowd(audience), audience, readsKyrgyz)
	defer c.run()()
	c.publish("Жаңылык")
	c.await("it is on its way", 30*time.Second, func() bool { return c.telegram.Stats().Accepted > 0 })
	began, before := time.Now(), c.telegram.Stats().Accepted
	answered, end := tap(c.telegramFixture, 2*latency) // to be told of the question, and to answer
	c.await("the broadcast is over", time.Minute, func() bool {
		return c.telegram.Stats().Accepted-answered.Load() >= audience-2
	})
	took, together := time.Since(began), c.telegram.Stats().Accepted-before
	p99 := end()
	if share := float64(together) / took.Seconds() / 30; share < 0.98 {
		t.Errorf("%d messages in %v, %d of them answers: %.3f of the limit", together, took, answered.Load(), share)
	}
	if p99 > 250 || answered.Load() < 50 {
		t.Errorf("%d people were answered; the 99th of a hundred waited %.0f ms longer than the latency", answered.Load(), p99)
	}
	c.finished(1, time.Minute)
	if n := c.telegram.Stats().Limited429; n > 0 {
		t.Errorf("Telegram had to ask for patience %d times", n)
	}
	c.wantReport(t, c.last(), audience, 0, 0)
}

// pacingUrgent: an urgent item overtakes a large ordinary broadcast.
func pacingUrgent(t *testing.T, rdb redis.UniversalClient) {
	const audience = 400
	c := newAnswerFixtureOn(t, rdb, simulator.Options{}, 100)
	seen := c.watch()
	redistest.Fill(t, c.rdb, c.telegram.Crowd(audience), audience, readsKyrgyz)
	defer c.send()()
	c.publish("Жөнөкөй")
	c.await("the ordinary one is on its way", 30*time.Second, func() bool { return c.telegram.Stats().Accepted >= 50 })
	c.publish("Эвакуация")
	c.finished(2, time.Minute)
	first, last, ordinary := -1, 0, 0
	all := seen.all()
	for i, s := range all {
		if !strings.Contains(s.text, "Эвакуация") {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
	}
	for _, s := range all[first:last] {
		if strings.Contains(s.text, "Жөнөкөй") {
			ordinary++
		}
	}
	if first < 0 || first > audience/2 {
		t.Errorf("the urgent one began after %d ordinary messages", first)
	}
	if ordinary > audience/10 {
		t.Errorf("%d ordinary messages went in between %d urgent ones", ordinary, audience)
	}
	if len(all) != 2*audience {
		t.Errorf("%d messages, want %d", len(all), 2*audience)
	}
}

// pacingUrgentInOneChat: nor does it queue behind what the chat is waiting for already.
func pacingUrgentInOneChat(t *testing.T, rdb redis.UniversalClient) {
	c := newAnswerFixtureOn(t, rdb, simulator.Options{Limits: simulator.TelegramLimits}, 30)
	group := c.group(c.telegram.Group, simulator.Rights{})
	c.subscribe(group.ID(), "ky")
	c.publish("Биринчи")
	c.publish("Экинчи")
	defer c.send()()
	c.await("the first has come", 30*time.Second, func() bool { return group.Received() > 0 })
	c.publish("Эвакуация")
	c.finished(3, time.Minute)
	want := []string{"Биринчи", "Эвакуация", "Экинчи"}
	if got := shownOf(group.Chat, want...); !slices.Equal(got, want) {
		t.Errorf("the group shows %q, want %q", got, want)
	}
	if n := c.telegram.Stats().Limited429; n > 0 {
		t.Errorf("Telegram had to ask for patience %d times", n)
	}
}

// pacingShare: a broadcast to few people that started later is over long before a large one.
func pacingShare(t *testing.T, rdb redis.UniversalClient) {
	const many, few = 500, 20
	c := newAnswerFixtureOn(t, rdb, simulator.Options{}, 100)
	seen := c.watch()
	redistest.Fill(t, c.rdb, c.telegram.Crowd(many), many, readsKyrgyz)
	redistest.Fill(t, c.rdb, c.telegram.Crowd(few), few, readsRussian)
	defer c.send()()
	c.post("ky", story{title: "Жаңылык", text: "Текст."})
	c.await("the large one is on its way", 30*time.Second, func() bool { return c.telegram.Stats().Accepted >= 50 })
	c.post("ru", story{title: "Новость", text: "Текст."})
	c.finished(2, time.Minute)
	small, before := 0, 0
	for _, s := range seen.all() {
		switch {
		case strings.Contains(s.text, "Новость"):
			small++
		case small < few:
			before++
		}
	}
	if small != few || before > many*3/4 {
		t.Errorf("the small broadcast has %d of %d; %d of the large one's %d went before its end", small, few, before, many)
	}
}
