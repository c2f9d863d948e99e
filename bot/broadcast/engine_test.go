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
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2)
		f.subscribe("ru", 3)
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.publish("ru", "Новость")
		f.quiet()
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}, 2: {"Жаңылык"}, 3: {"Новость"}})

		progress, err := f.engine.Progress(t.Context())
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
	eachFixture(t, func(t *testing.T, f *fixture) {
		all := chats(1, 400)
		f.subscribe("ky", all...)
		f.options.MessagesPerSecond = 400
		stop := f.run()
		f.publish("ky", "Жаңылык")
		for part := 80; part <= 320; part += 80 {
			f.until("a part has it", func() bool { return len(f.phones.titles()) >= part })
			stop()
			// After a crash Redis knows less of how far it was.
			if err := f.rdb.HSet(t.Context(), keyPlan(1), "sent", 0).Err(); err != nil {
				t.Fatal(err)
			}
			stop = f.run()
		}
		defer stop()
		f.quiet()
		f.onceEach(all)
		if r := f.ended(1); r.Sent != 400 || r.Planned != 400 {
			t.Errorf("the report is %+v", r)
		}
	})
}

func TestTransientFailuresAreTriedAgain(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 30)...)
		f.phones.answer = func(d Delivery, try int) error {
			if d.Chat%10 == 0 && try == 1 {
				return &Error{Verdict: Transient, Err: errors.New("502")}
			}
			return nil
		}
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.quiet()
		f.onceEach(chats(1, 30))
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
			fixtures(i == 0)(t, func(t *testing.T, f *fixture) {
				f.subscribe("ky", 1, 2)
				f.phones.answer = func(d Delivery, try int) error {
					if d.Chat == 1 && try == 1 {
						e := test.answer
						e.Err = errors.New("as told")
						return &e
					}
					return nil
				}
				defer f.run()()
				f.publish("ky", "Жаңылык")
				f.quiet()
				p, known, err := f.store.Get(t.Context(), 1)
				if err != nil || known != (test.status != nil) || known && p.Status != *test.status {
					t.Errorf("preferences %+v known %v, %v", p, known, err)
				}
				if has := f.phones.count(1) == 1; has != test.has {
					t.Errorf("the chat has the item: %v, want %v", has, test.has)
				}
				progress, err := f.engine.Progress(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got := progress[0]
				if got.Planned != test.report.Planned || got.Sent != test.report.Sent ||
					got.Blocked != test.report.Blocked || got.Failed != test.report.Failed {
					t.Errorf("report %+v, want %+v", got, test.report)
				}
				failures, err := f.engine.Failures(t.Context(), got.ID)
				if err != nil || len(failures) != test.report.Failed {
					t.Errorf("failures %v, %v", failures, err)
				}
			})
		})
	}
}

func TestMovedGroupGetsTheItemUnderItsNewID(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", -5)
		f.phones.answer = func(d Delivery, _ int) error {
			if d.Chat == -5 {
				return &Error{Verdict: Moved, MovedTo: -1005, Err: errors.New("upgraded")}
			}
			return nil
		}
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.quiet()
		f.wantTitles(map[int64][]string{-1005: {"Жаңылык"}})
		if _, known, err := f.store.Get(t.Context(), -5); known || err != nil {
			t.Errorf("the old chat is still known (%v)", err)
		}
	})
}

