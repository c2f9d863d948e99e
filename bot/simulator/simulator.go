// Package simulator stands in for Telegram on loopback: the Bot API over HTTP with
// the real server's checks, answers and limits, and behind it people, groups and
// channels whom a test or a visitor makes speak, press, block and leave.
//
// It guarantees that
//
//   - a request is either taken, and then counted for good, or answered with an error:
//     [Server.Received] and [Server.Deliveries] are the truth about what arrived, also
//     where a fault cut the answer off;
//   - time comes from [Options.Now] alone wherever it decides (limits, expiry, the 48
//     hours for deleting), so that a test can drive it;
//   - its faults strike the same requests of the same chats for the same seed, in
//     whatever order the requests come;
//   - its memory is bounded: [KeptMessages] for each chat, 8 bytes for each member of
//     a crowd, and the updates that the bot has not confirmed;
//   - a slow listener never slows it.
//
// The sources of what it says are the Bot API's documentation and the sources of
// telegram-bot-api and TDLib as of 2026.
package simulator

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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

// Server is the simulated Telegram. It is safe for concurrent use.
type Server struct {
	options Options
	shown   http.Handler // what is shown beside the Bot API
	bot     User
	now     func() time.Time
	log     *slog.Logger

	mu        sync.RWMutex
	chats     map[int64]*Chat
	usernames map[string]*Chat
	phones    []*Citizen
	groups    []*Group
	crowds    atomic.Pointer[[]*crowd]

	lastMessage atomic.Int64
	lastPerson  atomic.Int64
	lastGroup   atomic.Int64
	lastCrowd   atomic.Int64

	updates updates
	watches watches
	globe   globe
	faults  faults
	taps    taps
	inlines inlines
	profile profile
	files   files
	tallies tallies
	counts  counts
}

// New returns a server that runs no goroutine until a webhook is set.
func New(o Options) *Server {
	o.Token = cmp.Or(o.Token, DefaultToken)
	o.Username = cmp.Or(o.Username, "kabarchy_bot")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	number, _, _ := strings.Cut(o.Token, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		id = 7000000001
	}
	s := &Server{
		options: o, now: o.Now, log: o.Log,
		bot:       User{ID: id, IsBot: true, FirstName: "Кабарчы", Username: o.Username},
		chats:     map[int64]*Chat{},
		usernames: map[string]*Chat{},
	}
	s.lastPerson.Store(100_000_000)
	s.lastGroup.Store(1_500_000_000)
	s.lastCrowd.Store(5_000_000_000)
	s.updates.init(s.now)
	s.faults.seed = o.Seed
	return s
}

// Token is the bot's token.
func (s *Server) Token() string { return s.options.Token }

// Bot is the bot as its users see it.
func (s *Server) Bot() User { return s.bot }

// Phones returns the citizens in the order in which they came.
func (s *Server) Phones() []*Citizen {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.phones)
}

// Groups returns the groups and channels in the order in which they came.
func (s *Server) Groups() []*Group {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.groups)
}

// Chat finds a chat that the simulator remembers; a crowd's members are not among them.
func (s *Server) Chat(id int64) (*Chat, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, found := s.chats[id]
	return c, found
}

// Show has a page served beside the Bot API, at all other paths. It is called before Handler.
func (s *Server) Show(page http.Handler) { s.shown = page }

// Closed reports whether Close was called.
func (s *Server) Closed() bool { return s.updates.ended() }

// Close ends the long poll and the webhook, and returns when their goroutines have.
func (s *Server) Close(ctx context.Context) error { return s.updates.close(ctx) }

// keep makes the server know a chat.
func (s *Server) keep(c *Chat) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[c.id] = c
	if c.username != "" {
		s.usernames[strings.ToLower(c.username)] = c
	}
	return c
}
