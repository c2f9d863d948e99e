package bot

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// onNew begins an announcement under the id on the button, so that a press which comes twice
// begins one. Its first text is asked for in the language of the chat.
func (t deskTalk) onNew(ctx context.Context, args []string) (reply, error) {
	id := render.Arg(args, 0)
	if !isNonce(id) {
		return t.stale()
	}
	if c, found, err := t.office.Look(ctx, id); err != nil || found {
		return t.showFound(ctx, c, err)
	}
	allowed, err := t.office.Allowed(ctx, desk.Case{Kind: desk.Announce}, t.from.ID)
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains(allowed, desk.Write) {
		return t.refused(desk.NotAllowed), nil
	}
	return reply{}, t.question(ctx, question{Case: id, Kind: desk.Announce, What: t.words.Language()})
}

// onAsk asks for a language's text, a reason or a time of a case.
func (t deskTalk) onAsk(ctx context.Context, args []string) (reply, error) {
	c, found, err := t.office.Look(ctx, render.Arg(args, 0))
	if err != nil {
		return reply{}, err
	}
	what := render.Arg(args, 1)
	verb := desk.Change
	if what == askReason {
		verb = desk.Return
	}
	if !found || what != askReason && what != askTime && !locale.Spoken(what) {
		return t.stale()
	}
	allowed, err := t.office.Allowed(ctx, c, t.from.ID)
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains(allowed, verb) {
		return t.moved(ctx, c)
	}
	return reply{}, t.question(ctx, question{Case: c.ID, Version: c.Version, What: what})
}

// question asks for something. What was asked for before makes way.
func (t deskTalk) question(ctx context.Context, q question) error {
	old, open, err := t.bot.asked(ctx, t.from.ID)
	if err != nil {
		return err
	}
	if t.pressed != nil {
		q.Screen = t.pressed.ID
	}
	if open && old.Answered == 0 && old.same(q) { // the press came twice
		q.Case, q.Was = old.Case, cmp.Or(old.Message, old.Was)
	}
	if err := t.bot.ask(ctx, t.from.ID, q); err != nil {
		return err
	}
	if open && old.Answered == 0 {
		if err := t.bot.clear(ctx, t.chat.ID, old.Message); err != nil {
			return err
		}
	}
	return t.bot.pose(ctx, *t.conversation, q)
}

// pose sends a question's message, which opens the keyboard for a reply.
func (b *Bot) pose(ctx context.Context, t conversation, q question) error {
	text, placeholder := t.questionWords(q)
	params := map[string]string{
		"chat_id": decimal(t.chat.ID), "text": text, "parse_mode": "HTML",
		"reply_markup": telegram.ForceReply(placeholder),
	}
	_, err := b.outbox.say(ctx, addressee{chat: t.chat.ID}, &answer{life: screenLife, call: func(ctx context.Context) error {
		var sent telegram.Sent
		if err := b.client.Call(ctx, "sendMessage", params, &sent); err != nil {
			return err
		}
		b.posed(ctx, t.from.ID, q, sent.ID)
		return nil
	}})
	return err
}

// posed notes which message asks the question, so that it can make way for the answer.
func (b *Bot) posed(ctx context.Context, user int64, q question, message int64) {
	now, open, err := b.asked(ctx, user)
	if err == nil && open && now.Case == q.Case && now.What == q.What && now.Answered == 0 {
		now.Message = message
		err = b.ask(ctx, user, now)
	}
	if err != nil { // it is not asked again for that
		b.log.WarnContext(ctx, "desk: a question stays where it is", "user", user, "error", err)
	}
}

// same reports whether another question asks for the same. A correction that nobody has
// written yet has a new case each time that it is asked for.
func (q question) same(other question) bool {
	correct := q.Kind == desk.Correct && other.Kind == desk.Correct && slices.Equal(q.Items, other.Items)
	return q.What == other.What && (q.Case == other.Case || correct)
}

// answeredBy reports whether a message is a reply to the question, or, where a crash left
// unknown which message asks it, to any.
func (q question) answeredBy(m telegram.Message) bool {
	if m.ReplyTo == nil {
		return false
	}
	to := m.ReplyTo.ID
	return to == q.Message || to == q.Was || q.Message == 0 && q.Answered == 0
}

// questionWords are what a question says, and what stands in the empty line for its answer.
func (v view) questionWords(q question) (text, placeholder string) {
	switch q.What {
	case askReason:
		return v.words.T("screen.desk_ask_reason", nil), v.words.T("line.desk_reason", nil)
	case askTime:
		return v.words.T("screen.desk_ask_time", nil), v.now().In(v.zone).AddDate(0, 0, 1).Format("02.01") + " 14:30"
	}
	entry := "screen.desk_ask_text"
	if q.Kind == desk.Correct {
		entry = "screen.desk_ask_correction"
	}
	return v.words.HTML(entry, map[string]any{"Language": locale.For(q.What).Name()}), v.words.T("line.desk_text_form", nil)
}

// between is what people write between a day and a time: "25.11, 14:30", "25.11 в 14:30".
var between = regexp.MustCompile(`[,;]|\s(в|саат|at)\s`)

// dotted is a time with a dot, behind a day.
var dotted = regexp.MustCompile(`^(\S+ \d{1,2})\.(\d\d)$`)

// parseMoment reads "25.11 14:30", "25.11.2026 14:30" or "14:30" as the next such moment.
func parseMoment(text string, now time.Time) (time.Time, bool) {
	text = render.OneLine(between.ReplaceAllString(render.OneLine(text), " "))
	text = dotted.ReplaceAllString(text, "$1:$2")
	for _, form := range []string{"2.1.2006 15:04", "2.1 15:04", "15:04"} {
		at, err := time.ParseInLocation(form, text, now.Location())
		if err != nil {
			continue
		}
		switch form {
		case "2.1 15:04":
			at = time.Date(now.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, now.Location())
			if at.Before(now.AddDate(0, -1, 0)) {
				at = at.AddDate(1, 0, 0)
			}
		case "15:04":
			at = time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, now.Location())
			if !at.After(now) {
				at = at.AddDate(0, 0, 1)
			}
		}
		return at, true
	}
	return time.Time{}, false
}

// minutes writes a moment for a button, and moment reads it.
func minutes(at time.Time) string { return strconv.FormatInt(at.Unix()/60, 10) }
