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
	"time"
)

// DefaultToken is the bot's token where [Options.Token] is empty.
const DefaultToken = "7000000001:AAsimulatorsimulatorsimulatorsimula"

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

// Watch begins to listen. The listener must Close it.
func (s *Server) Watch() *Watch {
	ready := make(chan struct{}, 1)
	w := &Watch{C: ready, ready: ready, chats: map[int64]struct{}{}, watches: &s.watches}
	s.watches.mu.Lock()
	defer s.watches.mu.Unlock()
	if s.watches.all == nil {
		s.watches.all = map[*Watch]struct{}{}
	}
	s.watches.all[w] = struct{}{}
	return w
}

// Fault switches a fault on, after those that are on already: the first that strikes
// decides. The returned function switches it off again.
func (s *Server) Fault(f Fault) (lift func()) {
	all := &s.faults
	all.mu.Lock()
	defer all.mu.Unlock()
	all.last++
	active := &activeFault{Fault: f, number: all.last, left: f.Next, attempts: map[int64]uint64{}}
	all.all = append(all.all, active)
	return func() { all.lift(active) }
}

// ClearFaults switches all faults off.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.all = nil
}

// Stats returns the counts as they are now.
func (s *Server) Stats() Stats {
	c := &s.counts
	stats := Stats{
		Requests: c.requests.Load(), Accepted: c.accepted.Load(), Edited: c.edited.Load(), Deleted: c.deleted.Load(),
		Refused: c.refused.Load(), Limited429: c.limited.Load(), Faulted: c.faulted.Load(),
		Ambiguous: c.ambiguous.Load(), Paid: c.paid.Load(), Pending: int64(s.Pending()),
	}
	if all := s.crowds.Load(); all != nil {
		for _, c := range *all {
			stats.Crowd += int64(len(c.members))
		}
	}
	return stats
}
