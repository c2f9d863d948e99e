package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// start greets whoever is new. What a link on a poster or on the ministry's site carries
// is done at once: "ky" subscribes in Kyrgyz, "item-<id>" shows that item, "read-<id>" its
// whole text, "topic-<id>" chooses that topic, "from-<label>" has who subscribes counted as
// come by that poster. Who was here before and left gets the news again as it was.
func (t *conversation) start(ctx context.Context, payload string) error {
	before := t.preferences.Interface
	if locale.Spoken(payload) {
		return t.withMenu(ctx, before, t.subscribe(ctx, payload))
	}
	if in, err := t.accept(ctx, payload); err != nil || in {
		return err
	}
	if is, err := t.follow(ctx, payload); err != nil || is {
		return err
	}
	if id, isTopic := strings.CutPrefix(payload, "topic-"); isTopic {
		if topic, known := t.topicWithID(id); known {
			return t.startTopic(ctx, topic)
		}
	}
	switch {
	case t.known && (t.returned || !t.subscribed()):
		return t.comeBack(ctx, func(*subscriptions.Preferences) {})
	case t.known:
		return t.withMenu(ctx, "", t.showState(ctx))
	}
	s := t.greeting()
	if label, fromPoster := strings.CutPrefix(payload, posterLink); fromPoster && !t.known {
		s = labelled(s, label)
	}
	return t.greet(ctx, s)
}

// greet shows a greeting, all of it: everybody has to see the one in their language.
func (t *conversation) greet(ctx context.Context, s screen) error {
	t.whole = true
	return t.show(ctx, s)
}

// labelled has a greeting's buttons carry a poster's label, in the place behind the topic.
func labelled(greeting screen, label string) screen {
	if !report.PosterLabel(label) {
		label = report.Other
	}
	for i := range greeting.rows[0] {
		greeting.rows[0][i].Data = render.Data(greeting.rows[0][i].Data, "", label)
	}
	return greeting
}

// startTopic adds a topic to those that somebody chose, and shows them; who is new chooses
// a language first, and gets that topic alone.
func (t *conversation) startTopic(ctx context.Context, topic render.Topic) error {
	add := func(p *subscriptions.Preferences) { p.Topics = p.Topics.With(topic.Number) }
	switch {
	case t.known && (t.returned || !t.subscribed()):
		return t.comeBack(ctx, add)
	case t.known:
		if err := t.join(ctx, add); err != nil {
			return err
		}
		return t.show(ctx, t.topicsScreen())
	}
	s := t.greeting()
	for i := range s.rows[0] {
		s.rows[0][i].Data = render.Data(s.rows[0][i].Data, strconv.Itoa(int(topic.Number)))
	}
	return t.greet(ctx, s)
}

func (t *conversation) onSubscribe(ctx context.Context, args []string) (reply, error) {
	language := render.Arg(args, 0)
	if !locale.Spoken(language) {
		return t.stale()
	}
	if label := render.Arg(args, 2); label == report.Other || report.PosterLabel(label) {
		t.poster = label
	}
	before := t.preferences.Interface
	if render.Arg(args, 1) == "" {
		return reply{}, t.withMenu(ctx, before, t.subscribe(ctx, language))
	}
	n, _ := number(args, 1, 255)
	topic, known := t.topicWithNumber(subscriptions.Topic(n))
	if !known {
		return t.stale()
	}
	return reply{}, t.withMenu(ctx, before, t.subscribeTo(ctx, language, topic))
}

// subscribe makes the language the person's own and that of the news. Who is subscribed
// already is told what is set now, and not greeted anew; likewise who was before.
func (t *conversation) subscribe(ctx context.Context, language string) error {
	stays, was := t.subscribed(), t.known
	if err := t.join(ctx, readIn(language)); err != nil {
		return err
	}
	switch {
	case kindOfChat(t.chat) == subscriptions.Channel:
		return t.show(ctx, screen{text: t.words.T("screen.channel_subscribed", nil)})
	case !t.chat.Private():
		return t.show(ctx, screen{
			t.words.HTML("screen.group_subscribed", map[string]any{"Bot": t.bot.self.Username()}),
			[][]telegram.Button{{{Text: t.words.T("button.settings", nil), Data: render.Data(render.VerbShow, "settings")}}},
		})
	case stays:
		return t.showState(ctx)
	case was:
		return t.showReturned(ctx)
	}
	return t.showHome(ctx, t.words.T("screen.subscribed", nil))
}

// subscribeTo is subscribe by a link that names a topic: who is new gets that topic alone,
// and is told so; who is not, or was here before, gets it, too.
func (t *conversation) subscribeTo(ctx context.Context, language string, topic render.Topic) error {
	stays, was := t.subscribed(), t.known
	err := t.join(ctx, func(p *subscriptions.Preferences) {
		readIn(language)(p)
		if p.Topics = p.Topics.With(topic.Number); !was {
			p.Topics = subscriptions.Only(topic.Number)
		}
	})
	switch {
	case err != nil:
		return err
	case stays || !t.chat.Private():
		return t.showState(ctx)
	case was:
		return t.showReturned(ctx)
	}
	all := telegram.Button{Text: t.words.T("button.all_topics", nil), Data: render.Data(render.VerbSet, "topic", "all")}
	return t.showHome(ctx, t.words.HTML("screen.subscribed_topic", map[string]any{"Topic": topic.NameIn(language)}), all)
}

