package broadcast

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// hand is a person's on the brake.
type hand struct {
	mu     sync.Mutex
	halted map[string]Halt
	err    error
	asked  int
}

func (h *hand) Halted(context.Context) (map[string]Halt, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked++
	return maps.Clone(h.halted), h.err
}

// put halts something, or frees it where how is empty.
func (h *hand) put(subject string, how Halt) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if how == "" {
		delete(h.halted, subject)
		return
	}
	h.halted[subject] = how
}

// free lets everything go on.
func (h *hand) free() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.halted)
}

func (h *hand) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = err
}

// braked gives the fixture a brake, and readers.
func (f *fixture) braked(readers int64) *hand {
	h := &hand{halted: map[string]Halt{}}
	f.options.Brake = h
	f.options.MessagesPerSecond = 30
	f.options.Grace = time.Nanosecond
	redistest.Fill(f.tb, f.rdb, 1, int(readers), subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
	return h
}

func (f *fixture) arrived(n int64) {
	f.tb.Helper()
	f.until("a part has it", func() bool { return f.phones.arrivals.Load() >= n })
}

// TestStopAndGoOnReachesEachOnce: five times, each with a kill while it is stopped or just
// after it goes on.
func TestStopAndGoOnReachesEachOnce(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		const n, rate = 2000, 300
		h := f.braked(n)
		f.options.MessagesPerSecond = rate
		f.phones.answer = blockedBy(5)
		stop, unnoted := f.run(), 0
		f.publish("ky", "Жаңылык")
		item := f.item("ky", "Жаңылык").ID
		for part := int64(1); part <= 5; part++ {
			f.arrived(part * 250)
			h.put(item, Halted)
			pressed := f.phones.arrivals.Load()
			time.Sleep(time.Second)
			if more := f.phones.arrivals.Load() - pressed; more > rate/2 {
				t.Errorf("%d messages came after the stop", more)
			}
			f.sums()
			stopped := f.phones.arrivals.Load()
			if part%2 == 0 {
				stop, _ = f.kill(stop)
			}
			time.Sleep(time.Minute)
			if more := f.phones.arrivals.Load() - stopped; more > 0 {
				t.Errorf("%d messages came while it was stopped", more)
			}
			p := f.progress(1)
			if has := len(f.phones.titles()); p.Sent != has || p.Rate != 0 || !p.FinishedAt.IsZero() {
				t.Errorf("%d phones have it, the look says %+v", has, p)
			}
			h.put(item, "")
			if part%2 == 1 {
				time.Sleep(300 * time.Millisecond)
				var lost int
				stop, lost = f.kill(stop)
				unnoted += lost
			}
		}
		defer stop()
		r := f.ended(1)
		if r.Planned != n || r.Sent != n*4/5 || r.Blocked != n/5 || r.Came+r.NoLongerDue != 0 || r.Stopped {
			t.Errorf("the report is %+v", r)
		}
		twice := 0
		for _, shows := range f.phones.titles() {
			twice += len(shows) - 1
		}
		// Only what was on its way in a kill can come twice.
		if has := len(f.phones.titles()); has != r.Sent || twice > unnoted {
			t.Errorf("%d phones have it, %d twice, of %d that were on their way", has, twice, unnoted)
		}
	})
}

func TestStoppedForGoodEndsItAndSaysSo(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		h := f.braked(300)
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.arrived(60)
		h.put(f.item("ky", "Жаңылык").ID, Halted)
		time.Sleep(2 * time.Second)
		h.put(f.item("ky", "Жаңылык").ID, Over)
		r := f.ended(1)
		f.sums()
		if has := len(f.phones.titles()); !r.Stopped || r.Sent != has || has > 100 || r.NoLongerDue != 300-has {
			t.Errorf("%d phones have it, the report is %+v", has, r)
		}
	})
}

// TestUnknownBrake: who does not answer neither stops nor frees anything; and nothing is begun
// before it is known what is stopped.
func TestUnknownBrake(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		h := f.braked(300)
		h.fail(errors.New("no answer"))
		stop := f.run()
		f.publish("ky", "Жаңылык")
		time.Sleep(time.Minute)
		if n := f.phones.arrivals.Load(); n > 0 {
			t.Errorf("%d messages were sent before anybody said what is stopped", n)
		}
		h.fail(nil)
		f.arrived(30)
		h.fail(errors.New("no answer"))
		f.arrived(60) // what was free stays free
		h.fail(nil)
		item := f.item("ky", "Жаңылык").ID
		h.put(item, Halted)
		time.Sleep(2 * time.Second)
		h.fail(errors.New("no answer"))
		before := f.phones.arrivals.Load()
		time.Sleep(time.Minute)
		if more := f.phones.arrivals.Load() - before; more > 0 {
			t.Errorf("%d messages came while it was stopped", more)
		}
		h.fail(nil)
		h.put(item, "")
		f.quiet()
		f.onceEach(chats(1, 300))
		stop()
	})
}

// TestBrakeHaltsNoCorrection: who has a wrong text gets the right one though the rest is stopped.
func TestBrakeHaltsNoCorrection(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		h := f.braked(300)
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.arrived(60)
		item := f.item("ky", "Жаңылык").ID
		h.put(item, Halted)
		time.Sleep(2 * time.Second)
		had := len(f.phones.titles())
		f.correct("ky", "Жаңылык", "Оңдолгон.")
		if r := f.ended(2); r.Sent != had || r.Planned != had {
			t.Errorf("%d have it, the correction's report is %+v", had, r)
		}
		h.put(item, "")
		f.quiet()
		for chat, shows := range f.phones.all() {
			if len(shows) != 1 || shows[0].text != "Оңдолгон." {
				t.Errorf("chat %d shows %+v", chat, shows)
			}
		}
		f.onceEach(chats(1, 300))
	})
}

// TestDigestPassesWhatIsStopped: what a person has stopped comes in no digest; when it is free
// again the next one brings it.
func TestDigestPassesWhatIsStopped(t *testing.T) {
	for _, how := range []Halt{Halted, Over} {
		t.Run(string(how), func(t *testing.T) {
			miniFixture(t, func(t *testing.T, f *fixture) {
				h := f.braked(300)
				f.prefer(7, func(p *subscriptions.Preferences) { p.When = daily(9) })
				sleepUntil(8, 58)
				stop := f.run()
				f.publish("ky", "Жаңылык")
				f.arrived(60)
				h.put(f.item("ky", "Жаңылык").ID, how)
				sleepUntil(9, 5)
				if n := f.phones.told(7, "Жаңылык"); n != 0 {
					t.Errorf("a digest brought what is stopped")
				}
				h.put(f.item("ky", "Жаңылык").ID, "")
				f.quiet()
				stop()
				sleepUntil(9, 0)
				f.work()
				want := map[Halt]int{Halted: 1, Over: 0}[how]
				if n := f.phones.told(7, "Жаңылык"); n != want {
					t.Errorf("the next digest told it %d times, want %d", n, want)
				}
				if how == Halted {
					f.onceEach(chats(1, 300))
				}
			})
		})
	}
}
