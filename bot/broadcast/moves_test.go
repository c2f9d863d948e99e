package broadcast

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kabarchy/subscriptions"
)

// migration is twelve groups, each with the id that it is to have as a supergroup.
type migration struct {
	h    *fixture
	mu   sync.Mutex
	gone map[int64]int64 // old id → new id, of those that have moved
}

// supergroup is the id that a group has later. Of two groups the first comes to a bucket
// before its own, the second to one behind.
func supergroup(group int64) int64 {
	for to := group*1000 - 1_000_000_000; ; to-- {
		before := subscriptions.BucketOf(to) < subscriptions.BucketOf(group)
		if before == (group%2 == 0) {
			return to
		}
	}
}

func newMigration(f *fixture) *migration {
	m := &migration{h: f, gone: make(map[int64]int64)}
	f.phones.answer = func(d Delivery, _ int) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if to, moved := m.gone[d.Chat]; moved {
			return &Error{Verdict: Moved, MovedTo: to, Err: errors.New("group chat was upgraded to a supergroup chat")}
		}
		return nil
	}
	return m
}

// move lets a group become a supergroup. The bot may be told so by an update.
func (m *migration) move(group int64, told bool) {
	m.h.tb.Helper()
	m.mu.Lock()
	m.gone[group] = supergroup(group)
	m.mu.Unlock()
	if told {
		if err := m.h.engine.Move(m.h.tb.Context(), group, supergroup(group)); err != nil {
			m.h.tb.Fatal(err)
		}
	}
}

// shows is what a group shows, under both ids.
func (m *migration) shows(group int64) []shown {
	all := m.h.phones.all()
	return append(all[group], all[supergroup(group)]...)
}

func groups() (all []int64) {
	for g := int64(-12); g < 0; g++ {
		all = append(all, g)
	}
	return all
}

func TestTwelveGroupsThatMigrateInMidBroadcastHaveTheItemOnce(t *testing.T) {
	for _, told := range []bool{true, false} {
		t.Run(fmt.Sprint("told by an update: ", told), func(t *testing.T) {
			fixtures(told)(t, func(t *testing.T, f *fixture) {
				m := newMigration(f)
				f.subscribe("ky", groups()...)
				f.subscribe("ky", chats(1, 200)...)
				f.options.MessagesPerSecond = 30
				defer f.run()()
				f.publish("ky", "Жаңылык")
				f.until("a part has it", func() bool { return len(f.phones.titles()) > 80 })
				had := 0
				for _, g := range groups() {
					had += len(m.shows(g))
					m.move(g, told)
				}
				if had == 0 || had == 12 {
					t.Fatalf("%d of 12 had it before: nothing is tried", had)
				}
				f.quiet()
				for _, g := range groups() {
					if got := m.shows(g); len(got) != 1 {
						t.Errorf("group %d shows %v, want it once", g, got)
					}
				}
				if r := f.ended(1); r.Sent != 212 || r.Failed != 0 || r.Blocked != 0 {
					t.Errorf("the report is %+v", r)
				}
			})
		})
	}
}

// TestMessageOnItsWayWhileItsGroupMigratesComesOnce has the update overtake the answer.
func TestMessageOnItsWayWhileItsGroupMigratesComesOnce(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		m := newMigration(f)
		f.subscribe("ky", groups()...)
		f.options.Sender = slowAnswers{f.phones, 5 * time.Second}
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.until("all are on their way", func() bool { return len(f.phones.titles()) == 12 })
		for _, g := range groups() {
			m.move(g, true)
		}
		f.quiet()
		for _, g := range groups() {
			if got := m.shows(g); len(got) != 1 {
				t.Errorf("group %d shows %v, want it once", g, got)
			}
		}
	})
}

