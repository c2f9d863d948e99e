//go:build chaos

package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
)

// eachSide runs a test with scripts that have not run when the program is killed, and with such
// that have, and whose answer is lost.
func eachSide(t *testing.T, test func(p *pressroom)) {
	t.Parallel()
	for name, after := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPressroom(t, 20)
			p.after = after
			test(p)
		})
	}
}

// begins has the officer asked for an announcement's text; answer gives it.
func (p *pressroom) begins() (id string, answer func()) {
	p.t.Helper()
	p.officer.Send("/desk")
	data := p.press(p.officer, "desk:new:")
	id = strings.TrimPrefix(data, "desk:new:")
	return id, func() { p.answers(p.officer, announced+"\n\nFree for all.") }
}

// writes has the officer write an announcement.
func (p *pressroom) writes() (id string) {
	p.t.Helper()
	id, answer := p.begins()
	answer()
	p.comesTo(id, 1)
	return id
}

// announces has an announcement written, submitted and approved.
func (p *pressroom) announces() (id string) {
	p.t.Helper()
	id = p.writes()
	p.submits(id)()
	p.comesTo(id, 2)
	p.does(p.approver, desk.Approve, id)()
	return id
}

// does presses the button of an act on the version of the case that is now.
func (p *pressroom) does(c *simulator.Citizen, verb desk.Verb, id string) func() {
	return func() {
		p.t.Helper()
		version := p.version(id)
		anew := "desk:case:" + id
		switch verb {
		case desk.Approve, desk.GoOn, desk.Discard:
			if verb == desk.Approve {
				anew = "desk:look:" + id
			}
			p.press(c, fmt.Sprintf("desk:sure:%s:%s:%d", verb, id, version), anew)
		}
		p.press(c, fmt.Sprintf("desk:do:%s:%s:%d", verb, id, version), anew)
	}
}

// TestChaosDeskIsKilledAtEachAct kills the program at the script of each act and each effect of
// an announcement's way, from its text to a correction and another try.
func TestChaosDeskIsKilledAtEachAct(t *testing.T) {
	eachSide(t, func(p *pressroom) {
		const people, refusing = 60, 2
		p.subscribe(people)
		lift := p.telegram.Fault(simulator.Fault{
			Methods: []string{"sendMessage"}, Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: can't parse entities"},
			Chats: func(chat int64) bool { return chat == p.readers[10].ID() || chat == p.readers[40].ID() },
		})
		p.opens()
		id, answer := p.begins()
		p.acts(desk.Write, id, answer)
		p.acts(desk.Submit, id, p.submits(id))
		p.acts(desk.Return, id, func() {
			p.press(p.approver, "desk:ask:"+id+":reason", "desk:case:"+id)
			p.answers(p.approver, "Say for whom.")
		})
		p.acts(desk.Change, id, func() {
			p.press(p.officer, fmt.Sprintf("desk:set:%s:%d:urgent:1", id, p.version(id)), "desk:case:"+id)
		})
		p.acts(desk.Submit, id, p.submits(id))
		p.acts(desk.Approve, id, p.does(p.approver, desk.Approve, id))
		p.acts(desk.TakeBack, id, p.does(p.officer, desk.TakeBack, id))
		p.acts(desk.Submit, id, p.submits(id))
		item := feeds.DeskItemID(id, "en")
		p.acts(desk.Approve, id, p.does(p.approver, desk.Approve, id), p.hold(), p.actOf(desk.Go, id),
			effect("publishing", "{news}:latest:en", item), effect("planning", "{news}:broadcasts:of:"+item))
		p.until("a part has it", func() bool { once, _, _ := p.shows(announced); return once > 15 })
		p.acts(desk.Stop, id, p.does(p.officer, desk.Stop, id))
		p.still()
		if once, _, none := p.shows(announced); none < refusing+5 {
			p.t.Errorf("it was stopped, and %d of %d have it", once, people)
		}
		p.acts(desk.GoOn, id, p.does(p.approver, desk.GoOn, id), p.actOf(desk.Done, id))
		p.becomes(id, desk.Sent)
		p.once(announced, people-refusing)

		p.corrects(id, item)
		p.once(corrected, people-refusing)
		lift()
		p.acts(desk.Retry, id, p.retries(item), effect("trying again", "{news}:failed:", "{news}:broadcasts:finished"), p.actOf(desk.Done, id))
		p.becomes(id, desk.Sent)
		p.once(corrected, people)
		p.agrees(id, desk.Write, desk.Submit, desk.Return, desk.Change, desk.Submit, desk.Approve, desk.TakeBack, desk.Submit,
			desk.Approve, desk.Go, desk.Stop, desk.GoOn, desk.Done, desk.Retry, desk.Done)
	})
}

func (p *pressroom) submits(id string) func() {
	return func() {
		p.t.Helper()
		p.press(p.officer, fmt.Sprintf("desk:do:submit:%s:%d", id, p.version(id)), "desk:look:"+id)
	}
}

// hold is no script: the program dies while what is approved can still be taken back.
func (p *pressroom) hold() point {
	var from time.Time
	wait := time.Second + time.Duration(p.rnd.IntN(3000))*time.Millisecond
	return point{name: "the hold", fits: func([]string) bool {
		if from.IsZero() {
			from = time.Now()
		}
		return time.Since(from) > wait
	}}
}

