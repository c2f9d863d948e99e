package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

func TestUpdatesAreConfirmedByOffset(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	first := aida.Send("/start")
	second := aida.Send("a")
	third := aida.Send("b")

	ids := func(p params) (ids []int64) {
		for _, up := range must[[]happening](t, w, "getUpdates", p) {
			ids = append(ids, up.ID)
		}
		return ids
	}
	for _, test := range []struct {
		name string
		p    params
		want []int64
	}{
		{"all", nil, []int64{first, second, third}},
		{"again, since nothing was confirmed", nil, []int64{first, second, third}},
		{"limited", params{"limit": 2}, []int64{first, second}},
		{"a limit below 1 is 1", params{"limit": 0}, []int64{first}},
		{"an offset from the future confirms nothing", params{"offset": third + 100}, []int64{first, second, third}},
		{"the first confirmed", params{"offset": first + 1}, []int64{second, third}},
		{"the last alone", params{"offset": -1}, []int64{third}},
		{"all confirmed", params{"offset": third + 1}, nil},
	} {
		if got := ids(test.p); len(got) != len(test.want) || len(got) > 0 && got[0] != test.want[0] {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if err := w.Redeliver(second); err != nil {
		t.Fatal(err)
	}
	if got := ids(params{"offset": third + 1}); len(got) != 1 || got[0] != second {
		t.Errorf("redelivered %v, want %d", got, second)
	}
	if err := w.Redeliver(7); !errors.Is(err, simulator.ErrNoUpdate) {
		t.Errorf("redelivering nothing: %v", err)
	}
}

func TestUpdatesExpire(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	aida.Send("/start")
	aida.InlineQuery("law", "")
	must[message](t, w, "sendMessage", params{"chat_id": aida.ID(), "text": "a", "reply_markup": keyboard([]simulator.Button{tap("A", "a")})})
	if err := aida.Press("A"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		move time.Duration
		want int
	}{{30 * time.Second, 3}, {time.Second, 2}, {2 * time.Minute, 1}, {24 * time.Hour, 0}} {
		w.clock.Move(test.move)
		if got := must[[]happening](t, w, "getUpdates", nil); len(got) != test.want {
			t.Errorf("after %v more: %d updates, want %d", test.move, len(got), test.want)
		}
	}
}

func TestAllowedUpdatesAreRemembered(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	heard := func(p params) bool {
		must[[]happening](t, w, "getUpdates", p)
		aida.Send("a")
		return len(w.updates(t)) > 0
	}
	for i, test := range []struct {
		p    params
		want bool
	}{
		{nil, true},
		{params{"allowed_updates": []string{"callback_query"}}, false},
		{nil, false},
		{params{"allowed_updates": []string{}}, true},
		{nil, true},
	} {
		if got := heard(test.p); got != test.want {
			t.Errorf("step %d, %v: heard %v, want %v", i, test.p, got, test.want)
		}
	}
}

func TestLongPoll(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	poll := func() <-chan reply {
		got := make(chan reply, 1)
		go func() {
			r, err := w.try(t, "getUpdates", "application/json", strings.NewReader(`{"timeout":50}`))
			if err != nil {
				r.Description = err.Error()
			}
			got <- r
		}()
		return got
	}

	first := poll()
	await(t, w.Polling)
	second := poll()
	if got := <-first; got.Code != 409 || got.Description != "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running" {
		t.Errorf("the older poll is answered %d %q", got.Code, got.Description)
	}
	aida.Send("/start")
	var ups []happening
	if got := <-second; json.Unmarshal(got.Result, &ups) != nil || len(ups) != 1 || ups[0].Message.Text != "/start" {
		t.Errorf("the younger poll is answered %+v", got)
	}
	must[[]happening](t, w, "getUpdates", params{"offset": ups[0].ID + 1})

	third := poll()
	await(t, w.Polling)
	must[bool](t, w, "setWebhook", params{"url": "http://127.0.0.1:1/"})
	if got := <-third; got.Code != 409 || got.Description != "Conflict: terminated by setWebhook request" {
		t.Errorf("a poll is answered %d %q when a webhook is set", got.Code, got.Description)
	}
	if got := w.call(t, "getUpdates", nil); got.Code != 409 ||
		got.Description != "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first" {
		t.Errorf("with a webhook, getUpdates is answered %d %q", got.Code, got.Description)
	}
	must[bool](t, w, "deleteWebhook", nil)

	fourth := poll()
	await(t, w.Polling)
	if err := w.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if got := <-fourth; !got.OK {
		t.Errorf("a poll is answered %+v when the server ends", got)
	}
}

func TestPollerWhoLeavesLosesNothing(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/bot"+w.Token()+"/getUpdates?timeout=50", nil)
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	go func() {
		_, err := http.DefaultClient.Do(request)
		gone <- err
	}()
	await(t, w.Polling)
	leave()
	<-gone
	await(t, func() bool { return !w.Polling() })
	w.Citizen("Aida", "ky").Send("/start")
	if got := w.updates(t); len(got) != 1 {
		t.Errorf("%d updates, want 1", len(got))
	}
}

func TestUndecodableUpdates(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "ky")
	if _, err := aida.SendJSON(`{"text":[1]}`); err != nil {
		t.Fatal(err)
	}
	if _, err := aida.SendJSON(`{"sticker":{"file_id":"x"}}`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SendUpdate(`{"message":17}`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SendUpdate(`17`); err == nil {
		t.Error("an update that is no object is taken")
	}
	var ups []map[string]json.RawMessage
	got := w.call(t, "getUpdates", nil)
	if err := json.Unmarshal(got.Result, &ups); err != nil || len(ups) != 3 {
		t.Fatalf("%d updates: %v", len(ups), err)
	}
	for i, want := range []string{`"text":[1]`, `"sticker":{"file_id":"x"}`, `17`} {
		if !strings.Contains(string(ups[i]["message"]), want) {
			t.Errorf("update %d is %s, want %s in it", i, ups[i]["message"], want)
		}
	}
}

// await waits until a condition holds that no event tells of.
func await(t *testing.T, what func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !what(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}
