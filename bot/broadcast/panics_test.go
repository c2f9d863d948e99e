package broadcast

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/bottest"
	"kabarchy/bot/lease"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// An engine without a zone panics where an hour of the day is asked for: at each ordinary
// item, before it is sent; at no correction.

// brokenFixture runs a test with an engine that can't tell the hour, with a log.
func brokenFixture(t *testing.T, test func(t *testing.T, f *fixture, logged *bottest.Log)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f, logged := newFixture(t, redistest.Bubble(t).Client(t)), &bottest.Log{}
		f.options.Zone = bishkek
		f.options.Log = slog.New(slog.NewTextHandler(logged, nil))
		f.subscribe("ky", chats(1, 50)...)
		test(t, f, logged)
	})
}

// runBroken is run with a program that can't tell the hour.
func (f *fixture) runBroken() (stop func()) {
	f.options.Lease = lease.New(f.rdb, f.options.Log)
	f.engine = New(f.options)
	f.engine.audience.zone = nil
	return lead(f.tb, f.engine)
}

// TestPanicBeforeAMessageIsSentHoldsItsBroadcastAlone has every chat's message panic while
// it is prepared.
func TestPanicBeforeAMessageIsSentHoldsItsBroadcastAlone(t *testing.T) {
	t.Parallel()
	brokenFixture(t, func(t *testing.T, f *fixture, logged *bottest.Log) {
		stop := f.run()
		f.publish("ky", "Эски кабар")
		f.quiet()
		stop()
		stop = f.runBroken()
		f.publish("ky", "Жаңылык")
		p := f.held()
		if p.Held != Broken || !strings.Contains(p.Words, "missing Location") {
			t.Errorf("held is %+v", p)
		}
		f.correct("ky", "Эски кабар", "Оңдолгон.")
		f.until("everybody has the correction", func() bool { return f.phones.edited() == 50 })
		stop()
		if !strings.Contains(logged.String(), "panic while a message was prepared") {
			t.Error("the log does not tell of the panic")
		}
		defer f.run()() // a release that can
		if err := f.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		if r := f.ended(p.ID); r.Sent != 50 || r.Failed != 0 {
			t.Errorf("the report is %+v", r)
		}
	})
}

// TestAPanicCostsNoPlaceInTheRate: nothing was sent.
func TestAPanicCostsNoPlaceInTheRate(t *testing.T) {
	t.Parallel()
	brokenFixture(t, func(t *testing.T, f *fixture, _ *bottest.Log) {
		f.options.MessagesPerSecond = 1.0 / 60
		defer f.runBroken()()
		began := time.Now()
		f.publish("ky", "Жаңылык")
		f.held()
		if took := time.Since(began); took > time.Minute {
			t.Errorf("the broadcast is held after %v, want at once", took)
		}
	})
}

// TestPanicWhileTheAudienceIsReadHoldsTheBroadcast: somebody's quiet hours can't be told.
func TestPanicWhileTheAudienceIsReadHoldsTheBroadcast(t *testing.T) {
	t.Parallel()
	brokenFixture(t, func(t *testing.T, f *fixture, _ *bottest.Log) {
		for _, chat := range chats(1, 50) {
			f.prefer(chat, func(p *subscriptions.Preferences) { p.Quiet = subscriptions.Quiet{From: 22, To: 7, Wait: true} })
		}
		stop := f.runBroken()
		f.publish("ky", "Жаңылык")
		p := f.held()
		if p.Held != Broken || !strings.Contains(p.Words, "missing Location") {
			t.Errorf("held is %+v", p)
		}
		if err := f.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * planEvery)
		if again := f.held(); again.ID != p.ID {
			t.Errorf("after it was tried again held is %+v", again)
		}
		stop()
		sleepUntil(12, 0)
		if err := f.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		defer f.run()() // a release that can
		if r := f.ended(p.ID); r.Sent != 50 || r.Failed != 0 {
			t.Errorf("the report is %+v", r)
		}
	})
}

// TestAnAnnouncementThatCantBePlannedHoldsUpNoOther: it is told, and tried again later.
func TestAnAnnouncementThatCantBePlannedHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	brokenFixture(t, func(t *testing.T, f *fixture, logged *bottest.Log) {
		told := 0
		f.options.OnHold = func() { told++ }
		f.engine = New(f.options)
		r := newRunner(f.engine)
		r.planned = nil // which panics at the first attempt, after the plan was written
		f.publish("ky", "Биринчи")
		f.publish("ky", "Экинчи")
		look := func(panics, unplanned int) {
			t.Helper()
			if err := r.planOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
			n := strings.Count(logged.String(), "panic while an announcement was planned")
			if left, all := f.engine.Unplanned(); n != panics || told != panics || left != unplanned || !all {
				t.Errorf("%d panics, %d told, %d are left of all: %t; want %d, and %d left", n, told, left, all, panics, unplanned)
			}
		}
		if _, all := f.engine.Unplanned(); all {
			t.Error("all were tried before any was")
		}
		look(2, 2) // the second is not held up by the first
		look(2, 2) // it is not tried at once
		time.Sleep(2 * time.Second)
		look(2, 0)
		if left, err := f.archive.Announcements(t.Context(), 9); err != nil || len(left) != 0 {
			t.Errorf("%d announcements are left, %v", len(left), err)
		}
		f.engine.unplanned.fail(9)
		look(2, 0) // another instance has planned it
		f.engine.unplanned.fail(1)
		f.engine.unplanned.fail(1)
		f.engine.unplanned.fail(1)
		time.Sleep(1900 * time.Millisecond)
		if f.engine.unplanned.due(1) {
			t.Error("the pause does not grow")
		}
	})
}

// TestAFullBatchIsNotAllThatWasAnnounced: what stands behind it was not tried yet.
func TestAFullBatchIsNotAllThatWasAnnounced(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		for n := range planBatch {
			member := fmt.Sprintf(`{"id":%d,"kind":"published","item":"gone","at":"2026-11-23T09:00:00Z"}`, n+1)
			if err := f.rdb.ZAdd(t.Context(), "{news}:outbox", redis.Z{Score: float64(n + 1), Member: member}).Err(); err != nil {
				t.Fatal(err)
			}
		}
		r := newRunner(f.engine)
		for _, want := range []bool{false, true} {
			if err := r.planOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, all := f.engine.Unplanned(); all != want {
				t.Errorf("all were tried: %t, want %t", all, want)
			}
		}
	})
}

// TestPanicAtTheBeginningHoldsTheBroadcast: nothing of it has run.
func TestPanicAtTheBeginningHoldsTheBroadcast(t *testing.T) {
	t.Parallel()
	brokenFixture(t, func(t *testing.T, f *fixture, _ *bottest.Log) {
		f.publish("ky", "Жаңылык")
		f.engine = New(f.options)
		archive := f.engine.options.Archive
		f.engine.options.Archive = nil
		r := newRunner(f.engine)
		if _, err := r.engine.plans.add(t.Context(), plan{ID: 7, Ledger: 7, Kind: News, Item: "x", PlannedAt: time.Now().UnixMilli()}); err != nil {
			t.Fatal(err)
		}
		if err := r.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p := f.held(); p.ID != 7 || p.Held != Broken {
			t.Errorf("held is %+v", p)
		}
		f.engine.options.Archive = archive
		if err := r.start(t.Context()); err != nil || len(r.list()) != 0 {
			t.Errorf("it was begun though it is held: %v", err)
		}
	})
}
