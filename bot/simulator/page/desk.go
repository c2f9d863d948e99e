package page

import (
	"context"
	"errors"
	"time"
)

// ErrNotOffered is what a [Desk] answers to something it does not do (yet).
var ErrNotOffered = errors.New("page: the desk does not offer this")

// Desk is what the page's desk acts on: a press officer's side of the program. It is
// safe for concurrent use. Its errors are shown to the visitor as they are.
type Desk interface {
	// State is asked a few times a second while a page is open.
	State(ctx context.Context) (DeskState, error)
	// Publish sends a draft out, in all its editions, and returns when that is planned.
	Publish(ctx context.Context, draft string) error
	// Correct changes a published item on every phone; it may return [ErrNotOffered].
	Correct(ctx context.Context, item string) error
	// Withdraw takes a published item back; it may return [ErrNotOffered].
	Withdraw(ctx context.Context, item string) error
}

// Stage is what a [Desk] may offer beside: to begin again, and what can go wrong.
type Stage interface {
	// Begin ends all that is, and begins anew. The page loads itself again after it.
	Begin(ctx context.Context) error
	// WhatIf has something happen that [DeskState.WhatIfs] names, and returns when it does.
	// With [NightFalls], an item goes out.
	WhatIf(ctx context.Context, what string) error
}

// DeskState is the desk at one moment. Texts "per language" have the keys "ky", "ru"
// and "en"; what is missing is shown in another language.
type DeskState struct {
	Ministry   map[string]string `json:"ministry,omitempty"` // its name per language
	Site       string            `json:"site,omitempty"`     // the address of its site; an edition is at Site/language/
	Down       bool              `json:"down,omitempty"`     // the site answers nothing but errors
	Health     string            `json:"health,omitempty"`   // where readyz and metrics are
	Drafts     []Draft           `json:"drafts"`             // what can go out, the next one first
	Published  []Published       `json:"published"`          // what went out, newest first
	Broadcasts []Broadcast       `json:"broadcasts"`         // running and finished, newest first
	Audience   Audience          `json:"audience"`
	// WhatIfs are what a [Stage] can have happen: the page has words for each.
	WhatIfs []string `json:"what_ifs,omitempty"`
	// AheadSeconds is how much the clock of all that is shown is ahead of the real one.
	AheadSeconds int `json:"ahead_seconds,omitempty"`
}

// NightFalls is one of what a [Stage] may have happen.
const NightFalls = "night"

// Draft is an item that can be published.
type Draft struct {
	ID     string            `json:"id"`
	Titles map[string]string `json:"titles"` // per language: the item's editions
	// Picture is an address on this machine (the page loads no others): http on
	// loopback, or a path of the server that serves the page.
	Picture string `json:"picture,omitempty"`
}

// Published is an item that went out.
type Published struct {
	ID      string            `json:"id"`
	Titles  map[string]string `json:"titles"`
	Picture string            `json:"picture,omitempty"`
	// Items are the ids of its editions, as [Broadcast.Item] names them; ID if empty.
	Items       []string  `json:"items,omitempty"`
	PublishedAt time.Time `json:"published_at,omitzero"`
	Corrected   bool      `json:"corrected,omitempty"`
	Withdrawn   bool      `json:"withdrawn,omitempty"`
	CanCorrect  bool      `json:"can_correct,omitempty"` // the button is offered
	CanWithdraw bool      `json:"can_withdraw,omitempty"`
}

// Broadcast is one message on its way to many people. Its fields are those of the
// broadcast engine's progress.
type Broadcast struct {
	ID       int64  `json:"id"`
	Kind     string `json:"kind"` // "news", "correction", "withdrawal", "digest"
	Item     string `json:"item"`
	Story    int64  `json:"story"` // the same for all editions of an item
	Title    string `json:"title"`
	Language string `json:"language"`

	Planned int     `json:"planned"` // people
	Sent    int     `json:"sent"`
	Blocked int     `json:"blocked"` // people who have blocked the bot, or are gone
	Failed  int     `json:"failed"`
	ToGo    int     `json:"to_go"`
	Rate    float64 `json:"rate"` // messages a second

	PlannedAt   time.Time `json:"planned_at,omitzero"`
	ExpectedEnd time.Time `json:"expected_end,omitzero"`
	FinishedAt  time.Time `json:"finished_at,omitzero"` // zero while it runs
	Urgent      bool      `json:"urgent,omitempty"`
}

// Audience is who wants the news.
type Audience struct {
	Active  map[string]int `json:"active"` // by the language of the news
	Total   int            `json:"total"`  // all that are known
	Stopped int            `json:"stopped"`
	Blocked int            `json:"blocked"`
}
