package desk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// TestAKillLosesAndDoublesNothing ends the process before and after each script that an
// announcement, its stop, its correction and its withdrawal take: those of the acts and those
// of their effects. A new one goes on, what was asked comes again, and in the end all is as
// if nothing had happened.
func TestAKillLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	var want string
	for at := 0; ; at++ { // 0: nothing is killed
		reached := false
		for _, after := range []bool{false, true} {
			var got string
			synctest.Test(t, func(t *testing.T) {
				k := &life{t: t, rdb: redistest.Bubble(t).Client(t), at: at, after: after}
				k.live()
				got, reached = k.result(), k.cut.dead || k.deaths > 0
			})
			if at == 0 {
				want = got
			}
			if got != want {
				t.Fatalf("killed at script %d, after it: %v:\n%s\nand without a kill:\n%s", at, after, got, want)
			}
		}
		if at > 0 && !reached {
			if at < 25 {
				t.Fatalf("only %d scripts were seen", at-1)
			}
			return
		}
	}
}

// errKilled is what a process that was killed answers.
var errKilled = errors.New("killed")

// knife cuts a client from Redis at a script, before it or after it: from then on nothing
// comes through.
type knife struct {
	at    int // the first script is 1
	after bool
	seen  int
	dead  bool
}

func (k *knife) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (k *knife) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		now := false
		if strings.HasPrefix(cmd.Name(), "eval") && !k.dead {
			k.seen++
			now = k.seen == k.at
		}
		if k.dead || now && !k.after {
			k.dead = true
			cmd.SetErr(errKilled)
			return errKilled
		}
		err := next(ctx, cmd)
		if now {
			k.dead = true
			cmd.SetErr(errKilled)
			return errKilled
		}
		return err
	}
}

func (k *knife) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if k.dead {
			return errKilled
		}
		return next(ctx, cmds)
	}
}

// silent is an engine of which only the outbox is known, which the test empties.
type silent struct{ idle }

func (silent) Progress(context.Context) ([]broadcast.Progress, error) { return nil, nil }

// life is one run of a desk that is killed once.
type life struct {
	t      *testing.T
	rdb    redis.UniversalClient // that nobody cuts
	at     int
	after  bool
	cut    *knife
	deaths int
	desk   *Desk
	told   []string // what was announced
}

