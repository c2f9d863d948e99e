package desk

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	_ "kabarchy/bot/bottest/seed" // RAPID_SEED
	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// Fewer than rapid's hundred, unless the command line asks for more, as CI does.
func init() {
	if err := flag.Set("rapid.checks", "4"); err != nil {
		panic(err)
	}
}

// TestOnlyWhatTheTableAllowsHappens lets two officers, two approvers, an operator, somebody
// who is invited and put out again, and two clocks act at once on a few cases, by what they
// saw just now or long ago, with acts that come twice and roles that are taken away. The
// audit is the order in which it happened: an oracle looks at each of its lines, and at what
// each act answered.
func TestOnlyWhatTheTableAllowsHappens(t *testing.T) {
	t.Parallel()
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		checkModel(t, func(run func(*testing.T, redis.UniversalClient)) {
			synctest.Test(t, func(t *testing.T) { run(t, redistest.Bubble(t).Client(t)) })
		})
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		checkModel(t, redistest.RealInBubbles(t))
	})
}

// checkModel checks random sequences, each in a bubble of its own, and carries what rapid
// throws in there out of it.
func checkModel(t *testing.T, bubble func(run func(*testing.T, redis.UniversalClient))) {
	rapid.Check(t, func(rt *rapid.T) {
		var thrown any
		bubble(func(t *testing.T, rdb redis.UniversalClient) {
			defer func() { thrown = recover() }()
			m := newModel(t, rt, rdb)
			for range rapid.IntRange(10, 60).Draw(rt, "steps") {
				m.step()
			}
			m.replay()
		})
		if thrown != nil {
			panic(thrown)
		}
	})
}

// eldar has no role but by invitation.
const eldar = 105

// model is the desk in two instances, and what the oracle knows.
type model struct {
	t      *testing.T
	rt     *rapid.T
	rdb    redis.UniversalClient
	desks  [2]*Desk
	oracle oracle
	seen   []Case // cases as somebody saw them some time
	done   []Act  // acts that were tried, to come again
	item   string // one that went out
	acts   int
}

// idle is an engine that has sent everything as soon as it was told.
type idle struct{ archive *feeds.Archive }

func (e idle) Progress(ctx context.Context) ([]broadcast.Progress, error) {
	return nil, e.drain(ctx)
}

func (e idle) Reach(context.Context, []feeds.Item, time.Time) (broadcast.Reach, error) {
	return broadcast.Reach{}, nil
}

func (idle) Wake() {}

func (idle) Reports(context.Context, string) ([]broadcast.Report, error) { return nil, nil }

func (idle) Retry(context.Context, int64) (int, error) { return 0, nil }

func (idle) Budget(context.Context) (broadcast.Budget, error) { return broadcast.Budget{}, nil }

func (idle) Paid(context.Context, int64) (int, error) { return 0, nil }

func (e idle) drain(ctx context.Context) error {
	announced, err := e.archive.Announcements(ctx, 100)
	for _, a := range announced {
		if err == nil {
			err = e.archive.Announced(ctx, a.ID)
		}
	}
	return err
}

func newModel(t *testing.T, rt *rapid.T, rdb redis.UniversalClient) *model {
	m := &model{t: t, rt: rt, rdb: rdb, oracle: newOracle()}
	m.item = feeds.DeskItemID("earlier", "ky")
	archive := feeds.NewArchive(rdb)
	if err := archive.Publish(t.Context(), []feeds.Item{{ID: m.item, Language: "ky", Title: "Мурунку"}}); err != nil {
		rt.Fatal(err)
	}
	m.open(true)
	return m
}

// open makes the two instances anew, with or without Cholpon as an approver.
func (m *model) open(cholponApproves bool) {
	people := []Person{
		{ID: aizada, Roles: Officer | Approver}, {ID: bakyt, Roles: Officer},
		{ID: cholpon, Roles: Approver}, {ID: daniyar, Roles: Operator},
	}
	if !cholponApproves {
		people[2].Roles = Operator
	}
	for i := range m.desks {
		archive := feeds.NewArchive(m.rdb)
		d, err := New(Options{
			Redis: m.rdb, Archive: archive, Engine: idle{archive}, Writing: true, People: people, Alone: []int64{aizada},
		})
		if err != nil {
			m.rt.Fatal(err)
		}
		m.desks[i] = d
	}
	m.oracle.people = people
}

// step lets one or a few things happen at once, and looks at what did.
func (m *model) step() {
	switch what := rapid.SampledFrom([]string{"acts", "acts", "acts", "acts", "time", "people", "restart"}).Draw(m.rt, "what"); what {
	case "time":
		time.Sleep(rapid.SampledFrom([]time.Duration{time.Second, 11 * time.Second, 31 * time.Second, 31 * time.Minute, 25 * time.Hour, 31 * 24 * time.Hour}).Draw(m.rt, "pause"))
	case "restart":
		m.open(rapid.Bool().Draw(m.rt, "Cholpon approves"))
	case "people":
		m.people()
	default:
		m.atOnce()
	}
	m.look(nil)
}

