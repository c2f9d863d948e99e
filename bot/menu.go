package bot

import (
	"slices"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// greeting speaks all languages, since the person has not chosen one yet; the phone's
// own comes first.
func (v view) greeting() screen {
	var texts []string
	for _, language := range v.languages() {
		texts = append(texts, locale.For(language).HTML("screen.greeting", map[string]any{
			"Ministry": v.ministry.name(language),
		}))
	}
	return screen{text: strings.Join(texts, "\n\n"), rows: [][]telegram.Button{v.languageButtons()}}
}

// languages are all that are spoken, the one of this conversation first.
func (v view) languages() []string {
	all := locale.Languages()
	own := slices.Index(all, v.words.Language())
	return slices.Concat(all[own:own+1], all[:own], all[own+1:])
}

func (v view) languageButtons() []telegram.Button {
	var row []telegram.Button
	for _, language := range v.languages() {
		row = append(row, telegram.Button{Text: locale.For(language).Name(), Data: render.Data(render.VerbSubscribe, language)})
	}
	return row
}

// menu are the buttons below a screen that leads nowhere else. A group searches by a command:
// what its people write is not for the bot.
func (v view) menu() [][]telegram.Button {
	latest := telegram.Button{Text: v.words.T("button.latest", nil), Data: render.Data(render.VerbLatest, "0")}
	settings := telegram.Button{Text: v.words.T("button.settings", nil), Data: render.Data(render.VerbShow, "settings")}
	if !v.chat.Private() {
		return [][]telegram.Button{{latest}, {settings}}
	}
	return [][]telegram.Button{
		{latest},
		{{Text: v.words.T("button.search", nil), Data: render.Data(render.VerbShow, "search")}, settings},
		{{Text: v.words.T("button.help", nil), Data: render.VerbHelp}},
	}
}
