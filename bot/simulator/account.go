package simulator

import (
	"sync/atomic"
	"time"
)

// account is the bot's with Telegram: what all of its chats share.
type account struct {
	bot User
	now func() time.Time

	lastMessage atomic.Int64 // the id of the newest message of those that are numbered together
	limiter     limiter
	updates     updates
	presses     questions[Answer]
	queries     questions[InlineAnswer]
	watches     watches
	counts      counts
}

func (a *account) init(o Options) {
	a.bot, a.now = o.bot(), o.Now
	a.limiter.limits = o.Limits
	a.updates.init(o.Now)
	a.presses = questions[Answer]{life: callbackLife, last: 4_400_000_000_000_000}
	a.queries = questions[InlineAnswer]{life: inlineLife, last: 8_800_000_000_000_000}
}