// people lets Eldar in or puts him out.
func (m *model) people() {
	d := m.desks[0]
	if m.oracle.eldar {
		if err := d.PutOut(m.t.Context(), aizada, eldar); err != nil {
			m.rt.Fatal(err)
		}
		return
	}
	token, err := d.Invite(m.t.Context(), aizada)
	if err != nil {
		m.rt.Fatal(err)
	}
	if _, ok, err := d.Accept(m.t.Context(), token, eldar, "Э."); err != nil || !ok {
		m.rt.Fatalf("not let in: %v, %v", ok, err)
	}
	if _, ok, err := d.Accept(m.t.Context(), token, nobody, "Н."); err != nil || ok {
		m.rt.Fatalf("an invitation let two in: %v, %v", ok, err)
	}
}

// outcome is an act with what it answered.
type outcome struct {
	Act
	Outcome
}

// atOnce lets some act at once, and sometimes both clocks, and Eldar be put out.
func (m *model) atOnce() {
	acts := make([]Act, rapid.IntRange(1, 4).Draw(m.rt, "acts"))
	for i := range acts {
		acts[i] = m.draw()
	}
	ticks := rapid.IntRange(0, 2).Draw(m.rt, "clocks")
	putOut := m.oracle.eldar && rapid.IntRange(0, 3).Draw(m.rt, "put out") == 0
	predicted := ""
	if len(acts) == 1 && ticks == 0 && !putOut {
		predicted = m.oracle.predict(acts[0])
	}
	outcomes := make([]outcome, len(acts))
	errs := make(chan error, len(acts)+3)
	var all sync.WaitGroup
	for i, a := range acts {
		all.Go(func() {
			out, err := m.desks[i%2].Do(m.t.Context(), a)
			outcomes[i] = outcome{a, out}
			errs <- err
		})
	}
	for i := range ticks {
		all.Go(func() { errs <- m.desks[i].tick(m.t.Context()) })
	}
	if putOut {
		all.Go(func() { errs <- m.desks[1].PutOut(m.t.Context(), aizada, eldar) })
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			m.rt.Fatal(err)
		}
	}
	if predicted != "" && predicted != string(outcomes[0].Result) {
		m.rt.Fatalf("%+v: %s %s, the oracle says %s", acts[0], outcomes[0].Result, outcomes[0].Refusal, predicted)
	}
	m.look(outcomes)
}

// onwards are acts that lead somewhere: without them hardly anything would get there.
var onwards = map[Status][]Verb{
	Draft: {Submit}, Returned: {Change, Submit}, Submitted: {Approve, Approve, Approve, Return}, Approved: {TakeBack, Approve},
	Sending: {Stop}, Stopped: {GoOn, End}, Sent: {Retry},
}

// draw is an act that somebody may try, by what was seen some time; or one that comes again.
func (m *model) draw() Act {
	if len(m.done) > 0 && rapid.IntRange(0, 7).Draw(m.rt, "again") == 0 {
		return rapid.SampledFrom(m.done).Draw(m.rt, "act")
	}
	m.acts++
	a := Act{ID: fmt.Sprint("act", m.acts), Via: "chat", Reach: m.acts}
	a.Who = rapid.SampledFrom([]int64{aizada, aizada, bakyt, cholpon, cholpon, daniyar, eldar, nobody}).Draw(m.rt, "who")
	a.Verb = rapid.SampledFrom([]Verb{Write, Change, Submit, Submit, Return, Approve, Approve, Approve, TakeBack, Stop, Stop, GoOn, End, Retry, Discard}).Draw(m.rt, "verb")
	// Mostly what is newest: else hardly anything would get anywhere.
	open := len(m.seen) > 0 && rapid.IntRange(0, 9).Draw(m.rt, "new") > 0
	if open && a.Verb != Write {
		from := 0
		if rapid.IntRange(0, 3).Draw(m.rt, "old") > 0 {
			from = max(0, len(m.seen)-4)
		}
		c := rapid.SampledFrom(m.seen[from:]).Draw(m.rt, "case")
		a.Case, a.Version, a.Kind = c.ID, c.Version, c.Kind
		if likely := onwards[c.Status]; len(likely) > 0 && rapid.IntRange(0, 3).Draw(m.rt, "likely") > 0 {
			a.Verb = rapid.SampledFrom(likely).Draw(m.rt, "onwards")
		}
	} else {
		a.Case = fmt.Sprint("case", m.acts)
		a.Kind = rapid.SampledFrom([]Kind{Announce, Announce, Correct, Withdraw}).Draw(m.rt, "kind")
		if a.Kind != Announce || rapid.Bool().Draw(m.rt, "a feed's") {
			a.Items = []string{m.item}
		}
	}
	if a.Verb == Write || a.Verb == Change {
		urgent := rapid.Bool().Draw(m.rt, "urgent")
		language := rapid.SampledFrom([]string{"ky", "ru"}).Draw(m.rt, "language")
		a.Changes = &Changes{Texts: map[string]*Text{language: words(fmt.Sprint("Т", m.acts), "Текст.")}}
		if rapid.Bool().Draw(m.rt, "says how urgent") {
			a.Changes.Urgent = &urgent
		}
	}
	if a.Verb == Return {
		a.Reason = "Тарыхы жок."
	}
	m.done = append(m.done, a)
	return a
}

