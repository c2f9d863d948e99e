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

// onShow shows a screen of the settings.
func (t *conversation) onShow(ctx context.Context, args []string) (reply, error) {
	switch render.Arg(args, 0) { // these need no preferences
	case "search":
		return reply{}, t.searchCommand(ctx, "")
	case "browse":
		return reply{}, t.show(ctx, t.browseScreen())
	}
	screens := map[string]func(*conversation) screen{
		"settings": (*conversation).settingsScreen,
		"language": (*conversation).ownLanguageScreen,
		"news":     (*conversation).newsLanguagesScreen,
		"topics":   (*conversation).topicsScreen,
		"when":     (*conversation).whenScreen,
		"quiet":    (*conversation).quietScreen,
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
	set  func(t *conversation, value []string) func(*subscriptions.Preferences)
	then func(t *conversation) screen // what the person sees after it
}

var settings = map[string]setting{
	"language": {(*conversation).setOwnLanguage, (*conversation).settingsScreen},
	"news":     {(*conversation).setNews, (*conversation).newsLanguagesScreen},
	"topic":    {(*conversation).setTopic, (*conversation).topicsScreen},
	"when":     {(*conversation).setWhen, (*conversation).whenScreen},
	"quiet":    {(*conversation).setQuiet, (*conversation).quietScreen},
	"pictures": {(*conversation).setPictures, (*conversation).settingsScreen},
	"pause":    {(*conversation).setPause, (*conversation).settingsScreen},
}

// onSet sets something and shows at once what is set then. Running broadcasts are
// told, since the change may make the chat one of theirs.
func (t *conversation) onSet(ctx context.Context, args []string) (reply, error) {
	s, known := settings[render.Arg(args, 0)]
	if !known {
		return t.stale()
	}
	if err := t.keepDigests(ctx); err != nil {
		return reply{}, err
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
		if err := t.bot.joined(ctx, t.chat.ID); err != nil {
			return reply{}, err
		}
	}
	return reply{}, t.show(ctx, s.then(t))
}

// settings shows all settings on one screen.
func (t *conversation) settings(ctx context.Context) error {
	if !t.known {
		return t.show(ctx, t.greeting())
	}
	return t.show(ctx, t.settingsScreen())
}

func (v view) settingsScreen() screen {
	p, w := v.preferences, v.words
	line := func(id, value string) string { return w.HTML(id, map[string]any{"Value": value}) }
	show := func(label, name string) telegram.Button {
		return telegram.Button{Text: w.T(label, nil), Data: render.Data(render.VerbShow, name)}
	}

	lines := []string{line("line.language", w.Name()), line("line.news", v.names(p.Languages))}
	buttons := []telegram.Button{show("button.language", "language")}
	if len(v.topics) > 0 {
		lines = append(lines, line("line.topics", v.topicsInWords()))
		buttons = append(buttons, show("button.topics", "topics"))
	}
	lines = append(lines,
		line("line.when", v.whenInWords()),
		line("line.quiet", v.quietInWords()),
		line("line.pictures", v.onOff(!p.NoPictures)),
		line("line.pause", v.pauseInWords()),
	)
	buttons = append(buttons,
		show("button.news_languages", "news"),
		show("button.when", "when"), show("button.quiet", "quiet"), v.picturesButton(), v.pauseButton(),
		telegram.Button{Text: w.T("button.latest", nil), Data: render.Data(render.VerbLatest, "0")},
		telegram.Button{Text: w.T("button.stop", nil), Data: render.VerbStop},
	)
	return screen{w.T("screen.settings", nil) + "\n\n" + strings.Join(lines, "\n"), render.RowsOf(buttons...)}
}

// names writes languages as they call themselves.
func (v view) names(languages []string) string {
	var names []string
	for _, language := range languages {
		names = append(names, locale.For(language).Name())
	}
	return strings.Join(names, ", ")
}

func (v view) onOff(on bool) string {
	if on {
		return v.words.T("line.on", nil)
	}
	return v.words.T("line.off", nil)
}

func (v view) picturesButton() telegram.Button {
	if v.preferences.NoPictures {
		return telegram.Button{Text: v.words.T("button.pictures_on", nil), Data: render.Data(render.VerbSet, "pictures", "on")}
	}
	return telegram.Button{Text: v.words.T("button.pictures_off", nil), Data: render.Data(render.VerbSet, "pictures", "off")}
}

func (v view) setPictures(value []string) func(*subscriptions.Preferences) {
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

func (v view) paused() bool { return v.now().Before(v.preferences.PausedUntil) }

func (v view) pauseInWords() string {
	if !v.paused() {
		return v.words.T("line.off", nil)
	}
	return v.words.T("line.paused", map[string]any{"Date": v.words.Date(v.preferences.PausedUntil.In(v.zone))})
}

func (v view) pauseButton() telegram.Button {
	if v.paused() {
		return telegram.Button{Text: v.words.T("button.resume", nil), Data: render.Data(render.VerbSet, "pause", "off")}
	}
	return telegram.Button{Text: v.words.T("button.pause", nil), Data: render.Data(render.VerbSet, "pause", "on")}
}

func (v view) setPause(value []string) func(*subscriptions.Preferences) {
	switch render.Arg(value, 0) {
	case "on":
		until := v.now().Add(pauseLasts).Truncate(time.Hour)
		return v.reschedule(func(p *subscriptions.Preferences) { p.PausedUntil = until })
	case "off":
		return v.reschedule(func(p *subscriptions.Preferences) { p.PausedUntil = time.Time{} })
	}
	return nil
}
