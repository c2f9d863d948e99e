package simulator

import (
	"encoding/json"
	"errors"
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
		Rows [][]buttonIn `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(raw), &markup); err != nil {
		if wrong, is := errors.AsType[*json.UnmarshalTypeError](err); is {
			return nil, badf("can't parse inline keyboard button: field %q must not be a JSON %s", wrong.Field, wrong.Value)
		}
		return nil, bad("can't parse reply keyboard markup JSON object")
	}
	var rows [][]Button
	count := 0
	for _, row := range markup.Rows {
		buttons := make([]Button, len(row))
		for i, in := range row {
			var refusal *Refusal
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

// button checks a button; its first action counts.
func (in buttonIn) button() (Button, *Refusal) {
	b := in.Button
	if in.Label == nil {
		return b, bad(`can't parse inline keyboard button: Can't find field "text"`)
	}
	b.Text = *in.Label
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
