package broadcast

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	_ "kabarchy/bot/bottest/seed" // RAPID_SEED
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestPromisesHoldInAnyOrderOfEvents lets people come, go, change language, follow a word
// instead of all news, wait for the morning or for a digest, groups become supergroups, items be published in one language or
// two, corrected, withdrawn, stopped and let go on, the engine crash, Redis go away or refuse to write, days go
// by and Telegram answer all sorts, in random order; then it compares what the phones show
// with what a model says they must, may and must not show. The engine works under a lease,
// and loses it with Redis.
func TestPromisesHoldInAnyOrderOfEvents(t *testing.T) {
	t.Parallel()
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		checkInBubbles(t, func(rt *rapid.T, run func(*testing.T, redis.UniversalClient, *redistest.Embedded)) {
			synctest.Test(t, func(t *testing.T) {
				server := redistest.Bubble(t)
				run(t, server.Client(t), server)
			})
		}, testPromises)
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		onRealServer := redistest.RealInBubbles(t)
		checkInBubbles(t, func(rt *rapid.T, run func(*testing.T, redis.UniversalClient, *redistest.Embedded)) {
			onRealServer(func(t *testing.T, rdb redis.UniversalClient) { run(t, rdb, nil) })
		}, testPromises)
	})
}

// checkInBubbles checks random sequences, each in a bubble of its own: rapid measures by
// its own clock how long it has been at work. What rapid throws in a bubble is carried out
// of it.
func checkInBubbles(t *testing.T, bubble func(rt *rapid.T, run func(*testing.T, redis.UniversalClient, *redistest.Embedded)),
	check func(*testing.T, *rapid.T, redis.UniversalClient, *redistest.Embedded),
) {
	rapid.Check(t, func(rt *rapid.T) {
		var thrown any
		bubble(rt, func(t *testing.T, rdb redis.UniversalClient, server *redistest.Embedded) {
			defer func() { thrown = recover() }()
			check(t, rt, rdb, server)
		})
		if thrown != nil {
			panic(thrown)
		}
	})
}

// testPromises plays one sequence; without a server that it can kill, Redis stays well.
func testPromises(t *testing.T, rt *rapid.T, rdb redis.UniversalClient, server *redistest.Embedded) {
	m := newModel(newFixture(t, rdb), rt)
	defer func() { m.stop() }()
	m.server = server
	for range rapid.IntRange(10, 40).Draw(rt, "events") {
		m.event(rt)
		m.look(rt)
	}
	m.settle()
	m.look(rt)
	m.check(rt)
}

// Each check walks the audience a few times: fewer than rapid's hundred, unless the
// command line asks for more, as CI does.
func init() {
	if err := flag.Set("rapid.checks", "1"); err != nil {
		panic(err)
	}
}

const (
	people     = 12
	someGroups = 3 // their ids are -1, -2, …
)

// model knows what the phones should show.
type model struct {
	h      *fixture
	stop   func()
	server *redistest.Embedded // nil where Redis stays well
	brake  *hand

	prefs map[int64][]string // reader → languages, the main one first; absent: not subscribed
	// away are those at whom messages may have got out of reach: they blocked the bot, or
	// became a supergroup.
	away map[int64]bool
	// following are those who want only what says the word, and that everywhere as long as
	// they are.
	following map[int64]bool
	items     []*published

	mu      sync.Mutex
	blocked map[int64]bool
	moved   map[int64]bool // groups that are supergroups now
	moods   []int          // what Telegram answers, in turn
	turn    int
	// unsure counts, by reader and title, messages that arrived though the engine can't
	// know: each may be followed by another.
	unsure map[string]int
}

// published is an item in its editions, and who is owed it.
type published struct {
	editions  map[string]*edition // by language
	says      bool                // the word that some follow
	withdrawn bool
	owed      map[int64]bool // subscribed when it was planned, and ever since
	may       map[int64]bool // subscribed at some time since then
}

type edition struct {
	title, text string
	number      int // corrections so far
}

// theWord is what some follow, and what some items say, in another form.
const theWord, ofTheWord = "шайлоо", "шайлоодон"

// wants reports whether somebody with these languages wants an item.
func (m *model) wants(who int64, languages []string, i *published) bool {
	if m.following[who] && !i.says {
		return false
	}
	return slices.ContainsFunc(languages, func(l string) bool { return i.editions[l] != nil })
}

