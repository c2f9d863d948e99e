package bot

import (
	"context"
	"strings"
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

// The verbs are the first part of a button's data. Buttons stand on phones for years: a
// verb that goes out of use is answered as out of date.
const (
	verbSubscribe = "subscribe" // subscribe in the language that follows
	verbReturn    = "return"    // get the news again as before, or "weekly"
	verbLatest    = "latest"    // show the latest news from the offset that follows on
	verbFind      = "find"      // show what a search finds; its offset and words follow
	verbMonth     = "month"     // show the news of the month that follows
	verbTopic     = "topic"     // show the news of the topic, from the place that follows on
	verbItem      = "item"      // show the item; then the way back
	verbPage      = "page"      // show the item's page of that number; then the way back
	verbStay      = "stay"      // nothing: a button that only shows something
	verbHelp      = "help"      // show the help
	verbStop      = "stop"      // unsubscribe
	verbShow      = "show"      // show the screen of that name
	verbSet       = "set"       // set what follows to what follows that
	verbChannel   = "channel"   // make the channel a mirror of the news in the language that follows
	verbHeld      = "held"      // do what follows with the batch of held items whose key follows that
	verbBroadcast = "broadcast" // do what follows with the held broadcast whose number, and when it was held, follow that
)

// reply is what a press is answered with: nothing, a word, or an address to open.
type reply struct {
	text string
	url  string
}

// press does what a button says. A button names the state it leads to and never "the
// other one", so that a press that comes twice does no harm.
func (t *talk) press(ctx context.Context, verb string, args []string) (reply, error) {
	switch verb {
	case verbSubscribe:
		return t.pressSubscribe(ctx, args)
	case verbReturn:
		return t.pressReturn(ctx, args)
	case verbLatest:
		return t.pressLatest(ctx, args)
	case verbFind:
		return t.pressFind(ctx, args)
	case verbMonth:
		return t.pressMonth(ctx, args)
	case verbTopic:
		return t.pressTopic(ctx, args)
	case verbItem:
		return t.pressItem(ctx, args)
	case verbPage:
		return t.pressPage(ctx, args)
	case verbShow:
		return t.pressShow(ctx, args)
	case verbSet:
		return t.pressSet(ctx, args)
	case verbChannel:
		return t.pressChannel(ctx, args)
	case verbHeld:
		return t.pressHeld(ctx, args)
	case verbBroadcast:
		return t.pressBroadcast(ctx, args)
	case verbHelp:
		return reply{}, t.help(ctx)
	case verbStop:
		return reply{}, t.stop(ctx)
	case verbStay:
		return reply{}, nil
	}
	return t.stale()
}

// dataLimit is Telegram's, in bytes.
const dataLimit = 64

// data is what a button sends back. It is always short: verbs, item ids, numbers and
// language tags fit several times over.
func data(parts ...string) string { return strings.Join(parts, ":") }

// parts takes the data apart: the verb and what follows it.
func parts(data string) (verb string, args []string) {
	if len(data) > dataLimit {
		return "", nil
	}
	all := strings.Split(data, ":")
	return all[0], all[1:]
}

// arg is the n-th part of a press's data; empty if there is none.
func arg(args []string, n int) string {
	if n >= len(args) {
		return ""
	}
	return args[n]
}

// harmsNobody says that everybody in a group may press such a button, and not only its
// administrators: it changes nothing in the group.
func harmsNobody(verb string) bool { return verb == verbItem || verb == verbPage || verb == verbStay }

// stale answers a press whose data this release would not write.
func (t *talk) stale() (reply, error) { return reply{text: t.words.T("toast.stale", nil)}, nil }
