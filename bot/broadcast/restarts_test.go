package broadcast

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kabarchy/bot/lease"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// What has to survive a restart, the loss of the lease, or two things at once.

// TestWhatPassedBeforeTheLeaseWasLostIsNotSent: messages wait for Redis, which is away for
// longer than the lease lives. When it is back, they are the next leader's.
func TestWhatPassedBeforeTheLeaseWasLostIsNotSent(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		const n = 400
		redistest.Fill(t, f.rdb, 1, n, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
		f.options.MessagesPerSecond = 30
		var unled atomic.Int32
		f.phones.answer = func(Delivery, int) error {
			if !f.options.Lease.Held() {
				unled.Add(1)
			}
			return nil
		}
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.until("it is on its way", func() bool { return f.phones.arrivals.Load() > 50 })
		f.server.Kill()
		time.Sleep(2 * lease.Life)
		f.server.Restart()
		f.quiet()
		if n := unled.Load(); n > 0 {
			t.Errorf("%d messages were sent without the lease", n)
		}
		f.onceEach(chats(1, n))
	})
}

// TestCorrectionFindsWhatIsStillOnItsWay: messages that were sent before the item changed
// land after it did.
func TestCorrectionFindsWhatIsStillOnItsWay(t *testing.T) {
	inStorm(t, 90, func(t *testing.T, c *crowd) {
		c.phones.latency = 2 * time.Second
		defer c.run()()
		c.publish("ky", "Жаңылык")
		time.Sleep(2 * time.Second)
		c.correct("ky", "Жаңылык", "Оңдолгон.")
		c.quiet()
		for chat, shown := range c.phones.all() {
			if len(shown) != 1 || shown[0].text != "Оңдолгон." {
				t.Errorf("chat %d shows %+v", chat, shown)
			}
		}
	})
}

// TestWhoJoinedIsNotForgottenByARestart: the walk is over, and the message to who came
// late is cut off.
func TestWhoJoinedIsNotForgottenByARestart(t *testing.T) {
	inStorm(t, 3, func(t *testing.T, c *crowd) {
		c.options.Grace = time.Nanosecond
		c.phones.answer = func(d Delivery, _ int) error {
			if d.Chat == 2 { // keeps the broadcast running
				return &Error{Verdict: Transient, Err: errors.New("502")}
			}
			return nil
		}
		stop := c.run()
		c.served("Жаңылык", func(chat int64) bool { return chat != 2 })
		time.Sleep(5 * time.Second)
		c.phones.while(func() { c.phones.latency = 8 * time.Second })
		c.subscribe("ky", 1001)
		if err := c.engine.Joined(t.Context(), 1001); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		stop()
		if n := c.phones.count(1001); n != 0 {
			t.Fatalf("who joined has %d messages, want it cut off", n)
		}
		c.phones.while(func() { c.phones.latency = 0 })
		defer c.run()()
		time.Sleep(time.Minute)
		if n := c.phones.count(1001); n != 1 {
			t.Errorf("who joined has %d messages after the restart, want 1", n)
		}
	})
}

// TestRestartsDoNotLengthenTheAgeAtWhichAMessageIsGivenUp: the age is over while nobody
// runs; the first attempt after that is the last.
func TestRestartsDoNotLengthenTheAgeAtWhichAMessageIsGivenUp(t *testing.T) {
	inStorm(t, 3, func(t *testing.T, c *crowd) {
		c.options.GiveUpAfter = 10 * time.Minute
		c.phones.answer = func(d Delivery, _ int) error {
			if d.Chat == 2 {
				return &Error{Verdict: Transient, Err: errors.New("502 Bad Gateway")}
			}
			return nil
		}
		c.publish("ky", "Жаңылык")
		for range 3 {
			stop := c.run()
			time.Sleep(time.Minute)
			stop()
			time.Sleep(3 * time.Minute)
		}
		failed := func() bool {
			failures, err := c.engine.Failures(t.Context(), c.report().ID)
			return err == nil && strings.Contains(failures["2"], "502")
		}
		if failed() {
			t.Error("given up before ten minutes were over")
		}
		defer c.run()()
		time.Sleep(15 * time.Second)
		if !failed() {
			t.Error("not given up after twelve minutes")
		}
	})
}

