package bot

import (
	"context"

	"kabarchy/bot/locale"
)

// alarmScreens say what happened, and what to ask of the operator.
var alarmScreens = map[AlarmKind]string{
	AlarmData:        "screen.alarm_data",
	AlarmSubscribers: "screen.alarm_subscribers",
	AlarmFence:       "screen.alarm_mended",
	AlarmTopics:      "screen.alarm_mended",
	AlarmBinding:     "screen.alarm_mended",
	AlarmPlanning:    "screen.alarm_planning",
	AlarmNew:         "screen.alarm_new",
}

func (b *Bot) alarmNotices() (notices []notice) {
	if b.admins.Alarms == nil {
		return nil
	}
	raised, complete := b.admins.Alarms()
	for _, a := range raised {
		notices = append(notices, notice{about: aboutAlarm(a.Kind), state: "told", screen: func(_ context.Context, words locale.Locale) (screen, error) {
			return screen{text: words.T(alarmScreens[a.Kind], map[string]any{
				"Before": words.Number(a.Before), "Now": words.Number(a.Now),
			})}, nil
		}})
	}
	if !complete {
		for kind := range alarmScreens {
			notices = append(notices, notice{about: aboutAlarm(kind)}) // it may be raised again
		}
	}
	return notices
}

func aboutAlarm(kind AlarmKind) string { return "alarm:" + string(kind) }
