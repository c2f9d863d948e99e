package broadcast

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestPromisesHoldInAnyOrderOfEvents lets people come, go, change language and wait for
// the morning, items be published, corrected and withdrawn, the engine crash, Redis go away
// or refuse to write, evenings fall and Telegram answer all sorts, in random order; then
// it compares what the phones show with what a model says they must, may and must not
// show. The engine works under a lease, and loses it with Redis.
func TestPromisesHoldInAnyOrderOfEvents(t *testing.T) {
	t.Parallel()
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		checkInBubbles(t, func(rt *rapid.T, run func(*testing.T, redis.UniversalClient, *redistest.Embedded)) {
			synctest.Test(t, func(t *testing.T) {
				server := redistest.Bubble(t)
				run(t, server.Client(t), server)
			})
		})
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		onRealServer := redistest.RealInBubbles(t)
		checkInBubbles(t, func(rt *rapid.T, run func(*testing.T, redis.UniversalClient, *redistest.Embedded)) {
			onRealServer(func(t *testing.T, rdb redis.UniversalClient) { run(t, rdb, nil) })
		})
	})
}

// checkInBubbles checks random sequences, each in a bubble of its own: rapid measures by
// its own clock how long it has been at work. What rapid throws in a bubble is carried out
// of it.
func checkInBubbles(t *testing.T, bubble func(rt *rapid.T, run func(*testing.T, redis.UniversalClient, *redistest.Embedded))) {
	rapid.Check(t, func(rt *rapid.T) {
		var thrown any
		bubble(rt, func(t *testing.T, rdb redis.UniversalClient, server *redistest.Embedded) {
			defer func() { thrown = recover() }()
			testPromises(t, rt, rdb, server)
		})
		if thrown != nil {
			panic(thrown)
		}
	})
}

// testPromises plays one sequence; without a server that it can kill, Redis stays well.
func testPromises(t *testing.T, rt *rapid.T, rdb redis.UniversalClient, server *redistest.Embedded) {
	m := newModel(newHouse(t, rdb), rt)
	defer func() { m.stop() }()
	m.server = server
	for range rapid.IntRange(10, 40).Draw(rt, "events") {
		m.event(rt)
	}
	m.settle()
	m.check(rt)
}

// Each check walks the audience a few times: fewer than rapid's hundred, unless the
// command line asks for more, as CI does.
func init() {
	if err := flag.Set("rapid.checks", "6"); err != nil {
		panic(err)
	}
}

const people = 12

// model knows what the phones should show.
type model struct {
	h      *house
	stop   func()
	server *redistest.Embedded // nil where Redis stays well

	prefs   map[int64]string // chat → language; absent: not subscribed
	blocked map[int64]bool
	away    map[int64]bool // blocked the bot at some time: messages there may have been out of reach
	items   []*published

	mu    sync.Mutex
	moods []int // what Telegram answers, in turn
	turn  int
	// unsure counts, by chat and title, messages that arrived though the engine can't
	// know: each may be followed by another.
	unsure map[string]int
}

// published is an item and who is owed it.
type published struct {
	language, title, text string
	number                int // corrections so far
	withdrawn             bool
	owed                  map[int64]bool // subscribed when it was planned, and ever since
	may                   map[int64]bool // subscribed at some time since then
}

func newModel(h *house, rt *rapid.T) *model {
	m := &model{
		h: h, prefs: map[int64]string{}, blocked: map[int64]bool{}, away: map[int64]bool{}, unsure: map[string]int{},
		// Some are good in any case, or nothing would ever arrive.
		moods: append(rapid.SliceOfN(rapid.IntRange(0, 11), 16, 64).Draw(rt, "moods"), 11, 11, 11, 11),
	}
	h.options.Grace = time.Nanosecond
	h.options.GiveUpAfter = 30 * 24 * time.Hour // the nights without an engine make no message too old
	h.options.Zone = bishkek
	h.phones.answer = m.answer
	h.engine = New(h.options)
	m.stop = h.run()
	return m
}

