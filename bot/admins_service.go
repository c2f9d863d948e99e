package bot

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Service is what administrators look at, and where they decide.
type Service interface {
	Progress(ctx context.Context) ([]broadcast.Progress, error)
	// Paused returns why nothing is sent to anybody, empty while sending goes on, and when
	// it is tried next.
	Paused() (until time.Time, why string)
	Health() []feeds.Health
	Held(ctx context.Context) ([]feeds.Held, error)
	Release(ctx context.Context, item string) error
	Dismiss(ctx context.Context, item string) error
	Count(ctx context.Context) (subscriptions.Counts, error)

	HeldBroadcasts(ctx context.Context) ([]broadcast.Progress, error)
	Resume(ctx context.Context, broadcast int64) error
	Stop(ctx context.Context, broadcast int64) error
	Withdraw(ctx context.Context, item string) error
	// Failures are the chats that a broadcast never reached, each with what Telegram said.
	Failures(ctx context.Context, broadcast int64) (map[string]string, error)
}

// Admins are those who look after the bot.
type Admins struct {
	IDs     []int64 // Telegram user ids
	Service Service // needed where there are any
	// Numbers are what reports are made of; needed where there is a desk.
	Numbers Numbers
	// Alarms are what is wrong with the whole bot just now; nil where nobody looks. Until
	// all was looked at, after a start, complete is false, and no alarm counts as ended.
	Alarms func() (raised []Alarm, complete bool)
	// Wake has TellAdmins called soon; nobody waits if nil.
	Wake func()
	// Redis remembers what they were told and what they decided.
	Redis redis.UniversalClient
}

// AlarmKind says what is wrong with the whole bot.
type AlarmKind string

// The kinds.
const (
	AlarmData        AlarmKind = "data"        // all that was in Redis is gone
	AlarmSubscribers AlarmKind = "subscribers" // more are gone than can have left
	AlarmFence       AlarmKind = "fence"       // the last fencing number is gone
	AlarmTopics      AlarmKind = "topics"      // the topics' numbers were gone
	AlarmBinding     AlarmKind = "binding"     // whose data it is was gone
	AlarmPlanning    AlarmKind = "planning"    // an announcement can't be made a broadcast
	// AlarmNew: the bot began on an empty database, as a new one does, and one whose data is
	// gone. Only people know which it is.
	AlarmNew AlarmKind = "new"
)

// Alarm is something wrong that only the operator can mend. Administrators are told once.
type Alarm struct {
	Kind        AlarmKind
	Before, Now int // subscribers, with AlarmSubscribers
}
