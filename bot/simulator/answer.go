package simulator

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// Answer is what a person sees of answerCallbackQuery.
type Answer struct {
	Text  string
	Alert bool // a window to close, not a passing line
	URL   string
}

// InlineAnswer is what the bot offers to who typed an inline query.
type InlineAnswer struct {
	Results    []InlineResult
	NextOffset string
	CacheTime  time.Duration
	Personal   bool
}

// InlineResult is one thing that the person may send.
type InlineResult struct {
	ID          string
	Title       string
	Description string
	Thumbnail   string
	// Message is what would be sent.
	Message Message
}

// questions are the pressed buttons, or the inline queries, that wait for the bot's answer.
type questions[A any] struct {
	life time.Duration // an answer that comes later is refused

	mu   sync.Mutex
	last int64 // the newest one's id
	open map[string]question[A]
}

// question is one of them.
type question[A any] struct {
	id     string
	asked  time.Time
	answer chan A // holds one
}

// manyOpen is above how many questions without an answer the old ones are dropped.
const manyOpen = 1000

// ask begins to wait for an answer.
func (q *questions[A]) ask(now time.Time) question[A] {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open == nil {
		q.open = map[string]question[A]{}
	}
	if len(q.open) >= manyOpen {
		for id, old := range q.open {
			if now.Sub(old.asked) > q.life {
				delete(q.open, id)
			}
		}
	}
	q.last++
	asked := question[A]{id: strconv.FormatInt(q.last, 10), asked: now, answer: make(chan A, 1)}
	q.open[asked.id] = asked
	return asked
}

// answer hands over the answer; false if the question is unknown, answered already or too old.
func (q *questions[A]) answer(id string, a A, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	asked, found := q.open[id]
	if !found {
		return false
	}
	delete(q.open, id)
	if now.Sub(asked.asked) > q.life {
		return false
	}
	asked.answer <- a
	return true
}

// wait returns the answer as soon as there is one, also when asked again.
func (q question[A]) wait(ctx context.Context) (a A, err error) {
	select {
	case a = <-q.answer:
		q.answer <- a
		return a, nil
	case <-ctx.Done():
		return a, ctx.Err()
	}
}
