package broadcast

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// Outcome is what becomes of an item in a chat.
type Outcome string

// The outcomes.
const (
	Has   Outcome = "has"   // the chat has the item
	Will  Outcome = "will"  // it gets it
	Waits Outcome = "waits" // it would get it, and a person has to decide first
	Wont  Outcome = "won't" // it does not get it
	// Unknown: who has it is not kept so long.
	Unknown Outcome = "unknown"
)

// Step is one thing that decides whether a chat has an item.
type Step struct {
	About string `json:"about"`
	Says  string `json:"says"`
}

// Explanation is why a chat has an item, will have it or won't.
type Explanation struct {
	Item    string  `json:"item"`
	Chat    int64   `json:"chat"`
	Outcome Outcome `json:"outcome"`
	// When it comes, where that is known of an item that will.
	When  time.Time `json:"when,omitzero"`
	Steps []Step    `json:"steps"`
}

// Explain tells from what is stored why a chat has an item, will have it or won't: the audience
// judges here as it does when the item is sent. It changes nothing, and works on every instance.
// feeds.ErrNotFound where there is no such item.
func (e *Engine) Explain(ctx context.Context, item string, chat int64) (Explanation, error) {
	x := &explaining{Explanation: Explanation{Item: item, Chat: chat}, e: e, now: time.Now()}
	for _, step := range []func(context.Context) error{
		x.readItem, x.readChat, x.readPlan, x.readLedger, x.readsIt, x.otherEdition, x.mayGo, x.whenItGoes,
	} {
		if err := step(ctx); err != nil {
			return Explanation{}, fmt.Errorf("explain item %s in chat %d: %w", item, chat, err)
		}
		if x.Outcome != "" {
			break
		}
	}
	return x.Explanation, nil
}

// explaining is an explanation that is being made.
type explaining struct {
	Explanation
	e      *Engine
	now    time.Time
	item   feeds.Item
	p      subscriptions.Preferences
	says   says
	plan   record
	runs   bool // its broadcast is under way, or about to begin
	noted  bool // a line of the ledger says why it has none
	halted map[string]Halt
}

func (x *explaining) step(about, format string, values ...any) {
	x.Steps = append(x.Steps, Step{about, fmt.Sprintf(format, values...)})
}

// ends says what comes of it, and why.
func (x *explaining) ends(outcome Outcome, about, format string, values ...any) error {
	x.step(about, format, values...)
	x.Outcome = outcome
	return nil
}

// comes says when it comes.
func (x *explaining) comes(at time.Time, about, format string, values ...any) error {
	x.When = at
	return x.ends(Will, about, format, values...)
}

func (x *explaining) readItem(ctx context.Context) (err error) {
	if x.item, err = x.e.options.Archive.Item(ctx, x.Item); err != nil {
		return err
	}
	topics := strings.Join(x.item.Topics, ", ")
	if topics == "" {
		topics = "of no topic"
	}
	x.step("item", "%s: %q, in %s, of %s; %s; revision %d", x.Item, x.item.Title, x.item.Language, x.moment(x.item.Published), topics, x.item.Revision)
	return nil
}

func (x *explaining) moment(at time.Time) string {
	return at.In(x.e.audience.zone).Format("2 January 2006 15:04")
}

// statuses are how an operator calls them.
var statuses = map[subscriptions.Status]string{
	subscriptions.Active: "gets news", subscriptions.Stopped: "asked for no news",
	subscriptions.Blocked: "has blocked the bot, or may not be written to", subscriptions.Gone: "is gone",
}

func (x *explaining) readChat(ctx context.Context) error {
	p, known, err := x.e.options.Store.Get(ctx, x.Chat)
	if unreadable := (*subscriptions.Unreadable)(nil); errors.As(err, &unreadable) {
		return x.ends(Wont, "chat", "its preferences can't be read by this release, so it is left out: %v", unreadable.Err)
	}
	if err != nil {
		return err
	}
	x.p = p
	if !known {
		x.step("chat", "nobody knows it: it never subscribed, or sent /forget")
		return nil
	}
	x.step("chat", "it %s; news in %s; %s", statuses[p.Status], strings.Join(p.Languages, ", "), x.times())
	return nil
}

