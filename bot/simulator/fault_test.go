package simulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kabarchy/bot/simulator"
)

// send1 sends one message and says what came back: a status, or an error.
func (w *fixture) send1(ctx context.Context, chat int64) (status int, body string, err error) {
	query := "?text=a&chat_id=" + strconv.FormatInt(chat, 10)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+"/bot"+w.Token()+"/sendMessage"+query, nil)
	if err != nil {
		return 0, "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	return response.StatusCode, string(raw), err
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		fault     simulator.Fault
		status    int
		body      string
		err       error
		arrives   int
		ambiguous int64
	}{
		{"refused", simulator.Fault{Refuse: simulator.BotBlocked}, 403, "bot was blocked by the user", nil, 0, 0},
		{"429", simulator.Fault{Refuse: simulator.TooMany(7)}, 429, `"retry_after":7`, nil, 0, 0},
		{"502", simulator.Fault{HTML: 502}, 502, "<html>", nil, 0, 0},
		{"502 after all", simulator.Fault{HTML: 502, Taken: true}, 502, "<html>", nil, 1, 1},
		{"reset", simulator.Fault{Reset: true}, 0, "", syscall.ECONNRESET, 0, 0},
		{"reset after all", simulator.Fault{Reset: true, Taken: true}, 0, "", syscall.ECONNRESET, 1, 1},
		{"hang", simulator.Fault{Hang: true}, 0, "", context.DeadlineExceeded, 0, 0},
		{"hang after all", simulator.Fault{Hang: true, Taken: true}, 0, "", context.DeadlineExceeded, 1, 1},
		{"slow", simulator.Fault{Delay: time.Millisecond}, 200, `"ok":true`, nil, 1, 0},
		{"another method", simulator.Fault{Methods: []string{"sendPhoto"}, HTML: 502}, 200, `"ok":true`, nil, 1, 0},
		{"another chat", simulator.Fault{Chats: func(chat int64) bool { return chat < 0 }, HTML: 502}, 200, `"ok":true`, nil, 1, 0},
		{"another text", simulator.Fault{Match: func(r simulator.Request) bool { return r.Params["text"] == "b" }, HTML: 502}, 200, `"ok":true`, nil, 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, simulator.Options{})
			aida := w.Citizen("Aida", "").Open()
			w.Fault(test.fault)
			deadline := 10 * time.Second
			if test.fault.Hang {
				deadline = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			status, body, err := w.send1(ctx, aida.ID())
			if status != test.status || !strings.Contains(body, test.body) || !errors.Is(err, test.err) {
				t.Errorf("%d %q, %v; want %d %q, %v", status, body, err, test.status, test.body, test.err)
			}
			if got := w.Received(aida.ID()); got != test.arrives {
				t.Errorf("%d arrived, want %d", got, test.arrives)
			}
			if got := w.Stats().Ambiguous; got != test.ambiguous {
				t.Errorf("%d ambiguous, want %d", got, test.ambiguous)
			}
		})
	}
}

func TestNextFaultsAndLift(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{})
	aida := w.Citizen("Aida", "").Open()
	w.Fault(simulator.Fault{Refuse: simulator.TooMany(1), Next: 2})
	lift := w.Fault(simulator.Fault{Refuse: simulator.ChatNotFound})
	codes := func(n int) (codes []int) {
		for range n {
			codes = append(codes, w.call(t, "sendMessage", params{"chat_id": aida.ID(), "text": "a"}).Code)
		}
		return codes
	}
	if got := codes(3); got[0] != 429 || got[1] != 429 || got[2] != 400 {
		t.Errorf("codes %v", got)
	}
	lift()
	if got := codes(1); got[0] != 0 {
		t.Errorf("after lifting: %v", got)
	}
	w.Fault(simulator.Fault{HTML: 500})
	w.ClearFaults()
	if got := codes(1); got[0] != 0 {
		t.Errorf("after clearing: %v", got)
	}
}

// TestChance: the same seed strikes the same requests, in whatever order they come.
func TestChance(t *testing.T) {
	t.Parallel()
	const chats, attempts = 1000, 3
	struck := func(seed uint64, backwards bool) (all [chats][attempts]bool, share, requests int) {
		w := start(t, simulator.Options{Seed: seed})
		first := w.Crowd(chats)
		w.Fault(simulator.Fault{Share: 0.1, Refuse: simulator.BotBlocked})
		w.Fault(simulator.Fault{Probability: 0.05, Refuse: simulator.TooMany(1)})
		for n := range attempts {
			for i := range chats {
				if backwards {
					i = chats - 1 - i
				}
				switch r := w.call(t, "sendMessage", params{"chat_id": first + int64(i), "text": "a"}); {
				case r.Code == 403 && n == 0:
					share++
				case r.Code == 429:
					all[i][n] = true
					requests++
				}
			}
		}
		return all, share, requests
	}
	forwards, share, requests := struck(7, false)
	if backwards, _, _ := struck(7, true); backwards != forwards {
		t.Error("the order of the requests changed what is struck")
	}
	if other, _, _ := struck(8, false); other == forwards {
		t.Error("another seed strikes the same")
	}
	if share < 70 || share > 130 {
		t.Errorf("a share of 0.1 is %d of %d", share, chats)
	}
	if requests < 90 || requests > 190 {
		t.Errorf("a probability of 0.05 struck %d of about %d", requests, chats*attempts*9/10)
	}
}

// TestLatency: half of it passes before a message counts, half after.
func TestLatency(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{Latency: time.Hour})
	aida := w.Citizen("Aida", "").Open()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := w.send1(ctx, aida.ID()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("sent: %v", err)
	}
	if got := w.Received(aida.ID()); got != 0 {
		t.Errorf("%d arrived of a request that was given up on its way", got)
	}

	w = start(t, simulator.Options{Latency: 400 * time.Millisecond})
	aida = w.Citizen("Aida", "").Open()
	ctx, leave := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, _, err := w.send1(ctx, aida.ID())
		answered <- err
	}()
	if err := aida.Wait(t.Context(), func(ms []simulator.Message) bool { return len(ms) == 1 }); err != nil {
		t.Fatal(err)
	}
	leave()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("the answer came within half the latency: %v", err)
	}
	await(t, func() bool { return w.Stats().Ambiguous == 1 })
}
