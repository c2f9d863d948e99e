package bot

import "time"

// most is how many answers may wait.
func (to addressee) most() int {
	if to.chat < 0 {
		return groupAnswers
	}
	return chatAnswers
}

// Groups keeps what a group gets below Telegram's limit for one, the news and the answers
// together.
type Groups interface {
	// EnterGroup takes a place for an answer to the chat and returns what to call when Telegram
	// has been asked, or how long there is no place. In a private chat there is always one.
	EnterGroup(chat int64) (leave func(), wait time.Duration)
}

// unlimited has always a place.
type unlimited struct{}

func (unlimited) EnterGroup(int64) (func(), time.Duration) { return func() {}, 0 }

// enter takes a place for an answer. What answers a query for itself needs none.
func (o *outbox) enter(to addressee) (leave func(), wait time.Duration) {
	if to.query != "" {
		return func() {}, 0
	}
	return o.groups.EnterGroup(to.chat)
}
