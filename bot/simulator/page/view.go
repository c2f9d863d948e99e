package page

import (
	"net/url"
	"slices"
	"strings"

	"kabarchy/bot/simulator"
)

// The types in this file are the state as the page gets it.

type viewSnapshot struct {
	Phones []viewPhone `json:"phones"`
	Crowd  viewCrowd   `json:"crowd"`
	Desk   *DeskState  `json:"desk"`
}

type viewPhone struct {
	ID       int64               `json:"id"`
	Name     string              `json:"name"`
	Place    string              `json:"place"`
	Post     string              `json:"post,omitempty"` // at the press office, or "group"
	Language string              `json:"language"`
	Blocked  bool                `json:"blocked"`
	Typing   bool                `json:"typing"`
	Title    string              `json:"title"` // the bot's name, as this phone's language has it
	About    string              `json:"description"`
	Commands []simulator.Command `json:"commands"`
	App      string              `json:"app,omitempty"` // what the menu's button says, where it opens a page
	Messages []viewMessage       `json:"messages"`
}

type viewMessage struct {
	ID       int64              `json:"id"`
	Out      bool               `json:"out,omitempty"`    // the phone's owner wrote it
	Author   string             `json:"author,omitempty"` // in a group
	Date     int64              `json:"date"`             // milliseconds since 1970
	Silent   bool               `json:"silent,omitempty"`
	Text     string             `json:"text"`
	Entities []simulator.Entity `json:"entities,omitempty"`
	Photo    string             `json:"photo,omitempty"`
	File     *viewFile          `json:"file,omitempty"`
	Preview  string             `json:"preview,omitempty"`
	Reply    int64              `json:"reply,omitempty"` // the message that it answers
	Passed   bool               `json:"forwarded,omitempty"`
	Question *viewQuestion      `json:"question,omitempty"`
	Service  string             `json:"service,omitempty"`
	Keyboard [][]viewButton     `json:"keyboard,omitempty"`
}

type viewButton struct {
	Text  string `json:"text"`
	URL   string `json:"url,omitempty"`
	Copy  string `json:"copy,omitempty"`
	App   bool   `json:"app,omitempty"` // it opens a page within the phone
	Style string `json:"style,omitempty"`
}

// viewFile is a file to be kept.
type viewFile struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// viewQuestion is what the phone asks for an answer with.
type viewQuestion struct {
	Placeholder string `json:"placeholder"`
}

// viewMessages is how many of a chat's messages the page shows.
const viewMessages = 100

// view is a phone as the page shows it; false when the person took it away.
func view(s *simulator.Server, c holder) (viewPhone, bool) {
	v, owner := c.chat().View(), c.View()
	profile := s.Profile(owner.Language)
	phone := viewPhone{
		ID: v.ID, Name: v.Title, Place: town(v.Title), Post: post(v.ID), Language: owner.Language,
		Blocked: v.Blocked, Typing: v.Typing,
		Title: profile.Name, About: profile.Description, Commands: s.Commands(c.chat(), owner.Language),
		App: s.MenuButton(c.chat()).Text, Messages: []viewMessage{},
	}
	if phone.Commands == nil {
		phone.Commands = []simulator.Command{}
	}
	there := !owner.Deactivated
	if c.group != nil {
		phone.Post, phone.Title = "group", v.Title
		there = slices.ContainsFunc(v.Members, func(m simulator.Member) bool { return m.User.ID == s.Bot().ID })
	}
	for _, m := range v.Messages[max(0, len(v.Messages)-viewMessages):] {
		shown := messageOf(m)
		if c.group != nil {
			shown.Out, shown.Author = m.From == owner.ID, m.Name
		}
		phone.Messages = append(phone.Messages, shown)
	}
	return phone, there
}

func messageOf(m simulator.Message) viewMessage {
	v := viewMessage{
		ID: m.ID, Out: !m.Bot, Date: m.Date.UnixMilli(), Silent: m.Silent,
		Text: m.Text, Photo: m.Photo, Preview: link(m.Preview), Service: m.Service, Reply: m.ReplyTo,
		Passed: m.Origin != nil,
	}
	if m.File != nil {
		v.File = &viewFile{m.File.Name, m.File.Address}
	}
	if m.Question != nil {
		v.Question = &viewQuestion{m.Question.Placeholder}
	}
	for _, e := range m.Entities {
		e.URL = link(e.URL)
		v.Entities = append(v.Entities, e)
	}
	for _, row := range m.Keyboard {
		keys := make([]viewButton, 0, len(row))
		for _, b := range row {
			keys = append(keys, buttonOf(b))
		}
		v.Keyboard = append(v.Keyboard, keys)
	}
	return v
}

func buttonOf(b simulator.Button) viewButton {
	v := viewButton{Text: b.Text, URL: link(b.URL), Style: b.Style}
	v.App = b.WebApp != nil
	if b.CopyText != nil {
		v.Copy = b.CopyText.Text
	}
	return v
}

// link returns an address that a browser may open from a message, "" for any other.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "tg":
		return address
	}
	return ""
}