// times say when the chat gets news.
func (x *explaining) times() string {
	said := "at once"
	switch w := x.p.When; w.Rhythm {
	case subscriptions.Daily:
		said = fmt.Sprintf("in a digest each day at %d", w.Hour)
	case subscriptions.Weekly:
		said = fmt.Sprintf("in a digest each %s at %d", w.Weekday, w.Hour)
	}
	if q := x.p.Quiet; q.From != q.To {
		said += fmt.Sprintf("; quiet from %d to %d", q.From, q.To)
	}
	if x.p.Zone != 0 {
		said += "; by the time of " + x.e.audience.zoneOf(x.p).String()
	}
	if x.p.PausedUntil.After(x.now) {
		said += "; paused until " + x.moment(x.p.PausedUntil)
	}
	return said
}

// readPlan finds the item's broadcast, or the announcement of which none was planned yet.
func (x *explaining) readPlan(ctx context.Context) error {
	numbers, err := x.e.options.Redis.SMembers(ctx, keyOf(x.Item)).Result()
	if err != nil {
		return err
	}
	known, err := x.e.plans.load(ctx, numbers)
	if err != nil {
		return err
	}
	for _, b := range known {
		if b.Kind == News && b.ID > x.plan.ID {
			x.plan = b
		}
	}
	if x.plan.ID == 0 {
		return x.readOutbox(ctx)
	}
	x.runs = x.plan.Finished == 0
	x.says = x.e.says(x.plan.Text)
	if x.plan.Text == "" {
		x.says = x.e.says(textOf(x.item))
	}
	ended := "and is under way"
	if !x.runs {
		ended = "and ended on " + x.moment(time.Unix(x.plan.Finished, 0))
	}
	x.step("broadcast", "number %d was planned on %s, %s", x.plan.ID, x.moment(time.UnixMilli(x.plan.PlannedAt)), ended)
	return x.readPrice(ctx)
}

// readPrice says what is paid for, where anything is: which messages that were is kept of none.
func (x *explaining) readPrice(ctx context.Context) error {
	if x.plan.Paid == 0 || !x.plan.Urgent {
		return nil
	}
	paid, err := x.e.Paid(ctx, x.plan.Ledger)
	if err != nil {
		return err
	}
	rest := "the others go at the free rate, as do those that are tried again or wait for an hour"
	if x.plan.Unpaid != "" {
		rest = fmt.Sprintf("then Telegram did not take the payment (%q), and the rest goes at the free rate", x.plan.Unpaid)
	}
	x.step("payment", "up to %d messages of it, in all editions, may be paid for, and %d were; %s", x.plan.Paid, paid, rest)
	return nil
}

// mostAnnounced bounds the announcements that are looked through.
const mostAnnounced = 10_000

func (x *explaining) readOutbox(ctx context.Context) error {
	announced, err := x.e.options.Archive.Announcements(ctx, mostAnnounced)
	if err != nil {
		return err
	}
	for _, a := range announced {
		if a.Item == x.Item && a.Kind == feeds.Published {
			x.runs, x.says = true, x.e.says(textOf(x.item))
			x.plan.plan = plan{
				ID: a.ID, Kind: News, Item: a.Item, Language: x.item.Language, Urgent: x.item.Urgent, PlannedAt: a.At.UnixMilli(),
			}
			x.step("broadcast", "it is announced, and about to be planned")
			return nil
		}
	}
	held, err := x.e.options.Archive.Held(ctx)
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.Item == x.Item {
			return x.ends(Waits, "archive", "it is held (%s) since %s: an administrator has to decide", h.Reason, x.moment(h.At))
		}
	}
	return x.ends(Wont, "archive", "it was never announced: it was there when its source was first read, was dismissed, or its broadcast is more than 90 days ago")
}

// readLedger looks whether the chat has it, or why not.
func (x *explaining) readLedger(ctx context.Context) error {
	if x.plan.Ledger == 0 {
		return nil
	}
	line, has, err := x.e.ledger.get(ctx, x.plan.Ledger, x.Chat)
	if err != nil {
		return err
	}
	other := line.Edition != x.plan.edition() && line.Reason != inDigest
	switch {
	case !has:
		return x.readHad(ctx)
	case line.Withdrawn:
		return x.ends(Wont, "ledger", "it had it in message %d, which was taken back", line.ID)
	case other && line.Reason == "":
		return x.ends(Wont, "ledger", "it has another edition of it, in message %d", line.ID)
	case line.Reason == "":
		return x.ends(Has, "ledger", "it has it in message %d, revision %d", line.ID, line.Revision)
	case line.Reason == inDigest:
		return x.readHad(ctx)
	case other:
		return nil
	}
	return x.readFailure(ctx, line)
}

