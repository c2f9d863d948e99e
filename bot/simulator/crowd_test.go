package simulator_test

import (
	"strings"
	"testing"

	"kabarchy/bot/simulator"
)

func TestCrowdCounts(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{Key: func(text string) string { key, _, _ := strings.Cut(text, ":"); return key }})
	first := w.Crowd(1000)
	aida := w.Citizen("Aida", "ky").Open()
	m := w.send(t, first, "law:a")
	w.send(t, first, "law:b")
	w.send(t, first+999, "law:a")
	w.send(t, first+999, "holiday")
	w.send(t, aida.ID(), "law:a")
	got := w.Deliveries("law")
	if len(got) != 3 || got[first] != 2 || got[first+999] != 1 || got[aida.ID()] != 1 {
		t.Errorf("deliveries %v", got)
	}
	if got := w.Deliveries("nothing"); len(got) != 0 {
		t.Errorf("deliveries of nothing: %v", got)
	}
	if w.Received(first) != 2 || w.Received(first+999) != 2 || w.Received(first+1) != 0 || w.Received(17) != 0 {
		t.Error("received is not what was sent")
	}
	if got := w.call(t, "sendMessage", params{"chat_id": first + 1000, "text": "a"}); got.Description != "Bad Request: chat not found" {
		t.Errorf("beyond the crowd: %q", got.Description)
	}
	edited := must[message](t, w, "editMessageText", params{"chat_id": first, "message_id": m.ID, "text": "c"})
	if edited.ID != m.ID || edited.Text != "c" || edited.Chat.ID != first {
		t.Errorf("edited %+v", edited)
	}
	must[bool](t, w, "deleteMessage", params{"chat_id": first, "message_id": m.ID})
	if got := w.call(t, "editMessageText", params{"chat_id": first, "message_id": 1 << 40, "text": "c"}); got.Description != "Bad Request: message to edit not found" {
		t.Errorf("editing a message that never was: %q", got.Description)
	}
	if got := w.Stats(); got.Accepted != 5 || got.Edited != 1 || got.Deleted != 1 || got.Crowd != 1000 {
		t.Errorf("stats %+v", got)
	}
}

func TestCrowdJoins(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	const n = 1000
	joined := make(chan error, 1)
	go func() {
		_, err := w.CrowdJoin(t.Context(), n, "ky", "ru")
		joined <- err
	}()
	texts := map[string]int{}
	for heard, offset := 0, int64(0); heard < n; {
		if pending := w.Pending(); pending > 200 {
			t.Fatalf("%d updates wait: the crowd runs ahead of the bot", pending)
		}
		for _, up := range must[[]happening](t, w, "getUpdates", params{"offset": offset, "timeout": 5}) {
			heard++
			offset = up.ID + 1
			texts[up.Message.Text+" "+up.Message.From.LanguageCode]++
		}
	}
	if err := <-joined; err != nil {
		t.Error(err)
	}
	if texts["/start ky ky"] != n/2 || texts["/start ru ru"] != n/2 {
		t.Errorf("heard %v", texts)
	}
}
