package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/desk"
	"kabarchy/bot/telegram"
)

// How long a question at the desk stays open, words that come after its answer belong to it,
// and the screens of cases are kept up to date.
const (
	questionOpen = 2 * time.Hour
	answerOpen   = 2 * time.Minute
	screensKept  = 3 * 24 * time.Hour
)

// keyQuestion: string, what somebody at the desk is asked for, as JSON; it expires.
func keyQuestion(user int64) string { return "{news}:desk:ask:" + decimal(user) }

// keyScreens: hash, message → which case it shows, as JSON; it expires.
func keyScreens(chat int64) string { return "{news}:desk:screens:" + decimal(chat) }

// What a question can be about, besides a language.
const (
	askReason = "reason"
	askTime   = "at"
)

// question is what somebody at the desk is asked for.
type question struct {
	Case    string    `json:"case"`
	Version int       `json:"version,omitempty"` // that was seen
	Kind    desk.Kind `json:"kind,omitempty"`    // of a case that the answer begins
	Items   []string  `json:"items,omitempty"`
	What    string    `json:"what"`              // a language, askReason or askTime
	Message int64     `json:"message,omitempty"` // the question's
	Was     int64     `json:"was,omitempty"`     // the message of the same question that made way for it
	Screen  int64     `json:"screen,omitempty"`  // where it was asked for: it makes way for the answer's
	// Answered is the message that answered it: what comes then may be the rest of a long
	// text, which phones send in pieces.
	Answered int64  `json:"answered,omitempty"`
	Album    string `json:"album,omitempty"` // that the answer was a part of
	// Pending is what was written, until it is clear what it is.
	Pending *pending `json:"pending,omitempty"`
}

// pending is something that was written.
type pending struct {
	Message  int64             `json:"message"`
	Text     string            `json:"text"`
	Entities []telegram.Entity `json:"entities,omitempty"`
	Photo    string            `json:"photo,omitempty"`
	// Without reports that the words stood below something that is no picture, as a file.
	Without bool `json:"without,omitempty"`
}

// asked is what somebody is asked for; false for nothing.
func (b *Bot) asked(ctx context.Context, user int64) (q question, open bool, err error) {
	raw, err := b.admins.Redis.Get(ctx, keyQuestion(user)).Bytes()
	if errors.Is(err, redis.Nil) {
		return q, false, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &q)
	}
	if err != nil {
		return q, false, fmt.Errorf("what %d is asked for: %w", user, err)
	}
	return q, true, nil
}

// ask notes what somebody is asked for, in place of anything else.
func (b *Bot) ask(ctx context.Context, user int64, q question) error {
	life := questionOpen
	if q.Answered != 0 && q.Pending == nil {
		life = answerOpen
	}
	if err := b.admins.Redis.Set(ctx, keyQuestion(user), telegram.JSON(q), life).Err(); err != nil {
		return fmt.Errorf("note what %d is asked for: %w", user, err)
	}
	return nil
}

// unask closes the question.
func (b *Bot) unask(ctx context.Context, user int64) error {
	if err := b.admins.Redis.Del(ctx, keyQuestion(user)).Err(); err != nil {
		return fmt.Errorf("close what %d is asked for: %w", user, err)
	}
	return nil
}

// What a screen shows of a case.
const (
	showsCase = "case" // where it stands, with what can be done
	showsLook = "look" // how it will look, and whom it reaches
	showsSure = "sure" // a question before something that people notice
	showsTold = "told" // that it waits for approval
)

// shown is what a message shows of a case.
type shown struct {
	Case     string  `json:"case,omitempty"`
	Version  int     `json:"version,omitempty"`
	What     string  `json:"what,omitempty"`
	Previews []int64 `json:"previews,omitempty"` // the messages above it that show how the texts will look
}

// recall is what a message shows; zero where it shows no case.
func (b *Bot) recall(ctx context.Context, chat, message int64) (was shown, err error) {
	raw, err := b.admins.Redis.HGet(ctx, keyScreens(chat), decimal(message)).Bytes()
	if errors.Is(err, redis.Nil) {
		return was, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &was)
	}
	if err != nil {
		return was, fmt.Errorf("what message %d in chat %d shows: %w", message, chat, err)
	}
	return was, nil
}

// remember notes what a message shows.
func (b *Bot) remember(ctx context.Context, chat, message int64, s shown) error {
	if s.Case == "" {
		return b.forgetScreen(ctx, chat, message)
	}
	_, err := b.admins.Redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, keyScreens(chat), decimal(message), telegram.JSON(s))
		p.Expire(ctx, keyScreens(chat), screensKept)
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what message %d in chat %d shows: %w", message, chat, err)
	}
	return nil
}

func (b *Bot) forgetScreen(ctx context.Context, chat, message int64) error {
	if err := b.admins.Redis.HDel(ctx, keyScreens(chat), decimal(message)).Err(); err != nil {
		return fmt.Errorf("forget what message %d in chat %d shows: %w", message, chat, err)
	}
	return nil
}

// screens are the messages in a chat that show cases.
func (b *Bot) screens(ctx context.Context, chat int64) (map[int64]shown, error) {
	entries, err := b.admins.Redis.HGetAll(ctx, keyScreens(chat)).Result()
	if err != nil {
		return nil, fmt.Errorf("what chat %d shows: %w", chat, err)
	}
	all := make(map[int64]shown)
	for message, raw := range entries {
		id, err := strconv.ParseInt(message, 10, 64)
		var s shown
		if err == nil {
			err = json.Unmarshal([]byte(raw), &s)
		}
		if err != nil {
			return nil, fmt.Errorf("what message %s in chat %d shows: %w", message, chat, err)
		}
		all[id] = s
	}
	return all, nil
}
