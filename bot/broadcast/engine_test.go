package broadcast

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/lease"
	"kabarchy/subscriptions"
)

func TestEveryoneHasAnItemOnceInTheirLanguage(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1, 2)
		h.subscribe("ru", 3)
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.publish("ru", "Новость")
		h.quiet()
		h.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}, 3: {"Новость"}})

		progress, err := h.engine.Progress(t.Context())
		if err != nil || len(progress) != 2 {
			t.Fatalf("progress: %v, %v", progress, err)
		}
		for _, p := range progress {
			want := map[string]int{"ky": 2, "ru": 1}[p.Language]
			if p.Sent != want || p.Planned != want || p.ToGo != 0 || p.FinishedAt.IsZero() {
				t.Errorf("%s: %+v, want %d planned and sent", p.Language, p, want)
			}
		}
	})
}

func TestRestartGoesOnWhereItStopped(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		all := chats(1, 400)
		h.subscribe("ky", all...)
		h.options.MessagesPerSecond = 400
		stop := h.run()
		h.publish("ky", "Жаңылык")
		for part := 80; part <= 320; part += 80 {
			h.until("a part has it", func() bool { return len(h.phones.titles()) >= part })
			stop()
			// After a crash Redis knows less of how far it was.
			if err := h.rdb.HSet(t.Context(), keyPlan(1), "sent", 0).Err(); err != nil {
				t.Fatal(err)
			}
			stop = h.run()
		}
		defer stop()
		h.quiet()
		h.onceEach(all)
		if r := h.ended(1); r.Sent != 400 || r.Planned != 400 {
			t.Errorf("the report is %+v", r)
		}
	})
}

func TestTransientFailuresAreTriedAgain(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", chats(1, 30)...)
		h.phones.answer = func(d Delivery, try int) error {
			if d.Chat%10 == 0 && try == 1 {
				return &Error{Verdict: Transient, Err: errors.New("502")}
			}
			return nil
		}
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.quiet()
		h.onceEach(chats(1, 30))
	})
}

func TestAnswersAboutAChat(t *testing.T) {
	active, blocked, gone := subscriptions.Active, subscriptions.Blocked, subscriptions.Gone
	tests := []struct {
		name   string
		answer Error
		status *subscriptions.Status // nil: nothing is kept of the chat
		has    bool
		report Progress
	}{
		{"blocked", Error{Verdict: BlockedByUser}, &blocked, false, Progress{Planned: 2, Sent: 1, Blocked: 1}},
		{"no rights, for a while", Error{Verdict: NoRights}, &active, true, Progress{Planned: 2, Sent: 2}},
		{"gone", Error{Verdict: Gone}, &gone, false, Progress{Planned: 2, Sent: 1, Blocked: 1}},
		{"refused", Error{Verdict: Refused}, &active, false, Progress{Planned: 2, Sent: 1, Failed: 1}},
		{"slow down", Error{Verdict: SlowDown, After: 50 * time.Millisecond}, &active, true, Progress{Planned: 2, Sent: 2}},
		{"ambiguous", Error{Verdict: Ambiguous}, &active, true, Progress{Planned: 2, Sent: 2}},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			houses(i == 0)(t, func(t *testing.T, h *house) {
				h.subscribe("ky", 1, 2)
				h.phones.answer = func(d Delivery, try int) error {
					if d.Chat == 1 && try == 1 {
						e := test.answer
						e.Err = errors.New("as told")
						return &e
					}
					return nil
				}
				defer h.run()()
				h.publish("ky", "Жаңылык")
				h.quiet()
				p, known, err := h.store.Get(t.Context(), 1)
				if err != nil || known != (test.status != nil) || known && p.Status != *test.status {
					t.Errorf("preferences %+v known %v, %v", p, known, err)
				}
				if has := h.phones.count(1) == 1; has != test.has {
					t.Errorf("the chat has the item: %v, want %v", has, test.has)
				}
				progress, err := h.engine.Progress(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got := progress[0]
				if got.Planned != test.report.Planned || got.Sent != test.report.Sent ||
					got.Blocked != test.report.Blocked || got.Failed != test.report.Failed {
					t.Errorf("report %+v, want %+v", got, test.report)
				}
				failures, err := h.engine.Failures(t.Context(), got.ID)
				if err != nil || len(failures) != test.report.Failed {
					t.Errorf("failures %v, %v", failures, err)
				}
			})
		})
	}
}

func TestMovedGroupGetsTheItemUnderItsNewID(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", -5)
		h.phones.answer = func(d Delivery, _ int) error {
			if d.Chat == -5 {
				return &Error{Verdict: Moved, MovedTo: -1005, Err: errors.New("upgraded")}
			}
			return nil
		}
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.quiet()
		h.wantTitles(map[int64][]string{-1005: {"Жаңылык"}})
		if _, known, err := h.store.Get(t.Context(), -5); known || err != nil {
			t.Errorf("the old chat is still known (%v)", err)
		}
	})
}

