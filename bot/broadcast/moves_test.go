package broadcast

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kabarchy/subscriptions"
)

// migration is twelve groups, each with the id that it is to have as a supergroup.
type migration struct {
	h    *house
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

func newMigration(h *house) *migration {
	m := &migration{h: h, gone: make(map[int64]int64)}
	h.phones.answer = func(d Delivery, _ int) error {
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
			houses(told)(t, func(t *testing.T, h *house) {
				m := newMigration(h)
				h.subscribe("ky", groups()...)
				h.subscribe("ky", chats(1, 200)...)
				h.options.MessagesPerSecond = 30
				defer h.run()()
				h.publish("ky", "Жаңылык")
				h.until("a part has it", func() bool { return len(h.phones.titles()) > 80 })
				had := 0
				for _, g := range groups() {
					had += len(m.shows(g))
					m.move(g, told)
				}
				if had == 0 || had == 12 {
					t.Fatalf("%d of 12 had it before: nothing is tried", had)
				}
				h.quiet()
				for _, g := range groups() {
					if got := m.shows(g); len(got) != 1 {
						t.Errorf("group %d shows %v, want it once", g, got)
					}
				}
				if r := h.ended(1); r.Sent != 212 || r.Failed != 0 || r.Blocked != 0 {
					t.Errorf("the report is %+v", r)
				}
			})
		})
	}
}

// TestMessageOnItsWayWhileItsGroupMigratesComesOnce has the update overtake the answer.
func TestMessageOnItsWayWhileItsGroupMigratesComesOnce(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		m := newMigration(h)
		h.subscribe("ky", groups()...)
		h.options.Sender = slowAnswers{h.phones, 5 * time.Second}
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.until("all are on their way", func() bool { return len(h.phones.titles()) == 12 })
		for _, g := range groups() {
			m.move(g, true)
		}
		h.quiet()
		for _, g := range groups() {
			if got := m.shows(g); len(got) != 1 {
				t.Errorf("group %d shows %v, want it once", g, got)
			}
		}
	})
}

// TestGroupThatWaitsForAnotherAttemptMigrates: its place in the retry set is the old id's.
func TestGroupThatWaitsForAnotherAttemptMigrates(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		m := newMigration(h)
		moved := h.phones.answer
		h.phones.answer = func(d Delivery, try int) error {
			if err := moved(d, try); err != nil || d.Chat < -1000 || d.Chat > 0 {
				return err
			}
			return &Error{Verdict: NoRights, Err: errors.New("not enough rights")}
		}
		h.subscribe("ky", groups()...)
		h.subscribe("ky", 1)
		stop := h.run()
		h.publish("ky", "Жаңылык")
		h.until("who can be written to has it", func() bool { return h.phones.count(1) == 1 })
		time.Sleep(time.Minute)
		stop()
		for _, g := range groups() {
			m.move(g, true) // another instance hears of it
		}
		defer h.run()()
		h.quiet()
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
			houses(when == "before")(t, func(t *testing.T, h *house) {
				m := newMigration(h)
				h.subscribe("ky", groups()...)
				h.subscribe("ky", chats(1, 60)...)
				h.options.MessagesPerSecond = 10
				defer h.run()()
				h.publish("ky", "Жаңылык")
				h.quiet()
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
				h.correct("ky", "Жаңылык", "Оңдолгон.")
				if when == "while it is corrected" {
					h.until("a part is corrected", func() bool { return h.phones.edited() > 30 })
					move(true)
				}
				h.quiet()
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
	miniHouse(t, func(t *testing.T, h *house) {
		to := supergroup(-7)
		h.subscribe("ky", -7, to)
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.quiet()
		if err := h.engine.Move(t.Context(), -7, to); err != nil {
			t.Fatal(err)
		}
		h.correct("ky", "Жаңылык", "Оңдолгон.")
		h.quiet()
		if shows := h.phones.all()[to]; len(shows) != 1 || shows[0].text != "Оңдолгон." {
			t.Errorf("it shows %+v, want the message that it had, corrected", shows)
		}
	})
}

func TestFailuresFollowAGroupThatMigrates(t *testing.T) {
	miniHouse(t, func(t *testing.T, h *house) {
		h.subscribe("ky", -7)
		h.phones.reply(refusing("Жаңылык", -7, "bad request: no"))
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.quiet()
		if err := h.engine.Move(t.Context(), -7, supergroup(-7)); err != nil {
			t.Fatal(err)
		}
		failures, err := h.engine.Failures(t.Context(), 1)
		if _, listed := failures[id(supergroup(-7))]; err != nil || !listed || len(failures) != 1 {
			t.Errorf("the failures are %v, %v", failures, err)
		}
	})
}

func TestMovedLinesExpireAndAreForgotten(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		newMigration(h)
		h.subscribe("ky", -7)
		defer h.run()()
		h.publish("ky", "Жаңылык")
		h.quiet()
		to := supergroup(-7)
		if err := h.engine.Move(t.Context(), -7, to); err != nil {
			t.Fatal(err)
		}
		life, err := h.rdb.TTL(t.Context(), keySent(1, subscriptions.BucketOf(to))).Result()
		if err != nil || life <= 0 {
			t.Errorf("the moved line lives for %v, %v", life, err)
		}
		if err := errors.Join(h.store.Forget(t.Context(), to), h.engine.Forget(t.Context(), to)); err != nil {
			t.Fatal(err)
		}
		for key, fields := range dump(t, h.rdb) {
			for _, chat := range []int64{-7, to} {
				if _, named := fields[id(chat)]; named {
					t.Errorf("%s still names chat %d", key, chat)
				}
			}
		}
	})
}
