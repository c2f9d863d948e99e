package bot

import "context"

// command is what a person can type, or choose from Telegram's menu.
type command struct {
	name string
	menu string // the catalogue's entry for Telegram's menu; empty for a command that is not in it
	run  func(t *talk, ctx context.Context, args string) error
}

// commands in the order of the menu.
var commands = []command{
	{"start", "", (*talk).start},
	{"latest", "command.latest", func(t *talk, ctx context.Context, _ string) error { return t.latest(ctx) }},
	{"language", "command.language", func(t *talk, ctx context.Context, _ string) error { return t.language(ctx) }},
	{"help", "command.help", func(t *talk, ctx context.Context, _ string) error { return t.help(ctx) }},
	{"stop", "command.stop", func(t *talk, ctx context.Context, _ string) error { return t.stop(ctx) }},
	{"privacy", "command.privacy", func(t *talk, ctx context.Context, _ string) error { return t.privacy(ctx) }},
	{"forget", "command.forget", func(t *talk, ctx context.Context, _ string) error { return t.forgetMe(ctx) }},
}

func commandNamed(name string) (command, bool) {
	for _, c := range commands {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// The verbs are the first part of a button's data, before the colon. They stand on
// phones for years: one that goes out of use is answered as out of date.
const (
	verbRead     = "read"     // read the news in the language that follows
	verbNews     = "news"     // get the news: "on"
	verbLatest   = "latest"   // show the latest news
	verbLanguage = "language" // show the choice of languages
	verbHelp     = "help"     // show the help
)

// presses are what the verbs do with the part after the colon. They return a word for
// the person where there is one. A button names the state it leads to and never "the
// other one", so that a tap that comes twice does no harm.
var presses = map[string]func(t *talk, ctx context.Context, arg string) (toast string, err error){
	verbRead:     (*talk).pressRead,
	verbNews:     (*talk).pressNews,
	verbLatest:   func(t *talk, ctx context.Context, _ string) (string, error) { return "", t.latest(ctx) },
	verbLanguage: func(t *talk, ctx context.Context, _ string) (string, error) { return "", t.language(ctx) },
	verbHelp:     func(t *talk, ctx context.Context, _ string) (string, error) { return "", t.help(ctx) },
}