func TestWrongTokenStopsTheEngine(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1)
		h.phones.answer = func(Delivery, int) error {
			return &Error{Verdict: Unauthorized, Err: errors.New("Unauthorized")}
		}
		h.publish("ky", "Жаңылык")
		err := h.engine.Run(t.Context())
		if e := (*Error)(nil); !errors.As(err, &e) || e.Verdict != Unauthorized {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestCorrectionEditsWhatIsThereAndOnlyOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1, 2)
		stop := h.run()
		h.publish("ky", "Жаңылык")
		h.quiet()
		stop()
		h.correct("ky", "Жаңылык", "Оңдолгон.")
		h.subscribe("ky", 3) // came later: has nothing to correct
		defer h.run()()
		h.quiet()
		for _, c := range []int64{1, 2} {
			if got := h.phones.has[c]; len(got) != 1 || got[0].text != "Оңдолгон." {
				t.Errorf("chat %d shows %+v", c, got)
			}
		}
		if n := h.phones.count(3); n != 0 {
			t.Errorf("the newcomer has %d messages", n)
		}
		if tries := h.phones.tries[1]; tries != 2 {
			t.Errorf("%d attempts for chat 1, want one message and one edit", tries)
		}
	})
}

func TestCorrectionDuringTheBroadcast(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		all := chats(1, 300)
		h.subscribe("ky", all...)
		h.options.MessagesPerSecond = 300
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.until("some have it", func() bool { return len(h.phones.titles()) > 50 })
		h.correct("ky", "Жаңылык", "Оңдолгон.")
		h.quiet()
		for _, c := range all {
			if got := h.phones.has[c]; len(got) != 1 || got[0].text != "Оңдолгон." {
				t.Errorf("chat %d shows %+v", c, got)
			}
		}
	})
}

func TestWithdrawalTakesTheMessageBackAndStopsTheBroadcast(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", chats(1, 300)...)
		h.options.MessagesPerSecond = 100
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.until("some have it", func() bool { return len(h.phones.titles()) > 20 })
		if err := h.archive.Withdraw(t.Context(), h.item("ky", "Жаңылык").ID); err != nil {
			t.Fatal(err)
		}
		h.quiet()
		h.wantTitles(map[int64][]string{})
		if n := len(h.phones.has); n == 0 || n == 300 {
			t.Errorf("%d phones had it before it was withdrawn, want a part", n)
		}
	})
}

func TestWhoJoinsDuringABroadcastGetsItOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", chats(1, 200)...)
		h.options.MessagesPerSecond = 200
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.until("some have it", func() bool { return len(h.phones.titles()) > 100 })
		late := chats(1001, 1020)
		h.subscribe("ky", late...)
		for _, c := range late {
			if err := h.engine.Joined(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		h.quiet()
		h.onceEach(slices.Concat(chats(1, 200), late))
	})
}

func TestItemsComeInOrderInAChat(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", chats(1, 50)...)
		defer h.run()()
		want := []string{"Биринчи", "Экинчи", "Үчүнчү"}
		for _, title := range want {
			h.publish("ky", title)
		}
		h.quiet()
		for chat, titles := range h.phones.titles() {
			if !slices.Equal(titles, want) {
				t.Errorf("chat %d has %v, want %v", chat, titles, want)
			}
		}
		if n := len(h.phones.titles()); n != 50 {
			t.Errorf("%d chats have something, want 50", n)
		}
	})
}

func TestForgetLeavesNothing(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", 1234567)
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.quiet()
		h.phones.answer = func(Delivery, int) error { return &Error{Verdict: Refused, Err: errors.New("no")} }
		h.publish("ky", "Бул жетпейт")
		h.quiet()
		if err := errors.Join(h.store.Forget(t.Context(), 1234567), h.engine.Forget(t.Context(), 1234567)); err != nil {
			t.Fatal(err)
		}
		for _, key := range slices.Sorted(maps.Keys(dump(t, h.rdb))) {
			for field := range dump(t, h.rdb)[key] {
				if field == "1234567" {
					t.Errorf("%s still names the chat", key)
				}
			}
		}
	})
}

// dump reads every hash.
func dump(t *testing.T, rdb redis.UniversalClient) map[string]map[string]string {
	t.Helper()
	all := make(map[string]map[string]string)
	keys := rdb.ScanType(t.Context(), 0, "*", 1000, "hash").Iterator()
	for keys.Next(t.Context()) {
		all[keys.Val()] = rdb.HGetAll(t.Context(), keys.Val()).Val()
	}
	if err := keys.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTwoInstancesOneLeader(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", chats(1, 200)...)
		h.options.MessagesPerSecond = 100
		h.options.Lease = lease.New(h.rdb, h.options.Log)
		first, second := New(h.options), h.options
		second.Lease = lease.New(h.rdb, h.options.Log)
		other := New(second)
		h.engine = first
		stopFirst := lead(t, first)
		h.publish("ky", "Жаңылык")
		h.until("some have it", func() bool { return len(h.phones.titles()) > 20 })
		stopOther := lead(t, other)
		stopFirst()
		h.engine = other
		h.quiet()
		stopOther()
		h.onceEach(chats(1, 200))
	})
}