// look shows the oracle the new lines of the audit, and compares what it makes of them with
// the cases.
func (m *model) look(outcomes []outcome) {
	entries, err := m.rdb.XRange(m.t.Context(), keyAudit, "-", "+").Result()
	if err != nil {
		m.rt.Fatal(err)
	}
	lines, err := m.desks[0].Audit(m.t.Context(), "", len(entries)+1)
	if err != nil {
		m.rt.Fatal(err)
	}
	slices.Reverse(lines)
	lines = lines[m.oracle.lines:]
	acted := make(map[string]Act) // by case and version
	for _, o := range outcomes {
		if o.Result == Acted {
			acted[fmt.Sprint(o.Outcome.Case.ID, o.Outcome.Case.Version)] = o.Act
		}
	}
	for _, l := range lines {
		a, ok := acted[fmt.Sprint(l.Case, l.Version)]
		delete(acted, fmt.Sprint(l.Case, l.Version))
		if l.Case != "" && l.Who != 0 && (!ok || a.Verb != l.Verb || a.Who != l.Who) {
			m.rt.Fatalf("the audit tells of an act that nobody did: %+v", l)
		}
		if err := m.oracle.take(l, a); err != nil {
			m.rt.Fatalf("%+v: %v", l, err)
		}
	}
	if len(acted) > 0 {
		m.rt.Fatalf("acts are not in the audit: %+v", acted)
	}
	for id, known := range m.oracle.cases {
		c, ok, err := m.desks[0].Look(m.t.Context(), id)
		if err != nil || !ok || c.Status != known.status || c.Version != known.version {
			m.rt.Fatalf("case %s is %s %d, and by the audit %s %d: %v", id, c.Status, c.Version, known.status, known.version, err)
		}
		m.seen = append(m.seen, c)
		m.check(c, known)
	}
	m.seen = m.seen[max(0, len(m.seen)-40):]
}

// check compares what is beside a case: the sets, what is halted, what went out.
func (m *model) check(c Case, known *known) {
	ctx := m.t.Context()
	in := func(set string) bool { return m.rdb.ZScore(ctx, set, c.ID).Err() == nil }
	if in(keyOpen) == c.Status.Closed() || in(keyClosed) != c.Status.Closed() || in(keyDue) != (c.Status == Approved) {
		m.rt.Fatalf("case %s is %s, open %v, closed %v, due %v", c.ID, c.Status, in(keyOpen), in(keyClosed), in(keyDue))
	}
	if c.Kind != Announce || c.Feed {
		return
	}
	for language, t := range c.Texts {
		id := feeds.DeskItemID(c.ID, language)
		it, err := feeds.NewArchive(m.rdb).Item(ctx, id)
		if known.released == (err != nil) {
			m.rt.Fatalf("case %s is %s, its item: %v", c.ID, c.Status, err)
		}
		if err == nil && it.Title != t.Title {
			m.rt.Fatalf("%s went out, and not %s", it.Title, t.Title)
		}
		if halt := m.rdb.HGet(ctx, keyHalted, id).Val(); halt != known.halt() {
			m.rt.Fatalf("case %s is %s, its item %q", c.ID, c.Status, halt)
		}
	}
}

// replay reads the audit from its beginning: it gives the state.
func (m *model) replay() {
	lines, err := m.desks[1].Audit(m.t.Context(), "", m.oracle.lines+1)
	if err != nil || len(lines) != m.oracle.lines {
		m.rt.Fatalf("%d lines, and there were %d: %v", len(lines), m.oracle.lines, err)
	}
	slices.Reverse(lines)
	state := make(map[string]Line)
	for _, l := range lines {
		if l.Case != "" {
			state[l.Case] = l
		}
	}
	for id, l := range state {
		if c, ok, err := m.desks[1].Look(m.t.Context(), id); err != nil || !ok || c.Status != l.To || c.Version != l.Version {
			m.rt.Fatalf("case %s is %s %d, the audit's last line %+v: %v", id, c.Status, c.Version, l, err)
		}
	}
}
