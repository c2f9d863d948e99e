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
	working sync.WaitGroup

	mu    sync.Mutex
	end   context.CancelFunc // ends the question; nil where nothing is asked
	rests time.Time          // Telegram is not asked before
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

// ID is the bot's user id; 0 while it is not known.
func (s *Self) ID() int64 {
	if me := s.me.Load(); me != nil {
		return me.ID
	}
	return 0
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
// wait: what is said to the bot alone is answered without its name. The question does not
// end with who asks: a webhook's request is over before Telegram answers.
func (s *Self) Ask() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Known() || s.end != nil || time.Now().Before(s.rests) {
		return
	}
	var ctx context.Context
	ctx, s.end = context.WithCancel(context.Background())
	s.working.Go(func() { s.answered(ctx, s.Learn(ctx)) })
}

// answered ends the question, so that another can be asked.
func (s *Self) answered(ctx context.Context, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && ctx.Err() == nil {
		s.rests = time.Now().Add(selfPause)
		s.log.WarnContext(ctx, "telegram does not say yet who the bot is", "error", err)
	}
	s.end()
	s.end = nil
}

// Finish ends what is asked, and waits for its end.
func (s *Self) Finish() {
	s.mu.Lock()
	if s.end != nil {
		s.end()
	}
	s.mu.Unlock()
	s.working.Wait()
}