// TestCrashBeforeTheReportBringsNothingAgain: the program ends when the ledger's time has
// begun to run and the report is not written, and comes back when the ledger has expired.
func TestCrashBeforeTheReportBringsNothingAgain(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		all := chats(1, 20)
		f.subscribe("ky", all...)
		f.options.Keep = time.Hour
		f.phones.latency = 300 * time.Millisecond // all land when the walk is over
		f.server.Refuse(func(command []string) string {
			if command[0] == "HSET" && slices.Contains(command, "finished") {
				return "LOADING Redis is loading the dataset in memory"
			}
			return ""
		})
		stop := f.run()
		f.publish("ky", "Жаңылык")
		time.Sleep(10 * time.Second)
		stop()
		f.server.Refuse(nil)
		time.Sleep(2 * time.Hour)
		if n := len(f.rdb.Keys(t.Context(), "sent:*").Val()); n > 0 {
			t.Fatalf("%d buckets of the ledger are left: nothing is tried", n)
		}
		defer f.run()()
		f.quiet()
		f.onceEach(all)
	})
}

// TestWithdrawalThatIsResumedTakesEachMessageBackOnce, though it walks over the same chats
// again.
func TestWithdrawalThatIsResumedTakesEachMessageBackOnce(t *testing.T) {
	inStorm(t, 60, func(t *testing.T, c *crowd) {
		stop := c.run()
		c.served("Жаңылык", everybody)
		c.quiet()
		sent := c.phones.attempts()
		if err := c.archive.Withdraw(t.Context(), c.item("ky", "Жаңылык").ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		stop()
		if n := c.phones.attempts() - sent; n == 0 || n == c.n {
			t.Fatalf("%d of %d were taken back before the restart: nothing is tried", n, c.n)
		}
		if err := c.rdb.HSet(t.Context(), keyPlan(c.report().ID), "cursor", 0).Err(); err != nil {
			t.Fatal(err)
		}
		defer c.run()()
		c.quiet()
		if n := c.phones.attempts() - sent; n != c.n || len(c.phones.titles()) > 0 {
			t.Errorf("%d attempts to take %d messages back, %d are left", n, c.n, len(c.phones.titles()))
		}
	})
}

// TestWalkFromAnOlderCursorDoesNotForgetHowLongAMessageFails: the cursor stands still in an
// outage, and every restart walks over the same chats.
func TestWalkFromAnOlderCursorDoesNotForgetHowLongAMessageFails(t *testing.T) {
	inStorm(t, 1, func(t *testing.T, c *crowd) {
		c.options.GiveUpAfter = 10 * time.Minute
		tries := 0
		c.phones.answer = func(Delivery, int) error {
			tries++
			return &Error{Verdict: Transient, Err: errors.New("502 Bad Gateway")}
		}
		c.publish("ky", "Жаңылык")
		for range 4 {
			stop := c.run()
			time.Sleep(2 * time.Minute)
			stop()
			if err := c.rdb.HSet(t.Context(), keyPlan(c.report().ID), "cursor", 0).Err(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		defer c.run()()
		time.Sleep(15 * time.Second)
		if report := c.report(); report.Failed != 1 {
			t.Errorf("after twelve minutes and %d attempts: %+v", tries, report)
		}
	})
}

// TestSecondWalkIsForWhoWaitedNotForNewcomers: at seven somebody who waited gets the
// item, and who came in the night does not get yesterday's news.
func TestSecondWalkIsForWhoWaitedNotForNewcomers(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.lateNews()
		sleepUntil(6, 58)
		f.subscribe("ky", 3)
		f.prefer(3, func(p *subscriptions.Preferences) { p.Since = time.Now() })
		defer f.run()()
		f.quiet()
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}})
	})
}

