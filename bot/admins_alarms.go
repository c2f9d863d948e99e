package bot

import (
	"context"

	"kabarchy/bot/locale"
)

// AlarmKind says what is wrong with the whole bot.
type AlarmKind string

// The kinds.
const (
	AlarmData        AlarmKind = "data"        // all that was in Redis is gone
	AlarmSubscribers AlarmKind = "subscribers" // more are gone than can have left
	AlarmFence       AlarmKind = "fence"       // the last fencing number is gone
	AlarmTopics      AlarmKind = "topics"      // the topics' numbers were gone
	// AlarmNew: the bot began on an empty database, as a new one does, and one whose data is
	// gone. Only people know which it is.
	AlarmNew AlarmKind = "new"
)

// Alarm is something wrong that only the operator can mend. Administrators are told once.
type Alarm struct {
	Kind        AlarmKind
	Before, Now int // subscribers, with AlarmSubscribers
}

// alarmScreens say what happened, and what to ask of the operator.
var alarmScreens = map[AlarmKind]string{
	AlarmData:        "screen.alarm_data",
	AlarmSubscribers: "screen.alarm_subscribers",
	AlarmFence:       "screen.alarm_mended",
	AlarmTopics:      "screen.alarm_mended",
	AlarmNew:         "screen.alarm_new",
}

func (b *Bot) alarmNotices() (notices []notice) {
	if b.admins.Alarms == nil {
		return nil
	}
	for _, a := range b.admins.Alarms() {
		notices = append(notices, notice{"alarm:" + string(a.Kind), "told", func(_ context.Context, words locale.Locale) (screen, error) {
			return screen{text: words.T(alarmScreens[a.Kind], map[string]any{
				"Before": words.Number(a.Before), "Now": words.Number(a.Now),
			})}, nil
		}})
	}
	return notices
}
