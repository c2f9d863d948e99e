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
