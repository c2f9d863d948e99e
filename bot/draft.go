package bot

import "strconv"

// draft is a message on its way to Telegram: a page, and what of it is sent.
type draft struct {
	page
	picture string // the picture as Telegram is told of it; empty for none
	caption bool   // the text stands below the picture of a message that is edited
	bare    bool   // without markup
	alone   bool   // without buttons
	thread  int    // the forum topic; 0 for none
	silent  bool   // comes without a sound
}

// text is the message's text and how it is to be parsed.
func (m draft) text() (text, mode string) {
	if m.bare {
		return m.plain, ""
	}
	return m.html, "HTML"
}

// params are those that sending and editing share.
func (m draft) params(chat int64) map[string]string {
	params := map[string]string{"chat_id": strconv.FormatInt(chat, 10)}
	text, mode := m.text()
	if m.picture != "" || m.caption {
		params["caption"] = text
	} else {
		params["text"] = text
		params["link_preview_options"] = noPreview
	}
	if mode != "" {
		params["parse_mode"] = mode
	}
	if m.markup != "" && !m.alone {
		params["reply_markup"] = m.markup
	}
	return params
}

// place adds what only a new message has: where it goes, and how.
func (m draft) place(params map[string]string) {
	if m.thread != 0 {
		params["message_thread_id"] = strconv.Itoa(m.thread)
	}
	if m.silent {
		params["disable_notification"] = "true"
	}
}

// media is the picture with its caption as editMessageMedia wants them.
func (m draft) media() string {
	text, mode := m.text()
	return encoded(map[string]string{"type": "photo", "media": m.picture, "caption": text, "parse_mode": mode})
}

// simpler is the draft without the next thing that Telegram may dislike in it, and what
// that was; empty where nothing is left to leave out.
func (m draft) simpler() (without draft, what string) {
	switch {
	case m.picture != "":
		m.picture = ""
		return m, "picture"
	case m.markup != "" && !m.alone:
		m.alone = true
		return m, "buttons"
	case !m.bare:
		m.bare = true
		return m, "markup"
	case m.thread != 0:
		m.thread = 0
		return m, "topic"
	}
	return m, ""
}
