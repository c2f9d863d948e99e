package bot

import (
	"context"

	"kabarchy/bot/render"
)

// deskScreens are what the desk's buttons do, by the word that follows the verb. Each asks
// the table of acts anew what the person may do.
var deskScreens = map[string]func(t deskTalk, ctx context.Context, args []string) (reply, error){
	"now":     deskTalk.onNow,
	"inbox":   deskTalk.onInbox,
	"sent":    deskTalk.onSent,
	"item":    deskTalk.onDeskItem,
	"people":  deskTalk.onPeople,
	"invite":  deskTalk.onInvite,
	"sureout": deskTalk.onSureOut,
	"out":     deskTalk.onPutOut,
	"audit":   deskTalk.onAudit,

	"computer": deskTalk.onComputer,

	"new":     deskTalk.onNew,
	"case":    deskTalk.onCase,
	"ask":     deskTalk.onAsk,
	"put":     deskTalk.onPut,
	"topic":   deskTalk.onTopicChoice,
	"when":    deskTalk.onTimeChoice,
	"set":     deskTalk.onSetField,
	"look":    deskTalk.onLook,
	"show":    deskTalk.onShowToAll,
	"sure":    deskTalk.onSure,
	"do":      deskTalk.onDo,
	"stop":    deskTalk.onStopItem,
	"correct": deskTalk.onCorrect,

	"report":  deskTalk.onReport,
	"readers": deskTalk.onReaders,
	"month":   deskTalk.onMonth,
	"poster":  deskTalk.onPoster,
	"sources": deskTalk.onSources,
	"chart":   deskTalk.onChart,
	"csv":     deskTalk.onCSV,
	"held":    deskTalk.onDeskHeld,
}

// onDesk does what one of the desk's buttons says, for who is at the desk when it is pressed.
// For everybody else it is out of date.
func (t *conversation) onDesk(ctx context.Context, args []string) (reply, error) {
	at, is, err := t.atDesk(ctx)
	if err != nil {
		return reply{}, err
	}
	run, known := deskScreens[render.Arg(args, 0)]
	if !is || !known {
		return t.stale()
	}
	return run(at, ctx, args[1:])
}
