package broadcast

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kabarchy/subscriptions"
)

// refusing lets Telegram refuse an item with a title, in chats from one on.
func refusing(title string, from int64, words string) func(Delivery, int) error {
	return func(d Delivery, _ int) error {
		if d.Item.Title != title || d.Chat < from {
			return nil
		}
		return &Error{Verdict: Refused, Reason: strings.ToLower(words), Words: words, Err: errors.New(words)}
	}
}

// refused has an item held, which none of so many readers takes.
func (f *fixture) refused(readers int64) Progress {
	f.tb.Helper()
	f.subscribe("ky", chats(1, readers)...)
	f.phones.reply(refusing("Жаман", 1, "Bad Request: no"))
	f.publish("ky", "Жаман")
	return f.held()
}

// TestNobodyIsAskedWhileAnItemIsBeingHeld: Redis takes its time to put back those who refused it.
func TestNobodyIsAskedWhileAnItemIsBeingHeld(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.options.MessagesPerSecond = 2000
		stop := f.run()
		f.server.Refuse(func(command []string) string {
			if len(command) > 1 && strings.HasPrefix(command[1], "{news}:retry:") {
				time.Sleep(20 * time.Millisecond)
			}
			return ""
		})
		f.refused(1000)
		if n := f.phones.attempts(); n > 100 { // twenty, and what is on its way for 20 ms
			t.Errorf("%d attempts", n)
		}
		stop()
	})
}

func TestItemThatTwentyChatsInARowRefuseIsHeldAndOthersGoOn(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 300)...)
		told := make(chan struct{}, 10)
		f.options.OnHold = func() { told <- struct{}{} }
		f.options.MessagesPerSecond = 2000
		f.phones.answer = refusing("Жаман", 1, "Bad Request: PHOTO_OF_A_NEW_KIND")
		stop := f.run()
		f.publish("ky", "Жаман")
		p := f.held()
		if p.Held != AllRefuse || p.Words != "Bad Request: PHOTO_OF_A_NEW_KIND" || p.HeldAt.IsZero() {
			t.Errorf("held is %+v", p)
		}
		<-told
		stop() // a restart
		tried := f.phones.attempts()
		stop = f.run()
		f.publish("ky", "Жакшы")
		f.until("the other item reaches everybody", func() bool { return len(f.phones.titles()) == 300 })
		if again := f.held(); again.ID != p.ID {
			t.Errorf("held after the restart: %+v", again)
		}
		if again := f.phones.attempts() - 300; again != tried || tried > 20+atOnce {
			t.Errorf("%d attempts before it was held, %d after the restart", tried, again-tried)
		}
		f.phones.reply(nil)
		if err := f.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		f.quiet()
		for _, c := range chats(1, 300) {
			if n := f.phones.count(c); n != 2 {
				t.Errorf("chat %d has %d messages, want both items", c, n)
			}
		}
		if r := f.ended(p.ID); r.Sent != 300 || r.Failed != 0 || r.Held != "" || r.Stopped {
			t.Errorf("the report is %+v", r)
		}
		if err := f.engine.Resume(t.Context(), p.ID); !errors.Is(err, ErrNotHeld) {
			t.Errorf("resumed twice: %v", err)
		}
		stop()
	})
}

func TestResumedBroadcastSettlesWhoRefusesOneByOne(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		defer f.run()()
		p := f.refused(100)
		if err := f.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		r := f.ended(p.ID)
		if r.Failed != 100 || r.Sent != 0 || r.Held != "" {
			t.Errorf("the report is %+v", r)
		}
		failures, err := f.engine.Failures(t.Context(), p.ID)
		if err != nil || len(failures) != 100 {
			t.Errorf("%d failures listed, %v", len(failures), err)
		}
	})
}

func TestStoppedBroadcastEndsAndSaysSo(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		defer f.run()()
		p := f.refused(100)
		if err := f.engine.Stop(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		if r := f.ended(p.ID); !r.Stopped || r.Held != "" || r.Sent != 0 {
			t.Errorf("the report is %+v", r)
		}
		if err := f.engine.Stop(t.Context(), p.ID); !errors.Is(err, ErrNotRunning) {
			t.Errorf("stopped twice: %v", err)
		}
		f.publish("ky", "Дагы")
		f.until("the next one reaches everybody", func() bool { return len(f.phones.titles()) == 100 })
	})
}

