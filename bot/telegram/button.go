package telegram

import "encoding/json"

// Button is one button below a message: it opens an address or sends its data back.
type Button struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
	Data string `json:"callback_data,omitempty"` // at most 64 bytes
}

// Keyboard is the rows of buttons as reply_markup. Without a row it takes the buttons away.
func Keyboard(rows [][]Button) string {
	if rows == nil {
		rows = [][]Button{}
	}
	return JSON(map[string]any{"inline_keyboard": rows})
}

// JSON writes as JSON what always can be: strings and numbers in structs, slices and maps.
func JSON(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(data)
}
