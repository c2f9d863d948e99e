package simulator

import (
	"encoding/json"
	"slices"
)

const (
	maxData    = 64  // bytes of callback data
	maxButtons = 100 // of one keyboard
)

// keyboard reads reply_markup. Keyboards that are not inline are taken and not shown.
func (q *query) keyboard() ([][]Button, *Refusal) {
	raw := q.params["reply_markup"]
	if raw == "" {
		return nil, nil
	}
	var markup struct {
		Rows [][]json.RawMessage `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(raw), &markup); err != nil {
		return nil, bad("can't parse reply keyboard markup JSON object")
	}
	return keyboard(markup.Rows)
}

func keyboard(raw [][]json.RawMessage) ([][]Button, *Refusal) {
	var rows [][]Button
	count := 0
	for _, row := range raw {
		buttons := make([]Button, 0, len(row))
		for _, one := range row {
			b, refusal := button(one)
			if refusal != nil {
				return nil, refusal
			}
			buttons = append(buttons, b)
		}
		count += len(buttons)
		if len(buttons) > 0 {
			rows = append(rows, buttons)
		}
	}
	if count > maxButtons {
		return nil, bad("reply markup is too long")
	}
	return rows, nil
}

// button reads one button; its first known action counts.
func button(raw json.RawMessage) (Button, *Refusal) {
	var in struct {
		Button
		LabelGiven *string `json:"text"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return Button{}, bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
	}
	b := in.Button
	if in.LabelGiven == nil {
		return b, bad(`can't parse inline keyboard button: Can't find field "text"`)
	}
	b.Text = *in.LabelGiven
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
	case len(b.Data) > maxData:
		return b, ButtonDataInvalid
	case b.Data == "" && b.SwitchInline == nil && b.SwitchInlineHere == nil && b.SwitchInlineTo == nil &&
		b.CopyText == nil && b.WebApp == nil:
		return b, bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	}
	return b, nil
}