// corrects has the item corrected, with kills at the acts and effects of that.
func (p *pressroom) corrects(announcement, item string) {
	p.t.Helper()
	p.press(p.officer, "desk:correct:"+item, "desk:case:"+announcement)
	id := p.asked(p.officer)
	p.acts(desk.Write, id, func() { p.answers(p.officer, corrected+"\n\nFree for all.") })
	p.acts(desk.Submit, id, p.submits(id))
	p.acts(desk.Approve, id, p.does(p.approver, desk.Approve, id), p.actOf(desk.Go, id),
		effect("revising", "{news}:held", item, corrected), effect("planning", "{news}:broadcasts:of:"+item), p.actOf(desk.Done, id))
	p.becomes(id, desk.Sent)
	p.agrees(id, desk.Write, desk.Submit, desk.Approve, desk.Go, desk.Done)
}

// asked is the case that a question is about, which the bot has noted for somebody.
func (p *pressroom) asked(c *simulator.Citizen) (id string) {
	p.t.Helper()
	p.question(c)
	raw, err := p.rdb.Get(p.t.Context(), fmt.Sprintf("{news}:desk:ask:%d", c.ID())).Result()
	if err != nil {
		p.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(raw, `"case":"`)
	id, _, _ = strings.Cut(rest, `"`)
	return id
}

// retries presses the button with which those are tried again who have not got it.
func (p *pressroom) retries(item string) func() {
	return func() {
		p.t.Helper()
		messages := p.approver.Messages()
		if _, err := p.approver.TapRaw(messages[len(messages)-1].ID, "desk:do:retry:"+item); err != nil {
			p.t.Fatal(err)
		}
	}
}

// once fails the test unless so many readers have a text, each once, but for what was on its
// way when the program died.
func (p *pressroom) once(title string, want int) {
	p.t.Helper()
	p.still()
	once, more, none := p.shows(title)
	p.t.Logf("%d readers show %q, %d of them more than once; killed %d times, on their way then %d", once, title, more, p.deaths, p.unsure)
	if once != want || none != len(p.readers)-want || more > p.unsure {
		p.t.Errorf("%d readers show %q, %d do not, %d more than once, want %d, and at most %d", once, title, none, more, want, p.unsure)
	}
}

// TestChaosDeskStopsAndGoesOn stops a broadcast to a thousand people five times at the desk and
// lets it go on, kills the program each time soon after the press, and compares the report with
// the phones.
func TestChaosDeskStopsAndGoesOn(t *testing.T) {
	t.Parallel()
	const crowd, times = 1000, 5
	p := newPressroom(t, 150)
	p.crowd(crowd)
	send := []string{"sendMessage"}
	p.telegram.Fault(simulator.Fault{Methods: send, Chats: isBlocked, Refuse: simulator.BotBlocked})
	p.telegram.Fault(simulator.Fault{Methods: send, Probability: 0.05, HTML: http.StatusInternalServerError})
	p.telegram.Fault(simulator.Fault{Methods: send, Probability: 0.02, Reset: true, Taken: true})
	p.opens()
	id := p.announces()
	p.becomes(id, desk.Sending)
	item := feeds.DeskItemID(id, "en")
	for n := range times {
		p.untilHave((n + 1) * crowd / (times + 3))
		p.diesSoon(p.does(p.officer, desk.Stop, id))
		p.becomes(id, desk.Stopped)
		p.saysAll(item)
		p.diesSoon(p.does(p.approver, desk.GoOn, id))
		p.becomes(id, desk.Sending)
		p.addsUp(item)
	}
	p.becomes(id, desk.Sent)
	p.judge(p.arrived())
	r := p.addsUp(item)
	if has := len(p.arrived()); r.Planned != crowd || r.Sent != has || r.Blocked != crowd-has || r.Came+r.Failed+r.Waiting+r.ToGo+r.NoLongerDue != 0 {
		t.Errorf("%d phones have it, and the report is %+v", has, r)
	}
	verbs := []desk.Verb{desk.Write, desk.Submit, desk.Approve, desk.Go}
	for range times {
		verbs = append(verbs, desk.Stop, desk.GoOn)
	}
	p.agrees(id, append(verbs, desk.Done)...)
}

// untilHave waits until so many have the announcement.
func (p *pressroom) untilHave(n int) {
	p.t.Helper()
	p.until(fmt.Sprintf("%d have it", n), func() bool { return len(p.arrived()) >= n })
}

// diesSoon has something done, and kills the program at some moment of the quarter second after
// that.
func (p *pressroom) diesSoon(do func()) {
	p.t.Helper()
	do()
	<-time.After(time.Duration(p.rnd.IntN(250)) * time.Millisecond)
	p.kill(p.program)
	p.deaths++
	p.look()
	p.opens()
}

// addsUp fails the test where the report of an item does not add up, or says more than the
// phones hold.
func (p *pressroom) addsUp(item string) broadcast.Report {
	p.t.Helper()
	reports, err := p.engine.Reports(p.t.Context(), item)
	if err != nil || len(reports) != 1 {
		p.t.Fatalf("reports: %+v, %v", reports, err)
	}
	r := reports[0]
	if r.Planned+r.Came != r.Sent+r.Blocked+r.Failed+r.Waiting+r.ToGo+r.NoLongerDue {
		p.t.Errorf("it does not add up: %+v", r)
	}
	if has := len(p.arrived()); r.Sent > has {
		p.t.Errorf("%d phones have it, and the report says %d", has, r.Sent)
	}
	return r
}

// saysAll waits until the report of what is stopped says of all phones that have it, but for
// those of which the program could not know when it died.
func (p *pressroom) saysAll(item string) {
	p.t.Helper()
	p.until("the report says how many have it", func() bool {
		noted := 0
		for chat := range p.arrived() {
			if p.noted(chat) {
				noted++
			}
		}
		return p.addsUp(item).Sent == noted
	})
}
