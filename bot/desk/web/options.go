package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/feeds"
)

// Engine is what the pages ask of what is sent: broadcast.Engine is one.
type Engine interface {
	Progress(ctx context.Context) ([]broadcast.Progress, error)
}

var _ Engine = (*broadcast.Engine)(nil)

// Archive is what the pages ask of the news: feeds.Archive is one.
type Archive interface {
	Item(ctx context.Context, id string) (feeds.Item, error)
	Held(ctx context.Context) ([]feeds.Held, error)
}

var _ Archive = (*feeds.Archive)(nil)

// Options are what the pages are made of.
type Options struct {
	// Address is the public one, such as https://bot.example.kg/desk.
	Address string
	Redis   redis.UniversalClient
	Desk    *desk.Desk
	Engine  Engine
	Archive Archive
	// Token is the bot's: with it Telegram signs who opens a page.
	Token string
	// Language is what somebody at the desk reads, as in the chat.
	Language func(ctx context.Context, user int64) (string, error)
	// Username is the bot's, to lead back to the chat; empty while it is not known.
	Username func() string
	// Zone is the ministry's; UTC unless set.
	Zone *time.Location
	// Frames are the origins that may show a page in a frame besides Telegram's web client.
	Frames []string
	// Cookie is the session's name; __Host-desk unless set.
	Cookie string
	Log    *slog.Logger
}

// answerWithin is how long a page may take to be made.
const answerWithin = 10 * time.Second