// showState says that the chat is subscribed, to what and when.
func (t *conversation) showState(ctx context.Context) error {
	line := t.valueLine
	lines := []string{t.words.T("screen.state", nil), line("line.language", t.languagesInWords())}
	if len(t.topics) > 0 {
		lines = append(lines, line("line.topics", t.topicsInWords()))
	}
	if len(t.preferences.Words) > 0 {
		lines = append(lines, line("line.words", strings.Join(t.preferences.Words, ", ")))
	}
	if t.paused() {
		lines = append(lines, t.timesLabel())
	} else {
		lines = append(lines, line("line.when", t.whenInWords()))
	}
	if t.quiet() {
		lines = append(lines, t.quietLabel())
	}
	return t.showHome(ctx, strings.Join(lines, "\n"))
}

// onReturn gives somebody who had left the news again, as it was, or "weekly": less
// often than that.
func (t *conversation) onReturn(ctx context.Context, args []string) (reply, error) {
	change := func(*subscriptions.Preferences) {}
	switch render.Arg(args, 0) {
	case "":
	case "weekly":
		change = func(p *subscriptions.Preferences) {
			p.When = subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: time.Monday, Hour: defaultHour}
		}
	default:
		return t.stale()
	}
	if !t.known {
		return reply{}, t.greet(ctx, t.greeting())
	}
	return reply{}, t.comeBack(ctx, change)
}

// comeBack gives the news again, as it was but for the change; a pause is over.
func (t *conversation) comeBack(ctx context.Context, change func(*subscriptions.Preferences)) error {
	err := t.join(ctx, func(p *subscriptions.Preferences) {
		p.PausedUntil = time.Time{}
		change(p)
	})
	if err != nil {
		return err
	}
	return t.showReturned(ctx)
}

// showReturned says that the news comes again, what and when.
func (t *conversation) showReturned(ctx context.Context) error {
	lines := []string{t.words.HTML("screen.returned", map[string]any{"When": t.whenInWords()})}
	if !t.preferences.Topics.All() {
		lines = append(lines, t.valueLine("line.topics", t.topicsInWords()))
	}
	if len(t.preferences.Words) > 0 {
		lines = append(lines, t.valueLine("line.words", strings.Join(t.preferences.Words, ", ")))
	}
	if t.quiet() {
		lines = append(lines, t.quietLabel())
	}
	return t.showHome(ctx, strings.Join(lines, "\n"))
}

// valueLine is a line that says what is set.
func (v view) valueLine(id, value string) string {
	return v.words.HTML(id, map[string]any{"Value": value})
}

// showHome says what was done, and shows the latest item, so that the chat is not empty
// until the next one comes; then what can be done about it, and the menu.
func (t *conversation) showHome(ctx context.Context, text string, first ...telegram.Button) error {
	language, err := t.mainLanguage(ctx)
	if err != nil {
		return err
	}
	items, err := t.bot.archive.Listed(ctx, feeds.List{Language: language}, 0, 1)
	if err != nil {
		return err
	}
	rows := t.menu()
	if len(items) > 0 {
		item := items[0]
		text += "\n\n" + render.Headline(item, t.zone)
		open := telegram.Button{Text: locale.For(item.Language).T("button.read", nil), Data: render.ItemData(item, render.BackToLatest+"0")}
		rows = append([][]telegram.Button{{open}}, rows...)
	}
	if len(first) > 0 {
		rows = append([][]telegram.Button{first}, rows...)
	}
	return t.show(ctx, screen{text, rows})
}

// join makes the chat an active one and changes its preferences in the same step. The
// running broadcasts are told in any case: after a crash in between, this is the second time.
func (t *conversation) join(ctx context.Context, change func(*subscriptions.Preferences)) error {
	if err := t.keepDigests(ctx); err != nil {
		return err
	}
	first, topic := t.preferences.Since.IsZero(), t.preferences.Thread
	stands := t.subscribed()
	err := t.change(ctx, func(p *subscriptions.Preferences, _ bool) {
		stayed := p.Status == subscriptions.Active
		p.Status = subscriptions.Active
		p.Kind, p.Thread = kindOfChat(t.chat), t.thread
		if p.Since.IsZero() {
			p.Since = t.now().Truncate(time.Hour)
		}
		t.reschedule(func(p *subscriptions.Preferences) {
			if !stayed {
				p.PausedUntil = time.Time{}
			}
			change(p)
		})(p)
		if !stayed {
			p.Owed = subscriptions.Owed{} // who had left is owed nothing
		}
	})
	if err != nil {
		return err
	}
	if first && t.poster != "" {
		t.bot.taps.counter.FromPoster(t.poster)
	}
	t.moved = stands && t.chat.Forum && topic != t.thread
	if err := t.keeps(ctx); err != nil {
		return err
	}
	return t.bot.joined(ctx, t.chat.ID)
}

// keeps notes who chose a channel's language; nobody where that was done by a post.
func (t *conversation) keeps(ctx context.Context) error {
	if kindOfChat(t.chat) != subscriptions.Channel || t.from.ID == 0 {
		return nil
	}
	return t.bot.noteKeeper(ctx, t.chat.ID, t.from.ID)
}

// language shows the languages to choose from.
func (t *conversation) language(ctx context.Context) error {
	if !t.known {
		return t.greet(ctx, t.greeting())
	}
	return t.show(ctx, t.languageScreen())
}