// TestTheLastOneOfABroadcastMigrates has another instance hear of it, which can't wake the
// one that leads: nothing is left to do under the old id when the new one is looked at.
func TestTheLastOneOfABroadcastMigrates(t *testing.T) {
	for name, hears := range map[string]func(f *fixture, other *Engine, group int64) error{
		"in one go": func(f *fixture, other *Engine, group int64) error {
			return other.Move(f.tb.Context(), group, supergroup(group))
		},
		"Redis fails halfway": func(f *fixture, other *Engine, group int64) error {
			f.server.Refuse(func(command []string) string {
				if command[0] == "RPUSH" {
					return "OOM command not allowed when used memory > 'maxmemory'."
				}
				return ""
			})
			if other.Move(f.tb.Context(), group, supergroup(group)) == nil {
				return errors.New("Redis refused nothing")
			}
			time.Sleep(2 * planEvery)
			f.server.Refuse(nil)
			return other.Move(f.tb.Context(), group, supergroup(group)) // Telegram brings the update again
		},
		"that instance dies halfway": func(f *fixture, other *Engine, group int64) error {
			f.sleeps(group, 5, 7) // or the next message would tell that it moved
			err := other.note(f.tb.Context(), id(supergroup(group))+" "+id(group))
			time.Sleep(2 * planEvery)
			if _, known, err := f.store.Get(f.tb.Context(), supergroup(group)); !known || err != nil {
				return fmt.Errorf("who leads does not go on: %v, %w", known, err)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				m := newMigration(f)
				group := slices.MaxFunc(groups(), func(a, b int64) int { return subscriptions.BucketOf(a) - subscriptions.BucketOf(b) })
				first := slices.DeleteFunc(chats(1, 12), func(c int64) bool { return subscriptions.BucketOf(c) > subscriptions.BucketOf(group) })
				f.subscribe("ky", append(first, group)...)
				f.options.MessagesPerSecond = 8.5 // no turn is at a whole second, when the leader looks
				defer f.run()()
				f.publish("ky", "Жаңылык")
				f.until("it is next", func() bool { return len(f.phones.titles()) == len(first) })
				m.move(group, false)
				if err := hears(f, New(f.options), group); err != nil {
					t.Fatal(err)
				}
				f.quiet()
				if got := m.shows(group); len(got) != 1 {
					t.Errorf("it shows %v, want the item once", got)
				}
			})
		})
	}
}

// TestGroupsMigrateWhileTheirBroadcastIsStopped: it goes on where it was, and the new ids may
// stand before that.
func TestGroupsMigrateWhileTheirBroadcastIsStopped(t *testing.T) {
	for _, told := range []bool{true, false} {
		t.Run(fmt.Sprint("told by an update: ", told), func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				h := f.braked(200)
				m := newMigration(f)
				f.subscribe("ky", groups()...)
				f.options.MessagesPerSecond = 30
				defer f.run()()
				f.publish("ky", "Жаңылык")
				f.until("a part has it", func() bool { return len(f.phones.titles()) > 80 })
				h.put(f.item("ky", "Жаңылык").ID, Halted)
				time.Sleep(5 * time.Second)
				for _, g := range groups() {
					m.move(g, told)
				}
				time.Sleep(time.Minute)
				h.free()
				f.quiet()
				for _, g := range groups() {
					if got := m.shows(g); len(got) != 1 {
						t.Errorf("group %d shows %v, want it once", g, got)
					}
				}
			})
		})
	}
}

// TestGroupThatWaitsForAnotherAttemptMigrates: its place in the retry set is the old id's.
func TestGroupThatWaitsForAnotherAttemptMigrates(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		m := newMigration(f)
		moved := f.phones.answer
		f.phones.answer = func(d Delivery, try int) error {
			if err := moved(d, try); err != nil || d.Chat < -1000 || d.Chat > 0 {
				return err
			}
			return &Error{Verdict: NoRights, Err: errors.New("not enough rights")}
		}
		f.subscribe("ky", groups()...)
		f.subscribe("ky", 1)
		stop := f.run()
		f.publish("ky", "Жаңылык")
		f.until("who can be written to has it", func() bool { return f.phones.count(1) == 1 })
		time.Sleep(time.Minute)
		stop()
		for _, g := range groups() {
			m.move(g, true) // another instance hears of it
		}
		defer f.run()()
		f.quiet()
		for _, g := range groups() {
			if got := m.shows(g); len(got) != 1 {
				t.Errorf("group %d shows %v, want it once", g, got)
			}
		}
	})
}

