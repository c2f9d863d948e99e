package bot

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// renewals are the screens that were renewed here lately, and those that gave way to a preview.
type renewals struct {
	last  *lru.Cache[place, renewal]
	below *lru.Cache[place, bool]
}

// place is a message in a chat.
type place struct{ chat, message int64 }

// renewal is what was put there, and when.
type renewal struct {
	text string
	at   time.Time
}

func newRenewals() renewals {
	return renewals{recent[renewal](), recent[bool]()}
}

func recent[T any]() *lru.Cache[place, T] {
	const kept = 512
	cache, err := lru.New[place, T](kept)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return cache
}
