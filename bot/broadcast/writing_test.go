package broadcast

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kabarchy/bot/lease"
	"kabarchy/subscriptions"
)

// TestRedisThatRefusesWritesAndAnswersReadsBringsNothingTwice lets Redis refuse all writes
// in mid-broadcast, so that the lease is lost as well, or only those of the ledger.
func TestRedisThatRefusesWritesAndAnswersReadsBringsNothingTwice(t *testing.T) {
	t.Parallel()
	for _, refusal := range []string{
		"NOREPLICAS Not enough good replicas to write.",
		"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
		"READONLY You can't write against a read only replica.",
		"OOM command not allowed when used memory > 'maxmemory'.",
	} {
		t.Run(refusal[:4], func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				refusedWrites(t, f, func() { f.server.RefuseWrites(refusal) })
			})
		})
	}
	t.Run("the ledger's writes alone", func(t *testing.T) {
		miniFixture(t, func(t *testing.T, f *fixture) {
			refusedWrites(t, f, f.refuseNotes)
		})
	})
}

func refusedWrites(t *testing.T, f *fixture, refuse func()) {
	all := chats(1, 400)
	f.subscribe("ky", all...)
	f.options.MessagesPerSecond = 100
	defer f.run()()
	f.publish("ky", "Жаңылык")
	f.until("some have it", func() bool { return len(f.phones.titles()) >= 100 })
	before := len(f.phones.titles())
	refuse()
	time.Sleep(time.Minute)
	// The message whose note is refused first, those that pass while the client tries to
	// write that again, and no more.
	if n := len(f.phones.titles()) - before; n > 40 {
		t.Errorf("%d messages went out while none could be noted", n)
	}
	f.server.Refuse(nil)
	f.quiet()
	f.onceEach(all)
}

// TestCorrectionReachesWhoseMessageIsNotNotedYet: the notes that Redis has refused are in
// the process alone when the walk of the correction looks who has the item.
func TestCorrectionReachesWhoseMessageIsNotNotedYet(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		all := chats(1, 20)
		f.subscribe("ky", all...)
		f.refuseNotes()
		f.run()() // makes an engine under a lease
		stop := lead(t, f.engine)
		f.publish("ky", "Жаңылык")
		time.Sleep(10 * time.Second)
		stop()
		f.correct("ky", "Жаңылык", "Оңдолгон.")
		defer lead(t, f.engine)() // again, in the same process
		time.Sleep(10 * time.Second)
		f.server.Refuse(nil)
		f.quiet()
		f.onceEach(all)
		if n := f.phones.edited(); n != len(all) {
			t.Errorf("%d of %d show the correction", n, len(all))
		}
	})
}

// TestWhoLostTheLeaseNotesWhatItSent: another instance leads when Redis takes notes again.
func TestWhoLostTheLeaseNotesWhatItSent(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		all := chats(1, 20)
		f.subscribe("ky", all...)
		f.refuseNotes()
		stop := f.run()
		f.publish("ky", "Жаңылык")
		time.Sleep(10 * time.Second)
		if err := f.rdb.Set(t.Context(), lease.Key, "99:another", time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(lease.Life + f.engine.options.Grace)
		f.server.Refuse(nil)
		time.Sleep(5 * time.Second)
		stop()
		f.rdb.Del(t.Context(), lease.Key)
		defer f.run()() // that instance
		f.quiet()
		f.onceEach(all)
	})
}

// refuseNotes lets Redis take everything but lines of ledgers.
func (f *fixture) refuseNotes() {
	f.server.Refuse(func(command []string) string {
		if command[0] == "HSET" && strings.HasPrefix(command[1], "sent:") {
			return "OOM command not allowed when used memory > 'maxmemory'."
		}
		return ""
	})
}

func TestLedgerLivesAsLongAsABroadcastNeedsIt(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		all := chats(1, 50)
		f.subscribe("ky", all...)
		f.sleeps(50, 22, 7)
		f.options.Keep = time.Hour // correct_within_hours: 1
		sleepUntil(22, 50)
		stop := f.run()
		f.publish("ky", "Жаңылык")
		f.resting(1)
		sleepUntil(23, 0)
		f.correct("ky", "Жаңылык", "Оңдолгон.")
		f.until("it is corrected", func() bool {
			running, err := f.engine.plans.running(t.Context())
			known, err2 := f.engine.plans.known(t.Context(), 10)
			return err == nil && err2 == nil && len(running) == 1 && len(known) == 2
		})
		f.wantLedger(false)
		stop()
		sleepUntil(6, 59) // eight hours later
		defer f.run()()
		f.quiet()
		f.onceEach(all)
		f.wantLedger(true) // its time begins now
	})
}

func TestCorrectionLetsAnExpiringLedgerLiveOn(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 20)...)
		f.options.Keep = time.Hour
		stop := f.run()
		f.publish("ky", "Жаңылык")
		f.quiet()
		f.wantLedger(true)
		stop()
		f.options.MessagesPerSecond = 1
		defer f.run()()
		f.correct("ky", "Жаңылык", "Оңдолгон.")
		f.until("it is planned", func() bool {
			running, err := f.engine.plans.running(t.Context())
			return err == nil && len(running) == 1 && f.phones.edited() > 0
		})
		f.wantLedger(false)
		f.quiet()
		f.wantLedger(true)
	})
}

// TestDeadShardHoldsUpItsOwnNotesAlone lets the bucket of one chat be out of reach.
func TestDeadShardHoldsUpItsOwnNotesAlone(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		lost := keySent(1, subscriptions.BucketOf(7))
		f.server.Refuse(func(command []string) string {
			if len(command) > 1 && command[1] == lost {
				return "CLUSTERDOWN Hash slot not served"
			}
			return ""
		})
		writing, stop := context.WithCancel(t.Context())
		var loop, writers sync.WaitGroup
		w := f.engine.ledgerWriter
		loop.Go(func() { w.run(writing) })
		waiting, giveUp := context.WithTimeout(t.Context(), time.Minute)
		defer giveUp()
		var noted, others atomic.Int32
		for _, chat := range chats(1, 100) {
			lost := subscriptions.BucketOf(chat) == subscriptions.BucketOf(7)
			if !lost {
				others.Add(1)
			}
			writers.Go(func() {
				switch err := w.write(waiting, note{1, chat, entry{Message: Message{ID: chat}}}); {
				case lost && err == nil:
					t.Error("the note of the lost bucket is said to be written")
				case !lost && err == nil:
					noted.Add(1)
				}
			})
		}
		writers.Wait()
		if noted.Load() != others.Load() {
			t.Errorf("%d notes written, want %d", noted.Load(), others.Load())
		}
		if err := w.await(waiting); err == nil {
			t.Error("sending goes on though a note is not written")
		}
		f.server.Refuse(nil)
		if err := w.await(t.Context()); err != nil {
			t.Error(err)
		}
		stop()
		loop.Wait()
		if e, has, err := f.engine.ledger.get(t.Context(), 1, 7); err != nil || !has || e.ID != 7 {
			t.Errorf("the ledger says %+v, %v, %v", e, has, err)
		}
		if left := f.engine.ledger.unwritten.notes(); len(left) != 0 {
			t.Errorf("still unwritten: %v", left)
		}
	})
}
