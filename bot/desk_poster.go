package bot

import (
	"context"
	"errors"

	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// posterLink begins what a poster's link carries; its label follows.
const posterLink = "from-"

// onPoster makes a label and shows the link that a poster is to carry. The label comes with the
// button, so that a press that comes twice makes one.
func (t deskTalk) onPoster(ctx context.Context, args []string) (reply, error) {
	label := render.Arg(args, 0)
	if t.roles&desk.Officer == 0 {
		return t.refused(desk.NotAllowed), nil
	}
	if !isNonce(label) {
		return t.stale()
	}
	return t.poster(ctx, label[:5])
}

// poster makes a label, and shows the link that a poster is to carry, also as a picture.
func (t deskTalk) poster(ctx context.Context, label string) (reply, error) {
	err := report.MakePoster(ctx, t.bot.admins.Redis, label)
	if errors.Is(err, report.ErrPosters) {
		return reply{text: t.words.T("toast.posters_full", nil)}, nil
	}
	if err != nil {
		return reply{}, err
	}
	link := t.bot.link(posterLink + label)
	code, err := report.QR(link)
	if err != nil {
		return reply{}, err
	}
	text := t.words.HTML("screen.desk_poster", map[string]any{"Label": label, "Link": link, "Command": "/desk poster osh-bus"})
	err = t.open(ctx, page{screen: screen{text, [][]telegram.Button{
		{{Text: t.words.T("button.back", nil), Data: render.Data(render.VerbDesk, "readers", "30")}}, t.deskButton(),
	}}})
	if err != nil {
		return reply{}, err
	}
	return t.upload(ctx, "sendPhoto", telegram.File{Param: "photo", Name: label + ".png", Data: code}, link)
}

// namedPoster is poster for a label that somebody typed, who is told what a label may be.
func (t deskTalk) namedPoster(ctx context.Context, label string) error {
	refused := t.words.T("line.poster_label", map[string]any{"Label": "osh-bus"})
	if report.PosterLabel(label) {
		r, err := t.poster(ctx, label)
		if err != nil || r.text == "" {
			return err
		}
		refused = r.text
	}
	return t.open(ctx, page{screen: screen{refused, [][]telegram.Button{t.deskButton()}}})
}
