package simulator

import (
	"cmp"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// DefaultToken is the bot's token where [Options.Token] is empty.
const DefaultToken = "7000000001:AAsimulatorsimulatorsimulatorsimula"

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

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	o.Token = cmp.Or(o.Token, DefaultToken)
	o.Username = cmp.Or(o.Username, "kabarchy_bot")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// bot is the bot's user: its id is the number before the token's colon.
func (o Options) bot() User {
	number, _, _ := strings.Cut(o.Token, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		id = 7000000001
	}
	return User{ID: id, IsBot: true, FirstName: "Кабарчы", Username: o.Username}
}
