package broadcast

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/lease"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// The storms: what one chat, some groups or Telegram itself may do to a broadcast, in
// virtual time at Telegram's 30 a second.

// crowd is a fixture with many readers and a log.
type crowd struct {
	*fixture
	n      int
	logged *bottest.Log
}

// inStorm runs a test with the readers 1, 2, …, n.
func inStorm(t *testing.T, n int, f func(t *testing.T, c *crowd)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(t, newCrowd(t, n)) })
}

func newCrowd(tb testing.TB, n int) *crowd {
	c := &crowd{embeddedFixture(tb), n, &bottest.Log{}}
	redistest.Fill(tb, c.rdb, 1, n, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
	c.options.MessagesPerSecond = 30
	c.options.Log = slog.New(slog.NewTextHandler(c.logged, nil))
	return c
}

// served publishes an item and waits until the chats have it of which good says so. It
// returns how long that took.
func (c *crowd) served(title string, good func(chat int64) bool) time.Duration {
	c.tb.Helper()
	began, wanted := time.Now(), 0
	for chat := range int64(c.n) {
		if good(chat + 1) {
			wanted++
		}
	}
	before := c.phones.arrivals.Load()
	c.publish("ky", title)
	for c.phones.arrivals.Load()-before < int64(wanted) {
		if time.Since(began) > waitLimit+3*onTime(c.n) {
			c.tb.Fatalf("%s reached %d of %d", title, c.phones.arrivals.Load()-before, wanted)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return time.Since(began)
}

// report returns the youngest broadcast's.
func (c *crowd) report() Progress {
	c.tb.Helper()
	progress, err := c.engine.Progress(c.tb.Context())
	if err != nil || len(progress) == 0 {
		c.tb.Fatalf("progress: %v, %v", progress, err)
	}
	return progress[0]
}

func everybody(int64) bool { return true }

// onTime is how long n messages take at the full rate, with a second to plan them.
func onTime(n int) time.Duration { return time.Duration(n)*time.Second/30 + 2*time.Second }

// stormPeople is how many there are where one in a hundred is refused: STORM_PEOPLE,
// such as 100000 or 1000000, which take half a minute and ten.
func stormPeople(t *testing.T) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("STORM_PEOPLE"), "3000"))
	if err != nil {
		t.Fatalf("STORM_PEOPLE: %v", err)
	}
	return n
}

func TestOneInAHundredAnswersAnUnknown400(t *testing.T) {
	n := stormPeople(t)
	inStorm(t, n, func(t *testing.T, c *crowd) {
		bad := func(chat int64) bool { return chat%100 == 37 }
		c.phones.answer = func(d Delivery, _ int) error {
			if bad(d.Chat) {
				return &Error{Verdict: Refused, Reason: "something_new", Err: errors.New("Bad Request: SOMETHING_NEW")}
			}
			return nil
		}
		defer c.run()()
		took := c.served("Жаңылык", func(chat int64) bool { return !bad(chat) })
		if most := onTime(n) * 103 / 100; took > most {
			t.Errorf("the other 99 %% had it after %v, want %v", took, most)
		} else {
			t.Logf("%d people, 1 %% of them bad: %v, %.4f of the time at the full rate", n, took, took.Seconds()*30/float64(n))
		}
		c.quiet()
		report := c.report()
		failures, err := c.engine.Failures(t.Context(), report.ID)
		if err != nil || report.Failed != n/100 || len(failures) != n/100 || !strings.Contains(failures["37"], "SOMETHING_NEW") {
			t.Errorf("report %+v, %d listed (%v), chat 37 for %q", report, len(failures), err, failures["37"])
		}
		for chat := range int64(n) {
			if bad(chat+1) && c.phones.tries[chat+1] > 3 {
				t.Errorf("chat %d was tried %d times, want a handful", chat+1, c.phones.tries[chat+1])
			}
		}
	})
}

// TestRefusalsAreNoOutage: fifteen chats in a row refuse, each in words of its own. An
// answer in JSON shows that Telegram is alive.
func TestRefusalsAreNoOutage(t *testing.T) {
	const n, bad = 90, 15
	inStorm(t, n, func(t *testing.T, c *crowd) {
		tries := 0
		c.phones.answer = func(Delivery, int) error {
			if tries++; tries <= bad {
				words := fmt.Sprint("Bad Request: NEW_", tries)
				return &Error{Verdict: Refused, Reason: words, Err: errors.New(words)}
			}
			return nil
		}
		defer c.run()()
		began := time.Now()
		c.publish("ky", "Жаңылык")
		c.quiet()
		if took := time.Since(began); took > onTime(n) || strings.Contains(c.logged.String(), "sending pauses") {
			t.Errorf("it took %v, want %v; the log: %s", took, onTime(n), c.logged)
		}
		if r := c.report(); r.Sent != n-bad || r.Failed != bad {
			t.Errorf("the report is %+v", r)
		}
	})
}

