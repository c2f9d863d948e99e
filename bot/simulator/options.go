package simulator

import (
	"log/slog"
	"net/http"
	"time"
)

// Options say what a server is like. The zero value is a Telegram without limits
// and without latency.
type Options struct {
	// Token is the one bot's token; the number before its colon is the bot's user id.
	Token string
	// Username is the bot's, without @; "kabarchy_bot" if empty.
	Username string
	// Limits are what the server enforces; the zero value is none, [TelegramLimits] the real ones.
	Limits Limits
	// Latency is how long each request takes: half of it before it counts, half after.
	Latency time.Duration
	// Seed decides which requests the faults strike.
	Seed uint64
	// Key names what a message is about, from its text without entities; see [Server.Deliveries].
	// Without it, nothing is counted by key. It must be safe for concurrent use.
	Key func(text string) string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// WebhookClient calls webhooks; one that never follows redirects if nil.
	WebhookClient *http.Client
	// WebhookWait is the wait after a webhook's second failure, which then doubles; a second if 0.
	WebhookWait time.Duration
	// Local has the server answer this machine's own programs and its own page alone, and
	// not the pages of other sites in a browser here: for where a person uses it.
	Local bool
	// Log hears of webhooks that fail; nothing if nil.
	Log *slog.Logger
}
