package page

import (
	"fmt"
	"strings"

	"kabarchy/bot/simulator"
)

// Person is somebody who can be given a phone on the page.
type Person struct {
	Name     string
	Language string // of the phone
	Town     string // where the page's map shows the phone; a key of its words
}

// People are those whom the page knows. A demo begins with the first two; "add a
// phone" brings the others in turn.
var People = []Person{
	{"Айгүл", "ky", "osh"},
	{"Сергей", "ru", "bishkek"},
	{"Бакыт", "ky", "naryn"},
	{"Анна", "ru", "tokmok"},
	{"Жылдыз", "ky", "karakol"},
	{"Daniel", "en", "bishkek"},
	{"Гүлнара", "ky", "jalal_abad"},
	{"Темир", "ky", "talas"},
	{"Ольга", "ru", "karakol"},
	{"Нурлан", "ky", "batken"},
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
			if !taken[name] {
				return s.Citizen(name, p.Language), nil
			}
		}
	}
}
