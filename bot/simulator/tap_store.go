package simulator

import (
	"errors"
	"sync"
	"time"
)

// Tap is a pressed button that waits for the bot's answer.
type Tap struct {
	// Update is the id of the update that told the bot; 0 if it does not want such updates.
	Update int64

	id     string
	answer chan Answer // holds one
}

// Answer is what a person sees of answerCallbackQuery.
type Answer struct {
	Text  string
	Alert bool // a window to close, not a passing line
	URL   string
}

// taps are the pressed buttons whose answers are awaited.
type taps struct {
	mu   sync.Mutex
	last int64
	open map[string]tapped
}

type tapped struct {
	tap  *Tap
	chat *Chat
	when time.Time
}

// What pressing can fail with.
var (
	ErrNoMessage = errors.New("simulator: no such message")
	ErrNoButton  = errors.New("simulator: no such button")
	// ErrNotCallback: the button opens a link or the like; the bot hears nothing of it.
	ErrNotCallback = errors.New("simulator: the button sends the bot nothing")
)
