package bot_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
)

// TestPhonesAndAuditAgree: two officers and two approvers press what they see, at random and at
// times together. Afterwards the audit, played again, leads to the cases as they are, and the
// readers' phones show what it says: each text that went out, as it was corrected, once, and none
// that did not, or was taken back.
func TestPhonesAndAuditAgree(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { randomDay(t, seed) })
	}
}

func randomDay(t *testing.T, seed uint64) {
	inNewsroom(t, func(n *newsroom, officer, approver, second *simulator.Citizen) {
		n.rate = 4
		other := n.comes("Д. Бекова", "en", desk.Officer)
		n.opens()
		c := &crowd{newsroom: n, rnd: rand.New(rand.NewPCG(seed, 1)), readers: n.subscribe(24, "en", nil)}
		staff := []*simulator.Citizen{officer, other, approver, second}
		for _, s := range staff {
			s.Send("/desk")
		}
		n.quiet()
		for range 150 {
			c.acts(staff[c.rnd.IntN(len(staff))])
			if c.rnd.IntN(5) > 0 { // else the next one at the same time
				n.quiet()
				time.Sleep(time.Duration(c.rnd.IntN(9)) * time.Second)
			}
		}
		time.Sleep(5 * time.Minute)
		n.quiet()
		c.agree()
	})
}

// crowd is a newsroom in which people do what comes to their mind.
type crowd struct {
	*newsroom
	rnd     *rand.Rand
	readers []*simulator.Citizen
	texts   int
}

// likely says which buttons come to mind more than others, by what their data begin with.
var likely = []struct {
	begin string
	times int
}{
	{"do:submit:", 20}, {"sure:approve:", 20}, {"do:approve:", 40}, {"do:takeback:", 1}, {"do:stop:", 4}, {"sure:goon:", 20}, {"do:goon:", 40},
	{"do:end:", 2}, {"sure:discard:", 1}, {"do:discard:", 1}, {"sure:withdraw:", 2}, {"do:withdraw:", 6}, {"sure:retry:", 1}, {"do:retry:", 1},
	{"look:", 8}, {"new:", 2}, {"ask:", 1}, {"set:", 1}, {"correct:", 6}, {"case:", 1}, {"now", 1}, {"inbox", 1}, {"put:", 9}, {"item:", 2}, {"sent:", 2},
}

// acts lets somebody answer what they are asked, or press something that they see.
func (c *crowd) acts(who *simulator.Citizen) {
	c.t.Helper()
	if m := shown(who); m.Question != nil && c.rnd.IntN(3) > 0 {
		c.texts++
		if _, err := who.Say(simulator.Words{Text: fmt.Sprintf("Text %d\n\nIn Osh.", c.texts), ReplyTo: m.ID}); err != nil {
			c.t.Fatal(err)
		}
		return
	}
	var data []string
	for d := range dataOf(who) {
		for _, l := range likely {
			if strings.HasPrefix(d, "desk:"+l.begin) {
				data = append(data, slices.Repeat([]string{d}, l.times)...)
			}
		}
	}
	if len(data) == 0 || c.rnd.IntN(20) == 0 {
		who.Send("/desk")
		return
	}
	slices.Sort(data)
	if _, err := who.TapData(data[c.rnd.IntN(len(data))]); err != nil && !errors.Is(err, simulator.ErrNoButton) { // it has just gone
		c.t.Fatal(err)
	}
}

// replay plays the audit again.
func (c *crowd) replay() (cases map[string]desk.Case, went []desk.Line) {
	c.t.Helper()
	lines, err := c.office.Audit(c.t.Context(), "", 10_000)
	if err != nil {
		c.t.Fatal(err)
	}
	slices.Reverse(lines)
	cases = make(map[string]desk.Case)
	for _, l := range lines {
		k := cases[l.Case]
		if l.From != k.Status || l.Version != k.Version+1 {
			c.t.Errorf("%s of %s version %d from %q; the audit left it at %q, version %d", l.Verb, l.Case, l.Version, l.From, k.Status, k.Version)
		}
		switch l.Verb {
		case desk.Write, desk.Change, desk.Submit:
			k.Hands = append(k.Hands, l.Who)
		case desk.Approve:
			if k.Hand(l.Who) {
				c.t.Errorf("%d has approved their own text: %+v", l.Who, l)
			}
		case desk.Go:
			went = append(went, l)
		}
		k.ID, k.Status, k.Version, k.Kind, k.Reason = l.Case, l.To, l.Version, l.Kind, l.Reason
		cases[l.Case] = k
	}
	return cases, went
}

// agree compares the audit with the cases, and both with the phones.
func (c *crowd) agree() {
	c.t.Helper()
	cases, went := c.replay()
	for id, by := range cases {
		now, found, err := c.office.Look(c.t.Context(), id)
		if err != nil || !found || now.Status != by.Status || now.Version != by.Version {
			c.t.Errorf("case %s is %s, version %d, and by the audit %s, %d: %v", id, now.Status, now.Version, by.Status, by.Version, err)
		}
		cases[id] = now
	}
	titles, sent := make(map[string]string), make(map[string]int) // by item
	verbs := make(map[desk.Kind]int)
	for _, l := range went {
		of := cases[l.Case]
		verbs[of.Kind]++
		for _, id := range of.Items {
			item, err := c.news.Item(c.t.Context(), id)
			if err != nil {
				c.t.Fatal(err)
			}
			text, has := of.Texts[item.Language]
			switch {
			case of.Kind == desk.Withdraw:
				titles[id] = ""
			case has && (of.Kind == desk.Announce || titles[id] != "" && of.Reason != desk.TakenBack):
				titles[id] = text.Title
			}
		}
		if of.Kind == desk.Announce {
			c.got(of, sent)
		}
	}
	want := make(map[string]int)
	for id, title := range titles {
		if title != "" {
			want[title] += sent[id]
		}
	}
	maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
	got := make(map[string]int)
	for _, reader := range c.readers {
		mine := make(map[string]bool)
		for _, m := range reader.Messages() {
			title, _, _ := strings.Cut(m.Text, "\n")
			if !m.Bot {
				continue
			}
			if mine[title] {
				c.t.Errorf("%d has %q twice", reader.ID(), title)
			}
			mine[title] = true
			got[title]++
		}
	}
	c.t.Logf("%d cases; gone out %v; on the phones %v", len(cases), verbs, got)
	if !maps.Equal(got, want) {
		c.t.Errorf("the phones show %v, and by the audit %v", got, want)
	}
}

// got notes how many got each edition of an announcement, as its reports say.
func (c *crowd) got(of desk.Case, sent map[string]int) {
	c.t.Helper()
	all := 0
	for _, id := range of.Items {
		reports, err := c.engine.Reports(c.t.Context(), id)
		if err != nil || len(reports) == 0 {
			c.t.Fatalf("reports of %+v: %v", of, err)
		}
		sent[id] = reports[0].Sent
		all += reports[0].Sent
	}
	if of.Status == desk.Sent && (of.Sums == nil || of.Sums.Sent != all) {
		c.t.Errorf("of case %s is kept %+v, and the reports say %d", of.ID, of.Sums, all)
	}
}
