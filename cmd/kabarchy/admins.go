package main

import (
	"context"
	"time"

	"kabarchy/bot"
	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// lookEvery is how often there may be something new to tell the administrators.
const lookEvery = 5 * time.Second

// admins are the configured administrators, with what they look at.
func (a *App) admins() bot.Admins {
	service := struct {
		*broadcast.Engine
		*feeds.Poller
		*feeds.Archive
		*subscriptions.Store
	}{a.Engine, a.Poller, a.Archive, a.Store}
	return bot.Admins{
		IDs: a.options.Config.Admins, Redis: a.options.Redis, Alarms: a.alarms, Wake: a.wakeAdmins, Service: service, Numbers: service,
	}
}

// alarms are what is wrong with the whole bot just now.
func (a *App) alarms() (raised []bot.Alarm, complete bool) {
	complete = a.witness.looked.Load() // before what it found
	raised = a.witness.raised()
	unplanned, tried := a.Engine.Unplanned()
	if unplanned > 0 {
		raised = append(raised, bot.Alarm{Kind: bot.AlarmPlanning})
	}
	return raised, complete && tried
}

// wakeAdmins notes that there is something new to the administrators: a source's condition
// is another than before, or a broadcast is held.
func (a *App) wakeAdmins() {
	select {
	case a.adminNews <- struct{}{}:
	default: // it is said already
	}
}

// notifyAdmins tells the administrators what is new to them, until ctx is done.
func (a *App) notifyAdmins(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for failures := 0; ; {
		err := a.bot.TellAdmins(ctx)
		if err == nil {
			failures = 0
		} else if failures++; failures == 1 && ctx.Err() == nil {
			a.options.Log.WarnContext(ctx, "administrators not told, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-a.adminNews:
		}
	}
}
