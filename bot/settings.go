package bot

import (
	"context"
	"strings"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// pressShow shows a screen of the settings.
func (t *talk) pressShow(ctx context.Context, args []string) (reply, error) {
	switch render.Arg(args, 0) { // these need no preferences
	case "search":
		return reply{}, t.searchCommand(ctx, "")
	case "browse":
		return reply{}, t.show(ctx, t.browseScreen())
	}
	screens := map[string]func(*talk) screen{
		"settings": (*talk).settingsScreen,
		"language": (*talk).ownLanguageScreen,
		"news":     (*talk).newsLanguagesScreen,
		"topics":   (*talk).topicsScreen,
		"when":     (*talk).whenScreen,
		"quiet":    (*talk).quietScreen,
	}
	draw, known := screens[render.Arg(args, 0)]
	switch {
	case !known:
		return t.stale()
	case !t.known:
		return reply{}, t.show(ctx, t.greeting())
	}
	return reply{}, t.show(ctx, draw(t))
}

// setting is one thing that a press can set. Set takes the wanted value and returns what
// it does to the preferences, and nil for a value that no button of this release has.
type setting struct {
	set  func(t *talk, value []string) func(*subscriptions.Preferences)
	then func(t *talk) screen // what the person sees after it
}

var settings = map[string]setting{
	"language": {(*talk).setOwnLanguage, (*talk).settingsScreen},
	"news":     {(*talk).setNews, (*talk).newsLanguagesScreen},
	"topic":    {(*talk).setTopic, (*talk).topicsScreen},
	"when":     {(*talk).setWhen, (*talk).whenScreen},
	"quiet":    {(*talk).setQuiet, (*talk).quietScreen},
	"pictures": {(*talk).setPictures, (*talk).settingsScreen},
	"pause":    {(*talk).setPause, (*talk).settingsScreen},
}

// pressSet sets something and shows at once what is set then. Running broadcasts are
// told, since the change may make the chat one of theirs.
func (t *talk) pressSet(ctx context.Context, args []string) (reply, error) {
	s, known := settings[render.Arg(args, 0)]
	if !known {
		return t.stale()
	}
	set := s.set(t, args[1:])
	switch {
	case set == nil:
		return t.stale()
	case !t.known:
		return reply{}, t.show(ctx, t.greeting())
	}
	err := t.change(ctx, func(p *subscriptions.Preferences, known bool) {
		if known {
			set(p)
		}
	})
	if err != nil {
		return reply{}, err
	}
	if t.preferences.Status == subscriptions.Active {
		if err := t.joined(ctx, t.chat.ID); err != nil {
			return reply{}, err
		}
	}
	return reply{}, t.show(ctx, s.then(t))
}

// settings shows all settings on one screen.
func (t *talk) settings(ctx context.Context) error {
	if !t.known {
		return t.show(ctx, t.greeting())
	}
	return t.show(ctx, t.settingsScreen())
}

func (t *talk) settingsScreen() screen {
	p, w := t.preferences, t.words
	line := func(id, value string) string { return w.HTML(id, map[string]any{"Value": value}) }
	show := func(label, name string) telegram.Button {
		return telegram.Button{Text: w.T(label, nil), Data: render.Data(render.VerbShow, name)}
	}

	lines := []string{line("line.language", w.Name()), line("line.news", t.names(p.Languages))}
	buttons := []telegram.Button{show("button.language", "language")}
	if len(t.topics) > 0 {
		lines = append(lines, line("line.topics", t.topicsInWords()))
		buttons = append(buttons, show("button.topics", "topics"))
	}
	lines = append(lines,
		line("line.when", t.whenInWords()),
		line("line.quiet", t.quietInWords()),
		line("line.pictures", t.onOff(!p.NoPictures)),
		line("line.pause", t.pauseInWords()),
	)
	buttons = append(buttons,
		show("button.news_languages", "news"),
		show("button.when", "when"), show("button.quiet", "quiet"), t.picturesButton(), t.pauseButton(),
		telegram.Button{Text: w.T("button.latest", nil), Data: render.Data(render.VerbLatest, "0")},
		telegram.Button{Text: w.T("button.stop", nil), Data: render.VerbStop},
	)
	return screen{w.T("screen.settings", nil) + "\n\n" + strings.Join(lines, "\n"), render.RowsOf(buttons...)}
}

// names writes languages as they call themselves.
func (t *talk) names(languages []string) string {
	var names []string
	for _, language := range languages {
		names = append(names, locale.For(language).Name())
	}
	return strings.Join(names, ", ")
}

func (t *talk) onOff(on bool) string {
	if on {
		return t.words.T("line.on", nil)
	}
	return t.words.T("line.off", nil)
}

func (t *talk) picturesButton() telegram.Button {
	if t.preferences.NoPictures {
		return telegram.Button{Text: t.words.T("button.pictures_on", nil), Data: render.Data(render.VerbSet, "pictures", "on")}
	}
	return telegram.Button{Text: t.words.T("button.pictures_off", nil), Data: render.Data(render.VerbSet, "pictures", "off")}
}

func (t *talk) setPictures(value []string) func(*subscriptions.Preferences) {
	switch render.Arg(value, 0) {
	case "on":
		return func(p *subscriptions.Preferences) { p.NoPictures = false }
	case "off":
		return func(p *subscriptions.Preferences) { p.NoPictures = true }
	}
	return nil
}

// pauseLasts is how long a pause is.
const pauseLasts = 7 * 24 * time.Hour

func (t *talk) paused() bool { return t.now().Before(t.preferences.PausedUntil) }

func (t *talk) pauseInWords() string {
	if !t.paused() {
		return t.words.T("line.off", nil)
	}
	return t.words.T("line.paused", map[string]any{"Date": t.words.Date(t.preferences.PausedUntil.In(t.zone))})
}

func (t *talk) pauseButton() telegram.Button {
	if t.paused() {
		return telegram.Button{Text: t.words.T("button.resume", nil), Data: render.Data(render.VerbSet, "pause", "off")}
	}
	return telegram.Button{Text: t.words.T("button.pause", nil), Data: render.Data(render.VerbSet, "pause", "on")}
}

func (t *talk) setPause(value []string) func(*subscriptions.Preferences) {
	switch render.Arg(value, 0) {
	case "on":
		until := t.now().Add(pauseLasts).Truncate(time.Hour)
		return t.reschedule(func(p *subscriptions.Preferences) { p.PausedUntil = until })
	case "off":
		return t.reschedule(func(p *subscriptions.Preferences) { p.PausedUntil = time.Time{} })
	}
	return nil
}