func newModel(f *fixture, rt *rapid.T) *model {
	m := &model{
		h: f, prefs: map[int64][]string{}, away: map[int64]bool{}, following: map[int64]bool{},
		blocked: map[int64]bool{}, moved: map[int64]bool{}, unsure: map[string]int{},
		// Some are good in any case, or nothing would ever arrive.
		moods: append(rapid.SliceOfN(rapid.IntRange(0, 11), 16, 64).Draw(rt, "moods"), 11, 11, 11, 11),
	}
	m.brake = &hand{halted: map[string]Halt{}}
	f.options.Brake = m.brake
	f.options.Grace = time.Nanosecond
	f.options.GiveUpAfter = 60 * 24 * time.Hour // the days without an engine make no message too old
	f.phones.answer = m.answer
	f.engine = New(f.options)
	m.stop = f.run()
	return m
}

func spot(reader int64, title string) string { return fmt.Sprint(reader, " ", title) }

// reader is whose chat it is: a group is the same under both its ids.
func reader(chat int64) int64 {
	for group := int64(-someGroups); group < 0; group++ {
		if supergroup(group) == chat {
			return group
		}
	}
	return chat
}

// chat is the id that a reader's chat has now. Who acts in a supergroup tells the bot so.
func (m *model) chat(reader int64) int64 {
	m.mu.Lock()
	moved := m.moved[reader]
	m.mu.Unlock()
	if !moved {
		return reader
	}
	m.tellMove(reader)
	return supergroup(reader)
}

func (m *model) tellMove(group int64) {
	m.h.until("Redis takes the move", func() bool { // Telegram brings the update again
		return m.h.engine.Move(m.h.tb.Context(), group, supergroup(group)) == nil
	})
}

// shows are the messages on a reader's phone, oldest first.
func (m *model) shows(reader int64) []shown {
	all := m.h.phones.all()
	if reader < 0 {
		return append(all[reader], all[supergroup(reader)]...)
	}
	return all[reader]
}

// answer is Telegram's: mostly well, at times not, at times lost on its way back.
func (m *model) answer(d Delivery, _ int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	who := reader(d.Chat)
	if m.moved[d.Chat] {
		return &Error{Verdict: Moved, MovedTo: supergroup(d.Chat), Err: errors.New("upgraded to a supergroup")}
	}
	if m.blocked[who] {
		return &Error{Verdict: BlockedByUser, Err: errors.New("blocked")}
	}
	m.turn++
	switch m.moods[m.turn%len(m.moods)] {
	case 0:
		return &Error{Verdict: Transient, Err: errors.New("502")}
	case 1:
		return &Error{Verdict: SlowDown, After: 2 * time.Millisecond, Err: errors.New("429")}
	case 2:
		switch d.Kind {
		case News:
			m.h.phones.show(d)
			m.unsure[spot(who, d.Item.Title)]++
		case Digest:
			m.h.phones.showPart(d)
			if item := d.Items[d.Part]; !item.Withdrawn {
				m.unsure[spot(who, item.Title)]++
			}
		}
		return &Error{Verdict: Ambiguous, Err: errors.New("connection reset")}
	}
	return nil
}

// events are what may happen, some of it more often.
var events = []string{
	"subscribe", "subscribe", "subscribe", "leave", "block", "publish", "publish", "publish both", "correct", "withdraw",
	"crash", "wait", "quiet", "times", "halt", "go on", "follow", "follow", "evening", "morning", "migrate", "redis away", "redis refuses",
}

func (m *model) event(rt *rapid.T) {
	who := rapid.Int64Range(-someGroups, people).Filter(func(n int64) bool { return n != 0 }).Draw(rt, "reader")
	languages := rapid.SampledFrom([][]string{{"ky"}, {"ru"}, {"ky", "ru"}, {"ru", "ky"}}).Draw(rt, "languages")
	switch rapid.SampledFrom(events).Draw(rt, "event") {
	case "subscribe":
		m.subscribe(who, languages)
	case "leave":
		m.leave(who)
	case "block":
		m.mu.Lock()
		m.blocked[who] = true
		m.mu.Unlock()
		m.away[who] = true
		m.forgive(who)
	case "publish":
		m.publish(languages[:1], rapid.Bool().Draw(rt, "says"))
	case "publish both":
		m.publish([]string{"ru", "ky"}, rapid.Bool().Draw(rt, "says"))
	case "follow":
		m.follow(who, rapid.Bool().Draw(rt, "on"))
	case "correct":
		m.correct(rapid.IntRange(0, 99).Draw(rt, "which"), languages[0])
	case "withdraw":
		m.withdraw(rapid.IntRange(0, 99).Draw(rt, "which"))
	case "crash":
		m.crash()
	case "wait":
		time.Sleep(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "ms")) * time.Millisecond)
	case "quiet":
		m.h.sleeps(m.chat(who), 22, 7)
	case "halt":
		if i := m.pick(rapid.IntRange(0, 99).Draw(rt, "which")); i != nil {
			for language, e := range i.editions {
				m.brake.put(m.h.item(language, e.title).ID, Halted)
			}
		}
	case "go on":
		m.brake.free()
	case "times":
		m.reschedule(who, rapid.SampledFrom([]subscriptions.When{
			{}, daily(9), {Rhythm: subscriptions.Weekly, Weekday: time.Monday, Hour: 9},
		}).Draw(rt, "when"))
	case "evening":
		m.pass(22, 30)
	case "morning":
		m.pass(9, 1)
	case "migrate":
		m.migrate(who, rapid.Bool().Draw(rt, "told"))
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
	m.h.wellAgain()
}

