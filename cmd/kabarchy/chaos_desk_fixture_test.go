//go:build chaos

package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// What the desk's announcement is called, before and after it is corrected.
const (
	announced = "Legal aid in Osh"
	corrected = "Legal aid in Osh and Naryn"
)

// deskTitle is what the simulator counts by: the desk's announcement, and all else as one.
func deskTitle(text string) string {
	if strings.HasPrefix(text, announced) {
		return announced
	}
	return ""
}

// pressroom is a country on which everything goes wrong, with a press office. The program is
// reached through Telegram alone; what it has done is read in Redis, on a way that nobody cuts.
type pressroom struct {
	*chaos
	cut     *redistest.Cut
	after   bool // a script that is cut has run
	program *exec.Cmd
	deaths  int

	office   *desk.Desk // to look
	engine   *broadcast.Engine
	archive  *feeds.Archive
	officer  *simulator.Citizen
	approver *simulator.Citizen
	readers  []*simulator.Citizen
}

// newPressroom opens one that sends so many messages a second.
func newPressroom(t *testing.T, perSecond int) *pressroom {
	server := redistest.Start(t, "--appendonly", "yes")
	p := &pressroom{cut: server.Cut(t)}
	p.chaos = newChaos(t, server.Client(t), p.cut.URL(), 0)
	p.officer, p.approver = p.comes("А. Осмонова"), p.comes("Б. Токтогулов")
	p.configure(perSecond, fmt.Sprintf(`
desk:
  hold_seconds: 10
  people:
    - {id: %d, name: А. Осмонова, roles: [officer]}
    - {id: %d, name: Б. Токтогулов, roles: [approver]}
`, p.officer.ID(), p.approver.ID()))
	p.archive = feeds.NewArchive(p.rdb)
	p.engine = broadcast.New(broadcast.Options{Redis: p.rdb, Store: p.store, Archive: p.archive, MessagesPerSecond: float64(perSecond)})
	var err error
	p.office, err = desk.New(desk.Options{Redis: p.rdb, Archive: p.archive, Engine: p.engine})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// comes makes somebody who speaks English with the bot and gets no news.
func (p *pressroom) comes(name string) *simulator.Citizen {
	p.t.Helper()
	c := p.telegram.Citizen(name, "en").Open()
	p.prefers(c, subscriptions.Stopped)
	return c
}

func (p *pressroom) prefers(c *simulator.Citizen, status subscriptions.Status) {
	p.t.Helper()
	_, err := p.store.Update(p.t.Context(), c.ID(), func(p *subscriptions.Preferences, _ bool) {
		p.Interface, p.Languages, p.Status = "en", []string{"en"}, status
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// subscribe makes so many readers, whose phones keep what they show.
func (p *pressroom) subscribe(n int) {
	p.t.Helper()
	for range n {
		c := p.telegram.Citizen("Нурлан", "en").Open()
		p.prefers(c, subscriptions.Active)
		p.readers = append(p.readers, c)
	}
}

// crowd lets so many read the news whose phones only count.
func (p *pressroom) crowd(n int) {
	p.t.Helper()
	p.first, p.size = p.telegram.Crowd(n), n
	redistest.Fill(p.t, p.rdb, p.first, n, subscriptions.Preferences{Interface: "en", Languages: []string{"en"}})
}

// opens starts the program anew: nobody waits until the lease of the dead one is over.
func (p *pressroom) opens() {
	p.t.Helper()
	if err := p.rdb.Del(p.t.Context(), "{news}:lease").Err(); err != nil {
		p.t.Fatal(err)
	}
	p.program = p.start()
}

// point is a script at which the program is killed.
type point struct {
	name string
	fits func(command []string) bool
	// check looks at what Redis has while the program is dead; may be nil.
	check func()
}

// look finds out who has the announcement without the ledger's knowledge.
func (p *pressroom) look() {
	p.t.Helper()
	p.still()
	p.compare(p.arrived())
}

// arrived is how often each of those who read the news, and not the desk, got the announcement.
func (p *pressroom) arrived() map[int64]int {
	got := p.telegram.Deliveries(announced)
	for _, c := range []*simulator.Citizen{p.officer, p.approver} {
		delete(got, c.ID())
	}
	return got
}

// dies has something done, and the program killed at each of the points in turn, in as many
// lives.
func (p *pressroom) dies(do func(), points ...point) {
	p.t.Helper()
	for i, at := range points {
		dead, running := make(chan struct{}), make(chan *exec.Cmd, 1)
		p.cut.At(at.fits, p.after, func() {
			p.kill(<-running)
			close(dead)
		})
		if i > 0 {
			p.opens()
		}
		running <- p.program
		if i == 0 {
			do()
		}
		select {
		case <-dead:
		case <-time.After(2 * time.Minute):
			p.t.Fatalf("the program never came to %s", at.name)
		}
		p.deaths++
		p.look()
		if at.check != nil {
			at.check()
		}
	}
	p.opens()
}

// actOf is the script of an act on a case. Killed before it, nothing has happened; after it,
// the act and its line in the audit.
func (p *pressroom) actOf(verb desk.Verb, id string) point {
	return point{
		name: fmt.Sprintf("%s of case %s", verb, id),
		fits: redistest.Scripts("{news}:desk:act:", fmt.Sprintf(`"act":"%s","case":"%s"`, verb, id)),
		check: func() {
			lines, version := p.lines(id), p.version(id)
			done := len(lines) > 0 && lines[len(lines)-1].Verb == verb
			if done != p.after || len(lines) != version {
				p.t.Errorf("killed at %s, after it: %v: the case has version %d, and the audit %+v", verb, p.after, version, lines)
			}
		},
	}
}

// effect is a script that does what was decided: it has these texts in its keys and arguments.
func effect(name string, holds ...string) point {
	return point{name: name, fits: redistest.Scripts(holds...)}
}

// acts has an act done at whose script, and then at those of its effects, the program is
// killed, and waits until it is done after all.
func (p *pressroom) acts(verb desk.Verb, id string, do func(), effects ...point) desk.Case {
	p.t.Helper()
	before := p.version(id)
	p.dies(do, append([]point{p.actOf(verb, id)}, effects...)...)
	return p.comesTo(id, before+1)
}

// comesTo waits until a case has at least a version.
func (p *pressroom) comesTo(id string, version int) desk.Case {
	p.t.Helper()
	p.until(fmt.Sprintf("case %s has version %d", id, version), func() bool { return p.version(id) >= version })
	return p.see(id)
}

func (p *pressroom) see(id string) desk.Case {
	p.t.Helper()
	c, _, err := p.office.Look(p.t.Context(), id)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func (p *pressroom) version(id string) int { return p.see(id).Version }

// becomes waits until a case is where it is to be.
func (p *pressroom) becomes(id string, status desk.Status) desk.Case {
	p.t.Helper()
	p.until(fmt.Sprintf("case %s is %s", id, status), func() bool { return p.see(id).Status == status })
	return p.see(id)
}

// lines are the audit's of a case, or all with an empty id, the first one first.
func (p *pressroom) lines(id string) (all []desk.Line) {
	p.t.Helper()
	lines, err := p.office.Audit(p.t.Context(), "", 1000)
	if err != nil {
		p.t.Fatal(err)
	}
	slices.Reverse(lines)
	for _, l := range lines {
		if id == "" || l.Case == id {
			all = append(all, l)
		}
	}
	return all
}

// button finds the newest button on a phone whose data begin so.
func button(c *simulator.Citizen, begin string) (data string, found bool) {
	for _, m := range slices.Backward(c.Messages()) {
		for _, row := range m.Keyboard {
			for _, b := range row {
				if strings.HasPrefix(b.Data, begin) {
					return b.Data, true
				}
			}
		}
	}
	return "", false
}

// press presses the button whose data begin so, once it is there. Where it does not come, as
// its answer died with the program, the person goes there anew from the desk, by these data.
func (p *pressroom) press(c *simulator.Citizen, begin string, anew ...string) (data string) {
	p.t.Helper()
	for range 5 {
		if p.soon(func() bool { _, found := button(c, begin); return found }) {
			data, _ = button(c, begin)
			if _, err := c.TapData(data); err == nil { // or it is gone again
				return data
			}
			continue
		}
		seen := len(c.Messages())
		c.Send("/desk")
		p.soon(func() bool { return len(c.Messages()) > seen+1 })
		for _, step := range anew {
			messages := c.Messages()
			if _, err := c.TapRaw(messages[len(messages)-1].ID, step); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	p.t.Fatalf("%s has no button %s: %+v", c.User().FirstName, begin, c.Messages())
	return ""
}

// soon reports whether something becomes true within a moment.
func (p *pressroom) soon(holds func() bool) bool {
	ctx, cancel := context.WithTimeout(p.t.Context(), 700*time.Millisecond)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// question waits for the newest question on a phone, and returns its message.
func (p *pressroom) question(c *simulator.Citizen) (message int64) {
	p.t.Helper()
	p.until("a question is asked", func() bool {
		message = 0
		for _, m := range c.Messages() {
			if m.Bot && m.Question != nil {
				message = m.ID
			}
		}
		return message != 0
	})
	return message
}

func (p *pressroom) answers(c *simulator.Citizen, text string) {
	p.t.Helper()
	if _, err := c.Say(simulator.Words{Text: text, ReplyTo: p.question(c)}); err != nil {
		p.t.Fatal(err)
	}
}

// shows is how many phones show a title, how often they show it once more, and how many don't.
func (p *pressroom) shows(title string) (once, more, none int) {
	for _, c := range p.readers {
		n := 0
		for _, m := range c.Messages() {
			if first, _, _ := strings.Cut(m.Text, "\n"); m.Bot && first == title {
				n++
			}
		}
		switch n {
		case 0:
			none++
		case 1:
			once++
		default:
			more += n - 1
			once++
		}
	}
	return once, more, none
}

// agrees fails the test where the audit of a case is not what happened to it: these acts, each
// once, each from where the last one led, and the case is where the last one left it.
func (p *pressroom) agrees(id string, verbs ...desk.Verb) {
	p.t.Helper()
	at, version := desk.None, 0
	var got []desk.Verb
	for _, l := range p.lines(id) {
		got = append(got, l.Verb)
		if l.From != at || l.Version != version+1 {
			p.t.Errorf("case %s, version %d: %s from %q, which was %q", id, l.Version, l.Verb, l.From, at)
		}
		at, version = l.To, l.Version
	}
	if !slices.Equal(got, verbs) {
		p.t.Errorf("case %s: the audit has %v, want %v", id, got, verbs)
	}
	if c := p.see(id); c.Status != at || c.Version != version {
		p.t.Errorf("case %s is %s, version %d; the audit says %s, %d", id, c.Status, c.Version, at, version)
	}
}
