package bot

import "strconv"

// draft is a message on its way to Telegram: a page, and what of it is sent.
type draft struct {
	page
	picture string // the picture as Telegram is told of it; empty for none
	caption bool   // the text stands below the picture of a message that is edited
	bare    bool   // without markup and buttons
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
	if m.markup != "" && !m.bare {
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
