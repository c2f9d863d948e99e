package bot

import (
	"context"

	"kabarchy/bot/render"
)

// command is what a person can type, or choose from Telegram's menu.
type command struct {
	name string
	menu string // the catalogue's entry for Telegram's menu; empty for a command that is not in it
	run  func(t *talk, ctx context.Context, args string) error
}

// commands in the order of the menu.
var commands = []command{
	{"start", "", (*talk).start},
	{"latest", "command.latest", func(t *talk, ctx context.Context, _ string) error { return t.latest(ctx, 0) }},
	{"search", "command.search", (*talk).searchCommand},
	{"settings", "command.settings", func(t *talk, ctx context.Context, _ string) error { return t.settings(ctx) }},
	{"language", "command.language", func(t *talk, ctx context.Context, _ string) error { return t.language(ctx) }},
	{"help", "command.help", func(t *talk, ctx context.Context, _ string) error { return t.help(ctx) }},
	{"stop", "command.stop", func(t *talk, ctx context.Context, _ string) error { return t.stop(ctx) }},
	{"privacy", "command.privacy", func(t *talk, ctx context.Context, _ string) error { return t.privacy(ctx) }},
	{"forget", "command.forget", func(t *talk, ctx context.Context, _ string) error { return t.forgetMe(ctx) }},
	{"status", "", (*talk).status},
}

func commandNamed(name string) (command, bool) {
	for _, c := range commands {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// callback is what a button does, by the verb of its data. A button names the state it
// leads to and never "the other one", so that a press that comes twice does no harm.
type callback struct {
	run func(t *talk, ctx context.Context, args []string) (reply, error)
	// anybody in a group may press it, and not only its administrators: it changes nothing
	// in the group.
	anybody bool
}

// callbacks by the verb.
var callbacks = map[string]callback{
	render.VerbSubscribe: {run: (*talk).pressSubscribe},
	render.VerbReturn:    {run: (*talk).pressReturn},
	render.VerbLatest:    {run: (*talk).pressLatest},
	render.VerbFind:      {run: (*talk).pressFind},
	render.VerbMonth:     {run: (*talk).pressMonth},
	render.VerbTopic:     {run: (*talk).pressTopic},
	render.VerbItem:      {run: (*talk).pressItem, anybody: true},
	render.VerbPage:      {run: (*talk).pressPage, anybody: true},
	render.VerbShow:      {run: (*talk).pressShow},
	render.VerbSet:       {run: (*talk).pressSet},
	render.VerbChannel:   {run: (*talk).pressChannel},
	render.VerbHeld:      {run: (*talk).pressHeld},
	render.VerbBroadcast: {run: (*talk).pressBroadcast},
	render.VerbHelp:      {run: func(t *talk, ctx context.Context, _ []string) (reply, error) { return reply{}, t.help(ctx) }},
	render.VerbStop:      {run: func(t *talk, ctx context.Context, _ []string) (reply, error) { return reply{}, t.stop(ctx) }},
	render.VerbStay:      {run: func(*talk, context.Context, []string) (reply, error) { return reply{}, nil }, anybody: true},
}

// callbackOf is what a button does whose data begins with the verb. Data that this release
// would not write is out of date.
func callbackOf(verb string) callback {
	if c, known := callbacks[verb]; known {
		return c
	}
	return callback{run: func(t *talk, _ context.Context, _ []string) (reply, error) { return t.stale() }}
}
