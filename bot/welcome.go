package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/subscriptions"
)

// start greets whoever is new. A language as the argument, as a poster's link gives it,
// subscribes at once; who was here before and left gets the news again as it was.
func (t *talk) start(ctx context.Context, args string) error {
	switch {
	case locale.Spoken(args):
		return t.subscribe(ctx, args)
	case t.known && t.preferences.Status != subscriptions.Active:
		return t.comeBack(ctx)
	}
	return t.show(ctx, t.greeting())
}

// greeting speaks all languages, since the person has not chosen one yet; the phone's
// own comes first.
func (t *talk) greeting() screen {
	var texts []string
	for _, language := range t.languages() {
		texts = append(texts, locale.For(language).HTML("screen.greeting", map[string]any{
			"Ministry": t.ministry.name(language),
		}))
	}
	return screen{text: strings.Join(texts, "\n\n"), rows: [][]Button{t.languageButtons()}}
}

// languages are all that are spoken, the one of this talk first.
func (t *talk) languages() []string {
	all := locale.Languages()
	own := slices.Index(all, t.words.Language())
	return slices.Concat(all[own:own+1], all[:own], all[own+1:])
}

func (t *talk) languageButtons() []Button {
	var row []Button
	for _, language := range t.languages() {
		row = append(row, Button{Text: locale.For(language).Name(), Data: verbRead + ":" + language})
	}
	return row
}

// pressRead subscribes to the news in a language.
func (t *talk) pressRead(ctx context.Context, language string) (toast string, err error) {
	if !locale.Spoken(language) {
		return t.words.T("toast.stale", nil), nil
	}
	return "", t.subscribe(ctx, language)
}

func (t *talk) subscribe(ctx context.Context, language string) error {
	err := t.join(ctx, func(p *subscriptions.Preferences) {
		p.Interface = language
		others := slices.DeleteFunc(slices.Clone(p.Languages[min(1, len(p.Languages)):]), func(l string) bool { return l == language })
		p.Languages = append([]string{language}, others...)
	})
	if err != nil {
		return err
	}
	return t.show(ctx, screen{t.words.T("screen.subscribed", nil), t.menu()})
}

// pressNews brings back somebody who had left.
func (t *talk) pressNews(ctx context.Context, wanted string) (toast string, err error) {
	switch {
	case wanted != "on":
		return t.words.T("toast.stale", nil), nil
	case !t.known:
		return "", t.show(ctx, t.greeting())
	}
	return "", t.comeBack(ctx)
}

func (t *talk) comeBack(ctx context.Context) error {
	if err := t.join(ctx, func(*subscriptions.Preferences) {}); err != nil {
		return err
	}
	return t.show(ctx, screen{t.words.T("screen.returned", nil), append([][]Button{t.languageButtons()}, t.menu()...)})
}

// join makes the chat an active one and changes its preferences in the same step. The
// running broadcasts are told in any case: after a crash in between, this is the second time.
func (t *talk) join(ctx context.Context, change func(*subscriptions.Preferences)) error {
	err := t.change(ctx, func(p *subscriptions.Preferences, _ bool) {
		p.Status = subscriptions.Active
		p.Kind = t.chat.kind()
		if p.Since.IsZero() {
			p.Since = time.Now().Truncate(time.Hour)
		}
		change(p)
	})
	if err != nil {
		return err
	}
	return t.joined(ctx, t.chat.ID)
}

// language shows the languages to choose from.
func (t *talk) language(ctx context.Context) error {
	return t.show(ctx, screen{t.words.T("screen.language", nil), [][]Button{t.languageButtons()}})
}

// menu are the buttons below a screen that leads nowhere else.
func (t *talk) menu() [][]Button {
	return [][]Button{
		{{Text: t.words.T("button.latest", nil), Data: verbLatest}},
		{{Text: t.words.T("button.language", nil), Data: verbLanguage}, {Text: t.words.T("button.help", nil), Data: verbHelp}},
	}
}