func TestCorrectionReachesAGroupThatMigrated(t *testing.T) {
	for _, when := range []string{"before", "while it is corrected", "unknown to the bot"} {
		t.Run(when, func(t *testing.T) {
			fixtures(when == "before")(t, func(t *testing.T, f *fixture) {
				m := newMigration(f)
				f.subscribe("ky", groups()...)
				f.subscribe("ky", chats(1, 60)...)
				f.options.MessagesPerSecond = 10
				defer f.run()()
				f.publish("ky", "Жаңылык")
				f.quiet()
				move := func(told bool) {
					for _, g := range groups() {
						m.move(g, told)
					}
				}
				switch when {
				case "before":
					move(true)
				case "unknown to the bot":
					move(false)
				}
				f.correct("ky", "Жаңылык", "Оңдолгон.")
				if when == "while it is corrected" {
					f.until("a part is corrected", func() bool { return f.phones.edited() > 30 })
					move(true)
				}
				f.quiet()
				for _, g := range groups() {
					shows := m.shows(g)
					if last := shows[len(shows)-1]; last.text != "Оңдолгон." || len(shows) > 2 {
						t.Errorf("group %d shows %v, want it corrected", g, shows)
					}
				}
			})
		})
	}
}

// TestMoveKeepsWhatTheNewChatHas: somebody had subscribed there before the bot knew that the
// two are one.
func TestMoveKeepsWhatTheNewChatHas(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		to := supergroup(-7)
		f.subscribe("ky", -7, to)
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.quiet()
		if err := f.engine.Move(t.Context(), -7, to); err != nil {
			t.Fatal(err)
		}
		f.correct("ky", "Жаңылык", "Оңдолгон.")
		f.quiet()
		if shows := f.phones.all()[to]; len(shows) != 1 || shows[0].text != "Оңдолгон." {
			t.Errorf("it shows %+v, want the message that it had, corrected", shows)
		}
	})
}

func TestFailuresFollowAGroupThatMigrates(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", -7)
		f.phones.reply(refusing("Жаңылык", -7, "bad request: no"))
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.quiet()
		if err := f.engine.Move(t.Context(), -7, supergroup(-7)); err != nil {
			t.Fatal(err)
		}
		failures, err := f.engine.Failures(t.Context(), 1)
		if _, listed := failures[id(supergroup(-7))]; err != nil || !listed || len(failures) != 1 {
			t.Errorf("the failures are %v, %v", failures, err)
		}
	})
}

func TestMovedLinesExpireAndAreForgotten(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		newMigration(f)
		f.subscribe("ky", -7)
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.quiet()
		to := supergroup(-7)
		if err := f.engine.Move(t.Context(), -7, to); err != nil {
			t.Fatal(err)
		}
		life, err := f.rdb.TTL(t.Context(), keySent(1, subscriptions.BucketOf(to))).Result()
		if err != nil || life <= 0 {
			t.Errorf("the moved line lives for %v, %v", life, err)
		}
		if err := errors.Join(f.store.Forget(t.Context(), to), f.engine.Forget(t.Context(), to)); err != nil {
			t.Fatal(err)
		}
		for key, fields := range dump(t, f.rdb) {
			for _, chat := range []int64{-7, to} {
				if _, named := fields[id(chat)]; named {
					t.Errorf("%s still names chat %d", key, chat)
				}
			}
		}
	})
}
