package config

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Contacts say where people turn to with what is no news. All of it may be missing.
type Contacts struct {
	Phones  []string          `yaml:"phones"` // the hotline first
	Hours   map[string]string `yaml:"hours"`  // when somebody answers, by language
	Email   string            `yaml:"email"`
	Address map[string]string `yaml:"address"` // by language
	// Site is the page on which to write to the ministry; the ministry's site if empty.
	Site string `yaml:"site"`
}

const (
	mostPhones   = 3
	contactLimit = 120 // characters of hours and address: two lines of a small phone
)

// phone is a number as people write it.
var phone = regexp.MustCompile(`^\+?[0-9][0-9 ()-]{1,22}[0-9]$`)

func (ps *problems) contacts(c Contacts) {
	const key = "ministry.contacts."
	if len(c.Phones) > mostPhones {
		ps.add(key+"phones", "at most %d fit on a phone's screen", mostPhones)
	}
	for i, number := range c.Phones {
		if !phone.MatchString(number) {
			ps.add(fmt.Sprintf("%sphones[%d]", key, i), "%q is not a telephone number such as 1234 or +996 312 65-64-90", number)
		}
	}
	ps.contactText(key+"hours", c.Hours)
	ps.contactText(key+"address", c.Address)
	if at, err := mail.ParseAddress(c.Email); c.Email != "" && (err != nil || at.Address != c.Email) {
		ps.add(key+"email", "%q is not an e-mail address such as info@ministry.example", c.Email)
	}
	if c.Site != "" {
		ps.address(key+"site", c.Site)
	}
}

// contactText checks a line that is there in every language, or in none.
func (ps *problems) contactText(key string, texts map[string]string) {
	if len(texts) == 0 {
		return
	}
	ps.names(key, texts)
	for language, text := range texts {
		if utf8.RuneCountInString(text) > contactLimit || strings.ContainsAny(text, "\r\n") {
			ps.add(key+"."+language, "must be one line of at most %d characters", contactLimit)
		}
	}
}