// look fails where a report's figures do not add up, or say more than is true.
func (m *model) look(rt *rapid.T) {
	if err := m.h.addUp(); err != nil {
		rt.Fatal(err)
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

func (m *model) subscribe(who int64, languages []string) {
	m.mu.Lock()
	delete(m.blocked, who)
	m.mu.Unlock()
	if !slices.Equal(m.prefs[who], languages) {
		m.forgive(who)
	}
	m.prefs[who] = languages
	chat := m.chat(who)
	m.h.prefer(chat, func(p *subscriptions.Preferences) {
		p.Status, p.Interface, p.Languages = subscriptions.Active, languages[0], languages
	})
	m.joined(chat)
	for _, i := range m.items {
		if m.wants(who, languages, i) {
			i.may[who] = true
		}
	}
}

// follow lets a subscriber want what says the word instead of all news, or all again.
func (m *model) follow(who int64, on bool) {
	if m.prefs[who] == nil || m.following[who] == on {
		return
	}
	if m.following[who] = on; on {
		for _, i := range m.items {
			if !i.says {
				delete(i.owed, who)
			}
		}
	}
	chat := m.chat(who)
	m.h.prefer(chat, func(p *subscriptions.Preferences) {
		if p.Topics, p.Words = (subscriptions.Topics{}), nil; on {
			p.Topics, p.Words = subscriptions.Only(), []string{theWord}
		}
	})
	m.joined(chat)
	for _, i := range m.items {
		if m.wants(who, m.prefs[who], i) {
			i.may[who] = true
		}
	}
}

func (m *model) joined(chat int64) {
	if err := m.h.engine.Joined(m.h.tb.Context(), chat); err != nil {
		m.h.tb.Fatal(err)
	}
}

func (m *model) leave(who int64) {
	delete(m.prefs, who)
	m.forgive(who)
	m.h.prefer(m.chat(who), func(p *subscriptions.Preferences) { p.Status = subscriptions.Stopped })
}

// reschedule changes when a subscriber gets news, though a digest may be under way.
func (m *model) reschedule(who int64, when subscriptions.When) {
	if m.prefs[who] == nil {
		return
	}
	m.h.reschedule(m.chat(who), func(p *subscriptions.Preferences) { p.When = when })
}

// digested waits until every digest that was due has been sent.
func (m *model) digested() {
	m.h.until("no digest is under way", func() bool {
		ctx := m.h.tb.Context()
		last, err1 := m.h.rdb.Get(ctx, keyDigested).Int64()
		running, err2 := m.h.engine.plans.running(ctx)
		return errors.Join(err1, err2) == nil && last == time.Now().Unix()/3600 &&
			!slices.ContainsFunc(running, func(r record) bool { return r.Kind == Digest })
	})
}

// migrate makes a group a supergroup. The bot is told so, or finds out.
func (m *model) migrate(who int64, told bool) {
	if who > 0 {
		return
	}
	m.mu.Lock()
	m.moved[who] = true
	m.mu.Unlock()
	m.away[who] = true
	if told {
		m.tellMove(who)
	}
}

// forgive says that nothing is owed to a reader any more.
func (m *model) forgive(who int64) {
	for _, i := range m.items {
		delete(i.owed, who)
	}
}

// names are how the titles of a language begin.
var names = map[string]string{"ky": "Жаңылык", "ru": "Новость"}

func (m *model) publish(languages []string, says bool) {
	i := &published{editions: map[string]*edition{}, says: says, owed: map[int64]bool{}, may: map[int64]bool{}}
	for _, language := range languages {
		e := &edition{title: fmt.Sprintf("%s %d.", names[language], len(m.items)+1), text: "Текст."}
		if says {
			e.title = fmt.Sprintf("%s %s %d.", names[language], ofTheWord, len(m.items)+1)
		}
		i.editions[language] = e
	}
	for who, reads := range m.prefs { // before the first edition is out
		if m.wants(who, reads, i) {
			m.mu.Lock()
			i.owed[who], i.may[who] = !m.blocked[who], true
			m.mu.Unlock()
		}
	}
	m.items = append(m.items, i)
	for _, language := range languages {
		e := i.editions[language]
		m.h.site.number(e.title, 1000+len(m.items)) // the same in both: editions of one item
		m.h.publish(language, e.title)
	}
}

func (m *model) correct(which int, language string) {
	i := m.pick(which)
	if i == nil || i.editions[language] == nil {
		return
	}
	e := i.editions[language]
	e.number++
	e.text = fmt.Sprintf("Оңдолгон %d.", e.number)
	m.h.correct(language, e.title, e.text)
}

func (m *model) withdraw(which int) {
	i := m.pick(which)
	if i == nil {
		return
	}
	i.withdrawn = true
	for language, e := range i.editions {
		if err := m.h.archive.Withdraw(m.h.tb.Context(), m.h.item(language, e.title).ID); err != nil {
			m.h.tb.Fatal(err)
		}
		m.h.site.remove(language, e.title)
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
	ledgers := map[string]int64{} // by title
	for _, i := range m.items {
		for language, e := range i.editions {
			if i.withdrawn {
				continue
			}
			number, err := m.h.rdb.Get(m.h.tb.Context(), keyItemLedger(m.h.item(language, e.title).ID)).Int64()
			if err != nil && !errors.Is(err, redis.Nil) { // it may not be planned yet
				m.h.tb.Fatal(err)
			}
			ledgers[e.title] = number
		}
	}
	for chat, messages := range m.h.phones.all() {
		for _, shown := range messages {
			if shown.kind != Correction && !m.noted(chat, shown, ledgers) {
				m.unsure[spot(reader(chat), shown.item)]++
			}
		}
	}
}

// noted reports whether the ledger names a message, by either id of a group.
func (m *model) noted(chat int64, s shown, ledgers map[string]int64) bool {
	number := ledgers[s.item]
	if s.kind == Digest {
		number = s.broadcast
	}
	written := newLedger(m.h.rdb) // what the engine remembers beyond it goes with the engine
	for _, at := range []int64{chat, supergroupOf(chat)} {
		line, has, err := written.get(m.h.tb.Context(), number, at)
		switch {
		case err != nil:
			m.h.tb.Fatal(err)
		case !has:
		case s.kind == Digest && line.Revision > s.part, s.kind == News && line.ID == s.id, at != chat:
			return true
		}
	}
	return false
}

// supergroupOf is the id that a group has or may have later; a person's is the same.
func supergroupOf(chat int64) int64 {
	if -someGroups <= chat && chat < 0 {
		return supergroup(chat)
	}
	return chat
}

// settle waits until everything has been done: who waits for the morning, for a daily
// digest and for a weekly one.
func (m *model) settle() {
	m.brake.free()
	m.pass(7, 0)
	m.h.quiet()
	m.pass(9, 1)
	m.digested()
	m.h.quiet()
	m.stop()
	m.noteUnsure()
	for time.Now().In(bishkek).Weekday() != time.Monday {
		sleepUntil(9, 2)
	}
	m.stop = m.h.run()
	m.digested()
	m.h.quiet()
	m.stop()
}

// check compares the phones with the model.
func (m *model) check(rt *rapid.T) {
	for who := int64(-someGroups); who <= people; who++ {
		for _, i := range m.items {
			m.checkItem(rt, who, i)
		}
	}
}

func (m *model) checkItem(rt *rapid.T, who int64, i *published) {
	var had, visible, current, unsure int
	messages := m.shows(who)
	for _, e := range i.editions {
		unsure += m.unsure[spot(who, e.title)]
		for _, s := range messages {
			switch {
			case s.item != e.title:
				continue
			case s.kind == Digest: // which is told once, and neither corrected nor taken back
				had++
				current++
				continue
			case s.kind == News:
				had++
			}
			if !s.gone {
				visible++
			}
			if !s.gone && s.text == e.text {
				current++
			}
		}
	}
	title := ""
	for _, language := range slices.Sorted(maps.Keys(i.editions)) {
		title += i.editions[language].title
	}
	switch {
	case had > 0 && !i.may[who]:
		rt.Errorf("%d has %q, which it never wanted", who, title)
	case had > 1+unsure:
		rt.Errorf("%d has %q %d times, only %d could not be known: %+v", who, title, had, unsure, messages)
	case i.withdrawn && visible > unsure && !m.away[who]:
		rt.Errorf("%d still shows %q", who, title)
	case !i.withdrawn && i.owed[who] && current == 0:
		rt.Errorf("%d lacks %q as it is now: %+v", who, title, messages)
	}
}