// TestWhoBeginsToWaitIsSavedBeforeTheRetrySetForgets: a message fails a second before the
// quiet hours, and its next attempt finds the person waiting for the morning. A crash just
// then must find one of the two in Redis.
func TestWhoBeginsToWaitIsSavedBeforeTheRetrySetForgets(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1)
		f.sleeps(1, 22, 7)
		f.phones.answer = func(_ Delivery, try int) error {
			if try == 1 {
				return &Error{Verdict: Transient, Err: errors.New("502")}
			}
			return nil
		}
		sleepUntil(21, 59)
		time.Sleep(59700 * time.Millisecond)
		var saved, dropped, early atomic.Bool
		f.server.Refuse(func(command []string) string {
			switch at := slices.Index(command, "next"); {
			case command[0] == "HSET" && at > 0 && command[at+1] != "0":
				saved.Store(true)
			case command[0] == "HDEL" && strings.HasPrefix(command[1], "{news}:retry:"):
				dropped.Store(true)
				early.Store(early.Load() || !saved.Load())
			}
			return ""
		})
		f.publish("ky", "Жаңылык")
		stop := f.run()
		time.Sleep(10 * time.Second)
		stop()
		if !dropped.Load() || early.Load() {
			t.Errorf("the retry set forgot the chat: %v, before Redis knew that it waits: %v", dropped.Load(), early.Load())
		}
		sleepUntil(6, 59)
		defer f.run()()
		f.quiet()
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}})
	})
}

// TestWhoHasItAlreadyCostsNoPlaceInTheRate: half of the chats press a button while the
// broadcast runs, and are looked at again.
func TestWhoHasItAlreadyCostsNoPlaceInTheRate(t *testing.T) {
	const n = 600
	inStorm(t, n, func(t *testing.T, c *crowd) {
		defer c.run()()
		began := time.Now()
		c.publish("ky", "Жаңылык")
		c.until("half have it", func() bool { return c.phones.arrivals.Load() >= n/2 })
		for chat := range c.phones.titles() {
			if err := c.engine.Joined(t.Context(), chat); err != nil {
				t.Fatal(err)
			}
		}
		c.until("all have it", func() bool { return c.phones.arrivals.Load() >= n })
		if took := time.Since(began); took > onTime(n) {
			t.Errorf("it took %v, want %v", took, onTime(n))
		}
	})
}

func TestLedgerIsForgottenAfterItsTime(t *testing.T) {
	inStorm(t, 40, func(t *testing.T, c *crowd) {
		c.options.Keep = time.Hour
		stop := c.run()
		c.served("Жаңылык", everybody)
		c.quiet()
		lines := func() int { return len(c.rdb.Keys(t.Context(), "sent:*").Val()) }
		if n := lines(); n == 0 {
			t.Error("nothing can be corrected")
		}
		stop()
		time.Sleep(time.Hour + time.Minute)
		if n := lines(); n != 0 {
			t.Errorf("%d buckets of the ledger are kept for ever", n)
		}
	})
}

// TestEndingLeavesARetryToTheNextRun ends a run while the only chat left waits for its turn
// at the rate: the broadcast has to wait for it, too.
func TestEndingLeavesARetryToTheNextRun(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.options.Grace = time.Minute
		f.options.Limiter = NewLimiter(0.05) // a message every twenty seconds
		f.subscribe("ky", 1)
		f.phones.reply(func(Delivery, int) error { return &Error{Verdict: Transient, Err: errors.New("502")} })
		stop := f.run()
		f.publish("ky", "Жаңылык")
		time.Sleep(10 * time.Second) // the pause after the second attempt is over by then, its turn not
		f.phones.reply(func(Delivery, int) error { return nil })
		stop()
		f.options.Limiter = nil
		f.work()
		if n := f.phones.told(1, "Жаңылык"); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
}
