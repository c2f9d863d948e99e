package render

import (
	"errors"
	"strconv"

	"kabarchy/bot/telegram"
)

// Outgoing is a message on its way to Telegram: a page, and what of it is sent.
type Outgoing struct {
	Message
	Picture string // the picture as Telegram is told of it; empty for none
	Preview bool   // the picture is shown below a text, as the preview of a link is
	Caption bool   // the text stands below the picture of a message that is edited
	Thread  int    // the forum topic; 0 for none
	Silent  bool   // comes without a sound
	ReplyTo int64  // the message in the same chat that it answers; 0 for none
	Paid    bool   // is paid for, to come at more than the free rate
	left    Part   // what is left out
}

// Has reports whether the message would be sent with the part.
func (m Outgoing) Has(p Part) bool {
	if m.left&p != 0 {
		return false
	}
	switch p {
	case PartPicture:
		return m.Picture != ""
	case PartButtons:
		return m.Markup != ""
	case PartTopic:
		return m.Thread != 0
	case PartTimes:
		return timeTag.MatchString(m.HTML)
	}
	return true
}

// Parts are all that it would be sent with.
func (m Outgoing) Parts() (all Part) {
	for p := range partNames {
		if m.Has(p) {
			all |= p
		}
	}
	return all
}

// Remedy is what to leave out of the message where Telegram refuses it so; false where
// nothing would help.
func (m Outgoing) Remedy(err error) (Part, bool) {
	if !errors.As(err, new(*telegram.APIError)) || m.Paid && telegram.MayBePayment(err) {
		return 0, false
	}
	return Remedy(telegram.ReasonOf(err), m.Has)
}

// Without leaves the parts out.
func (m Outgoing) Without(p Part) Outgoing {
	m.left |= p
	if m.left&PartPicture != 0 {
		m.Picture = ""
	}
	return m
}

// ShortText is what is left of a text that Telegram finds too long, in UTF-16 units: half
// of what it should take.
const ShortText = captionLimit / 2

// text is the message's text and how it is to be parsed.
func (m Outgoing) text() (text, mode string) {
	switch {
	case !m.Has(PartLength):
		return Cut(m.Plain, ShortText), ""
	case !m.Has(PartMarkup):
		return m.Plain, ""
	case m.left&PartTimes != 0:
		return untimed(m.HTML), "HTML"
	}
	return m.HTML, "HTML"
}

// Params are those that sending and editing share.
func (m Outgoing) Params(chat int64) map[string]string {
	params := map[string]string{"chat_id": strconv.FormatInt(chat, 10)}
	text, mode := m.text()
	switch {
	case m.Caption || m.Picture != "" && !m.Preview:
		params["caption"] = text
	default:
		params["text"] = text
		params["link_preview_options"] = previewOf(m.Picture)
	}
	if mode != "" {
		params["parse_mode"] = mode
	}
	if m.Has(PartButtons) {
		params["reply_markup"] = m.Markup
	}
	return params
}

// Place adds what only a new message has: where it goes, and how.
func (m Outgoing) Place(params map[string]string) {
	if m.Has(PartTopic) {
		params["message_thread_id"] = strconv.Itoa(m.Thread)
	}
	if m.Silent {
		params["disable_notification"] = "true"
	}
	if m.Paid {
		params[telegram.PaidParam] = "true"
	}
	if m.ReplyTo != 0 { // which may be deleted by now
		params["reply_parameters"] = telegram.JSON(map[string]any{"message_id": m.ReplyTo, "allow_sending_without_reply": true})
	}
}

// Media is the picture with its caption as editMessageMedia wants them.
func (m Outgoing) Media() string {
	text, mode := m.text()
	return telegram.JSON(map[string]string{"type": "photo", "media": m.Picture, "caption": text, "parse_mode": mode})
}

// noPreview keeps Telegram from showing what the links in a text lead to.
const noPreview = `{"is_disabled":true}`

// previewOf has Telegram show the picture at the address below a text, and nothing else.
func previewOf(picture string) string {
	if picture == "" {
		return noPreview
	}
	return telegram.JSON(map[string]any{"url": picture, "prefer_large_media": true})
}
