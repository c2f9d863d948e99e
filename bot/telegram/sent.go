package telegram

import "encoding/json"

// Sent is what is read of a message that Telegram has taken.
type Sent struct {
	ID    int64 `json:"message_id"`
	Photo Photo `json:"photo"`
}

// FileID names the largest size of the picture; empty if there is none.
func (m Sent) FileID() string { return m.Photo.FileID() }

// UnmarshalJSON takes what editing answers in place of a message, true, for none.
func (m *Sent) UnmarshalJSON(data []byte) error {
	if string(data) == "true" {
		return nil
	}
	type plain Sent
	return json.Unmarshal(data, (*plain)(m))
}