// open starts a process.
func (k *life) open() {
	k.cut = &knife{}
	if k.deaths == 0 {
		k.cut = &knife{at: k.at, after: k.after}
	}
	own := redistest.Again(k.t, k.rdb)
	k.t.Cleanup(func() { _ = own.Close() })
	own.AddHook(k.cut)
	var err error
	k.desk, err = New(Options{
		Redis: own, Archive: feeds.NewArchive(own), Engine: silent{}, Writing: true, People: colleagues(),
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

// again does something until it is done, in as many lives as it takes.
func (k *life) again(do func() error) {
	k.t.Helper()
	for range 3 {
		err := do()
		if !k.cut.dead {
			if err != nil {
				k.t.Fatal(err)
			}
			return
		}
		k.deaths++
		k.open()
	}
	k.t.Fatal("killed once, and not done in two other lives")
}

// act does an act on a case as it is; whoever asks asks again until there is an answer.
func (k *life) act(a Act) {
	k.t.Helper()
	a.ID = fmt.Sprint("press", a.Verb, a.Case, len(k.lines()))
	if c, ok, err := k.seen(a.Case); err != nil {
		k.t.Fatal(err)
	} else if ok {
		a.Version = c.Version
	}
	k.again(func() error {
		out, err := k.desk.Do(k.t.Context(), a)
		if err == nil && out.Result != Acted && out.Result != Repeated {
			err = fmt.Errorf("%s: %s %s", a.Verb, out.Result, out.Refusal)
		}
		return err
	})
	k.listen()
}

// wait lets three times so much time pass, and the clock look: a process that starts anew
// measures the hold from when it sees that something is approved.
func (k *life) wait(length time.Duration) {
	for i := range 4 {
		if i > 0 {
			time.Sleep(length)
		}
		k.again(func() error { return k.desk.tick(k.t.Context()) })
		k.listen()
	}
}

// listen is the engine: it plans what is announced, once.
func (k *life) listen() {
	archive := feeds.NewArchive(k.rdb)
	announced, err := archive.Announcements(k.t.Context(), 100)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, a := range announced {
		it, err := archive.Item(k.t.Context(), a.Item)
		if err == nil {
			err = archive.Announced(k.t.Context(), a.ID)
		}
		if err != nil {
			k.t.Fatal(err)
		}
		k.told = append(k.told, fmt.Sprint(a.Kind, " ", it.Title))
	}
}

// live is what the life is about.
func (k *life) live() {
	k.open()
	id, texts := "abcdefghij", map[string]*Text{"ky": words("Ош", "Текст."), "ru": words("Ош ru", "Текст.")}
	k.act(Act{Verb: Write, Case: id, Kind: Announce, Who: bakyt, Changes: &Changes{Texts: texts}})
	k.act(Act{Verb: Submit, Case: id, Who: bakyt})
	k.act(Act{Verb: Return, Case: id, Who: cholpon, Reason: "Күнү жок."})
	k.act(Act{Verb: Change, Case: id, Who: bakyt, Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош, 5-май", "Текст.")}}})
	k.act(Act{Verb: Submit, Case: id, Who: bakyt})
	k.act(Act{Verb: Approve, Case: id, Who: cholpon})
	k.wait(5 * time.Second) // in the hold
	k.act(Act{Verb: TakeBack, Case: id, Who: bakyt})
	k.act(Act{Verb: Submit, Case: id, Who: bakyt})
	k.act(Act{Verb: Approve, Case: id, Who: cholpon})
	time.Sleep(time.Minute)
	k.again(func() error { return k.desk.act(k.t.Context(), k.look(id), Go, "") })
	k.act(Act{Verb: Stop, Case: id, Who: bakyt})
	k.wait(time.Second)
	k.act(Act{Verb: GoOn, Case: id, Who: cholpon})
	k.wait(time.Second)
	items := k.look(id).Items
	k.act(Act{Verb: Write, Case: "bcdefghijk", Kind: Correct, Items: items, Who: bakyt,
		Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош, 6-май", "Текст."), "ru": words("Ош ru, 6", "Текст.")}}})
	k.act(Act{Verb: Submit, Case: "bcdefghijk", Who: bakyt})
	k.act(Act{Verb: Approve, Case: "bcdefghijk", Who: cholpon})
	k.wait(time.Minute)
	k.act(Act{Verb: Approve, Case: "cdefghijkl", Kind: Withdraw, Items: items, Who: cholpon})
	k.wait(time.Minute)
	k.act(Act{Verb: Write, Case: "defghijklm", Kind: Announce, Who: bakyt, Changes: &Changes{Texts: texts}})
	k.act(Act{Verb: Discard, Case: "defghijklm", Who: bakyt})
}

// seen is a case as Redis has it.
func (k *life) seen(id string) (Case, bool, error) {
	return (&Desk{rdb: k.rdb}).Look(k.t.Context(), id)
}

func (k *life) look(id string) Case {
	k.t.Helper()
	c, ok, err := k.seen(id)
	if err != nil || !ok {
		k.t.Fatalf("case %s: %v, %v", id, ok, err)
	}
	return c
}

func (k *life) lines() []redis.XMessage {
	lines, err := k.rdb.XRange(k.t.Context(), keyAudit, "-", "+").Result()
	if err != nil {
		k.t.Fatal(err)
	}
	return lines
}

// result is what there is in the end: the audit without its times, what was announced, the
// cases, and what is halted.
func (k *life) result() string {
	var b strings.Builder
	for _, l := range k.lines() {
		line, _ := l.Values[auditField].(string)
		_, line, _ = strings.Cut(line, ",") // without the time
		fmt.Fprintln(&b, line)
	}
	slices.Sort(k.told) // editions are told in no order
	fmt.Fprintln(&b, strings.Join(k.told, "\n"))
	for _, id := range []string{"abcdefghij", "bcdefghijk", "cdefghijkl", "defghijklm"} {
		c := k.look(id)
		fmt.Fprintln(&b, id, c.Status, c.Version, c.Hands, c.Items)
	}
	fmt.Fprintln(&b, "halted:", k.rdb.HGetAll(k.t.Context(), keyHalted).Val())
	return b.String()
}
