package simulator

import (
	"sync"
	"time"
)

// inlines are the inline queries that wait for the bot's results.
type inlines struct {
	mu   sync.Mutex
	last int64
	open map[string]*InlineQuery
}

// InlineQuery is what a person typed after @bot, and waits for the results.
type InlineQuery struct {
	citizen *Citizen
	id      string
	when    time.Time
	answer  chan InlineAnswer // holds one
}

// InlineAnswer is what the bot offers.
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
