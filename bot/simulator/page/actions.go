package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf16"

	"kabarchy/bot/simulator"
)

// request is what the page asks for; each action takes the fields it needs.
type request struct {
	Chat    int64  `json:"chat"`
	Text    string `json:"text"`
	Message int64  `json:"message"`
	Reply   int64  `json:"reply"` // the message that is answered; 0 for none
	Row     int    `json:"row"`
	Column  int    `json:"column"`
	Label   string `json:"label"` // of the button that was seen there
	Blocked bool   `json:"blocked"`
	Count   int    `json:"count"`
	Draft   string `json:"draft"`
	Item    string `json:"item"`
	What    string `json:"what"`
}

// Bounds of what a page may ask for.
const (
	largestRequest = 64 << 10
	longestText    = 4096 // UTF-16 units, as in Telegram
	largestCrowd   = 100_000
	answerWithin   = 15 * time.Second
)

// crowdLanguages are who comes when citizens are added: of ten, six read Kyrgyz,
// three Russian and one English.
var crowdLanguages = []string{"ky", "ru", "ky", "ky", "ru", "ky", "en", "ky", "ru", "ky"}

// errRequest is a request that makes no sense.
var errRequest = errors.New("bad request")

// actions are what the page can do, each a POST with a JSON object.
func (p *handler) actions() map[string]func(context.Context, request) (any, error) {
	return map[string]func(context.Context, request) (any, error){
		"send":     p.send,
		"picture":  p.picture,
		"forward":  p.forward,
		"press":    p.press,
		"open":     p.open,
		"block":    p.block,
		"phone":    p.phone,
		"remove":   p.remove,
		"crowd":    p.crowd,
		"publish":  p.publish,
		"correct":  p.correct,
		"withdraw": p.withdraw,
		"begin":    p.begin,
		"what-if":  p.whatIf,
	}
}

// action makes a handler of what the page can do. A body of another type than JSON is
// refused: a foreign page can't send that without being asked for its origin.
func action(act func(context.Context, request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			answer(w, http.StatusUnsupportedMediaType, map[string]string{"error": "the body must be application/json"})
			return
		}
		var q request
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestRequest)).Decode(&q); err != nil {
			answer(w, http.StatusBadRequest, map[string]string{"error": "the body must be a JSON object"})
			return
		}
		result, err := act(r.Context(), q)
		if err != nil {
			answer(w, status(err), map[string]string{"error": err.Error()})
			return
		}
		if result == nil {
			result = struct{}{}
		}
		answer(w, http.StatusOK, result)
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // who asked is gone
}

