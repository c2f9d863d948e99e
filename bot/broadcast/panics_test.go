package broadcast

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/lease"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// A house without a zone panics where an hour of the day is asked for: at each ordinary
// item, before it is sent; at no correction.

// brokenHouse runs a test in a house whose program can't tell the hour, with a log.
func brokenHouse(t *testing.T, f func(t *testing.T, h *house, logged *strings.Builder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h, logged := newHouse(t, redistest.Bubble(t).Client(t)), &strings.Builder{}
		h.options.Zone = bishkek
		h.options.Log = slog.New(slog.NewTextHandler(&lockedWriter{to: logged}, nil))
		h.subscribe("ky", chats(1, 50)...)
		f(t, h, logged)
	})
}

// runBroken is run with a program that can't tell the hour.
func (h *house) runBroken() (stop func()) {
	h.options.Lease = lease.New(h.rdb, h.options.Log)
	h.engine = New(h.options)
	h.engine.audience.zone = nil
	return lead(h.tb, h.engine)
}

// TestPanicBeforeAMessageIsSentHoldsItsBroadcastAlone has every chat's message panic while
// it is prepared.
func TestPanicBeforeAMessageIsSentHoldsItsBroadcastAlone(t *testing.T) {
	t.Parallel()
	brokenHouse(t, func(t *testing.T, h *house, logged *strings.Builder) {
		stop := h.run()
		h.publish("ky", "Эски кабар")
		h.quiet()
		stop()
		stop = h.runBroken()
		h.publish("ky", "Жаңылык")
		p := h.held()
		if p.Held != Broken || !strings.Contains(p.Words, "missing Location") {
			t.Errorf("held is %+v", p)
		}
		h.correct("ky", "Эски кабар", "Оңдолгон.")
		h.until("everybody has the correction", func() bool { return h.phones.edited() == 50 })
		stop()
		if !strings.Contains(logged.String(), "panic while a message was prepared") {
			t.Error("the log does not tell of the panic")
		}
		defer h.run()() // a release that can
		if err := h.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		if r := h.ended(p.ID); r.Sent != 50 || r.Failed != 0 {
			t.Errorf("the report is %+v", r)
		}
	})
}

// TestPanicWhileTheAudienceIsReadHoldsTheBroadcast: somebody's quiet hours can't be told.
func TestPanicWhileTheAudienceIsReadHoldsTheBroadcast(t *testing.T) {
	t.Parallel()
	brokenHouse(t, func(t *testing.T, h *house, _ *strings.Builder) {
		for _, chat := range chats(1, 50) {
			h.prefer(chat, func(p *subscriptions.Preferences) { p.Quiet = subscriptions.Quiet{From: 22, To: 7, Wait: true} })
		}
		stop := h.runBroken()
		h.publish("ky", "Жаңылык")
		p := h.held()
		if p.Held != Broken || !strings.Contains(p.Words, "missing Location") {
			t.Errorf("held is %+v", p)
		}
		if err := h.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * planEvery)
		if again := h.held(); again.ID != p.ID {
			t.Errorf("after it was tried again held is %+v", again)
		}
		stop()
		sleepUntil(12, 0)
		if err := h.engine.Resume(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		defer h.run()() // a release that can
		if r := h.ended(p.ID); r.Sent != 50 || r.Failed != 0 {
			t.Errorf("the report is %+v", r)
		}
	})
}

// TestPanicAtTheBeginningHoldsTheBroadcast: nothing of it has run.
func TestPanicAtTheBeginningHoldsTheBroadcast(t *testing.T) {
	t.Parallel()
	brokenHouse(t, func(t *testing.T, h *house, _ *strings.Builder) {
		h.publish("ky", "Жаңылык")
		h.engine = New(h.options)
		archive := h.engine.options.Archive
		h.engine.options.Archive = nil
		r := newRunner(h.engine)
		if _, err := r.engine.plans.add(t.Context(), plan{ID: 7, Ledger: 7, Kind: News, Item: "x", PlannedAt: time.Now().UnixMilli()}); err != nil {
			t.Fatal(err)
		}
		if err := r.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p := h.held(); p.ID != 7 || p.Held != Broken {
			t.Errorf("held is %+v", p)
		}
		h.engine.options.Archive = archive
		if err := r.start(t.Context()); err != nil || len(r.list()) != 0 {
			t.Errorf("it was begun though it is held: %v", err)
		}
	})
}
