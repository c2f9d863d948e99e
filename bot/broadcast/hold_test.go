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
func (h *house) refused(readers int64) Progress {
	h.tb.Helper()
	h.subscribe("ky", chats(1, readers)...)
	h.phones.reply(refusing("Жаман", 1, "Bad Request: no"))
	h.publish("ky", "Жаман")
	return h.held()
}

func TestItemThatTwentyChatsInARowRefuseIsHeldAndOthersGoOn(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", chats(1, 300)...)
		told := make(chan struct{}, 10)
		h.options.OnHold = func() { told <- struct{}{} }
		h.options.MessagesPerSecond = 2000
		h.phones.answer = refusing("Жаман", 1, "Bad Request: PHOTO_OF_A_NEW_KIND")
		stop := h.run()
		h.publish("ky", "Жаман")
		p := h.held()
		if p.Held != AllRefuse || p.Words != "Bad Request: PHOTO_OF_A_NEW_KIND" || p.HeldAt.IsZero() {
			t.Errorf("held is %+v", p)
		}
		<-told
		stop() // a restart
		tried := h.phones.attempts()
		stop = h.run()
		h.publish("ky", "Жакшы")
		h.until("the other item reaches everybody", func() bool { return len(h.phones.titles()) == 300 })
		if again := h.held(); again.ID != p.ID {
			t.Errorf("held after the restart: %+v", again)
		}
		if again := h.phones.attempts() - 300; again != tried || tried > 20+atOnce {
			t.Errorf("%d attempts before it was held, %d after the restart", tried, again-tried)
		}
		h.phones.reply(nil)
		if err := h.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		h.quiet()
		for _, c := range chats(1, 300) {
			if n := h.phones.count(c); n != 2 {
				t.Errorf("chat %d has %d messages, want both items", c, n)
			}
		}
		if r := h.ended(p.ID); r.Sent != 300 || r.Failed != 0 || r.Held != "" || r.Stopped {
			t.Errorf("the report is %+v", r)
		}
		if err := h.engine.Resume(t.Context(), p.ID); !errors.Is(err, ErrNotHeld) {
			t.Errorf("resumed twice: %v", err)
		}
		stop()
	})
}

func TestResumedBroadcastSettlesWhoRefusesOneByOne(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		defer h.run()()
		p := h.refused(100)
		if err := h.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		r := h.ended(p.ID)
		if r.Failed != 100 || r.Sent != 0 || r.Held != "" {
			t.Errorf("the report is %+v", r)
		}
		failures, err := h.engine.Failures(t.Context(), p.ID)
		if err != nil || len(failures) != 100 {
			t.Errorf("%d failures listed, %v", len(failures), err)
		}
	})
}

func TestStoppedBroadcastEndsAndSaysSo(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		defer h.run()()
		p := h.refused(100)
		if err := h.engine.Stop(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		if r := h.ended(p.ID); !r.Stopped || r.Held != "" || r.Sent != 0 {
			t.Errorf("the report is %+v", r)
		}
		if err := h.engine.Stop(t.Context(), p.ID); !errors.Is(err, ErrNotRunning) {
			t.Errorf("stopped twice: %v", err)
		}
		h.publish("ky", "Дагы")
		h.until("the next one reaches everybody", func() bool { return len(h.phones.titles()) == 100 })
	})
}

func TestWithdrawalEndsAHeldBroadcast(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		defer h.run()()
		h.refused(50)
		if err := h.archive.Withdraw(t.Context(), h.item("ky", "Жаман").ID); err != nil {
			t.Fatal(err)
		}
		h.quiet()
		if held, err := h.engine.HeldBroadcasts(t.Context()); err != nil || len(held) != 0 {
			t.Errorf("still held: %+v, %v", held, err)
		}
	})
}

