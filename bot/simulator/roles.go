package simulator

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

// botMember is the bot's own standing.
type botMember struct {
	role   Role
	rights Rights
}

// AllRights are those of an administrator who may do all that bots do.
var AllRights = Rights{Admin: true, Post: true, Edit: true, Delete: true, Pin: true, Topics: true}

func (b botMember) inside() bool {
	return b.role == Plain || b.role == Administrator || b.role == Restricted
}
