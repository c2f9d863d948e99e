package broadcast

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// emergency is what an engine pays for, and how much of it.
type emergency struct {
	*fixture
	readers int
	paid    atomic.Int64 // attempts
	refuse  func(d Delivery) error
	held    atomic.Int64 // calls of OnHold
}

// inEmergency runs a test with so many readers, a budget of messages a day, 30 free ones a
// second and 500 that are paid for.
func inEmergency(t *testing.T, each func(*testing.T, func(*testing.T, *fixture)), readers, aDay int, test func(t *testing.T, e *emergency)) {
	each(t, func(t *testing.T, f *fixture) {
		e := &emergency{fixture: f, readers: readers}
		redistest.Fill(t, f.rdb, 1, readers, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
		e.again(500, aDay)
		e.options.OnHold = func() { e.held.Add(1) }
		e.phones.answer = func(d Delivery, _ int) error {
			if d.Paid {
				e.paid.Add(1)
			}
			if e.refuse != nil {
				return e.refuse(d)
			}
			return nil
		}
		e.phones.latency = 200 * time.Millisecond
		test(t, e)
	})
}

// again configures the next run.
func (e *emergency) again(perSecond float64, aDay int) {
	e.options.Limiter = NewLimiter(30)
	e.options.Limiter.Pay(perSecond)
	e.options.PaidADay = aDay
}

// announce publishes an urgent item, so many of whose messages may be paid for.
func (e *emergency) announce(title string, paid int) {
	e.tb.Helper()
	err := e.archive.Publish(e.tb.Context(), []feeds.Item{{
		ID: feeds.DeskItemID(title, "ky"), Language: "ky", Title: title, Summary: "Текст.", Urgent: true, Paid: paid,
	}})
	if err != nil {
		e.tb.Fatal(err)
	}
}

// left is what is left of the day's budget.
func (e *emergency) left() int {
	e.tb.Helper()
	b, err := e.engine.Budget(e.tb.Context())
	if err != nil {
		e.tb.Fatal(err)
	}
	return b.Left
}

// took is how long the last broadcast took.
func (e *emergency) took() time.Duration {
	e.tb.Helper()
	progress, err := e.engine.Progress(e.tb.Context())
	if err != nil || len(progress) == 0 {
		e.tb.Fatalf("progress: %+v, %v", progress, err)
	}
	return progress[0].Last.Sub(progress[0].First)
}

// explains sees that the explanation of who has the first announcement says so of its payment.
func (e *emergency) explains(says string) {
	e.tb.Helper()
	x, err := e.engine.Explain(e.tb.Context(), feeds.DeskItemID("Сел", "ky"), 1)
	if err != nil || x.Outcome != Has || !slices.ContainsFunc(x.Steps, func(s Step) bool { return s.About == "payment" && strings.Contains(s.Says, says) }) {
		e.tb.Errorf("%+v, %v", x, err)
	}
}

func (e *emergency) all() []int64 { return chats(1, int64(e.readers)) }

func TestPaidBroadcastGoesAtItsRateAndIsCounted(t *testing.T) {
	inEmergency(t, eachFixture, 2000, 10_000, func(t *testing.T, e *emergency) {
		e.announce("Сел", 2000)
		e.work()
		e.onceEach(e.all())
		if took := e.took(); took > 6*time.Second {
			t.Errorf("2,000 messages at 500 a second took %v", took)
		}
		if paid, left := e.paid.Load(), e.left(); paid != 2000 || left != 8000 {
			t.Errorf("%d were paid for and %d are left, want 2,000 and 8,000", paid, left)
		}
		if n, err := e.engine.Paid(t.Context(), 1); n != 2000 || err != nil {
			t.Errorf("the item cost %d messages, %v", n, err)
		}
		e.explains("up to 2000 messages of it, in all editions, may be paid for, and 2000 were; the others go at the free rate")
	})
}

// TestNothingElseIsPaidFor: not what is not urgent, was not asked to be, waits, or changes what
// was sent.
func TestNothingElseIsPaidFor(t *testing.T) {
	inEmergency(t, miniFixture, 90, 10_000, func(t *testing.T, e *emergency) {
		e.phones.latency = 0
		e.announce("Тегин", 0)
		err := e.archive.Publish(t.Context(), []feeds.Item{{ID: feeds.DeskItemID("a", "ky"), Language: "ky", Title: "Шашылыш эмес", Paid: 90}})
		if err != nil {
			t.Fatal(err)
		}
		e.work()
		if n := e.paid.Load(); n > 0 {
			t.Fatalf("%d were paid for that were not to be", n)
		}
		e.announce("Сел", 90)
		e.work()
		paid := e.paid.Load()
		id := feeds.DeskItemID("Сел", "ky")
		if err := e.archive.Revise(t.Context(), id, feeds.Text{Title: "Сел келди"}, "case"); err != nil {
			t.Fatal(err)
		}
		e.work()
		if err := e.archive.Withdraw(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		e.work()
		if n := e.paid.Load(); paid != 90 || n != paid {
			t.Errorf("%d were paid for, and with correction and withdrawal %d; want 90", paid, n)
		}
	})
}

// TestNoMoreIsPaidForThanThereIs: by the day's budget, or by what was agreed to.
func TestNoMoreIsPaidForThanThereIs(t *testing.T) {
	for name, c := range map[string]struct{ aDay, agreed int }{"a day": {300, 400}, "an item": {1000, 300}} {
		t.Run(name, func(t *testing.T) {
			inEmergency(t, miniFixture, 400, c.aDay, func(t *testing.T, e *emergency) {
				e.announce("Сел", c.agreed)
				e.work()
				e.onceEach(e.all())
				if paid, left := e.paid.Load(), e.left(); paid != 300 || left != c.aDay-300 {
					t.Errorf("%d were paid for and %d are left", paid, left)
				}
				e.announce("Көчкү", c.agreed) // another one has what is left
				e.work()
				if paid := e.paid.Load(); paid > int64(c.aDay) {
					t.Errorf("%d were paid for in a day", paid)
				}
			})
		})
	}
}

// TestALowerBudgetHoldsAtOnce: the configuration was changed while it was sent.
func TestALowerBudgetHoldsAtOnce(t *testing.T) {
	inEmergency(t, miniFixture, 1500, 10_000, func(t *testing.T, e *emergency) {
		e.announce("Сел", 1500)
		stop := e.run()
		e.until("some have it", func() bool { return e.phones.arrivals.Load() > 400 })
		stop()
		before := e.paid.Load()
		if left := e.left(); left != 10_000-int(before) {
			t.Errorf("after a stop in order %d are left, and %d were paid for", left, before)
		}
		e.again(500, int(before)+50)
		e.work()
		if paid := e.paid.Load(); paid != before+50 {
			t.Errorf("%d were paid for, with a budget of %d", paid, before+50)
		}
		e.onceEach(e.all())
	})
}

// TestTheDayEndsByRedissClock: a day's budget is new at midnight, and then alone.
func TestTheDayEndsByRedissClock(t *testing.T) {
	inEmergency(t, miniFixture, 700, 500, func(t *testing.T, e *emergency) {
		midnight := time.Date(2000, 1, 2, 0, 0, 0, 0, bishkek)
		time.Sleep(time.Until(midnight.Add(-500 * time.Millisecond)))
		e.announce("Сел", 700)
		e.work()
		if paid := e.paid.Load(); paid <= 500 || paid > 700 || e.took() > 8*time.Second {
			t.Errorf("%d were paid for on both sides of midnight, and it took %v", paid, e.took())
		}
		e.onceEach(e.all())
		left := e.left()
		time.Sleep(23 * time.Hour)
		if e.left() != left {
			t.Errorf("%d were left just after midnight, and %d late in the evening", left, e.left())
		}
		time.Sleep(time.Hour)
		if e.left() != 500 {
			t.Errorf("on the next day %d are left", e.left())
		}
	})
}

// TestAKillCostsABlockAtMost: nobody gives back what was taken, and nobody sends what was not.
func TestAKillCostsABlockAtMost(t *testing.T) {
	inEmergency(t, eachFixture, 1500, 1200, func(t *testing.T, e *emergency) {
		e.announce("Сел", 1500)
		for range 3 {
			e.options.Grace = time.Nanosecond
			stop := e.run()
			before := e.phones.arrivals.Load()
			e.until("some have it", func() bool { return e.phones.arrivals.Load() > before+200 })
			stop()
			// What a stop in order gives back a kill does not.
			if err := e.rdb.HIncrBy(t.Context(), keyStars, "spent", 100).Err(); err != nil {
				t.Fatal(err)
			}
		}
		e.options.Grace = 0
		e.work()
		if paid := e.paid.Load(); paid > 1200 {
			t.Errorf("%d were paid for, with a budget of 1,200", paid)
		}
		for chat, n := range e.phones.titles() {
			if len(n) > 2 {
				t.Errorf("chat %d has it %d times", chat, len(n))
			}
		}
	})
}

// TestARefusedPaymentBlamesNobody: whatever Telegram says, it goes on at the free rate, and the
// administrators are told once.
func TestARefusedPaymentBlamesNobody(t *testing.T) {
	inEmergency(t, miniFixture, 300, 1000, func(t *testing.T, e *emergency) {
		e.refuse = func(d Delivery) error {
			if d.Paid && e.paid.Load() > 100 {
				return &Error{Verdict: Unpaid, Reason: "balance_too_low", Words: "Bad Request: BALANCE_TOO_LOW"}
			}
			return nil
		}
		e.announce("Сел", 300)
		e.work()
		e.onceEach(e.all())
		progress, err := e.engine.Progress(t.Context())
		if err != nil || progress[0].Unpaid != "Bad Request: BALANCE_TOO_LOW" || progress[0].Sent != 300 {
			t.Errorf("the report is %+v, %v", progress[0], err)
		}
		if left := e.left(); left != 900 {
			t.Errorf("%d are left: what was refused was counted, want 900", left)
		}
		e.explains(`and 100 were; then Telegram did not take the payment ("Bad Request: BALANCE_TOO_LOW")`)
		if e.held.Load() != 1 {
			t.Errorf("the administrators were called %d times", e.held.Load())
		}
	})
}

// TestAChatThatRefusesEitherWayIsTheChatsOwn: the others are paid for.
func TestAChatThatRefusesEitherWayIsTheChatsOwn(t *testing.T) {
	inEmergency(t, miniFixture, 300, 1000, func(t *testing.T, e *emergency) {
		e.refuse = func(d Delivery) error {
			switch {
			case d.Chat != 7:
				return nil
			case d.Paid:
				return &Error{Verdict: Unpaid, Reason: "odd", Words: "Bad Request: ODD"}
			}
			return &Error{Verdict: Refused, Reason: "odd", Words: "Bad Request: ODD"}
		}
		e.announce("Сел", 300)
		e.work()
		progress, err := e.engine.Progress(t.Context())
		if err != nil || progress[0].Unpaid != "" || progress[0].Sent != 299 || progress[0].Failed != 1 {
			t.Errorf("the report is %+v, %v", progress[0], err)
		}
		if paid := e.paid.Load(); paid != 300 || e.left() != 701 {
			t.Errorf("%d attempts were paid for, %d are left", paid, e.left())
		}
	})
}

// TestPayingThatIsSlowerThanNotPayingEnds: Telegram holds paid messages to the free rate, as
// where nobody has switched paid broadcasts on.
func TestPayingThatIsSlowerThanNotPayingEnds(t *testing.T) {
	inEmergency(t, miniFixture, 2000, 10_000, func(t *testing.T, e *emergency) {
		var recent []time.Time
		e.refuse = func(Delivery) error {
			now := time.Now()
			recent = slices.DeleteFunc(recent, func(at time.Time) bool { return now.Sub(at) > time.Second })
			if len(recent) >= 35 {
				return &Error{Verdict: SlowDown, After: 3 * time.Second, Words: "Too Many Requests: retry after 3"}
			}
			recent = append(recent, now)
			return nil
		}
		e.announce("Сел", 600)
		e.work()
		e.onceEach(e.all())
		progress, err := e.engine.Progress(t.Context())
		if err != nil || progress[0].Unpaid == "" {
			t.Errorf("it was paid for to the end: %+v, %v", progress[0], err)
		}
		if took := e.took(); took > 2*time.Minute {
			t.Errorf("2,000 messages took %v", took)
		}
	})
}

// TestRedisThatCountsNoStarsHoldsUpNobody: it goes at the free rate meanwhile.
func TestRedisThatCountsNoStarsHoldsUpNobody(t *testing.T) {
	inEmergency(t, miniFixture, 200, 1000, func(t *testing.T, e *emergency) {
		if err := e.rdb.Set(t.Context(), keyStars, "no hash", 0).Err(); err != nil {
			t.Fatal(err)
		}
		e.announce("Сел", 200)
		e.work()
		e.onceEach(e.all())
		if paid := e.paid.Load(); paid != 0 {
			t.Errorf("%d were paid for uncounted", paid)
		}
	})
}

// TestStarsAreTakenOnce: however often the same request comes, and by the one that leads alone.
func TestStarsAreTakenOnce(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		former := leads(t, f.rdb)
		s := stars{plans{f.rdb, former.Value}, 25, bishkek}
		p := plan{ID: 1, Ledger: 1, Paid: 100}
		for i, want := range []int{10, 10, 5, 0} {
			b, err := s.take(t.Context(), p, 10)
			if err != nil || b.left != want {
				t.Fatalf("taking %d gives %d, %v; want %d", i+1, b.left, err, want)
			}
			if i == 2 {
				b.left = 2
				for range 2 {
					if err := s.giveBack(t.Context(), p, block{left: b.left, day: "another"}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		keys := []string{keyStars, keyPaid(1)}
		for range 3 {
			if err := s.lead(t.Context(), giveBackScript, keys, "once", 5, f.rdb.HGet(t.Context(), keyStars, "day").Val()).Err(); err != nil {
				t.Fatal(err)
			}
			answer, err := s.lead(t.Context(), takeScript, keys, "same", 25, 100, 3, 60, 60).Text()
			if err != nil || answer[:2] != "3 " {
				t.Errorf("the same taking gives %q, %v", answer, err)
			}
		}
		if spent := f.rdb.HGet(t.Context(), keyStars, "spent").Val(); spent != "23" {
			t.Errorf("%s of 25 were taken, want 23", spent)
		}
		if err := f.rdb.Set(t.Context(), "{news}:lease", "another", 0).Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.take(t.Context(), p, 1); err == nil {
			t.Error("who leads no more takes Stars")
		}
	})
}

// TestARestoredBroadcastIsNotPaidFor: who got it since the backup is not known.
func TestARestoredBroadcastIsNotPaidFor(t *testing.T) {
	inEmergency(t, miniFixture, 300, 1000, func(t *testing.T, e *emergency) {
		e.announce("Сел", 300)
		stop := e.run()
		e.until("some have it", func() bool { return e.phones.arrivals.Load() > 50 })
		stop()
		before := e.paid.Load()
		if _, err := Restored(t.Context(), e.rdb, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
		held, err := e.engine.HeldBroadcasts(t.Context())
		if err != nil || len(held) != 1 {
			t.Fatalf("held: %+v, %v", held, err)
		}
		if err := e.engine.Resume(t.Context(), held[0].ID); err != nil {
			t.Fatal(err)
		}
		e.work()
		if paid := e.paid.Load(); paid != before {
			t.Errorf("%d were paid for after the restore", paid-before)
		}
		e.onceEach(e.all())
	})
}

// errNowhere stands for a network that fails.
var errNowhere = errors.New("connection refused")

// TestWhatGotNoAnswerStaysCounted: it may have arrived.
func TestWhatGotNoAnswerStaysCounted(t *testing.T) {
	inEmergency(t, miniFixture, 100, 1000, func(t *testing.T, e *emergency) {
		var lost atomic.Int64
		e.refuse = func(d Delivery) error {
			if d.Chat%10 == 0 && lost.Add(1) <= 10 {
				return &Error{Verdict: Ambiguous, Err: errNowhere}
			}
			return nil
		}
		e.announce("Сел", 1000)
		e.work()
		if left := e.left(); left != 1000-100-int(e.paid.Load()-100) || left > 900 {
			t.Errorf("%d attempts were paid for, and %d are left", e.paid.Load(), left)
		}
	})
}

// TestTroubleWithPaidMessagesAloneHoldsUpNobody: Telegram fails on each that is to be paid for, by
// an error of its own or by silence.
func TestTroubleWithPaidMessagesAloneHoldsUpNobody(t *testing.T) {
	for _, verdict := range []Verdict{Transient, Ambiguous} {
		t.Run(verdict.String(), func(t *testing.T) {
			inEmergency(t, miniFixture, 300, 1000, func(t *testing.T, e *emergency) {
				e.refuse = func(d Delivery) error {
					if d.Paid {
						return &Error{Verdict: verdict, Reason: "internal", Words: "Internal Server Error"}
					}
					return nil
				}
				e.announce("Сел", 300)
				e.work()
				e.onceEach(e.all())
				progress, err := e.engine.Progress(t.Context())
				if err != nil || progress[0].Unpaid != "Internal Server Error" || progress[0].Sent != 300 || e.took() > 30*time.Second {
					t.Errorf("the report is %+v, %v; it took %v", progress[0], err, e.took())
				}
			})
		})
	}
}

// TestAnOutageEndsNoPaying: Telegram fails on all messages for a while, also on those that are not
// paid for.
func TestAnOutageEndsNoPaying(t *testing.T) {
	inEmergency(t, miniFixture, 900, 1000, func(t *testing.T, e *emergency) {
		var since time.Time
		e.refuse = func(Delivery) error {
			if n := e.paid.Load(); n > 200 && since.IsZero() {
				since = time.Now()
			}
			if !since.IsZero() && time.Since(since) < 5*time.Second {
				return &Error{Verdict: Transient, Words: "Bad Gateway"}
			}
			return nil
		}
		e.announce("Сел", 900)
		e.work()
		e.onceEach(e.all())
		progress, err := e.engine.Progress(t.Context())
		if err != nil || progress[0].Unpaid != "" || e.paid.Load() < 800 {
			t.Errorf("%d were paid for; the report is %+v, %v", e.paid.Load(), progress[0], err)
		}
	})
}