func TestWithdrawalEndsAHeldBroadcast(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		defer f.run()()
		f.refused(50)
		if err := f.archive.Withdraw(t.Context(), f.item("ky", "Жаман").ID); err != nil {
			t.Fatal(err)
		}
		f.quiet()
		if held, err := f.engine.HeldBroadcasts(t.Context()); err != nil || len(held) != 0 {
			t.Errorf("still held: %+v, %v", held, err)
		}
	})
}

func TestImplausiblyManyGoneOrBlockedHoldTheBroadcastAndAreNotMarked(t *testing.T) {
	for verdict, why := range map[Verdict]Suspicion{Gone: ManyGone, BlockedByUser: ManyBlocked} {
		t.Run(verdict.String(), func(t *testing.T) {
			fixtures(verdict == Gone)(t, func(t *testing.T, f *fixture) {
				all := chats(1, 200)
				f.subscribe("ky", all...)
				f.phones.answer = func(d Delivery, _ int) error {
					return &Error{Verdict: verdict, Reason: "chat not found", Err: errors.New("chat not found")}
				}
				defer f.run()()
				f.publish("ky", "Жаңылык")
				p := f.held()
				if p.Held != why || p.Words != "chat not found" {
					t.Errorf("held is %+v", p)
				}
				for _, c := range all {
					f.until(fmt.Sprint("chat is active: ", c), func() bool {
						p, known, err := f.store.Get(t.Context(), c)
						return err == nil && known && p.Status == subscriptions.Active
					})
				}
				f.phones.reply(nil) // the right token again
				if err := f.engine.Resume(t.Context(), p.ID); err != nil {
					t.Fatal(err)
				}
				f.quiet()
				if r := f.ended(p.ID); len(f.phones.titles()) != 200 || r.Sent != 200 || r.Blocked != 0 {
					t.Errorf("%d of 200 have the item, the report is %+v", len(f.phones.titles()), r)
				}
			})
		})
	}
}

// settled has a doubt look at one answer.
func settled(d *doubt, chat int64, e *Error) *finding { return d.settled(chat, e) }

// TestRestartsDoNotHideWhatIsImplausible: the program ends again and again, each time before
// there are enough answers to doubt. Who was marked is active again when they are doubted.
func TestRestartsDoNotHideWhatIsImplausible(t *testing.T) {
	for verdict, why := range map[Verdict]Suspicion{Gone: ManyGone, BlockedByUser: ManyBlocked, Refused: AllRefuse} {
		t.Run(verdict.String(), func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				f.subscribe("ky", chats(1, 200)...)
				f.options.MessagesPerSecond = 30
				f.options.Grace = time.Nanosecond
				f.phones.answer = func(Delivery, int) error {
					return &Error{Verdict: verdict, Reason: "no", Words: "No", Err: errors.New("No")}
				}
				f.publish("ky", "Жаңылык")
				for range 6 {
					stop := f.run()
					before := f.phones.attempts()
					f.until("some more were tried", func() bool {
						held, _ := f.engine.HeldBroadcasts(t.Context())
						return f.phones.attempts() >= before+8 || len(held) > 0
					})
					stop()
				}
				if p := f.held(); p.Held != why || p.Blocked != 0 || p.Failed != 0 {
					t.Errorf("held is %+v", p)
				}
				for _, c := range chats(1, 200) {
					if p, _, err := f.store.Get(t.Context(), c); err != nil || p.Status != subscriptions.Active {
						t.Errorf("chat %d is %v, %v", c, p.Status, err)
					}
				}
				if failures, err := f.engine.Failures(t.Context(), 1); err != nil || len(failures) != 0 {
					t.Errorf("failures %v, %v", failures, err)
				}
				f.phones.reply(nil)
				defer f.run()()
				if err := f.engine.Resume(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
				if r := f.ended(1); r.Sent != 200 || r.Blocked != 0 || r.Failed != 0 {
					t.Errorf("the report is %+v", r)
				}
				if n := f.rdb.Exists(t.Context(), keyDoubt(1)).Val(); n != 0 {
					t.Error("the suspects are kept after the end")
				}
			})
		})
	}
}