func TestThreeGroupsInSlowMode(t *testing.T) {
	const n = 150
	inStorm(t, n, func(t *testing.T, c *crowd) {
		groups := []int64{-101, -102, -103, -104, -105}
		c.subscribe("ky", groups...)
		began := time.Now()
		c.phones.answer = func(d Delivery, _ int) error {
			if d.Chat < 0 && time.Since(began) < 9*time.Minute {
				return &Error{Verdict: SlowDown, After: 10 * time.Minute, Err: errors.New("Too Many Requests: retry after 600")}
			}
			return nil
		}
		defer c.run()()
		for _, title := range []string{"Биринчи", "Экинчи"} {
			if took := c.served(title, everybody); took > onTime(n+len(groups)) {
				t.Errorf("%s: the citizens had it after %v, want %v", title, took, onTime(n))
			}
		}
		if until, why := c.engine.Paused(); why != "" {
			t.Errorf("everybody waits until %v: %s", until, why)
		}
		c.quiet()
		for _, g := range groups {
			if n := c.phones.count(g); n != 2 || c.phones.tries[g] != 3 {
				t.Errorf("group %d has %d items after %d attempts, want 2 after 3", g, n, c.phones.tries[g])
			}
		}
	})
}

func TestTelegramAsksEverybodyToWaitForTenMinutes(t *testing.T) {
	const n = 300
	inStorm(t, n, func(t *testing.T, c *crowd) {
		var attempts []time.Time
		began := time.Now()
		over := began.Add(10*time.Minute + 5*time.Second)
		c.phones.answer = func(Delivery, int) error {
			if since := time.Since(began); since > 5*time.Second && time.Now().Before(over) {
				attempts = append(attempts, time.Now())
				return &Error{Verdict: SlowDown, After: time.Until(over).Round(time.Second), Err: errors.New("Too Many Requests")}
			}
			return nil
		}
		defer c.run()()
		c.publish("ky", "Жаңылык")
		time.Sleep(time.Minute)
		if until, why := c.engine.Paused(); why != whyTooMany || !until.After(time.Now()) || time.Until(until) > time.Minute {
			t.Errorf("paused until %v: %q", until, why)
		}
		if line := "sending pauses: Telegram asks many chats to wait"; !strings.Contains(c.logged.String(), line) {
			t.Errorf("the log does not say %q", line)
		}
		c.quiet()
		if n := len(attempts); n < 3+9 || n > 3+11 {
			t.Errorf("%d messages met the storm, want the first three and one a minute", n)
		}
		if _, why := c.engine.Paused(); why != "" || !strings.Contains(c.logged.String(), "sending goes on") {
			t.Errorf("paused for %q after all have it, or the log does not say that it goes on", why)
		}
		c.onceEach(chats(1, n))
		if took, most := time.Since(over), 2*onTime(n); took > most {
			t.Errorf("the rest took %v after the storm, want at most %v", took, most)
		}
	})
}

func Test429WithoutRetryAfter(t *testing.T) {
	inStorm(t, 3, func(t *testing.T, c *crowd) {
		var tries []time.Time
		c.options.GiveUpAfter = 20 * time.Minute
		c.phones.answer = func(d Delivery, _ int) error {
			if d.Chat == 2 {
				tries = append(tries, time.Now())
				return &Error{Verdict: SlowDown, Err: errors.New("Too Many Requests")}
			}
			return nil
		}
		defer c.run()()
		began := time.Now()
		c.publish("ky", "Жаңылык")
		time.Sleep(8 * time.Second)
		c.phones.while(func() {
			if n := len(tries); n < 2 || n > 5 {
				t.Errorf("%d attempts in 8 s, want a growing wait", n)
			}
		})
		c.quiet()
		if took := time.Since(began); took < 20*time.Minute || took > 40*time.Minute {
			t.Errorf("given up after %v, want twenty minutes and a pause", took)
		}
		c.phones.while(func() {
			if n := len(tries); n < 8 || n > 20 {
				t.Errorf("%d attempts in twenty minutes", n)
			}
		})
		report := c.report()
		failures, err := c.engine.Failures(t.Context(), report.ID)
		if err != nil || report.Failed != 1 || !strings.Contains(failures["2"], "Too Many Requests") {
			t.Errorf("report %+v, failures %v (%v); want the chat with the reason", report, failures, err)
		}
	})
}

