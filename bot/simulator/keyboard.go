package simulator

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxData        = 64  // bytes of callback data
	maxButtons     = 100 // of one keyboard
	maxCopied      = 256 // characters that a button puts on the clipboard
	maxPlaceholder = 64  // characters
)

// markup is reply_markup as the server takes it: one of its kinds at most.
type markup struct {
	rows     [][]Button
	question *Question
	other    bool // a keyboard in place of the phone's own, or its removal: taken and not shown
}

// inline reports whether an edited message may have it.
func (m markup) inline() bool { return m.question == nil && !m.other }

// markup reads reply_markup. Of several kinds in one object the first counts in the order
// keyboard, inline_keyboard, remove_keyboard, force_reply, and nothing is said of the others
// (telegram-bot-api, Client::get_reply_markup).
func (q *query) markup() (m markup, refusal *Refusal) {
	raw := q.params["reply_markup"]
	if raw == "" {
		return m, nil
	}
	var in struct {
		Keyboard    []any        `json:"keyboard"`
		Rows        [][]buttonIn `json:"inline_keyboard"`
		Remove      bool         `json:"remove_keyboard"`
		Force       bool         `json:"force_reply"`
		Placeholder string       `json:"input_field_placeholder"`
		Selective   bool         `json:"selective"`
	}
	if err := json.Unmarshal([]byte(raw), &in); err != nil {
		if wrong, is := errors.AsType[*json.UnmarshalTypeError](err); is {
			return m, badf("can't parse inline keyboard button: field %q must not be a JSON %s", wrong.Field, wrong.Value)
		}
		return m, bad("can't parse reply keyboard markup JSON object")
	}
	rows, refusal := inlineRows(in.Rows)
	switch {
	case refusal != nil:
		return m, refusal
	case len(in.Keyboard) > 0:
		m.other = true
	case len(rows) > 0:
		m.rows = rows
	case in.Remove:
		m.other = true
	case in.Force:
		m.question = &Question{in.Placeholder, in.Selective}
	}
	if len(rows) == 0 && utf8.RuneCountInString(in.Placeholder) > maxPlaceholder {
		return m, MarkupInvalid
	}
	return m, nil
}

// keyboard reads reply_markup where only buttons may be.
func (q *query) keyboard() ([][]Button, *Refusal) {
	m, refusal := q.markup()
	if refusal == nil && !m.inline() {
		refusal = InlineExpected
	}
	return m.rows, refusal
}

func inlineRows(in [][]buttonIn) (rows [][]Button, refusal *Refusal) {
	count := 0
	for _, row := range in {
		buttons := make([]Button, len(row))
		for i, in := range row {
			if buttons[i], refusal = in.button(); refusal != nil {
				return nil, refusal
			}
		}
		if count += len(buttons); len(buttons) > 0 {
			rows = append(rows, buttons)
		}
	}
	if count > maxButtons {
		return nil, bad("reply markup is too long")
	}
	return rows, nil
}

// buttonIn is a button as it comes, which may lack its text.
type buttonIn struct {
	Button
	Label *string `json:"text"`
}

// invalid reports whether there is a text to copy that Telegram refuses.
func (c *CopyText) invalid() bool {
	return c != nil && (c.Text == "" || utf8.RuneCountInString(c.Text) > maxCopied)
}

// acts reports whether anything happens when the button is pressed.
func (b Button) acts() bool {
	return b.Data != "" || b.SwitchInline != nil || b.SwitchInlineHere != nil || b.SwitchInlineTo != nil || b.CopyText != nil || b.WebApp != nil
}

// button checks a button; its first action counts.
func (in buttonIn) button() (Button, *Refusal) {
	b := in.Button
	if in.Label == nil {
		return b, bad(`can't parse inline keyboard button: Can't find field "text"`)
	}
	b.Text, b.Style = *in.Label, strings.ToLower(b.Style)
	if !slices.Contains([]string{"", "default", "primary", "danger", "success"}, b.Style) {
		return b, bad("can't parse inline keyboard button: invalid button style specified")
	}
	switch {
	case b.Text == "":
		return b, bad("inline keyboard button text must be non-empty")
	case b.URL != "":
		if link := checkedLink(b.URL, ""); link == "" {
			return b, badf("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)
		}
		b.Data = ""
	case b.WebApp.invalid():
		return b, badf("inline keyboard button Web App URL '%s' is invalid: Only HTTPS links are allowed", b.WebApp.URL)
	case b.CopyText.invalid():
		return b, CopyTextInvalid
	case len(b.Data) > maxData:
		return b, ButtonDataInvalid
	case !b.acts():
		return b, bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	}
	return b, nil
}
