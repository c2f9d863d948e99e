package bot

import (
	"kabarchy/bot/telegram"
	"strconv"
)

// part is something of a message that can be left out of it; also a set of such.
type part uint8

const (
	partPicture part = 1 << iota // or the preview below a text
	partButtons
	partMarkup
	partLength // what makes a text long
	partTopic  // the forum topic it goes to
)

var partNames = map[part]string{
	partPicture: "picture", partButtons: "buttons", partMarkup: "markup", partLength: "length", partTopic: "topic",
}

// draft is a message on its way to Telegram: a page, and what of it is sent.
type draft struct {
	page
	of      pageKey // what it is about; zero where no other chat gets the same
	picture string  // the picture as Telegram is told of it; empty for none
	preview bool    // the picture is shown below a text, as the preview of a link is
	caption bool    // the text stands below the picture of a message that is edited
	thread  int     // the forum topic; 0 for none
	silent  bool    // comes without a sound
	left    part    // what is left out
}

// has reports whether the message would be sent with the part.
func (m draft) has(p part) bool {
	if m.left&p != 0 {
		return false
	}
	switch p {
	case partPicture:
		return m.picture != ""
	case partButtons:
		return m.markup != ""
	case partTopic:
		return m.thread != 0
	}
	return true
}

// parts are all that it would be sent with.
func (m draft) parts() (all part) {
	for p := range partNames {
		if m.has(p) {
			all |= p
		}
	}
	return all
}

// without leaves the parts out.
func (m draft) without(p part) draft {
	m.left |= p
	if m.left&partPicture != 0 {
		m.picture = ""
	}
	return m
}

// shortened is what is left of a text that Telegram finds too long, in UTF-16 units: half
// of what it should take.
const shortened = captionLimit / 2

// text is the message's text and how it is to be parsed.
func (m draft) text() (text, mode string) {
	switch {
	case !m.has(partLength):
		return cut(m.plain, shortened), ""
	case !m.has(partMarkup):
		return m.plain, ""
	}
	return m.html, "HTML"
}

// params are those that sending and editing share.
func (m draft) params(chat int64) map[string]string {
	params := map[string]string{"chat_id": strconv.FormatInt(chat, 10)}
	text, mode := m.text()
	switch {
	case m.caption || m.picture != "" && !m.preview:
		params["caption"] = text
	default:
		params["text"] = text
		params["link_preview_options"] = previewOf(m.picture)
	}
	if mode != "" {
		params["parse_mode"] = mode
	}
	if m.has(partButtons) {
		params["reply_markup"] = m.markup
	}
	return params
}

// place adds what only a new message has: where it goes, and how.
func (m draft) place(params map[string]string) {
	if m.has(partTopic) {
		params["message_thread_id"] = strconv.Itoa(m.thread)
	}
	if m.silent {
		params["disable_notification"] = "true"
	}
}

// media is the picture with its caption as editMessageMedia wants them.
func (m draft) media() string {
	text, mode := m.text()
	return telegram.JSON(map[string]string{"type": "photo", "media": m.picture, "caption": text, "parse_mode": mode})
}
