package delivery_test

import (
	"fmt"
	"strings"
	"testing"

	"kabarchy/bot/bottest"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

func TestADigest(t *testing.T) {
	t.Parallel()
	for language, want := range map[string][2]string{
		"ky": {"🗞 Бир күндүк жаңылыктар: 11", "🗞 Бир жумалык жаңылыктар: 11"},
		"ru": {"🗞 Новости за день: 11", "🗞 Новости за неделю: 11"},
		"en": {"🗞 News of the past day: 11", "🗞 News of the past week: 11"},
	} {
		for week, rhythm := range []subscriptions.Rhythm{subscriptions.Daily, subscriptions.Weekly} {
			p := openPost(t, simulator.Options{})
			c := p.telegram.Citizen("Айгүл", language).Open()
			d := broadcast.Delivery{Broadcast: 1, Kind: broadcast.Digest, Chat: c.ID(), Silent: true,
				Preferences: subscriptions.Preferences{Interface: language, When: subscriptions.When{Rhythm: rhythm}}}
			for n := range 11 {
				d.Items = append(d.Items, bottest.Sample(language, 11-n))
			}
			first := p.deliver(d)
			d.Part = 1
			second := p.deliver(d)
			if !first.More || second.More {
				t.Errorf("after the first part there is more: %t, after the second: %t", first.More, second.More)
			}
			messages := c.Messages()
			for n, m := range messages {
				if !strings.HasPrefix(m.Text, want[week]) || !m.Silent {
					t.Errorf("part %d shows\n%s", n, bottest.Draw(m))
				}
			}
			for n := range 11 {
				m, number := messages[n/8], fmt.Sprint(n+1)
				b, _ := m.Button(number)
				if !strings.Contains(m.Text, "\n"+number+". "+d.Items[n].Title) || b.Data != "item:"+d.Items[n].ID+":n" {
					t.Errorf("item %s is missing:\n%s", number, bottest.Draw(m))
				}
			}
		}
	}
}

// TestWhatIsWithdrawnOfADigestKeepsItsPlace: the parts' bounds stay, and it is neither shown nor
// counted. A part in which nothing is left needs no message.
func TestWhatIsWithdrawnOfADigestKeepsItsPlace(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	c := p.telegram.Citizen("Айгүл", "ky").Open()
	d := broadcast.Delivery{Kind: broadcast.Digest, Chat: c.ID(), Preferences: subscriptions.Preferences{Interface: "ru", When: subscriptions.When{Rhythm: subscriptions.Daily}}}
	for n := range 20 {
		item := bottest.Sample("ru", 20-n)
		item.Withdrawn = n == 3 || n >= 8 && n < 16
		d.Items = append(d.Items, item)
	}
	for part, more := range []bool{true, true, false} {
		d.Part = part
		if sent := p.deliver(d); sent.More != more {
			t.Errorf("after part %d there is more: %t", part, sent.More)
		}
	}
	messages := c.Messages()
	if len(messages) != 2 {
		t.Fatalf("%d messages", len(messages))
	}
	if first := messages[0].Text; !strings.Contains(first, ": 11") || !strings.Contains(first, "\n7. "+d.Items[7].Title) || strings.Contains(first, "8. ") {
		t.Errorf("the first is\n%s", first)
	}
	if second := messages[1].Text; !strings.Contains(second, "\n8. "+d.Items[16].Title) || !strings.Contains(second, "\n11. "+d.Items[19].Title) {
		t.Errorf("the second is\n%s", second)
	}
}

func TestADigestOfTheLongestTitlesIsTelegrams(t *testing.T) {
	t.Parallel()
	p := openPost(t, simulator.Options{})
	c := p.telegram.Citizen("Айгүл", "ky").Open()
	d := broadcast.Delivery{Kind: broadcast.Digest, Chat: c.ID()}
	for n := range 8 {
		d.Items = append(d.Items, bottest.Item(strings.Repeat(string('a'+rune(n)), 16), "ky", strings.Repeat("<Ө&>😀", 200)))
	}
	if sent := p.deliver(d); sent.More || p.fallbacks("markup") != 0 {
		t.Errorf("the message is %+v", sent)
	}
	d.Part = 1 // an item was taken back meanwhile
	before := len(c.Messages())
	if sent := p.deliver(d); sent.More || len(c.Messages()) != before {
		t.Errorf("an empty part is sent: %+v", sent)
	}
	p.telegram.Fault(simulator.Fault{Next: 1, Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: can't parse entities: x"}})
	d.Part, d.Items = 0, []feeds.Item{bottest.Item("aaaaaaaaaaaaaaaa", "ky", "<Жаңы> & эски")}
	p.deliver(d)
	if got := last(t, c.Chat).Text; !strings.Contains(got, "1. <Жаңы> & эски\n22-ноябрь, 2018-жыл") {
		t.Errorf("without markup it reads %q", got)
	}
}