// TestWhatASuccessEndedIsNotCountedAfterARestart: fifteen refuse, many take it, fifteen refuse.
func TestWhatASuccessEndedIsNotCountedAfterARestart(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 100)...)
		f.options.MessagesPerSecond = 10
		left := 15 // refusals
		f.phones.answer = func(Delivery, int) error {
			if left--; left >= 0 {
				return &Error{Verdict: Refused, Reason: "no", Err: errors.New("No")}
			}
			return nil
		}
		stop := f.run()
		f.publish("ky", "Жаңылык")
		f.until("some have it", func() bool { return f.phones.attempts() >= 40 })
		stop()
		f.phones.while(func() { left = 15 })
		defer f.run()()
		if r := f.ended(1); r.Sent != 70 || r.Failed != 30 {
			t.Errorf("the report is %+v", r)
		}
	})
}

func TestDoubtNeedsARow(t *testing.T) {
	refused := &Error{Verdict: Refused, Reason: "no"}
	other := &Error{Verdict: Refused, Reason: "neither"}
	t.Run("a success ends it", func(t *testing.T) {
		d := newDoubt("")
		for i := range int64(1000) {
			if settled(d, i, refused) != nil {
				t.Fatalf("doubted after %d", i)
			}
			if i%19 == 18 {
				d.delivered()
			}
		}
	})
	t.Run("other words end it", func(t *testing.T) {
		d := newDoubt("")
		for i := range int64(1000) {
			e := refused
			if i%19 == 18 {
				e = other
			}
			if settled(d, i, e) != nil {
				t.Fatalf("doubted after %d", i)
			}
		}
	})
	t.Run("a plausible share is gone", func(t *testing.T) {
		d := newDoubt("")
		for i := range int64(10_000) {
			if i%25 == 0 {
				if settled(d, i, &Error{Verdict: Gone}) != nil {
					t.Fatalf("doubted after %d", i)
				}
			} else {
				d.delivered()
			}
		}
	})
	t.Run("many are gone all at once, late", func(t *testing.T) {
		d := newDoubt("")
		for range 100_000 {
			d.delivered()
		}
		n := int64(0)
		for settled(d, n, &Error{Verdict: Gone}) == nil {
			n++
		}
		if n > 2*leastLost {
			t.Errorf("doubted after %d gone", n)
		}
	})
	t.Run("what was trusted is not doubted again", func(t *testing.T) {
		d := newDoubt(AllRefuse.line("no"))
		for i := range int64(100) {
			if settled(d, i, refused) != nil {
				t.Fatalf("doubted after %d", i)
			}
		}
		for i := range int64(rowRefused) {
			if found := settled(d, i, other); found != nil != (i == rowRefused-1) {
				t.Errorf("other words: %+v after %d", found, i)
			}
		}
	})
}

// TestAKillJoinsNoRows: nineteen refuse, one takes it, the program is killed at once, and
// nineteen more refuse. Nobody has to decide.
func TestAKillJoinsNoRows(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 200)...)
		f.options.MessagesPerSecond = 30
		f.options.Grace = time.Nanosecond
		tried := 0
		f.phones.answer = func(Delivery, int) error {
			if tried++; tried == 1 || tried == 21 || tried > 40 {
				return nil
			}
			return &Error{Verdict: Refused, Reason: "no", Words: "No", Err: errors.New("No")}
		}
		stop := f.run()
		f.publish("ky", "Жаңылык")
		for f.phones.arrivals.Load() < 2 {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(30 * time.Millisecond)
		stop, _ = f.kill(stop)
		defer stop()
		f.until("it is held or has ended", func() bool {
			p := f.progress(1)
			return p.Held != "" || !p.FinishedAt.IsZero()
		})
		if p := f.progress(1); p.Held != "" || p.Reasons[ReasonRefused] != 38 {
			t.Errorf("it is %+v", p)
		}
	})
}