// readFailure says why an attempt brought it no message, and whether there is another one.
func (x *explaining) readFailure(ctx context.Context, line entry) error {
	why, err := x.e.options.Redis.HGet(ctx, keyFailed(x.plan.ID), id(x.Chat)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	x.step("ledger", "%s", strings.TrimSuffix(fmt.Sprintf("it could not be reached (%s): %s", line.Reason, why), ": "))
	waiting, err := x.e.retries.all(ctx, x.plan.ID)
	if err != nil {
		return err
	}
	if again, is := waiting[x.Chat]; is {
		return x.comes(again.due, "retry", "it is tried again on %s", x.moment(again.due))
	}
	if x.runs && line.Reason.lost() {
		x.noted = true
		return nil // who is back gets it after all
	}
	return x.ends(Wont, "retry", "it is not tried again")
}

// readHad looks whether it is noted elsewhere that the chat has it.
func (x *explaining) readHad(ctx context.Context) error {
	by, err := x.e.options.Redis.HGet(ctx, keyHad(x.plan.Ledger), id(x.Chat)).Result()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	if err != nil {
		return err
	}
	if by == "1" {
		return x.ends(Has, "ledger", "it had it at once, before it chose digests")
	}
	digest, _ := strconv.ParseInt(by, 10, 64) // 0 is 1970: nobody wrote that
	return x.ends(Has, "ledger", "the digest of %s brought it", x.moment(hourTime(-digest)))
}

// readsIt asks the audience whether it is for the chat.
func (x *explaining) readsIt(context.Context) error {
	if x.item.Withdrawn {
		return x.ends(Wont, "item", "it was taken back")
	}
	if x.e.audience.reads(x.p, &x.item, x.says) {
		x.step("audience", "it is in a language of the chat's, and of its topics or says a word that it follows")
		return nil
	}
	missing, gets := x.item.For(x.p.Languages)
	switch {
	case x.p.Status != subscriptions.Active || len(x.p.Languages) == 0:
		return x.ends(Wont, "audience", "the chat gets no news")
	case !gets:
		return x.ends(Wont, "audience", "it is in %s, which is not the edition for this chat", x.item.Language)
	}
	in := "in a language of the chat's"
	if missing != "" {
		in = "what stands in for " + missing
	}
	return x.ends(Wont, "audience", "it is %s, but of no topic that the chat chose, and says no word that it follows", in)
}

// otherEdition looks for the edition of a feed's item that the chat would rather have.
func (x *explaining) otherEdition(ctx context.Context) error {
	rank := slices.Index(x.p.Languages, x.item.Language)
	if len(x.item.Editions) > 0 || rank <= 0 {
		return nil
	}
	editions, err := x.e.options.Archive.Editions(ctx, x.item.ID)
	if err != nil {
		return err
	}
	for _, language := range x.p.Languages[:rank] {
		other, there := editions[language]
		if there && !other.Withdrawn && x.e.audience.reads(x.p, &other, x.e.says(textOf(other))) {
			return x.ends(Wont, "editions", "there is one in %s, item %s, which the chat gets rather", language, other.ID)
		}
	}
	return nil
}

// mayGo looks whether somebody has to decide of the broadcast first.
func (x *explaining) mayGo(ctx context.Context) (err error) {
	if x.e.options.Brake != nil {
		if x.halted, err = x.e.options.Brake.Halted(ctx); err != nil {
			return err
		}
	}
	halt := x.halted[x.plan.subject()]
	switch {
	case x.plan.Stop || halt == Over:
		return x.ends(Wont, "broadcast", "a person ended it before the chat was reached")
	case x.runs && halt == Halted:
		return x.ends(Waits, "desk", "a person has stopped it: at the desk it goes on or ends")
	case x.runs && x.plan.Held != "":
		return x.ends(Waits, "broadcast", "it is held (%s) since %s: an administrator has to decide", x.plan.Held, x.moment(time.Unix(x.plan.HeldAt, 0)))
	}
	return nil
}
