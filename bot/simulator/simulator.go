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
	"context"
	"net/http"
)

// Server is the simulated Telegram. It is safe for concurrent use.
type Server struct {
	options Options
	shown   http.Handler // what is shown beside the Bot API

	account account
	chats   chats
	crowds  crowds
	tallies tallies
	cut     tally // messages whose answer was cut off or came too late
	profile profile
	files   files
	faults  faults
}

// New returns a server that runs no goroutine until a webhook is set.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{options: o}
	s.account.init(o)
	s.chats.init(&s.account, &s.files)
	s.crowds.init(&s.account)
	s.files.init(o.Token, o.Now)
	s.profile.name = s.account.bot.FirstName
	s.faults.seed = o.Seed
	return s
}

// Token is the bot's token.
func (s *Server) Token() string { return s.options.Token }

// Bot is the bot as its users see it.
func (s *Server) Bot() User { return s.account.bot }

// Show has a page served beside the Bot API, at all other paths. It is called before Handler.
func (s *Server) Show(page http.Handler) { s.shown = page }

// Closed reports whether Close was called.
func (s *Server) Closed() bool { return s.account.updates.ended() }

// Close ends the long poll and the webhook, and returns when their goroutines have.
func (s *Server) Close(ctx context.Context) error { return s.account.updates.close(ctx) }

// Citizen adds a person with a phone in a language ("ky"; may be empty, as with real
// people). As in Telegram, the bot can't write to somebody who never wrote first:
// Send something (as "/start"), or use Open.
func (s *Server) Citizen(name, languageCode string) *Citizen {
	return s.chats.addCitizen(0, name, languageCode)
}

// CitizenAs is Citizen for a person whose user id the bot's configuration names; nil if
// somebody has it.
func (s *Server) CitizenAs(id int64, name, languageCode string) *Citizen {
	return s.chats.addCitizen(id, name, languageCode)
}

// Phones returns the citizens in the order in which they came.
func (s *Server) Phones() []*Citizen { return s.chats.allCitizens() }

// Group founds a basic group, with its owner and the bot outside.
func (s *Server) Group(title string, owner *Citizen) *Group {
	return s.chats.addGroup(BasicGroup, title, "", owner)
}

// Supergroup founds a supergroup. The username makes it public; it may be empty.
func (s *Server) Supergroup(title, username string, owner *Citizen) *Group {
	return s.chats.addGroup(Supergroup, title, username, owner)
}

// Forum founds a supergroup with topics.
func (s *Server) Forum(title string, owner *Citizen) *Group {
	g := s.Supergroup(title, "", owner)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.group.forum = true
	return g
}

// Channel founds a channel. The username makes it public; it may be empty.
func (s *Server) Channel(title, username string, owner *Citizen) *Group {
	return s.chats.addGroup(Channel, title, username, owner)
}

// Groups returns the groups and channels in the order in which they came.
func (s *Server) Groups() []*Group { return s.chats.allGroups() }

// Chat finds a chat that the simulator remembers; a crowd's members are not among them.
func (s *Server) Chat(id int64) (*Chat, bool) { return s.chats.find(id) }

// Crowd adds n cheap chats that have pressed Start and only count what they receive.
// Their ids are first to first+n-1. A [Fault] with a Share blocks some of them.
func (s *Server) Crowd(n int) (first int64) { return s.crowds.add(n) }

// CrowdJoin adds a crowd of n whose members each send "/start <language>", one
// language after the other, as real people following a deep link do. It goes as fast
// as the bot confirms, and returns when all have spoken.
func (s *Server) CrowdJoin(ctx context.Context, n int, languages ...string) (first int64, err error) {
	return s.crowds.join(ctx, n, languages)
}

// CrowdSays lets a crowd's member write to the bot. It returns the update's id, 0 if
// there is no such member.
func (s *Server) CrowdSays(chat int64, text, language string) (update int64) {
	return s.crowds.say(chat, text, language)
}

// Sample calls f for so many of the crowds' members at most, evenly among them and in the
// order in which they came, with how many messages each received. It returns how many
// members there are, and for how many of them each of the sample stands.
func (s *Server) Sample(most int, f func(chat int64, received uint32)) (size, stride int) {
	return s.crowds.sample(most, f)
}

// Received counts the messages of the bot that were accepted for a chat, a crowd's
// member too: exactly, whatever became of the answers.
func (s *Server) Received(chat int64) int {
	if c := s.crowds.of(chat); c != nil {
		return c.received(chat)
	}
	if c, found := s.Chat(chat); found {
		return c.Received()
	}
	return 0
}

// Deliveries says how often each chat accepted a message with the key, for every chat
// that did: lost and duplicate messages are counted from it. See [Options.Key].
func (s *Server) Deliveries(key string) map[int64]int { return s.tallies.of(key).deliveries() }

// CutOff says how often each chat accepted a message whose answer was cut off or came too
// late, for every chat that did: Stats counts them as ambiguous.
func (s *Server) CutOff() map[int64]int { return s.cut.deliveries() }

// Read returns the file at an address that a [Message] names, as long as it is kept; never
// what is at a URL.
func (s *Server) Read(address string) (data []byte, found bool) { return s.files.read(address) }

// Stats returns the counts as they are now.
func (s *Server) Stats() Stats {
	stats := s.account.counts.stats()
	stats.Crowd, stats.Pending = int64(s.crowds.size()), int64(s.Pending())
	return stats
}

// Watch begins to listen. The listener must Close it.
func (s *Server) Watch() *Watch { return s.account.watches.begin() }

// Profile returns what a person with the language sees of the bot.
func (s *Server) Profile(language string) Profile { return s.profile.inLanguage(language) }

// Commands returns the menu in a chat for a person with the language: the narrowest
// scope that has one, each first in the language and then for all, as Telegram looks.
func (s *Server) Commands(c *Chat, language string) []Command { return s.profile.menu(c, language) }

// Fault switches a fault on, after those that are on already: the first that strikes
// decides. The returned function switches it off again.
func (s *Server) Fault(f Fault) (lift func()) { return s.faults.add(f) }

// ClearFaults switches all faults off.
func (s *Server) ClearFaults() { s.faults.clear() }

// SendUpdate queues an update of any kind: fields is a JSON object without update_id,
// as `{"message":{"text":[1]}}`.
func (s *Server) SendUpdate(fields string) (update int64, err error) {
	return s.account.updates.pushAny(fields)
}

// Redeliver delivers an update once more under its old id, confirmed or not, as
// happens when the bot's confirmation got lost.
func (s *Server) Redeliver(id int64) error { return s.account.updates.redeliver(id) }

// Pending counts the updates that the bot has not confirmed.
func (s *Server) Pending() int { return s.account.updates.pending() }

// AwaitHandled returns when the bot has confirmed every update.
func (s *Server) AwaitHandled(ctx context.Context) error { return s.account.updates.awaitHandled(ctx) }
