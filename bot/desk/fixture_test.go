package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// Those at the desk.
const (
	aizada  = 101 // officer and approver
	bakyt   = 102 // officer
	cholpon = 103 // approver
	daniyar = 104 // operator and approver, as admins are
	nobody  = 999
)

func colleagues() []Person {
	return []Person{
		{ID: aizada, Name: "А. Осмонова", Roles: Officer | Approver},
		{ID: bakyt, Name: "Б. Токтогулов", Roles: Officer},
		{ID: cholpon, Name: "Ч. Алиева", Roles: Approver},
		{ID: daniyar, Roles: Operator | Approver},
	}
}

// office is a desk with a real archive, store and engine. Its phones remember what they
// were sent.
type office struct {
	*Desk
	t       *testing.T
	rdb     redis.UniversalClient
	archive *feeds.Archive
	store   *subscriptions.Store
	engine  *broadcast.Engine
	phones  *phones
	acts    int // for their ids
}

// eachOffice runs a test on miniredis and on a real server, in virtual time.
func eachOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) { test(newOffice(t, rdb, nil)) })
}

// miniOffice runs a test on miniredis alone.
func miniOffice(t *testing.T, change func(*Options), test func(o *office)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(newOffice(t, redistest.Bubble(t).Client(t), change)) })
}

// newOffice makes an office; change, where there is one, changes the desk's options.
func newOffice(t *testing.T, rdb redis.UniversalClient, change func(*Options)) *office {
	rdb = redistest.Lean(rdb)
	t.Helper()
	o := &office{t: t, rdb: rdb, archive: feeds.NewArchive(rdb), store: subscriptions.NewStore(rdb), phones: &phones{shows: map[int64]map[int64]string{}}}
	o.engine = broadcast.New(broadcast.Options{
		Redis: rdb, Store: o.store, Archive: o.archive, Sender: o.phones, Brake: Brake{rdb}, MessagesPerSecond: 1, GiveUpAfter: time.Minute, Log: slog.New(slog.DiscardHandler),
	})
	o.Desk = o.open(change)
	return o
}

// open makes another desk on the same Redis, as another instance has.
func (o *office) open(change func(*Options)) *Desk {
	o.t.Helper()
	options := Options{Redis: o.rdb, Archive: o.archive, Engine: o.engine, Writing: true, People: colleagues()}
	if change != nil {
		change(&options)
	}
	d, err := New(options)
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// run lets the engine and the desk's clock work for some time.
func (o *office) run(length time.Duration) {
	o.t.Helper()
	ctx, stop := context.WithTimeout(o.t.Context(), length)
	defer stop()
	var parts sync.WaitGroup
	parts.Go(func() { _ = o.engine.Run(ctx) })
	parts.Go(func() { _ = o.Run(ctx) })
	parts.Wait()
}

func (o *office) subscribe(language string, chats ...int64) {
	o.t.Helper()
	for _, chat := range chats {
		_, err := o.store.Update(o.t.Context(), chat, func(p *subscriptions.Preferences, _ bool) {
			p.Interface, p.Languages = language, []string{language}
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

// try does an act under an id of its own.
func (o *office) try(a Act) Outcome {
	o.t.Helper()
	o.acts++
	a.ID = fmt.Sprint("act", o.acts)
	out, err := o.Do(o.t.Context(), a)
	if err != nil {
		o.t.Fatalf("%s by %d: %v", a.Verb, a.Who, err)
	}
	return out
}

// do does an act that has to go well, and returns the case.
func (o *office) do(a Act) Case {
	o.t.Helper()
	out := o.try(a)
	if out.Result != Acted {
		o.t.Fatalf("%s by %d: %s %s %v", a.Verb, a.Who, out.Result, out.Refusal, out.Findings)
	}
	return out.Case
}

// next does an act on a case as it is.
func (o *office) next(c Case, verb Verb, who int64) Case {
	o.t.Helper()
	return o.do(Act{Verb: verb, Case: c.ID, Version: c.Version, Who: who})
}

// look returns a case that there has to be.
func (o *office) look(id string) Case {
	o.t.Helper()
	c, ok, err := o.Look(o.t.Context(), id)
	if err != nil || !ok {
		o.t.Fatalf("case %s: %v %v", id, ok, err)
	}
	return c
}

// announcement is one that was written by Bakyt in these languages, and submitted.
func (o *office) submitted(id string, languages ...string) Case {
	o.t.Helper()
	texts := make(map[string]*Text)
	for _, language := range languages {
		texts[language] = words("Ош "+language, "Текст.")
	}
	return o.next(o.do(Act{Verb: Write, Case: id, Kind: Announce, Who: bakyt, Changes: &Changes{Texts: texts}}), Submit, bakyt)
}

// approved is one that Cholpon approved.
func (o *office) approved(id string, languages ...string) Case {
	o.t.Helper()
	return o.next(o.submitted(id, languages...), Approve, cholpon)
}

// expect fails the test where a phone shows something else.
func (o *office) expect(chat int64, titles ...string) {
	o.t.Helper()
	if shows := o.phones.titles(chat); !slices.Equal(shows, titles) {
		o.t.Errorf("chat %d shows %q, and not %q", chat, shows, titles)
	}
}

func words(title, text string) *Text {
	return &Text{Title: title, Blocks: article.Paragraphs(text)}
}

// phones are Telegram: by chat, the titles that its messages show.
type phones struct {
	mu    sync.Mutex
	last  int64
	away  map[int64]bool // chats that can't be reached
	shows map[int64]map[int64]string
}

func (p *phones) Deliver(_ context.Context, d broadcast.Delivery) (broadcast.Message, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away[d.Chat] {
		return broadcast.Message{}, &broadcast.Error{Verdict: broadcast.SlowDown, After: time.Second, Err: errors.New("slow down")}
	}
	if p.shows[d.Chat] == nil {
		p.shows[d.Chat] = make(map[int64]string)
	}
	switch d.Kind {
	case broadcast.Withdrawal:
		delete(p.shows[d.Chat], d.Message.ID)
		return d.Message, nil
	case broadcast.Correction:
		p.shows[d.Chat][d.Message.ID] = d.Item.Title
		return d.Message, nil
	}
	p.last++
	p.shows[d.Chat][p.last] = d.Item.Title
	return broadcast.Message{ID: p.last}, nil
}

func (p *phones) titles(chat int64) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var titles []string
	for _, id := range slices.Sorted(maps.Keys(p.shows[chat])) {
		titles = append(titles, p.shows[chat][id])
	}
	return titles
}

// count is how many messages all phones show.
func (p *phones) count() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, messages := range p.shows {
		n += len(messages)
	}
	return n
}
