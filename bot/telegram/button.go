package telegram

import "encoding/json"

// Button is one button below a message: it opens an address, puts a text on the clipboard,
// or sends its data back.
type Button struct {
	Text  string    `json:"text"`
	URL   string    `json:"url,omitempty"`
	Data  string    `json:"callback_data,omitempty"` // at most 64 bytes
	Copy  *CopyText `json:"copy_text,omitempty"`
	App   *WebApp   `json:"web_app,omitempty"`
	Style Style     `json:"style,omitempty"`
}

// WebApp is a page that Telegram opens within itself; Telegram takes https alone. From an
// inline button, or the menu's, the page learns who has opened it.
type WebApp struct {
	URL string `json:"url"`
}

// CopyText is what a button puts on the clipboard.
type CopyText struct {
	Text string `json:"text"` // 1 to 256 characters
}

// Style is the colour of a button; the empty one is the phone's own choice. Phones that do
// not know styles show that, too.
type Style string

// The styles, since Bot API 9.4.
const (
	Danger  Style = "danger"  // red
	Success Style = "success" // green
	Primary Style = "primary" // blue
)

// Keyboard is the rows of buttons as reply_markup. Without a row it takes the buttons away.
func Keyboard(rows [][]Button) string {
	if rows == nil {
		rows = [][]Button{}
	}
	return JSON(map[string]any{"inline_keyboard": rows})
}

// ForceReply is the reply_markup of a question: the phone opens the keyboard for an answer,
// which comes as a reply. The placeholder stands in the empty line: 1 to 64 characters. In a
// group only the person is asked whom the question answers.
//
// A message has such a markup or buttons, not both: Telegram's server takes the buttons and
// says nothing of the other (telegram-bot-api, Client::get_reply_markup). It can't be edited,
// and no message can be edited to it.
func ForceReply(placeholder string) string {
	return JSON(map[string]any{"force_reply": true, "input_field_placeholder": placeholder, "selective": true})
}

// JSON writes as JSON what always can be: strings and numbers in structs, slices and maps.
func JSON(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// Labels are the words of a keyboard's buttons, row by row.
func Labels(keyboard string) (rows [][]string) {
	var k struct {
		Rows [][]Button `json:"inline_keyboard"`
	}
	_ = json.Unmarshal([]byte(keyboard), &k) // there is none
	for _, row := range k.Rows {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Text)
		}
		rows = append(rows, labels)
	}
	return rows
}
