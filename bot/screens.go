package bot

import (
	"context"

	"kabarchy/bot/render"
)

// command is what a person can type.
type command struct {
	name string
	run  func(t *conversation, ctx context.Context, args string) error
}

// commands are all that the bot knows; menuCommands are those in the menu.
var commands = []command{
	{"start", (*conversation).begin},
	{"latest", func(t *conversation, ctx context.Context, _ string) error { return t.latest(ctx, 0) }},
	{"search", (*conversation).searchCommand},
	{"settings", func(t *conversation, ctx context.Context, _ string) error { return t.settings(ctx) }},
	{"language", func(t *conversation, ctx context.Context, _ string) error { return t.language(ctx) }},
	{"help", func(t *conversation, ctx context.Context, _ string) error { return t.help(ctx) }},
	{"stop", func(t *conversation, ctx context.Context, _ string) error { return t.stop(ctx) }},
	{"privacy", func(t *conversation, ctx context.Context, _ string) error { return t.privacy(ctx) }},
	{"forget", func(t *conversation, ctx context.Context, _ string) error { return t.forgetMe(ctx) }},
	{"status", (*conversation).status},
	{"desk", (*conversation).deskCommand},
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
	run func(t *conversation, ctx context.Context, args []string) (reply, error)
	// anybody in a group may press it, and not only its administrators: it changes nothing
	// in the group.
	anybody bool
}

// callbacks by the verb.
var callbacks = map[string]callback{
	render.VerbSubscribe: {run: (*conversation).onSubscribe},
	render.VerbReturn:    {run: (*conversation).onReturn},
	render.VerbLatest:    {run: (*conversation).onLatest},
	render.VerbFind:      {run: (*conversation).onFind},
	render.VerbMonth:     {run: (*conversation).onMonth},
	render.VerbTopic:     {run: (*conversation).onTopic},
	render.VerbItem:      {run: (*conversation).onItem, anybody: true},
	render.VerbPage:      {run: (*conversation).onPage, anybody: true},
	render.VerbShow:      {run: (*conversation).onShow},
	render.VerbSet:       {run: (*conversation).onSet},
	render.VerbChannel:   {run: (*conversation).onChannel},
	render.VerbHeld:      {run: (*conversation).onHeld},
	render.VerbBroadcast: {run: (*conversation).onBroadcast},
	render.VerbDesk:      {run: (*conversation).onDesk},
	render.VerbHelp:      {run: func(t *conversation, ctx context.Context, _ []string) (reply, error) { return reply{}, t.help(ctx) }},
	render.VerbStop:      {run: (*conversation).onStop},
	render.VerbForget:    {run: (*conversation).onForget},
	render.VerbStay:      {run: func(*conversation, context.Context, []string) (reply, error) { return reply{}, nil }, anybody: true},
}

// callbackOf is what a button does whose data begins with the verb. Data that this release
// would not write is out of date.
func callbackOf(verb string) callback {
	if c, known := callbacks[verb]; known {
		return c
	}
	return callback{run: func(t *conversation, _ context.Context, _ []string) (reply, error) { return t.stale() }}
}