// TestAPressDoesNotMakeAMessageYounger: a chat whose message is being tried again presses
// a button each half minute, and another one, told to wait, does so, too.
func TestAPressDoesNotMakeAMessageYounger(t *testing.T) {
	inStorm(t, 4, func(t *testing.T, c *crowd) {
		c.options.GiveUpAfter = 20 * time.Minute
		tries := map[int64][]time.Time{}
		c.phones.answer = func(d Delivery, _ int) error {
			switch d.Chat {
			case 2:
				tries[2] = append(tries[2], time.Now())
				return &Error{Verdict: Transient, Err: errors.New("502 Bad Gateway")}
			case 3:
				tries[3] = append(tries[3], time.Now())
				return &Error{Verdict: SlowDown, After: 5 * time.Minute, Err: errors.New("retry after 300")}
			}
			return nil
		}
		stop := c.run()
		began := time.Now()
		c.publish("ky", "Жаңылык")
		for press := range 44 {
			time.Sleep(30 * time.Second)
			for _, chat := range []int64{2, 3} {
				if err := c.engine.Joined(t.Context(), chat); err != nil {
					t.Fatal(err)
				}
			}
			if press == 20 {
				stop()
				stop = c.run()
			}
		}
		defer func() { stop() }()
		c.quiet()
		if took := time.Since(began); took > 23*time.Minute {
			t.Errorf("the broadcast ended after %v", took)
		}
		c.phones.while(func() {
			for chat, at := range tries {
				if last := at[len(at)-1].Sub(at[0]); last > 20*time.Minute+time.Second {
					t.Errorf("chat %d was tried last after %v", chat, last)
				}
			}
			if two, three := len(tries[2]), len(tries[3]); two < 8 || two > 16 || three != 5 {
				t.Errorf("%d and %d attempts, want about ten and five", two, three)
			}
		})
		failures, err := c.engine.Failures(t.Context(), c.report().ID)
		if err != nil || len(failures) != 2 {
			t.Errorf("failures %v, %v", failures, err)
		}
	})
}

func TestAChatIsTold429ForEver(t *testing.T) {
	inStorm(t, 3, func(t *testing.T, c *crowd) {
		c.options.GiveUpAfter = 20 * time.Minute
		c.phones.answer = func(d Delivery, _ int) error {
			if d.Chat == 2 {
				return &Error{Verdict: SlowDown, After: 30 * time.Second, Err: errors.New("Too Many Requests: retry after 30")}
			}
			return nil
		}
		defer c.run()()
		began := time.Now()
		c.publish("ky", "Жаңылык")
		c.quiet()
		if took := time.Since(began); took < 20*time.Minute || took > 22*time.Minute {
			t.Errorf("given up after %v, want 20 minutes", took)
		}
		failures, err := c.engine.Failures(t.Context(), c.report().ID)
		if err != nil || !strings.Contains(failures["2"], "retry after 30") {
			t.Errorf("failures %v (%v); want the chat with the reason", failures, err)
		}
	})
}

// TestChatsThatAlwaysFailCostTheOthersNothing: three in ten never get an answer. It is no
// outage, since others do, and their next attempts don't hold up the rest.
func TestChatsThatAlwaysFailCostTheOthersNothing(t *testing.T) {
	const n = 400
	inStorm(t, n, func(t *testing.T, c *crowd) {
		bad := func(chat int64) bool { return chat%10 < 3 }
		c.options.GiveUpAfter = 5 * time.Minute
		c.phones.answer = func(d Delivery, _ int) error {
			if bad(d.Chat) {
				return &Error{Verdict: Transient, Err: errors.New("502 Bad Gateway")}
			}
			return nil
		}
		defer c.run()()
		took := c.served("Жаңылык", func(chat int64) bool { return !bad(chat) })
		// A quarter of the rate may go to who failed before.
		if most := onTime(n) * 4 / 3; took > most {
			t.Errorf("the others had it after %v, want %v", took, most)
		}
		for range 3 { // only the bad ones are left: no outage
			time.Sleep(time.Minute)
			if _, why := c.engine.Paused(); why != "" {
				t.Fatalf("everything stands for %q", why)
			}
		}
		if took := c.served("Экинчи", func(chat int64) bool { return !bad(chat) }); took > onTime(n)*4/3 {
			t.Errorf("the next item reached the others after %v", took)
		}
		c.quiet()
	})
}

