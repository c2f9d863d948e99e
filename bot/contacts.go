package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/search"
	"kabarchy/bot/telegram"
)

// withContacts adds to a text where else to turn to, and the buttons for that above the others.
func (v view) withContacts(text string, rows [][]telegram.Button) screen {
	return screen{render.JoinFilled("\n\n", text, v.contactLines()), append(v.contactButtons(), rows...)}
}

// contactLines say how to reach the ministry: without any contacts by its site, where there is
// one. Hours alone tell nobody where.
func (v view) contactLines() string {
	c, language := v.ministry.Contacts, v.words.Language()
	var lines []string
	line := func(id, value string) {
		if value != "" {
			lines = append(lines, v.words.HTML(id, map[string]any{"Value": value}))
		}
	}
	line("line.hotline", strings.Join(c.Phones, ", "))
	if len(c.Phones)+len(c.Address) > 0 {
		line("line.hours", locale.Choose(c.Hours, language))
	}
	line("line.email", c.Email)
	line("line.address", locale.Choose(c.Address, language))
	switch {
	case len(lines) == 0 && len(v.contactButtons()) == 0:
		return ""
	case len(lines) == 0:
		return v.words.T("line.ask_site", nil)
	}
	return strings.Join(append([]string{v.words.T("line.ask_ministry", nil)}, lines...), "\n")
}

// contactButtons copy a telephone number, and open the site.
func (v view) contactButtons() (rows [][]telegram.Button) {
	for _, phone := range v.ministry.Contacts.Phones {
		rows = append(rows, []telegram.Button{{Text: "📋 " + phone, Copy: &telegram.CopyText{Text: phone}}})
	}
	if site := cmp.Or(v.ministry.Contacts.Site, v.ministry.Site); render.WebAddress(site) {
		rows = append(rows, []telegram.Button{{Text: v.words.T("button.site", nil), URL: site}})
	}
	return rows
}

// courtesies are words by which people are polite to a bot; they look for nothing in the
// news. A text that holds others, too, is searched for.
var (
	greetings = search.Words(`салам саламатсызбы саламатсыңбы саламатчылык ассалому ассаламу алейкум алайкум кандайсыз кандайсыңар кандай кутман таң күн кеч
		здравствуйте здравствуй привет приветствую добрый доброе день утро вечер
		hello hi hey good morning afternoon evening dear`)
	thanks = search.Words(`рахмат ыракмат чоң көп сизге
		спасибо большое огромное благодарю вас вам
		thank thanks you very much many so`)
)

// courtesy answers a greeting and a thank-you; false for any other text.
func (t *conversation) courtesy(ctx context.Context, text string) (bool, error) {
	words := search.Words(text)
	within := func(known []string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(known, w) })
	}
	answer := ""
	switch {
	case len(words) == 0:
		return false, nil
	case within(greetings):
		answer = t.words.T("screen.hello", nil)
	case within(thanks):
		answer = t.words.T("screen.welcome", nil)
	default:
		return false, nil
	}
	return true, t.show(ctx, t.withContacts(answer+"\n"+t.words.T("screen.hint", nil), t.menu()))
}