func TestImplausiblyManyGoneOrBlockedHoldTheBroadcastAndAreNotMarked(t *testing.T) {
	for verdict, why := range map[Verdict]Suspicion{Gone: ManyGone, BlockedByUser: ManyBlocked} {
		t.Run(verdict.String(), func(t *testing.T) {
			houses(verdict == Gone)(t, func(t *testing.T, h *house) {
				all := chats(1, 200)
				h.subscribe("ky", all...)
				h.phones.answer = func(d Delivery, _ int) error {
					return &Error{Verdict: verdict, Reason: "chat not found", Err: errors.New("chat not found")}
				}
				defer h.run()()
				h.publish("ky", "Жаңылык")
				p := h.held()
				if p.Held != why {
					t.Errorf("held is %+v", p)
				}
				for _, c := range all {
					h.until(fmt.Sprint("chat is active: ", c), func() bool {
						p, known, err := h.store.Get(t.Context(), c)
						return err == nil && known && p.Status == subscriptions.Active
					})
				}
				h.phones.reply(nil) // the right token again
				if err := h.engine.Resume(t.Context(), p.ID); err != nil {
					t.Fatal(err)
				}
				h.quiet()
				if r := h.ended(p.ID); len(h.phones.titles()) != 200 || r.Sent != 200 || r.Blocked != 0 {
					t.Errorf("%d of 200 have the item, the report is %+v", len(h.phones.titles()), r)
				}
			})
		})
	}
}

// settled has a doubt look at one answer.
func settled(d *doubt, chat int64, e *Error) *finding { return d.settled(chat, e, func(int) {}) }

// TestRestartsDoNotHideWhatIsImplausible: the program ends again and again, each time before
// there are enough answers to doubt. Who was marked is active again when they are doubted.
func TestRestartsDoNotHideWhatIsImplausible(t *testing.T) {
	for verdict, why := range map[Verdict]Suspicion{Gone: ManyGone, BlockedByUser: ManyBlocked, Refused: AllRefuse} {
		t.Run(verdict.String(), func(t *testing.T) {
			miniHouse(t, func(t *testing.T, h *house) {
				h.subscribe("ky", chats(1, 200)...)
				h.options.MessagesPerSecond = 30
				h.options.Grace = time.Nanosecond
				h.phones.answer = func(Delivery, int) error {
					return &Error{Verdict: verdict, Reason: "no", Words: "No", Err: errors.New("No")}
				}
				h.publish("ky", "Жаңылык")
				for range 6 {
					stop := h.run()
					before := h.phones.attempts()
					h.until("some more were tried", func() bool {
						held, _ := h.engine.HeldBroadcasts(t.Context())
						return h.phones.attempts() >= before+8 || len(held) > 0
					})
					stop()
				}
				if p := h.held(); p.Held != why || p.Blocked != 0 || p.Failed != 0 {
					t.Errorf("held is %+v", p)
				}
				for _, c := range chats(1, 200) {
					if p, _, err := h.store.Get(t.Context(), c); err != nil || p.Status != subscriptions.Active {
						t.Errorf("chat %d is %v, %v", c, p.Status, err)
					}
				}
				if failures, err := h.engine.Failures(t.Context(), 1); err != nil || len(failures) != 0 {
					t.Errorf("failures %v, %v", failures, err)
				}
				h.phones.reply(nil)
				defer h.run()()
				if err := h.engine.Resume(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
				if r := h.ended(1); r.Sent != 200 || r.Blocked != 0 || r.Failed != 0 {
					t.Errorf("the report is %+v", r)
				}
				if n := h.rdb.Exists(t.Context(), keyDoubt(1)).Val(); n != 0 {
					t.Error("the suspects are kept after the end")
				}
			})
		})
	}
}

// TestWhatASuccessEndedIsNotCountedAfterARestart: fifteen refuse, many take it, fifteen refuse.
func TestWhatASuccessEndedIsNotCountedAfterARestart(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", chats(1, 100)...)
		h.options.MessagesPerSecond = 10
		left := 15 // refusals
		h.phones.answer = func(Delivery, int) error {
			if left--; left >= 0 {
				return &Error{Verdict: Refused, Reason: "no", Err: errors.New("No")}
			}
			return nil
		}
		stop := h.run()
		h.publish("ky", "Жаңылык")
		h.until("some have it", func() bool { return h.phones.attempts() >= 40 })
		stop()
		h.phones.while(func() { left = 15 })
		defer h.run()()
		if r := h.ended(1); r.Sent != 70 || r.Failed != 30 {
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
