package simulator

import "slices"

// Role is somebody's standing in a chat, in the Bot API's words.
type Role string

// The roles. A citizen in a group is a Creator, an Administrator or a Plain member.
const (
	Creator       Role = "creator"
	Administrator Role = "administrator"
	Plain         Role = "member"
	Restricted    Role = "restricted"
	Left          Role = "left"
	Kicked        Role = "kicked"
)

// Member is somebody in a group.
type Member struct {
	User User
	Role Role
}

// Topic is a forum's topic. Its thread is the id of the message that opened it.
type Topic struct {
	Thread int64
	Name   string
	Closed bool
}

// Rights are what the bot may do in a group or channel.
type Rights struct {
	// Admin makes the bot an administrator; in a channel nothing less may write.
	Admin bool
	// NoText and NoPhotos take away what a plain member may send.
	NoText, NoPhotos bool
	// Post, Edit, Delete and Pin are an administrator's; Post and Edit of channels.
	Post, Edit, Delete, Pin, Topics bool
}

// AllRights are those of an administrator who may do all that bots do.
var AllRights = Rights{Admin: true, Post: true, Edit: true, Delete: true, Pin: true, Topics: true}

// group is what every chat but a private one knows. The chat's lock guards it.
type group struct {
	forum   bool
	topics  []Topic
	members []Member
	bot     botMember
	moved   int64 // the supergroup it became
	deleted bool
	hidden  bool // its members, to who administers nothing
}

// botMember is the bot's own standing.
type botMember struct {
	role   Role
	rights Rights
}

func (g *group) remove(user int64) {
	g.members = slices.DeleteFunc(g.members, func(m Member) bool { return m.User.ID == user })
}

func (g *group) member(user int64) (Member, bool) {
	i := slices.IndexFunc(g.members, func(m Member) bool { return m.User.ID == user })
	if i < 0 {
		return Member{}, false
	}
	return g.members[i], true
}

func (g *group) everybody(bot User) []Member {
	all := slices.Clone(g.members)
	if g.bot.inside() {
		all = append(all, Member{bot, g.bot.role})
	}
	return all
}

func (g *group) topic(thread int64) (Topic, bool) {
	for _, t := range g.topics {
		if t.Thread == thread {
			return t, true
		}
	}
	return Topic{}, false
}

func (b botMember) inside() bool {
	return b.role == Plain || b.role == Administrator || b.role == Restricted
}
