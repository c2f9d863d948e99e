package page

import (
	"fmt"
	"strings"

	"kabarchy/bot/simulator"
)

// Person is somebody who can be given a phone on the page.
type Person struct {
	ID       int64 // such that a broadcast comes to it among the first
	Name     string
	Language string // of the phone
	Town     string // where the page's map shows the phone; a key of its words
}

// People are those whom the page knows. A demo begins with the first two; "add a
// phone" brings the others in turn.
var People = []Person{
	{100_003_965, "Айгүл", "ky", "osh"},
	{100_003_542, "Сергей", "ru", "bishkek"},
	{100_001_759, "Бакыт", "ky", "naryn"},
	{100_002_765, "Анна", "ru", "tokmok"},
	{100_000_689, "Жылдыз", "ky", "karakol"},
	{100_001_883, "Daniel", "en", "bishkek"},
	{100_000_088, "Гүлнара", "ky", "manas"},
	{100_004_308, "Темир", "ky", "talas"},
	{100_001_316, "Ольга", "ru", "karakol"},
	{100_002_331, "Нурлан", "ky", "batken"},
}

// Join gives the person a phone; nil if there is one, or was.
func (p Person) Join(s *simulator.Server) *simulator.Citizen {
	return s.CitizenAs(p.ID, p.Name, p.Language)
}

// Colleague is somebody at the press office who has a phone on the page.
type Colleague struct {
	ID       int64 // the Telegram user id that the bot's configuration gives the roles to
	Name     string
	Language string // of the phone
	Post     string // what he or she does; a key of the page's words
}

// Office are those at the press office: one writes, the other approves.
var Office = []Colleague{
	{222_222_222, "Асель", "ky", "officer"},
	{333_333_333, "Борис", "ru", "approver"},
}

// post is what somebody does at the press office; "" for everybody else.
func post(id int64) string {
	for _, c := range Office {
		if c.ID == id {
			return c.Post
		}
	}
	return ""
}

// mostPhones is how many phones a page can hold.
const mostPhones = 30

// town is where somebody lives; "" if the page does not know them.
func town(name string) string {
	first, _, _ := strings.Cut(name, " ")
	for _, p := range People {
		if p.Name == first {
			return p.Town
		}
	}
	return ""
}

// newcomer gives a phone to the next of People, and to their namesakes when all have one.
func newcomer(s *simulator.Server) (*simulator.Citizen, error) {
	taken := map[string]bool{}
	for _, c := range s.Phones() {
		if v := c.View(); !v.Deactivated {
			taken[v.Title] = true
		}
	}
	if len(taken) >= mostPhones {
		return nil, fmt.Errorf("there are %d phones already", len(taken))
	}
	for round := 1; ; round++ {
		for _, p := range People {
			name := p.Name
			if round > 1 {
				name = fmt.Sprintf("%s %d", p.Name, round)
			}
			if taken[name] {
				continue
			}
			if round == 1 {
				if c := p.Join(s); c != nil { // nil where the phone was taken away before
					return c, nil
				}
			}
			return s.Citizen(name, p.Language), nil
		}
	}
}