func TestWrongTokenStopsTheEngine(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1)
		f.phones.answer = func(Delivery, int) error {
			return &Error{Verdict: Unauthorized, Err: errors.New("Unauthorized")}
		}
		f.publish("ky", "Жаңылык")
		err := f.engine.Run(t.Context())
		if e := (*Error)(nil); !errors.As(err, &e) || e.Verdict != Unauthorized {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestCorrectionEditsWhatIsThereAndOnlyOnce(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2)
		stop := f.run()
		f.publish("ky", "Жаңылык")
		f.quiet()
		stop()
		f.correct("ky", "Жаңылык", "Оңдолгон.")
		f.subscribe("ky", 3) // came later: has nothing to correct
		defer f.run()()
		f.quiet()
		for _, c := range []int64{1, 2} {
			if got := f.phones.has[c]; len(got) != 1 || got[0].text != "Оңдолгон." {
				t.Errorf("chat %d shows %+v", c, got)
			}
		}
		if n := f.phones.count(3); n != 0 {
			t.Errorf("the newcomer has %d messages", n)
		}
		if tries := f.phones.tries[1]; tries != 2 {
			t.Errorf("%d attempts for chat 1, want one message and one edit", tries)
		}
	})
}

func TestCorrectionDuringTheBroadcast(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		all := chats(1, 300)
		f.subscribe("ky", all...)
		f.options.MessagesPerSecond = 300
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.until("some have it", func() bool { return len(f.phones.titles()) > 50 })
		f.correct("ky", "Жаңылык", "Оңдолгон.")
		f.quiet()
		for _, c := range all {
			if got := f.phones.has[c]; len(got) != 1 || got[0].text != "Оңдолгон." {
				t.Errorf("chat %d shows %+v", c, got)
			}
		}
	})
}

func TestWithdrawalTakesTheMessageBackAndStopsTheBroadcast(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 300)...)
		f.options.MessagesPerSecond = 100
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.until("some have it", func() bool { return len(f.phones.titles()) > 20 })
		if err := f.archive.Withdraw(t.Context(), f.item("ky", "Жаңылык").ID); err != nil {
			t.Fatal(err)
		}
		f.quiet()
		f.wantTitles(map[int64][]string{})
		if n := len(f.phones.has); n == 0 || n == 300 {
			t.Errorf("%d phones had it before it was withdrawn, want a part", n)
		}
	})
}

func TestWhoJoinsDuringABroadcastGetsItOnce(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 200)...)
		f.options.MessagesPerSecond = 200
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.until("some have it", func() bool { return len(f.phones.titles()) > 100 })
		late := chats(1001, 1020)
		f.subscribe("ky", late...)
		for _, c := range late {
			if err := f.engine.Joined(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		f.quiet()
		f.onceEach(slices.Concat(chats(1, 200), late))
	})
}

func TestItemsComeInOrderInAChat(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 50)...)
		defer f.run()()
		want := []string{"Биринчи", "Экинчи", "Үчүнчү"}
		for _, title := range want {
			f.publish("ky", title)
		}
		f.quiet()
		for chat, titles := range f.phones.titles() {
			if !slices.Equal(titles, want) {
				t.Errorf("chat %d has %v, want %v", chat, titles, want)
			}
		}
		if n := len(f.phones.titles()); n != 50 {
			t.Errorf("%d chats have something, want 50", n)
		}
	})
}

func TestForgetLeavesNothing(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1234567)
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.quiet()
		f.phones.answer = func(Delivery, int) error { return &Error{Verdict: Refused, Err: errors.New("no")} }
		f.publish("ky", "Бул жетпейт")
		f.quiet()
		if err := errors.Join(f.store.Forget(t.Context(), 1234567), f.engine.Forget(t.Context(), 1234567)); err != nil {
			t.Fatal(err)
		}
		for _, key := range slices.Sorted(maps.Keys(dump(t, f.rdb))) {
			for field := range dump(t, f.rdb)[key] {
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
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 200)...)
		f.options.MessagesPerSecond = 100
		f.options.Lease = lease.New(f.rdb, f.options.Log)
		first, second := New(f.options), f.options
		second.Lease = lease.New(f.rdb, f.options.Log)
		other := New(second)
		f.engine = first
		stopFirst := lead(t, first)
		f.publish("ky", "Жаңылык")
		f.until("some have it", func() bool { return len(f.phones.titles()) > 20 })
		stopOther := lead(t, other)
		stopFirst()
		f.engine = other
		f.quiet()
		stopOther()
		f.onceEach(chats(1, 200))
	})
}
