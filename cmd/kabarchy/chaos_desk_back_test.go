//go:build chaos

package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"kabarchy/bot/desk"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// TestChaosDeskIsKilledAsItTakesBack kills the program at the scripts of the acts that end
// something: a discarded draft, a stop for good, a withdrawal; at those by which people come and
// go; and where what a flood held is decided.
func TestChaosDeskIsKilledAsItTakesBack(t *testing.T) {
	eachSide(t, func(p *pressroom) {
		const people = 60
		p.subscribe(people)
		p.opens()
		p.comesAndGoes()
		p.decides()
		draft := p.writes()
		p.acts(desk.Discard, draft, p.does(p.officer, desk.Discard, draft))
		p.agrees(draft, desk.Write, desk.Discard)

		id := p.announces()
		p.until("a part has it", func() bool { once, _, _ := p.shows(announced); return once > 10 })
		p.does(p.officer, desk.Stop, id)()
		p.becomes(id, desk.Stopped)
		p.still()
		had, _, _ := p.shows(announced)
		p.acts(desk.End, id, p.does(p.approver, desk.End, id), p.actOf(desk.Done, id))
		p.becomes(id, desk.Sent)
		p.once(announced, had)
		p.agrees(id, desk.Write, desk.Submit, desk.Approve, desk.Go, desk.Stop, desk.End, desk.Done)

		item := feeds.DeskItemID(id, "en")
		p.press(p.approver, "desk:sure:withdraw:"+item, "desk:case:"+id)
		var back string
		p.until("it is asked whether it is taken back", func() bool {
			data, found := button(p.approver, "desk:do:withdraw:")
			back, _, _ = strings.Cut(strings.TrimPrefix(data, "desk:do:withdraw:"), ":")
			return found
		})
		p.acts(desk.Approve, back, func() { p.press(p.approver, "desk:do:withdraw:"+back) }, p.actOf(desk.Go, back),
			effect("taking back", "{news}:held", "{news}:latest:en", item), effect("planning", "{news}:broadcasts:of:"+item), p.actOf(desk.Done, back))
		p.becomes(back, desk.Sent)
		p.once(announced, 0)
		p.agrees(back, desk.Approve, desk.Go, desk.Done)
	})
}

// told counts the audit's lines with an act.
func (p *pressroom) told(verb desk.Verb) (n int) {
	p.t.Helper()
	for _, l := range p.lines("") {
		if l.Verb == verb {
			n++
		}
	}
	return n
}

// comesAndGoes lets somebody in by an invitation and puts them out, with a kill at each.
func (p *pressroom) comesAndGoes() {
	p.t.Helper()
	token := p.invite()
	guest := p.comes("Гүлнара")
	p.dies(func() { guest.Send("/start desk-" + token) }, effect("coming in", "{news}:desk:invite:", "accept"))
	p.until("somebody has come", func() bool { return p.told(desk.Accept) == 1 })
	p.until("they read so", func() bool { _, found := button(guest, "desk:inbox"); return found })
	out := fmt.Sprintf("desk:out:%d", guest.ID())
	p.dies(func() {
		messages := p.approver.Messages()
		if _, err := p.approver.TapRaw(messages[len(messages)-1].ID, out); err != nil {
			p.t.Error(err)
		}
	}, effect("putting out", "{news}:desk:people", `"act":"putout"`))
	p.until("they are out", func() bool { return p.told(desk.PutOut) == 1 })
	if accepted := p.told(desk.Accept); accepted != 1 {
		p.t.Errorf("one has come %d times", accepted)
	}
}

// invite has the approver ask for an invitation, and reads it on the phone.
func (p *pressroom) invite() (token string) {
	p.t.Helper()
	p.approver.Send("/desk")
	p.press(p.approver, "desk:people")
	p.press(p.approver, "desk:invite")
	pattern := regexp.MustCompile(`start=desk-([a-z2-7]{32})`)
	p.until("there is an invitation", func() bool {
		for _, m := range p.approver.Messages() {
			if found := pattern.FindStringSubmatch(m.Text); found != nil {
				token = found[1]
			}
		}
		return token != ""
	})
	return token
}

// decides lets the site show a flood, and has all that is held kept, with a kill at the decision
// and where it is carried out.
func (p *pressroom) decides() {
	p.t.Helper()
	const flood = 12
	for n := range flood {
		p.feed.publish(fmt.Sprintf("Жаңылык %d", n))
	}
	var held []feeds.Held
	p.until("a flood is held", func() bool {
		var err error
		held, err = p.archive.Held(p.t.Context())
		return err == nil && len(held) > 0
	})
	data := "desk:held:" + desk.Batch(held[0]) + ":" + held[0].Item + ":keepall"
	p.dies(func() {
		messages := p.approver.Messages()
		if _, err := p.approver.TapRaw(messages[len(messages)-1].ID, data); err != nil {
			p.t.Error(err)
		}
	}, point{name: "deciding", fits: redistest.Scripts("{news}:desk:held:", `"act":"keep"`)}, effect("keeping", "{news}:held", "{news}:outbox", held[len(held)-1].Item))
	p.until("nothing is held", func() bool {
		left, err := p.archive.Held(p.t.Context())
		return err == nil && len(left) == 0
	})
	kept := make(map[string]int)
	for _, l := range p.lines("") {
		if l.Verb == desk.Keep {
			kept[l.Item]++
		}
	}
	for _, h := range held {
		if desk.Batch(h) == desk.Batch(held[0]) && kept[h.Item] != 1 {
			p.t.Errorf("of item %s it was decided %d times", h.Item, kept[h.Item])
		}
	}
}
