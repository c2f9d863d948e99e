package bot

import "context"

func (t *conversation) help(ctx context.Context) error {
	menu := t.menu()
	if t.chat.Private() {
		menu = menu[:len(menu)-1] // without the help itself
	}
	s := t.withContacts(t.words.HTML("screen.help", map[string]any{"Ministry": t.ministry.name(t.words.Language())}), menu)
	s.text += "\n\n" + t.words.T("screen.help_commands", nil) // the menu has them, too: of a small screen they are the rest
	return t.show(ctx, s)
}

// hint answers whatever the bot has no answer to.
func (t *conversation) hint(ctx context.Context) error {
	if !t.known {
		return t.greet(ctx, t.greeting())
	}
	return t.show(ctx, t.withContacts(t.words.T("screen.hint", nil), t.menu()))
}
