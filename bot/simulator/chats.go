package simulator

import (
	"slices"
	"strings"
	"sync"
)

// chats are those that the simulator remembers. Members of a crowd are not among them.
type chats struct {
	account *account
	files   *files

	mu         sync.RWMutex
	byID       map[int64]*Chat
	byUsername map[string]*Chat // in lower case
	phones     []*Citizen
	groups     []*Group
	lastPerson int64
	lastGroup  int64
}

func (all *chats) init(a *account, f *files) {
	all.account, all.files = a, f
	all.byID, all.byUsername = map[int64]*Chat{}, map[string]*Chat{}
	all.lastPerson, all.lastGroup = 100_000_000, 1_500_000_000
}

func (all *chats) find(id int64) (*Chat, bool) {
	all.mu.RLock()
	defer all.mu.RUnlock()
	c, found := all.byID[id]
	return c, found
}

// named finds the chat with a username, nil if there is none.
func (all *chats) named(username string) *Chat {
	all.mu.RLock()
	defer all.mu.RUnlock()
	return all.byUsername[strings.ToLower(username)]
}

// allCitizens lists the citizens in the order in which they came.
func (all *chats) allCitizens() []*Citizen {
	all.mu.RLock()
	defer all.mu.RUnlock()
	return slices.Clone(all.phones)
}

// allGroups lists the groups and channels in the order in which they came.
func (all *chats) allGroups() []*Group {
	all.mu.RLock()
	defer all.mu.RUnlock()
	return slices.Clone(all.groups)
}

// addCitizen adds a person, under the next id if it is 0; nil if another has the id.
func (all *chats) addCitizen(id int64, name, languageCode string) *Citizen {
	all.mu.Lock()
	if id == 0 {
		all.lastPerson++
		id = all.lastPerson
	}
	if all.byID[id] != nil {
		all.mu.Unlock()
		return nil
	}
	c := &Citizen{files: all.files, Chat: &Chat{
		account: all.account, id: id, kind: Private, title: name,
		person: &person{user: User{ID: id, FirstName: name, LanguageCode: languageCode}},
	}}
	all.byID[id] = c.Chat
	all.phones = append(all.phones, c)
	all.mu.Unlock()
	all.account.watches.mark(id)
	return c
}

// addGroup adds a group or a channel, with its owner and the bot outside.
func (all *chats) addGroup(kind Kind, title, username string, owner *Citizen) *Group {
	all.mu.Lock()
	all.lastGroup++
	id := -all.lastGroup
	if kind != BasicGroup {
		id -= 1_000_000_000_000
	}
	g := &Group{chats: all, Chat: &Chat{
		account: all.account, id: id, kind: kind, title: title, username: username,
		group: &group{bot: botMember{role: Left}, members: []Member{{owner.User(), Creator}}},
	}}
	all.byID[id] = g.Chat
	if username != "" {
		all.byUsername[strings.ToLower(username)] = g.Chat
	}
	all.groups = append(all.groups, g)
	all.mu.Unlock()
	all.account.watches.mark(id)
	return g
}
