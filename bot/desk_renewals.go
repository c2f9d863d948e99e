package bot

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// renewals are the screens that were renewed here lately.
type renewals struct{ last *lru.Cache[place, renewal] }

// place is a message in a chat.
type place struct{ chat, message int64 }

// renewal is what was put there, and when.
type renewal struct {
	text string
	at   time.Time
}

func newRenewals() renewals {
	const kept = 512
	cache, err := lru.New[place, renewal](kept)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return renewals{cache}
}
