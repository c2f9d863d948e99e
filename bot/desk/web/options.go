package web

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/feeds"
)

// Engine is what the pages ask of what is sent: broadcast.Engine is one.
type Engine interface {
	Progress(ctx context.Context) ([]broadcast.Progress, error)
	// Reports are the broadcasts of an item.
	Reports(ctx context.Context, item string) ([]broadcast.Report, error)
	// History are the last broadcasts of all items.
	History(ctx context.Context, most int64) ([]broadcast.Progress, error)
}

var _ Engine = (*broadcast.Engine)(nil)

// Archive is what the pages ask of the news: feeds.Archive is one.
type Archive interface {
	Item(ctx context.Context, id string) (feeds.Item, error)
	// Shown is an item as phones show it.
	Shown(ctx context.Context, id string) (feeds.Item, error)
	// OnSite is an item as its site shows it.
	OnSite(ctx context.Context, id string) (feeds.Item, error)
	Editions(ctx context.Context, id string) (map[string]feeds.Item, error)
	Latest(ctx context.Context, language string, offset, count int) ([]feeds.Item, error)
	Held(ctx context.Context) ([]feeds.Held, error)
}

var _ Archive = (*feeds.Archive)(nil)

// Pictures are those that Telegram keeps for the bot, and those of the sites.
type Pictures interface {
	// Picture is the one with an id of Telegram's.
	Picture(ctx context.Context, id string) ([]byte, error)
	// Keep has Telegram keep one that somebody brings, and returns its id; ErrPicture where
	// Telegram takes none such.
	Keep(ctx context.Context, user int64, picture []byte) (id string, err error)
	// Fetch gets one of a site's, from a public address alone, of some megabytes at most.
	Fetch(ctx context.Context, address string) ([]byte, error)
}

// ErrPicture says that Telegram takes no such picture.
var ErrPicture = errors.New("telegram takes no such picture")

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
	// Topics are the configured ones.
	Topics []Topic
	// Census counts everybody by what they want.
	Census report.Audience
	// Pictures are those of announcements; nil where none are shown and none are taken.
	Pictures Pictures
	// ShowToAll sends a draft to everybody at the desk but one, and returns to how many; nil
	// where that can't be done.
	ShowToAll func(ctx context.Context, by int64, c desk.Case) (int, error)
	// Previews draws what phones will show.
	Previews Previews
	// Zone is the ministry's; UTC unless set.
	Zone *time.Location
	// Frames are the origins that may show a page in a frame besides Telegram's web client.
	Frames []string
	// Cookie is the session's name; __Host-desk unless set.
	Cookie string
	Log    *slog.Logger
}

// Topic is one of the configuration's.
type Topic struct {
	ID     string
	Number int // as the census names it
	NameIn func(language string) string
}

// Message is an item as a phone shows it.
type Message struct {
	HTML    template.HTML // as Telegram is sent it: its text is escaped
	Buttons [][]string    // their words, row by row
	Picture bool
}

// Previews draws an item as a broadcast would send it to who reads the language; editions are
// all of the same announcement.
type Previews func(ctx context.Context, language string, item feeds.Item, editions map[string]feeds.Item) Message

// How long a page may take to be read on a slow line, and to be made: so much less that its failure
// is still told.
const (
	writeWithin  = 30 * time.Second
	answerWithin = 25 * time.Second
)