// TestOutageIsLookedAtWithFreshChats: the first chats fail for ever, and Telegram is gone
// for a while. When it is back, the bad chats don't hide it.
func TestOutageIsLookedAtWithFreshChats(t *testing.T) {
	const n = 300
	inStorm(t, n, func(t *testing.T, c *crowd) {
		c.options.GiveUpAfter = time.Hour
		began := time.Now()
		c.phones.answer = func(d Delivery, _ int) error {
			if d.Chat%10 == 0 || time.Since(began) < 5*time.Minute {
				return &Error{Verdict: Ambiguous, Err: errors.New("no answer")}
			}
			return nil
		}
		defer c.run()()
		c.publish("ky", "Жаңылык")
		time.Sleep(3 * time.Minute)
		if _, why := c.engine.Paused(); why != whyOutage {
			t.Errorf("paused for %q, want an outage", why)
		}
		var tried int
		c.phones.while(func() { tried = len(c.phones.tries) })
		if tried > 40 {
			t.Errorf("%d chats were tried in three minutes without Telegram, want few", tried)
		}
		c.until("the good ones have it", func() bool { return c.phones.arrivals.Load() == n-n/10 })
		if took := time.Since(began); took > 5*time.Minute+longestBreak+3*onTime(n) {
			t.Errorf("the good ones have it %v after the beginning", took)
		}
	})
}

func TestWithdrawalGoesBeforeOrdinaryItems(t *testing.T) {
	const n = 600
	inStorm(t, n, func(t *testing.T, c *crowd) {
		defer c.run()()
		c.served("Ката", everybody)
		c.quiet()
		c.publish("ky", "Узун")
		time.Sleep(3 * time.Second)
		began, gone := time.Now(), 0
		c.phones.while(func() {
			c.phones.answer = func(d Delivery, _ int) error {
				if d.Kind == Withdrawal {
					gone++
				}
				return nil
			}
		})
		if err := c.archive.Withdraw(t.Context(), c.item("ky", "Ката").ID); err != nil {
			t.Fatal(err)
		}
		c.until("it is gone from every phone", func() bool {
			c.phones.mu.Lock()
			defer c.phones.mu.Unlock()
			return gone == n
		})
		if took := time.Since(began); took > onTime(n)+time.Second {
			t.Errorf("the withdrawal took %v beside an ordinary item, want %v", took, onTime(n))
		}
		c.quiet()
	})
}

func TestPanicWhileRenderingIsOneMessagesRefusal(t *testing.T) {
	inStorm(t, 50, func(t *testing.T, c *crowd) {
		c.phones.answer = func(d Delivery, _ int) error {
			if d.Chat == 7 || d.Item.Title == "Оор" {
				panic(fmt.Sprintf("index out of range in %q", d.Item.Title))
			}
			return nil
		}
		stop := c.run()
		c.served("Жаңылык", func(chat int64) bool { return chat != 7 })
		c.quiet()
		report := c.report()
		failures, err := c.engine.Failures(t.Context(), report.ID)
		if err != nil || report.Sent != 49 || report.Failed != 1 || !strings.Contains(failures["7"], "index out of range") {
			t.Errorf("report %+v, failures %v (%v); want chat 7 alone, with the panic", report, failures, err)
		}
		c.publish("ky", "Оор") // it panics for everybody: held, and others go on
		c.until("it is held", func() bool {
			held, err := c.engine.HeldBroadcasts(t.Context())
			return err == nil && len(held) == 1
		})
		c.served("Кийинки", func(chat int64) bool { return chat != 7 })
		stop()
		if !strings.Contains(c.logged.String(), "panic while a message") {
			t.Error("the log does not tell of the panic")
		}
	})
}

// TestStopWithTelegramAtEightSeconds: the program is stopped and another instance takes
// over, while messages are on their way that take eight seconds to land.
func TestStopWithTelegramAtEightSeconds(t *testing.T) {
	const n = 600
	inStorm(t, n, func(t *testing.T, c *crowd) {
		c.phones.latency = 8 * time.Second
		stop := c.run()
		second := c.options
		second.Lease = lease.New(c.rdb, c.options.Log)
		other := New(second)
		c.publish("ky", "Жаңылык")
		time.Sleep(10 * time.Second)
		stopOther := lead(t, other)
		stop()
		c.engine = other
		c.quiet()
		stopOther()
		c.onceEach(chats(1, n))
	})
}
