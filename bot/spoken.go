package bot

import (
	"slices"
	"strings"

	"kabarchy/bot/search"
)

// spoken are commands in people's own words, without a slash or behind one: who wants to leave
// writes «стоп», and looks for no news.
var spoken = []struct {
	command string
	words   []string
	slashed bool // only behind a slash: by itself it may be looked for
}{
	{"stop", search.Words(`стоп отписаться отписка отпишите отпишись отпиши меня мени жазылуудан чыгуу чыгам чыгарыңыз чыгаргыла stop unsubscribe me`), false},
	{"settings", search.Words(`настройки настройка жөндөөлөр жөндөө settings`), false},
	{"language", search.Words(`язык тил тилди тили language русский русском русча орусча орус кыргызча кыргызский кыргызском кыргыз
		английский английском англисче english по на сменить өзгөртүү change`), false},
	{"start", search.Words(`старт`), false},
	{"start", search.Words(`начать баштоо`), true},
	{"help", search.Words(`помощь жардам справка`), true},
	{"latest", search.Words(`новости жаңылыктар`), true},
	{"search", search.Words(`поиск издөө`), true},
}

// binding are words of those that ask for nothing by themselves.
var binding = search.Words(`меня мени me по на кыргыз орус сменить өзгөртүү change чыгуу чыгам`)

// spokenCommand names the command that a text says in all its words; empty for none.
func spokenCommand(text string) string {
	bare, slashed := strings.CutPrefix(strings.TrimSpace(text), "/")
	words := search.Words(bare)
	if !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(binding, w) }) {
		return ""
	}
	for _, s := range spoken {
		if (slashed || !s.slashed) && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(s.words, w) }) {
			return s.command
		}
	}
	return ""
}
