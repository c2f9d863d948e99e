package bot

import (
	"slices"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/subscriptions"
)

// languageScreen offers the languages: the one that is chosen is that of the menus and of the
// news. It stands first: a hurried second tap on the way here falls on the first row. More
// languages for the news are a screen deeper.
func (v view) languageScreen() screen {
	var rows [][]telegram.Button
	for _, language := range v.languages() {
		rows = append(rows, []telegram.Button{{
			Text: chosen(language == v.words.Language(), locale.For(language).Name()), Data: render.Data(render.VerbSet, "language", language),
		}})
	}
	more := telegram.Button{Text: v.words.T("button.news_languages", nil), Data: render.Data(render.VerbShow, "news")}
	return v.toSet(screen{v.words.T("screen.language", nil), append(rows, []telegram.Button{more}, v.backToSettings())})
}

func (v view) setLanguage(value []string) func(*subscriptions.Preferences) {
	language := render.Arg(value, 0)
	if !locale.Spoken(language) {
		return nil
	}
	return readIn(language)
}

// newsLanguagesScreen offers the languages of the news. The main one stands first: where
// an item has several editions, only that of the first language is sent.
func (v view) newsLanguagesScreen() screen {
	have := v.preferences.Languages
	var rows [][]telegram.Button
	for _, language := range locale.Languages() {
		name := locale.For(language).Name()
		place := slices.Index(have, language)
		switch {
		case place == 0:
			rows = append(rows, []telegram.Button{{Text: chosen(true, name) + mainMark, Data: render.Data(render.VerbSet, "news", language, "main")}})
		case place > 0:
			rows = append(rows, []telegram.Button{
				{Text: chosen(true, name), Data: render.Data(render.VerbSet, "news", language, "off")},
				{Text: v.words.T("button.main", nil), Data: render.Data(render.VerbSet, "news", language, "main")},
			})
		default:
			rows = append(rows, []telegram.Button{{Text: name, Data: render.Data(render.VerbSet, "news", language, "on")}})
		}
	}
	return v.toSet(screen{v.words.T("screen.news_languages", nil), append(rows, v.backTo("language"))})
}

func (v view) setNews(value []string) func(*subscriptions.Preferences) {
	language := render.Arg(value, 0)
	if !locale.Spoken(language) {
		return nil
	}
	switch render.Arg(value, 1) {
	case "main":
		return func(p *subscriptions.Preferences) {
			p.Languages = append([]string{language}, without(p.Languages, language)...)
		}
	case "on":
		return func(p *subscriptions.Preferences) {
			if !slices.Contains(p.Languages, language) {
				p.Languages = append(slices.Clone(p.Languages), language)
			}
		}
	case "off":
		return func(p *subscriptions.Preferences) {
			if rest := without(p.Languages, language); len(rest) > 0 { // the last one stays
				p.Languages = rest
			}
		}
	}
	return nil
}
