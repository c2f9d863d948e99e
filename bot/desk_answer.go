package bot

import (
	"context"
	"regexp"
	"slices"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// answerDesk takes a message as the answer to what somebody at the desk is asked for; false
// where nothing is asked, or the message is something else.
func (t *conversation) answerDesk(ctx context.Context, m telegram.Message) (bool, error) {
	if t.bot.desk == nil || !t.chat.Private() {
		return false, nil
	}
	q, open, err := t.bot.asked(ctx, t.from.ID)
	if err != nil || !open {
		return false, err
	}
	at, is, err := t.atDesk(ctx)
	if err != nil || !is {
		return false, err
	}
	if text, _ := m.Words(); loneCommand.MatchString(text) { // "/cancel", whatever it is called
		return true, at.giveUp(ctx, q)
	}
	return at.answer(ctx, q, m)
}

// answer takes a message as the answer to a question. A reply, a forwarded post and a
// picture are one for certain; about other words the person is asked.
func (t deskTalk) answer(ctx context.Context, q question, m telegram.Message) (bool, error) {
	text, entities := m.Words()
	p := pending{Message: m.ID, Text: text, Entities: entities, Photo: m.Photo.FileID()}
	p.Without = m.Caption != "" && p.Photo == ""
	reply := q.answeredBy(m)
	switch {
	case q.Answered == m.ID: // it comes once more
	case q.Album != "" && m.Album == q.Album:
		return true, t.moreOfAlbum(ctx, q, p)
	case text == "" && p.Photo == "":
		if !reply && q.Answered != 0 {
			return false, nil
		}
		return true, t.open(ctx, page{screen: screen{text: t.words.T("screen.desk_no_text", nil)}})
	case q.Pending != nil && !reply: // the next piece of what is not decided yet
		return true, t.wonder(ctx, q, q.Pending.with(p))
	case q.Answered != 0 && text != "", !reply && m.Origin == nil && p.Photo == "":
		return true, t.wonder(ctx, q, p)
	}
	q.Album = m.Album
	return true, t.take(ctx, q, p, putAsked)
}

// loneCommand is a command and nothing else. Those that there are were done before.
var loneCommand = regexp.MustCompile(`^/\w+(@\w+)?$`)

// giveUp closes a question unanswered, and shows what it was about.
func (t deskTalk) giveUp(ctx context.Context, q question) error {
	if err := t.bot.unask(ctx, t.from.ID); err != nil {
		return err
	}
	c, found, err := t.office.Look(ctx, q.Case)
	switch {
	case err != nil:
		return err
	case found:
		return t.showCase(ctx, c, "", q.Message, q.Screen)
	}
	return t.showNow(ctx, q)
}

// with is what was written with more below it.
func (p pending) with(more pending) pending {
	text := p.Text + "\n\n"
	shift := render.Units(text)
	all := slices.Clone(p.Entities)
	for _, e := range more.Entities {
		e.Offset += shift
		all = append(all, e)
	}
	if p.Photo == "" {
		p.Photo = more.Photo
	}
	return pending{Message: more.Message, Text: text + more.Text, Entities: all, Photo: p.Photo}
}

// moreOfAlbum takes the words of an album that stand below another of its pictures than the
// first. The other pictures are left out, and the card says so.
func (t deskTalk) moreOfAlbum(ctx context.Context, q question, p pending) error {
	if p.Text == "" || q.Pending != nil {
		return nil
	}
	c, _, err := t.office.Look(ctx, q.Case)
	if _, has := c.Texts[q.What]; err != nil || has {
		return err
	}
	p.Photo = ""
	return t.take(ctx, q, p, putAsked)
}

// What is to be done with something that was written, on a button.
const (
	putAsked   = "yes"     // it is the answer
	putReplace = "replace" // it takes the place of the text that there is
	putBelow   = "below"   // it stands below that
	putSearch  = "search"  // it is no answer, but to be searched for
	putAway    = "away"    // it is left out
)

// wonder asks what the words are: the answer, more of the text that there is, or something
// to search for. Where there is a text already, both are shown, one below the other.
func (t deskTalk) wonder(ctx context.Context, q question, p pending) error {
	c, _, err := t.office.Look(ctx, q.Case)
	if err != nil {
		return err
	}
	language := map[string]any{"Language": locale.For(q.What).Name()}
	there, has := c.Texts[q.What]
	picture, err := t.whoPictured(ctx, c, q, p)
	if err != nil {
		return err
	}
	var text string
	ways := []string{putAsked, putSearch}
	switch {
	case picture != "" && p.Text == "":
		text = t.words.HTML("screen.desk_clash_picture", map[string]any{"Who": picture})
		ways, q.Version, has = []string{putReplace, putAway}, c.Version, false
	case q.What == askReason:
		text = t.words.T("screen.desk_is_reason", nil)
	case q.What == askTime:
		text = t.words.T("screen.desk_is_time", nil)
	case has:
		text = t.words.HTML("screen.desk_second", language)
		ways = []string{putReplace, putBelow, putAway, putSearch}
		if who, err := t.whoChanged(ctx, c, desk.FieldText(q.What), q.Version); err != nil {
			return err
		} else if who != "" {
			language["Who"] = who
			text = t.words.HTML("screen.desk_clash", language)
		}
		q.Version = c.Version // what is decided is decided of the text that is shown
	default:
		text = t.words.HTML("screen.desk_is_text", language)
		q.Version = c.Version // the text that somebody took out is not there any more
	}
	q.Pending = &p
	if err := t.bot.ask(ctx, t.from.ID, q); err != nil {
		return err
	}
	return t.open(ctx, page{screen: screen{render.JoinFilled("\n\n", text, t.answered(there, has, picture, p)), t.putRows(p, ways)}})
}

// answered shows what was written: by itself, or with the text that is there, and who has changed the
// picture that comes with it.
func (t deskTalk) answered(there desk.Text, has bool, picture string, p pending) string {
	switch {
	case p.Text == "":
		return ""
	case !has:
		return "<blockquote>" + render.Escaped(p.Text, excerptLength) + "</blockquote>"
	case picture == "":
		return t.bothTexts(there, p)
	}
	return t.words.HTML("line.desk_clash_picture", map[string]any{"Who": picture}) + "\n\n" + t.bothTexts(there, p)
}

// whoPictured names who has changed the picture since the question was asked that brings one; empty
// for nobody else.
func (t deskTalk) whoPictured(ctx context.Context, c desk.Case, q question, p pending) (string, error) {
	if p.Photo == "" {
		return "", nil
	}
	return t.whoChanged(ctx, c, desk.FieldPicture, q.Version)
}

// bothTexts are the text that is there and what was written, with the words marked that differ.
func (t deskTalk) bothTexts(there desk.Text, p pending) string {
	old, now := render.Contrast(wordsOf(feeds.Item{Title: there.Title, Blocks: there.Blocks}), p.Text, comparedLength)
	return t.words.T("line.desk_there", nil) + "\n<blockquote>" + old + "</blockquote>\n" +
		t.words.T("line.desk_written", nil) + "\n<blockquote>" + now + "</blockquote>"
}

// putButtons say what can be done with what was written.
var putButtons = map[string]string{
	putAsked: "button.desk_yes", putReplace: "button.desk_replace", putBelow: "button.desk_below",
	putAway: "button.desk_leave", putSearch: "button.desk_no",
}

func (t deskTalk) putRows(p pending, ways []string) (rows [][]telegram.Button) {
	for _, way := range ways {
		rows = append(rows, []telegram.Button{{
			Text: t.words.T(putButtons[way], nil), Data: render.Data(render.VerbDesk, "put", way, decimal(p.Message)),
		}})
	}
	return rows
}

// excerptLength is how much of what was written a question about it shows, in UTF-16 units.
const excerptLength = 200

// onPut does what was decided about words.
func (t deskTalk) onPut(ctx context.Context, args []string) (reply, error) {
	q, open, err := t.bot.asked(ctx, t.from.ID)
	if err != nil {
		return reply{}, err
	}
	if open && q.Pending == nil && decimal(q.Answered) == render.Arg(args, 1) {
		return reply{}, nil // pressed twice
	}
	if !open || q.Pending == nil || decimal(q.Pending.Message) != render.Arg(args, 1) {
		return t.stale()
	}
	p, how := *q.Pending, render.Arg(args, 0)
	q.Pending = nil
	switch how {
	case putAsked, putReplace, putBelow:
		return reply{}, t.take(ctx, q, p, how)
	case putAway:
		if err := t.bot.unask(ctx, t.from.ID); err != nil {
			return reply{}, err
		}
		c, found, err := t.office.Look(ctx, q.Case)
		if err == nil && !found {
			return t.onNow(ctx, nil)
		}
		return t.showFound(ctx, c, err)
	case putSearch:
		if err := t.bot.ask(ctx, t.from.ID, q); err != nil {
			return reply{}, err
		}
		return reply{}, t.find(ctx, p.Text[:render.Fit(p.Text, queryLimit)], 0)
	}
	return t.stale()
}

// take does with an answer what it was asked for. A text that there is already is not lost
// without a word.
func (t deskTalk) take(ctx context.Context, q question, p pending, how string) error {
	switch q.What {
	case askReason:
		return t.finish(ctx, q, p, desk.Act{Verb: desk.Return, Reason: render.Cut(p.Text, reasonLength)})
	case askTime:
		at, is := parseMoment(p.Text, t.now().In(t.zone))
		if !is {
			if err := t.bot.ask(ctx, t.from.ID, q); err != nil { // what was not understood is no part of the next answer
				return err
			}
			return t.open(ctx, page{screen: screen{text: t.words.T("screen.desk_no_time", nil)}})
		}
		return t.finish(ctx, q, p, desk.Act{Verb: desk.Change, Changes: &desk.Changes{At: new(at.UTC())}})
	}
	c, found, err := t.office.Look(ctx, q.Case)
	if err != nil {
		return err
	}
	old, has := c.Texts[q.What]
	if has && how == putAsked && p.Text != "" && q.Answered != p.Message {
		return t.wonder(ctx, q, p)
	}
	changes := &desk.Changes{}
	w := readText(p.Text, p.Entities)
	if how == putBelow {
		w = readBelow(p.Text, p.Entities)
		w.Title, w.Blocks = old.Title, slices.Concat(old.Blocks, w.Blocks)
	}
	if p.Text != "" {
		changes.Texts = map[string]*desk.Text{q.What: &w.Text}
	}
	if p.Photo != "" {
		changes.Picture, changes.PictureBot = &p.Photo, t.office.Bot()
	}
	a := desk.Act{Verb: desk.Change, Changes: changes}
	if !found {
		a.Verb, a.Kind, a.Items = desk.Write, q.Kind, q.Items
	}
	return t.finishText(ctx, q, p, a, w.Dropped)
}

// reasonLength is how much of a reason is kept, in characters.
const reasonLength = 500

// finish does an act that the answer was asked for, and shows the case as it is then.
func (t deskTalk) finish(ctx context.Context, q question, p pending, a desk.Act) error {
	defer t.bot.wakeDesk()
	out, err := t.act(ctx, q, p, a)
	if err != nil {
		return err
	}
	if err := t.bot.unask(ctx, t.from.ID); err != nil {
		return err
	}
	return t.showAfter(ctx, out, "", q.Message, q.Screen)
}

// finishText is finish for a text. The question stays open for the rest of a long one; a
// picture alone is no text yet.
func (t deskTalk) finishText(ctx context.Context, q question, p pending, a desk.Act, dropped bool) error {
	defer t.bot.wakeDesk()
	out, err := t.act(ctx, q, p, a)
	if err != nil {
		return err
	}
	if len(out.Clashes) > 0 {
		return t.wonder(ctx, q, p)
	}
	var notes []string
	if q.Album != "" {
		notes = append(notes, t.words.T("line.desk_album", nil))
	}
	if p.Without {
		notes = append(notes, t.words.T("line.desk_no_file", nil))
	}
	if dropped {
		notes = append(notes, t.words.T("line.desk_dropped", nil))
	}
	gone := []int64{q.Message, q.Screen}
	q.Message, q.Was, q.Screen, q.Version = 0, 0, 0, out.Case.Version
	if _, has := out.Case.Texts[q.What]; !has && out.Result != desk.Refused {
		if err := t.bot.ask(ctx, t.from.ID, q); err != nil {
			return err
		}
		if err := t.showAfter(ctx, out, render.JoinFilled("\n", notes...), gone...); err != nil {
			return err
		}
		return t.bot.pose(ctx, *t.conversation, q)
	}
	q.Answered = p.Message
	if err := t.bot.ask(ctx, t.from.ID, q); err != nil {
		return err
	}
	return t.showAfter(ctx, out, render.JoinFilled("\n", notes...), gone...)
}

// act does the act that an answer was asked for.
func (t deskTalk) act(ctx context.Context, q question, p pending, a desk.Act) (desk.Outcome, error) {
	a.ID = actID(t.chat.ID, p.Message, string(a.Verb)+"\x00"+q.What)
	a.Case, a.Version, a.Who, a.Via = q.Case, q.Version, t.from.ID, viaChat
	return t.office.Do(ctx, a)
}

const viaChat = "chat"