func spot(chat int64, title string) string { return fmt.Sprint(chat, " ", title) }

// answer is Telegram's: mostly well, at times not, at times lost on its way back.
func (m *model) answer(d Delivery, _ int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.blocked[d.Chat] {
		return &Error{Verdict: BlockedByUser, Err: errors.New("blocked")}
	}
	m.turn++
	switch m.moods[m.turn%len(m.moods)] {
	case 0:
		return &Error{Verdict: Transient, Err: errors.New("502")}
	case 1:
		return &Error{Verdict: SlowDown, After: 2 * time.Millisecond, Err: errors.New("429")}
	case 2:
		if d.Kind == News {
			m.h.phones.show(d)
			m.unsure[spot(d.Chat, d.Item.Title)]++
		}
		return &Error{Verdict: Ambiguous, Err: errors.New("connection reset")}
	}
	return nil
}

func (m *model) event(rt *rapid.T) {
	chat := rapid.Int64Range(1, people).Draw(rt, "chat")
	language := rapid.SampledFrom([]string{"ky", "ru"}).Draw(rt, "language")
	switch rapid.SampledFrom([]string{
		"subscribe", "subscribe", "subscribe", "leave", "block", "publish", "publish", "correct", "withdraw", "crash", "wait",
		"quiet", "evening", "redis away", "redis refuses",
	}).Draw(rt, "event") {
	case "subscribe":
		m.subscribe(chat, language)
	case "leave":
		m.leave(chat)
	case "block":
		m.mu.Lock()
		m.blocked[chat], m.away[chat] = true, true
		m.mu.Unlock()
		m.forgive(chat)
	case "publish":
		m.publish(language)
	case "correct":
		m.correct(rapid.IntRange(0, 99).Draw(rt, "which"))
	case "withdraw":
		m.withdraw(rapid.IntRange(0, 99).Draw(rt, "which"))
	case "crash":
		m.crash()
	case "wait":
		time.Sleep(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "ms")) * time.Millisecond)
	case "quiet":
		m.h.prefer(chat, func(p *subscriptions.Preferences) {
			p.Quiet = subscriptions.Quiet{From: 22, To: 7, Wait: true}
		})
	case "evening":
		m.pass(22, 30)
	case "redis away":
		m.trouble(rt, func() { m.server.Kill() }, func() { m.server.Restart() })
	case "redis refuses":
		m.trouble(rt, func() { m.server.RefuseWrites("MISCONF no disk") }, func() { m.server.RefuseWrites("") })
	}
}

// trouble lets Redis be ill for a while: for so long at times that the lease ends.
func (m *model) trouble(rt *rapid.T, begin, end func()) {
	if m.server == nil {
		return
	}
	begin()
	time.Sleep(time.Duration(rapid.IntRange(0, 9000).Draw(rt, "ms")) * time.Millisecond)
	end()
	for well := 0; well < 100; well++ { // the test's own commands find no connection that died
		if m.h.rdb.Ping(m.h.tb.Context()).Err() != nil {
			well = 0
		}
	}
}

// pass lets the time come to an hour and a minute. The engine, which looks every second,
// would make that long.
func (m *model) pass(hour, minute int) {
	m.stop()
	m.noteUnsure()
	sleepUntil(hour, minute)
	m.stop = m.h.run()
}

func (m *model) subscribe(chat int64, language string) {
	m.mu.Lock()
	delete(m.blocked, chat)
	m.mu.Unlock()
	if m.prefs[chat] != language {
		m.forgive(chat)
	}
	m.prefs[chat] = language
	m.h.subscribe(language, chat)
	if err := m.h.engine.Joined(m.h.tb.Context(), chat); err != nil {
		m.h.tb.Fatal(err)
	}
	for _, i := range m.items {
		if i.language == language {
			i.may[chat] = true
		}
	}
}

func (m *model) leave(chat int64) {
	delete(m.prefs, chat)
	m.forgive(chat)
	_, err := m.h.store.Update(m.h.tb.Context(), chat, func(p *subscriptions.Preferences, _ bool) {
		p.Status = subscriptions.Stopped
	})
	if err != nil {
		m.h.tb.Fatal(err)
	}
}

