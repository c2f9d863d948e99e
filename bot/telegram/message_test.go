package telegram

import (
	"encoding/json"
	"reflect"
	"testing"
)

// TestMessage reads what Telegram says of a picture that somebody passes on as an answer.
func TestMessage(t *testing.T) {
	t.Parallel()
	const said = `{"message_id":9,"date":1,"chat":{"id":5,"type":"private"},"media_group_id":"13",
		"photo":[{"file_id":"small","width":90},{"file_id":"large","width":1280}],
		"caption":"😀 Жаңы жардам","caption_entities":[{"type":"text_link","offset":3,"length":4,"url":"https://minjust.gov.kg/"}],
		"forward_origin":{"type":"channel","date":1,"chat":{"id":-1001,"type":"channel"},"message_id":3},
		"reply_to_message":{"message_id":8,"date":1,"chat":{"id":5,"type":"private"},"text":"Тексти?"}}`
	var m Message
	if err := json.Unmarshal([]byte(said), &m); err != nil {
		t.Fatal(err)
	}
	text, entities := m.Words()
	want := []Entity{{Type: "text_link", Offset: 3, Length: 4, URL: "https://minjust.gov.kg/"}}
	if text != "😀 Жаңы жардам" || !reflect.DeepEqual(entities, want) {
		t.Errorf("it reads %q with %+v", text, entities)
	}
	if m.Photo.FileID() != "large" || m.Album != "13" || m.Origin == nil || m.Origin.Type != "channel" || !m.HasContent() {
		t.Errorf("read as %+v", m)
	}
	if m.ReplyTo == nil || m.ReplyTo.ID != 8 {
		t.Errorf("it answers %+v", m.ReplyTo)
	}
}

func TestMarkup(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		ForceReply("Title, empty line, text"): `{"force_reply":true,"input_field_placeholder":"Title, empty line, text","selective":true}`,
		Keyboard([][]Button{{{Text: "✋", Data: "desk:do", Style: Danger}, {Text: "⎘", Copy: &CopyText{Text: "t.me/b"}}}}): `{"inline_keyboard":[[{"text":"✋","callback_data":"desk:do","style":"danger"},{"text":"⎘","copy_text":{"text":"t.me/b"}}]]}`,
		Keyboard(nil): `{"inline_keyboard":[]}`,
	} {
		if got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
}
