package bot

import (
	"context"
	"html"
	"strings"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// onSources shows how the sources are, as the instance that leads found them last.
func (t deskTalk) onSources(ctx context.Context, _ []string) (reply, error) {
	list, err := report.Sources(ctx, t.bot.admins.Redis)
	if err != nil {
		return reply{}, err
	}
	lines := []string{t.words.T("screen.desk_sources", nil), t.sourcesInWords(list)}
	if len(list) == 0 {
		lines = append(lines, t.words.T("line.sources_unknown", nil))
	}
	for _, h := range list {
		if h.Condition != feeds.Well {
			lines = append(lines, html.EscapeString(h.Source)+": "+render.Tagged("i", complaint(h)))
		}
	}
	text := render.JoinFilled("\n\n", lines...)
	return reply{}, t.open(ctx, page{screen: screen{strings.TrimSpace(text), [][]telegram.Button{t.deskButton()}}})
}
