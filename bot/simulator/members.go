package simulator

import "slices"

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
