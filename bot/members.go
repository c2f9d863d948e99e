package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// membership is a person in a group, and standing what Telegram said of them.
type (
	membership struct{ group, person int64 }
	standing   struct {
		administers bool
		until       time.Time
	}
)

const (
	// askWithin is how long Telegram may take to say who somebody is.
	askWithin = 5 * time.Second
	// What it said holds for so long; that somebody is no administrator for less, since they
	// may have just become one. However often a person presses and commands, Telegram is
	// asked no more often.
	administratorHolds = 30 * time.Second
	nobodyHolds        = 3 * time.Second
	// rememberedMembers are so many.
	rememberedMembers = 10_000
)

func rememberMembers() *lru.Cache[membership, standing] {
	members, err := lru.New[membership, standing](rememberedMembers)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return members
}

// administers reports whether the person may decide for the group, as Telegram said a moment
// ago or says now. Where Telegram does not tell, they may not.
func (b *Bot) administers(ctx context.Context, c telegram.Chat, u telegram.User) (bool, error) {
	who := membership{c.ID, u.ID}
	if known, _ := b.members.Get(who); time.Now().Before(known.until) {
		return known.administers, nil
	}
	is, err := b.askWhether(ctx, c, u)
	if err != nil {
		return false, err
	}
	holds := nobodyHolds
	if is {
		holds = administratorHolds
	}
	b.members.Add(who, standing{is, time.Now().Add(holds)})
	return is, nil
}

// askWhether asks Telegram whether the person administers the group.
func (b *Bot) askWhether(ctx context.Context, c telegram.Chat, u telegram.User) (bool, error) {
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var who telegram.Member
	err := b.client.Call(asking, "getChatMember", map[string]string{
		"chat_id": decimal(c.ID), "user_id": decimal(u.ID),
	}, &who)
	var refused *telegram.APIError
	switch what := telegram.ReasonOf(err); {
	case err == nil:
		return who.Status == "creator" || who.Status == "administrator", nil
	case what == telegram.Moved && errors.As(err, &refused) && refused.MigrateTo != c.ID:
		if err := b.moveChat(ctx, c.ID, refused.MigrateTo); err != nil {
			return false, err
		}
		c.ID = refused.MigrateTo
		return b.administers(ctx, c, u)
	case what == telegram.Gone:
		_, err := b.store.MarkUnreachable(ctx, c.ID, subscriptions.Gone, b.now())
		return false, err
	case what == telegram.NoRights || what == telegram.Declined:
		return b.amongAdministrators(asking, c, u)
	case what == telegram.OurFault:
		return false, nil
	}
	return false, err
}

// amongAdministrators looks for the person in the group's list of administrators, which
// Telegram gives also to a bot that is none itself and may not ask about single members.
func (b *Bot) amongAdministrators(ctx context.Context, c telegram.Chat, u telegram.User) (bool, error) {
	var all []telegram.Member
	err := b.client.Call(ctx, "getChatAdministrators", map[string]string{"chat_id": decimal(c.ID)}, &all)
	switch telegram.ReasonOf(err) {
	case telegram.NoRights, telegram.Declined, telegram.OurFault:
		return false, nil
	}
	return slices.ContainsFunc(all, func(m telegram.Member) bool { return m.User.ID == u.ID }), err
}
