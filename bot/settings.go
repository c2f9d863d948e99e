package bot

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// settingScreens are the screens of the settings, by the name that a button has of them.
var settingScreens = map[string]func(*conversation) screen{
	"settings": (*conversation).settingsScreen,
	"language": (*conversation).languageScreen,
	"news":     (*conversation).newsLanguagesScreen,
	"topics":   (*conversation).topicsScreen,
	"words":    (*conversation).wordsScreen,
	"when":     (*conversation).whenScreen,
	"quiet":    (*conversation).quietScreen,
	"zone":     (*conversation).zoneScreen,
}

// openScreens are the screens that need no preferences, likewise.
var openScreens = map[string]func(t *conversation, ctx context.Context, args []string) error{
	"search":  func(t *conversation, ctx context.Context, _ []string) error { return t.searchCommand(ctx, "") },
	"browse":  (*conversation).browse,
	"privacy": func(t *conversation, ctx context.Context, _ []string) error { return t.privacy(ctx) },
}

// onShow shows a screen.
func (t *conversation) onShow(ctx context.Context, args []string) (reply, error) {
	name := render.Arg(args, 0)
	if show, is := openScreens[name]; is {
		return reply{}, show(t, ctx, args[1:])
	}
	draw, known := settingScreens[name]
	switch {
	case !known:
		return t.stale()
	case !t.known:
		return reply{}, t.greet(ctx, t.greeting())
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
	"language": {(*conversation).setLanguage, (*conversation).settingsScreen},
	"news":     {(*conversation).setNews, (*conversation).newsLanguagesScreen},
	"topic":    {(*conversation).setTopic, (*conversation).topicsScreen},
	"word":     {(*conversation).setWord, (*conversation).wordsScreen},
	"when":     {(*conversation).setWhen, (*conversation).whenScreen},
	"quiet":    {(*conversation).setQuiet, (*conversation).quietScreen},
	"zone":     {(*conversation).setZone, (*conversation).quietScreen},
	"pictures": {(*conversation).setPictures, (*conversation).settingsScreen},
	"pause":    {(*conversation).setPause, (*conversation).whenScreen},
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
		return reply{}, t.greet(ctx, t.greeting())
	}
	before := t.preferences.Interface
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
	return reply{}, t.withMenu(ctx, before, t.show(ctx, s.then(t)))
}

// settings shows all settings on one screen.
func (t *conversation) settings(ctx context.Context) error {
	if !t.known {
		return t.greet(ctx, t.greeting())
	}
	return t.show(ctx, t.settingsScreen())
}

// settingsScreen is one screen with what is set on the buttons. The first row and the last
// but one have one button: see question.
func (v view) settingsScreen() screen {
	show := func(label, value, name string) telegram.Button {
		text := v.words.T(label, map[string]any{"Value": value})
		return telegram.Button{Text: inButton(text, ""), Data: render.Data(render.VerbShow, name)}
	}
	rows := [][]telegram.Button{{show("button.language", v.languagesInWords(), "language")}}
	if len(v.topics) > 0 {
		rows = append(rows, []telegram.Button{show("button.topics", v.topicsInShort(), "topics")})
	}
	rows = append(rows, v.wordsRow()...)
	rows = append(rows,
		[]telegram.Button{{Text: v.timesLabel(), Data: render.Data(render.VerbShow, "when")}},
		[]telegram.Button{v.picturesButton()},
		[]telegram.Button{{Text: v.quietLabel(), Data: render.Data(render.VerbShow, "quiet")}},
	)
	last := telegram.Button{Text: v.words.T("button.stop", nil), Data: render.VerbStop}
	text := v.words.T("screen.settings", nil)
	if !v.subscribed() {
		text += "\n\n" + v.words.T("line.not_subscribed", nil)
		last = v.returnButton()
	}
	news := telegram.Button{Text: v.words.T("button.news", nil), Data: render.Data(render.VerbLatest, "0")}
	return screen{text, append(rows, render.RowsOf(news, last)...)}
}

// names writes languages as they call themselves.
func (v view) names(languages []string) string {
	var names []string
	for _, language := range languages {
		names = append(names, locale.For(language).Name())
	}
	return strings.Join(names, ", ")
}

// languagesInWords are the menus' language and those of the news: one and the same but for
// who has chosen more.
func (v view) languagesInWords() string {
	all := v.ownLanguages()
	if len(all) == 1 && all[0] == v.words.Language() {
		return v.words.Name()
	}
	return v.names(append([]string{v.words.Language()}, without(all, v.words.Language())...))
}

func (v view) picturesButton() telegram.Button {
	value, wanted := "line.on", "off"
	if v.preferences.NoPictures {
		value, wanted = "line.off", "on"
	}
	return telegram.Button{
		Text: v.words.T("button.pictures", map[string]any{"Value": v.words.T(value, nil)}),
		Data: render.Data(render.VerbSet, "pictures", wanted),
	}
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

// paused reports whether the news rests for a while. Who has left gets none at all, and a return
// ends a pause.
func (v view) paused() bool { return v.subscribed() && v.now().Before(v.preferences.PausedUntil) }

// timesLabel says when the news comes, or when a pause ends.
func (v view) timesLabel() string {
	if v.paused() {
		return v.words.T("button.paused", map[string]any{"Date": v.words.Day(v.preferences.PausedUntil.In(v.zone))})
	}
	when := v.whenInWords()
	first, size := utf8.DecodeRuneInString(when)
	return v.words.T("button.when", map[string]any{"Value": string(unicode.ToUpper(first)) + when[size:]})
}

// pauseRow begins a pause or ends it; who has left has none.
func (v view) pauseRow() [][]telegram.Button {
	switch {
	case v.paused():
		return [][]telegram.Button{{{Text: v.words.T("button.resume", nil), Data: render.Data(render.VerbSet, "pause", "off")}}}
	case v.subscribed():
		return [][]telegram.Button{{{Text: v.words.T("button.pause", nil), Data: render.Data(render.VerbSet, "pause", "on")}}}
	}
	return nil
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