// forgive says that nothing is owed to a chat any more.
func (m *model) forgive(chat int64) {
	for _, i := range m.items {
		delete(i.owed, chat)
	}
}

func (m *model) publish(language string) {
	i := &published{
		language: language, title: fmt.Sprintf("Жаңылык %d", len(m.items)), text: "Текст.",
		owed: map[int64]bool{}, may: map[int64]bool{},
	}
	m.h.publish(language, i.title)
	for chat, reads := range m.prefs {
		if reads == language {
			i.owed[chat], i.may[chat] = !m.blocked[chat], true
		}
	}
	m.items = append(m.items, i)
}

func (m *model) correct(which int) {
	if i := m.pick(which); i != nil {
		i.number++
		i.text = fmt.Sprintf("Оңдолгон %d.", i.number)
		m.h.correct(i.language, i.title, i.text)
	}
}

func (m *model) withdraw(which int) {
	if i := m.pick(which); i != nil {
		i.withdrawn = true
		if err := m.h.archive.Withdraw(m.h.tb.Context(), m.h.item(i.language, i.title).ID); err != nil {
			m.h.tb.Fatal(err)
		}
		m.h.site.remove(i.language, i.title)
	}
}

// pick chooses an item that is still out.
func (m *model) pick(which int) *published {
	out := slices.DeleteFunc(slices.Clone(m.items), func(i *published) bool { return i.withdrawn })
	if len(out) == 0 {
		return nil
	}
	return out[which%len(out)]
}

// crash ends the engine at once, notes which messages it could not note, and starts it
// anew.
func (m *model) crash() {
	m.stop()
	m.noteUnsure()
	m.stop = m.h.run()
}

// noteUnsure finds the messages on phones that the ledger doesn't name.
func (m *model) noteUnsure() {
	ctx := m.h.tb.Context()
	written := newLedger(m.h.rdb) // what the engine remembers beyond it goes with the engine
	items := map[string]feeds.Item{}
	for _, i := range m.items {
		if !i.withdrawn {
			items[i.title] = m.h.item(i.language, i.title)
		}
	}
	for chat, messages := range m.h.phones.all() {
		for _, shown := range messages {
			item, out := items[shown.title]
			if !out {
				m.unsure[spot(chat, shown.title)]++
				continue
			}
			number, err := m.h.rdb.Get(ctx, keyItemLedger(item.ID)).Int64()
			if err != nil {
				m.h.tb.Fatal(err)
			}
			line, has, err := written.get(ctx, number, chat)
			if err != nil {
				m.h.tb.Fatal(err)
			}
			if !has || line.ID != shown.id {
				m.unsure[spot(chat, shown.title)]++
			}
		}
	}
}

// settle waits until everything has been done.
func (m *model) settle() {
	m.pass(7, 0) // who waits for the morning
	m.h.quiet()
	m.stop()
}

// check compares the phones with the model.
func (m *model) check(rt *rapid.T) {
	for chat := int64(1); chat <= people; chat++ {
		messages := m.h.phones.all()[chat]
		for _, i := range m.items {
			var had, visible, current int
			for _, shown := range messages {
				if shown.title != i.title {
					continue
				}
				had++
				if !shown.gone {
					visible++
				}
				if !shown.gone && shown.text == i.text {
					current++
				}
			}
			unsure := m.unsure[spot(chat, i.title)]
			switch {
			case had > 0 && !i.may[chat]:
				rt.Errorf("chat %d has %q, which it never wanted", chat, i.title)
			case had > 1+unsure:
				rt.Errorf("chat %d has %q %d times, only %d could not be known", chat, i.title, had, unsure)
			case i.withdrawn && visible > unsure && !m.away[chat]:
				rt.Errorf("chat %d still shows %q", chat, i.title)
			case !i.withdrawn && i.owed[chat] && current == 0:
				rt.Errorf("chat %d lacks %q as it is now: %+v", chat, i.title, messages)
			}
		}
	}
}
