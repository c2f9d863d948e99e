package bot

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/feeds"
)

// health is how the sources are: as this instance found them, or as the one that leads has
// written, where it has asked them since.
func (b *Bot) health(ctx context.Context) ([]feeds.Health, error) {
	kept, err := report.Sources(ctx, b.admins.Redis)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(b.admins.Service.Health())
	for i, h := range list {
		at := slices.IndexFunc(kept, func(k feeds.Health) bool { return k.Source == h.Source })
		if at >= 0 && kept[at].LastAttempt.After(h.LastAttempt) {
			list[i] = kept[at]
		}
	}
	return list, nil
}

// sourceNotices are what there is to tell of the sources.
func (b *Bot) sourceNotices() (notices []notice) {
	for _, h := range b.admins.Service.Health() {
		n := notice{about: "source:" + h.Source}
		// After a restart it is not known at once that a source is well.
		if h.Condition != feeds.Well || !h.LastSuccess.IsZero() {
			n.screen = func(_ context.Context, words locale.Locale) (screen, error) { return b.condition(words, h), nil }
		}
		if h.Condition != feeds.Well {
			n.state = string(h.Condition)
		}
		notices = append(notices, n)
		if h.Moved != "" || h.LastSuccess.IsZero() { // After a restart it is not known at once.
			notices = append(notices, b.movedNotice(h))
		}
	}
	return notices
}

// movedNotice says that a source answers at another address than the configured one.
func (b *Bot) movedNotice(h feeds.Health) notice {
	n := notice{about: "moved:" + h.Source, state: withoutQuery(h.Moved)}
	if h.Moved != "" {
		n.screen = func(_ context.Context, words locale.Locale) (screen, error) {
			return screen{text: words.HTML("screen.source_moved", map[string]any{"Source": h.Source, "Address": n.state})}, nil
		}
	}
	return n
}

// conditions are the screens that say how a source is, and the signs of the same.
var conditions = map[feeds.Condition]struct{ screen, sign string }{
	feeds.Well:    {"screen.source_well", "🟢"},
	feeds.Failing: {"screen.source_failing", "⚠️"},
	feeds.Silent:  {"screen.source_silent", "🔇"},
	feeds.Gone:    {"screen.source_gone", "⛔️"},
}

func (b *Bot) condition(words locale.Locale, h feeds.Health) screen {
	name := conditions[h.Condition].screen
	if h.Condition == feeds.Silent && h.LastItem.IsZero() {
		name = "screen.source_empty"
	}
	text := words.HTML(name, map[string]any{
		"Source": h.Source, "Since": b.moment(words, h.Since),
	})
	if h.Condition == feeds.Well {
		return screen{text: text}
	}
	return screen{text: render.JoinFilled("\n", text, render.Tagged("i", complaint(h)))}
}

// complaintLimit is a few lines on a small phone.
const complaintLimit = 200

var address = regexp.MustCompile(`https?://[^\s"'<>]+`)

// complaint is what the last poll failed with, in one line. The text comes from outside,
// and an address may hold a key or a password: of addresses only host and path stay.
func complaint(h feeds.Health) string {
	text := address.ReplaceAllStringFunc(h.LastError, withoutQuery)
	text = strings.TrimPrefix(render.OneLine(text), "feeds: source "+h.Source+": ")
	return render.Cut(text, complaintLimit)
}

// withoutQuery is an address's host and path.
func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…"
	}
	if u.Host == "" {
		return ""
	}
	return render.Cut(u.Scheme+"://"+u.Host+u.EscapedPath(), complaintLimit)
}
