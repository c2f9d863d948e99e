package telegram

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Self is who the bot is. Telegram is asked that once. It is safe for concurrent use.
type Self struct {
	client *Client
	log    *slog.Logger

	me      atomic.Pointer[User]
	asking  atomic.Bool
	rests   atomic.Int64 // Telegram is not asked before, in Unix nanoseconds
	working sync.WaitGroup
}

// NewSelf returns a Self that is not known yet. The log hears of Telegram's trouble;
// nothing if nil.
func NewSelf(c *Client, log *slog.Logger) *Self {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Self{client: c, log: log}
}

// selfPause is how long Telegram is left alone after it did not say who the bot is.
const selfPause = 2 * time.Second

// Known reports whether Telegram has said who the bot is.
func (s *Self) Known() bool { return s.me.Load() != nil }

// Username is the bot's name, without the @; empty while it is not known.
func (s *Self) Username() string {
	if me := s.me.Load(); me != nil {
		return me.Username
	}
	return ""
}

// Learn asks Telegram who the bot is, and waits for the answer. It fails as Client.Call
// does.
func (s *Self) Learn(ctx context.Context) error {
	var me User
	if err := s.client.Call(ctx, "getMe", nil, &me); err != nil {
		return err
	}
	s.me.Store(&me)
	return nil
}

// Ask asks Telegram who the bot is, unless that is known or asked already. It does not
// wait: what is said to the bot alone is answered without its name.
func (s *Self) Ask(ctx context.Context) {
	if s.Known() || time.Now().UnixNano() < s.rests.Load() || !s.asking.CompareAndSwap(false, true) {
		return
	}
	s.working.Go(func() {
		defer s.asking.Store(false)
		if err := s.Learn(ctx); err != nil {
			s.rests.Store(time.Now().Add(selfPause).UnixNano())
			s.log.WarnContext(ctx, "telegram does not say yet who the bot is", "error", err)
		}
	})
}

// Wait waits for the answers to what was asked.
func (s *Self) Wait() { s.working.Wait() }