func status(err error) int {
	switch {
	case errors.Is(err, ErrNotOffered):
		return http.StatusNotImplemented
	case errors.Is(err, errRequest), errors.Is(err, simulator.ErrWords), errors.Is(err, simulator.ErrNoMessage),
		errors.Is(err, simulator.ErrNoButton), errors.Is(err, simulator.ErrNotCallback):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func (p *handler) send(_ context.Context, q request) (any, error) {
	c, err := p.holder(q.Chat)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(q.Text)
	if text == "" || len(utf16.Encode([]rune(text))) > longestText {
		return nil, fmt.Errorf("%w: a message has 1 to %d characters", errRequest, longestText)
	}
	return nil, c.say(text, q.Reply)
}

// press presses a button and waits for what the bot says to it, but not for ever: a
// button that nobody answers only stops turning, as in Telegram.
func (p *handler) press(ctx context.Context, q request) (any, error) {
	c, err := p.holder(q.Chat)
	if err != nil {
		return nil, err
	}
	button, err := buttonAt(c.chat(), q)
	if err != nil {
		return nil, err
	}
	tap, err := c.tap(q.Message, button.Data)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	said, err := tap.Answer(ctx)
	if err != nil {
		return nil, nil //nolint:nilerr // no answer is none to show
	}
	return map[string]any{"text": said.Text, "alert": said.Alert, "url": link(said.URL)}, nil
}

// open is the address of the page that a button of a message opens, or, where no message is
// named, the chat's own: with it the phone says who has opened it. It is opened from here, by
// whatever name this machine has for the reader.
func (p *handler) open(_ context.Context, q request) (any, error) {
	c, err := p.person(q.Chat)
	if err != nil {
		return nil, err
	}
	address := p.server.MenuButton(c.Chat).URL
	if q.Message != 0 {
		button, err := buttonAt(c.Chat, q)
		if err != nil {
			return nil, err
		}
		if address = ""; button.WebApp != nil {
			address = button.WebApp.URL
		}
	}
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return nil, simulator.ErrNoButton
	}
	if simulator.Loopback(u.Host) {
		address = u.RequestURI()
	}
	return map[string]string{"url": p.server.OpenApp(c, address)}, nil
}

// buttonAt is the button at a place of a message's keyboard.
func buttonAt(c *simulator.Chat, q request) (none simulator.Button, err error) {
	for _, m := range c.Messages() {
		if m.ID != q.Message {
			continue
		}
		if q.Row < 0 || q.Row >= len(m.Keyboard) || q.Column < 0 || q.Column >= len(m.Keyboard[q.Row]) {
			return none, simulator.ErrNoButton
		}
		button := m.Keyboard[q.Row][q.Column]
		if q.Label != button.Text {
			return none, simulator.ErrNoButton // another one stands there by now
		}
		return button, nil
	}
	return none, simulator.ErrNoMessage
}

// person finds a phone with the chat with the bot.
func (p *handler) person(chat int64) (*simulator.Citizen, error) {
	h, err := p.holder(chat)
	if err == nil && h.group != nil {
		err = fmt.Errorf("%w: %d is a group", errRequest, chat)
	}
	return h.Citizen, err
}

func (p *handler) block(_ context.Context, q request) (any, error) {
	c, err := p.person(q.Chat)
	if err != nil {
		return nil, err
	}
	if q.Blocked {
		c.Block()
	} else {
		c.Unblock()
	}
	return nil, nil
}

func (p *handler) phone(context.Context, request) (any, error) {
	c, err := newcomer(p.server)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	return map[string]int64{"chat": c.ID()}, nil
}

// remove takes a phone away.
func (p *handler) remove(_ context.Context, q request) (any, error) {
	c, err := p.holder(q.Chat)
	if err != nil {
		return nil, err
	}
	c.leave()
	return nil, nil
}

// crowd adds citizens, and returns when all have written to the bot.
func (p *handler) crowd(ctx context.Context, q request) (any, error) {
	if q.Count < 1 || q.Count > largestCrowd {
		return nil, fmt.Errorf("%w: 1 to %d citizens at a time", errRequest, largestCrowd)
	}
	if _, err := p.server.CrowdJoin(ctx, q.Count, crowdLanguages...); err != nil {
		return nil, err
	}
	return nil, nil
}

func (p *handler) publish(ctx context.Context, q request) (any, error) {
	if p.desk.desk == nil {
		return nil, ErrNotOffered
	}
	p.dots.wave(p.server)
	defer p.desk.stale()
	return nil, p.desk.desk.Publish(ctx, q.Draft)
}

func (p *handler) correct(ctx context.Context, q request) (any, error) {
	if p.desk.desk == nil {
		return nil, ErrNotOffered
	}
	defer p.desk.stale()
	return nil, p.desk.desk.Correct(ctx, q.Item)
}

func (p *handler) withdraw(ctx context.Context, q request) (any, error) {
	if p.desk.desk == nil {
		return nil, ErrNotOffered
	}
	p.dots.wave(p.server) // what was lit showed who has it
	defer p.desk.stale()
	return nil, p.desk.desk.Withdraw(ctx, q.Item)
}

func (p *handler) begin(ctx context.Context, _ request) (any, error) {
	stage, offered := p.desk.desk.(Stage)
	if !offered {
		return nil, ErrNotOffered
	}
	return nil, stage.Begin(ctx)
}

func (p *handler) whatIf(ctx context.Context, q request) (any, error) {
	stage, offered := p.desk.desk.(Stage)
	if !offered {
		return nil, ErrNotOffered
	}
	if q.What == NightFalls {
		p.dots.wave(p.server)
	}
	defer p.desk.stale()
	return nil, stage.WhatIf(ctx, q.What)
}
