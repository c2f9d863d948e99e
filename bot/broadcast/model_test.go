package broadcast

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestPromisesHoldInAnyOrderOfEvents lets people come, go and change language, items
// be published, corrected and withdrawn, the engine crash and Telegram answer all
// sorts, in random order; then it compares what the phones show with what a model
// says they must, may and must not show.
func TestPromisesHoldInAnyOrderOfEvents(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, testPromises)
}

func testPromises(t *testing.T, rdb redis.UniversalClient) {
	inBubble := struct{ testing.TB }{t} // rapid asks a *testing.T for its deadline, which has none here
	rapid.Check(inBubble, func(rt *rapid.T) {
		if err := rdb.FlushDB(t.Context()).Err(); err != nil {
			rt.Fatal(err)
		}
		m := newModel(newHouse(t, rdb), rt)
		for range rapid.IntRange(10, 40).Draw(rt, "events") {
			m.event(rt)
		}
		m.settle()
		m.check(rt)
	})
}

// Each check walks the audience a few times: fewer than rapid's hundred, unless the
// command line asks for more.
func init() {
	if err := flag.Set("rapid.checks", "6"); err != nil {
		panic(err)
	}
}

const people = 12

// model knows what the phones should show.
type model struct {
	h    *house
	stop func()

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
		m.h.engine.Wake()
		time.Sleep(time.Duration(rapid.IntRange(0, 20).Draw(rt, "ms")) * time.Millisecond) // chance, not a hope: any length will do
	}
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
			line, has, err := m.h.engine.ledger.get(ctx, number, chat)
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
