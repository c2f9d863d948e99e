package simulator

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

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

// Chat is a conversation that the simulator remembers: a person's with the bot, a
// group, a channel. It is safe for concurrent use.
type Chat struct {
	server *Server
	id     int64

	mu       sync.Mutex
	kind     Kind
	title    string
	username string

	messages []Message // oldest first; replaced, never changed in place
	lastID   int64     // of groups and channels, which number their own messages
	received int       // messages of the bot that were accepted, ever
	changed  chan struct{}
	typing   time.Time // until when
	pace     pace

	person *person // of a private chat
	group  *group  // of every other
}

// View is a chat at one moment, for a page to draw.
type View struct {
	ID       int64
	Kind     Kind
	Title    string
	Username string
	Messages []Message // those that are shown, oldest first
	Typing   bool

	Language    string // of the person's phone; private chats only
	Started     bool   // the person has pressed Start
	Blocked     bool
	Deactivated bool

	Forum   bool
	Topics  []Topic
	Members []Member // the bot among them
}

// Citizen is a person with a phone on which the chat with the bot is open. What a
// Citizen does returns at once; the bot's answer is waited for with Wait.
type Citizen struct {
	*Chat
}

// person is what a private chat knows of its human. The chat's lock guards it.
type person struct {
	user        User
	started     bool // has written to the bot: the bot may write back
	known       bool // the bot has seen the person somewhere
	blocked     bool
	deactivated bool
}

// Group is a basic group, a supergroup (a forum, too) or a channel.
type Group struct {
	*Chat
}

// group is what every chat but a private one knows. The chat's lock guards it.
type group struct {
	forum   bool
	topics  []Topic
	members []Member
	bot     botMember
	moved   int64 // the supergroup it became
	deleted bool
}

// crowd is many private chats, with ids in a row, that only count what they receive:
// what is sent to them is checked as everywhere, and not kept.
type crowd struct {
	first   int64
	start   time.Time // its members' times are milliseconds since
	members []crowdMember
	locks   [64]sync.Mutex // member i is guarded by lock i % 64
}

// crowdMember is 8 bytes, so that a million fit anywhere.
type crowdMember struct {
	received uint32
	full     uint32 // when its bucket is full again
}

// User is the person as the Bot API shows them.
func (c *Citizen) User() User { return c.person.user }
