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

// reply is what a press is answered with: nothing, a word, or an address to open.
type reply struct {
	text string
	url  string
}

// press does what a button says. A button names the state it leads to and never "the
// other one", so that a press that comes twice does no harm.
func (t *talk) press(ctx context.Context, verb string, args []string) (reply, error) {
	switch verb {
	case render.VerbSubscribe:
		return t.pressSubscribe(ctx, args)
	case render.VerbReturn:
		return t.pressReturn(ctx, args)
	case render.VerbLatest:
		return t.pressLatest(ctx, args)
	case render.VerbFind:
		return t.pressFind(ctx, args)
	case render.VerbMonth:
		return t.pressMonth(ctx, args)
	case render.VerbTopic:
		return t.pressTopic(ctx, args)
	case render.VerbItem:
		return t.pressItem(ctx, args)
	case render.VerbPage:
		return t.pressPage(ctx, args)
	case render.VerbShow:
		return t.pressShow(ctx, args)
	case render.VerbSet:
		return t.pressSet(ctx, args)
	case render.VerbChannel:
		return t.pressChannel(ctx, args)
	case render.VerbHeld:
		return t.pressHeld(ctx, args)
	case render.VerbBroadcast:
		return t.pressBroadcast(ctx, args)
	case render.VerbHelp:
		return reply{}, t.help(ctx)
	case render.VerbStop:
		return reply{}, t.stop(ctx)
	case render.VerbStay:
		return reply{}, nil
	}
	return t.stale()
}

// harmsNobody says that everybody in a group may press such a button, and not only its
// administrators: it changes nothing in the group.
func harmsNobody(verb string) bool {
	return verb == render.VerbItem || verb == render.VerbPage || verb == render.VerbStay
}

// stale answers a press whose data this release would not write.
func (t *talk) stale() (reply, error) { return reply{text: t.words.T("toast.stale", nil)}, nil }
