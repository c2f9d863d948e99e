package broadcast

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/lease"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// TestWhatIsPlannedAfterADigestComesInTheNext: it was announced before the hour, and could not
// be planned until the digest of that hour had gone without it.
func TestWhatIsPlannedAfterADigestComesInTheNext(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1)
		f.prefer(1, func(p *subscriptions.Preferences) { p.When = daily(9) })
		sleepUntil(8, 0)
		f.work()
		sleepUntil(8, 59)
		f.publish("ky", "Кеч калган")
		announced, err := f.archive.Announcements(t.Context(), 1)
		if err != nil || len(announced) != 1 {
			t.Fatalf("announced is %+v, %v", announced, err)
		}
		f.options.Lease = lease.New(f.rdb, f.options.Log)
		f.engine = New(f.options)
		f.engine.unplanned.tries = map[int64]unplannedTry{announced[0].ID: {failures: 1, next: time.Now().Add(3 * time.Minute)}}
		stop := lead(t, f.engine)
		sleepUntil(9, 1)
		if last, err := f.engine.plans.lastDigest(t.Context()); err != nil || last != time.Now().Unix()/3600 {
			t.Fatalf("the hour's digest is not planned: %d, %v", last, err)
		}
		sleepUntil(9, 5)
		f.quiet()
		stop()
		sleepUntil(9, 1)
		f.work()
		if n := f.phones.told(1, "Кеч калган"); n != 1 || f.phones.count(1) != 1 {
			t.Errorf("told %d times in %d messages, want once", n, f.phones.count(1))
		}
	})
}

// TestTheFirstDigestIsThatOfTheNextHour: a new bot owes nobody anything from before.
func TestTheFirstDigestIsThatOfTheNextHour(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.engine = New(f.options)
		r := newRunner(f.engine)
		planned := func() []record {
			t.Helper()
			for range 2 { // once an hour
				if err := r.planDigests(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			running, err := f.engine.plans.running(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return running
		}
		sleepUntil(9, 10)
		hour := time.Now().Unix() / 3600
		if got := planned(); len(got) != 0 {
			t.Errorf("at first %+v is planned", got)
		}
		time.Sleep(time.Hour)
		if got := planned(); len(got) != 1 || got[0].ID != -(hour+1) || got[0].From != hour {
			t.Errorf("in the next hour %+v is planned", got)
		}
		time.Sleep(3 * time.Hour)
		got := planned()
		if len(got) != 2 || min(got[0].ID, got[1].ID) != -(hour+4) {
			t.Errorf("three hours later %+v is planned", got)
		}
	})
}

// TestABroadcastUnderWayStops: nothing more of it is sent, and its report tells how far it came.
func TestABroadcastUnderWayStops(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", chats(1, 300)...)
		f.options.MessagesPerSecond = 10
		defer f.run()()
		f.publish("ky", "Жаңылык")
		f.until("some have it", func() bool { return len(f.phones.titles()) >= 30 })
		if err := f.engine.Stop(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		r := f.ended(1)
		time.Sleep(time.Minute)
		if n := len(f.phones.titles()); n < 30 || n > 50 {
			t.Errorf("%d have it, want the first 30 and who was just then sent it", n)
		} else if !r.Stopped || r.Sent < 29 || r.Sent > n {
			t.Errorf("%d have it, the report is %+v", n, r)
		}
		f.publish("ky", "Кийинки")
		if r := f.ended(2); r.Sent != 300 || r.Stopped {
			t.Errorf("the next one's report is %+v", r)
		}
	})
}

// TestMessagesThatWereHeldUpTogetherKeepTheRate: Redis hung while one after the other had its
// turn; then they do not go all at once.
func TestMessagesThatWereHeldUpTogetherKeepTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := NewLimiter(30)
		s := newSlots(limiter, newBreaker(limiter, slog.New(slog.DiscardHandler)))
		var held []*slot
		for range 233 {
			got, err := s.acquire(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, got)
		}
		time.Sleep(stale)
		began := time.Now()
		atOnce := 0
		done := make(chan time.Duration, len(held))
		for _, got := range held {
			go func() {
				defer got.release()
				if err := got.renew(t.Context()); err != nil {
					t.Error(err)
				}
				done <- time.Since(began)
			}()
		}
		for range held {
			if <-done < time.Second {
				atOnce++
			}
		}
		if atOnce > 30+burst {
			t.Errorf("%d messages went in one second, at 30 a second", atOnce)
		}
		got, err := s.acquire(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		defer got.release()
		now := time.Now()
		if err := got.renew(t.Context()); err != nil || time.Since(now) > 0 {
			t.Errorf("who was not held up waits for another turn: %s, %v", time.Since(now), err)
		}
	})
}

// TestATurnThatIsLongOverIsNotGivenBack: what people were answered meanwhile was spent.
func TestATurnThatIsLongOverIsNotGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := NewLimiter(30)
		s := newSlots(limiter, newBreaker(limiter, slog.New(slog.DiscardHandler)))
		var held []*slot
		for range 100 {
			got, err := s.acquire(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, got)
		}
		time.Sleep(stale)
		for range 30 {
			limiter.Spend(t.Context())
		}
		for _, got := range held {
			got.release()
		}
		if n, most := during(t, limiter, time.Second), int(30*leastShare)+burst; n > most {
			t.Errorf("%d more go in the second in which 30 were answered, want at most %d", n, most)
		}
	})
}

// TestAWalkNeverBeginsAMomentEarly: it would find everybody still waiting.
func TestAWalkNeverBeginsAMomentEarly(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 23, 7, 0, 0, int(300*time.Millisecond), bishkek)
	for _, at := range []time.Time{due, due.Truncate(time.Second)} {
		j := &job{plan: plan{Kind: News, PlannedAt: at.Add(-time.Hour).UnixMilli()}}
		j.lookAgain(at.Add(time.Hour)) // somebody else's
		j.lookAgain(at)
		if !j.nextWalk() {
			t.Fatal("no walk follows")
		}
		for _, early := range []time.Duration{time.Millisecond, time.Second} {
			if j.walkDue(at.Add(-early)) {
				t.Errorf("it begins %s before %s", early, at)
			}
		}
		if !j.walkDue(at.Add(time.Second)) {
			t.Errorf("it does not begin a second after %s", at)
		}
	}
}

// TestTheLastWalkFindsNobodyWaiting: it is for those who would have waited for too long.
func TestTheLastWalkFindsNobodyWaiting(t *testing.T) {
	t.Parallel()
	for _, part := range []time.Duration{0, 300 * time.Millisecond} {
		planned := time.Date(2026, 11, 23, 12, 0, 0, int(part), bishkek)
		j := &job{plan: plan{Kind: News, PlannedAt: planned.UnixMilli()}}
		j.lookAgain(planned.Add(longestWait + 5*time.Hour))
		if !j.nextWalk() {
			t.Fatal("no walk follows")
		}
		p := subscriptions.Preferences{Languages: []string{"ky"}, Quiet: subscriptions.Quiet{From: 0, To: 23, Wait: true}}
		walk := time.Unix(j.current().Wake, 0)
		if got := (audience{zone: bishkek}).decide(p, &feeds.Item{Language: "ky"}, nil, false, planned, walk); got != sendNow {
			t.Errorf("%s after the longest wait: %v, want %v", walk.Sub(planned.Add(longestWait)), got, sendNow)
		}
	}
}

// TestADigestPlannedMeanwhileIsKept: one is planned after the last hour was read.
func TestADigestPlannedMeanwhileIsKept(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1)
		hour := time.Now().Unix() / 3600
		f.planDigest(hour)
		if err := f.rdb.Set(t.Context(), keyDigested, hour-1, 0).Err(); err != nil {
			t.Fatal(err)
		}
		until, err := f.engine.KeepDigests(t.Context(), 1)
		if want := time.Unix(hour*3600, 0); err != nil || !until.Equal(want) {
			t.Errorf("digests are planned until %v, want %v; %v", until, want, err)
		}
	})
}

func (f *fixture) planDigest(hour int64) {
	f.tb.Helper()
	p := plan{ID: -hour, Ledger: -hour, Kind: Digest, Item: digestName, PlannedAt: hour * 3600 * 1000, From: hour - 1}
	if _, err := f.engine.plans.add(f.tb.Context(), p); err != nil {
		f.tb.Fatal(err)
	}
}

// TestAPlannedDigestsHourIsNoted: were it noted in a second step, a kill in between would
// plan the same items for the next hour's digest as well.
func TestAPlannedDigestsHourIsNoted(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		hour := time.Now().Unix() / 3600
		f.planDigest(hour)
		if last, err := f.engine.plans.lastDigest(t.Context()); err != nil || last != hour {
			t.Errorf("the last digest's hour is %d, want %d; %v", last, hour, err)
		}
	})
}

// TestADigestChosenBeforeTheFirstRun: whoever chose one is owed what comes from then on,
// though nobody has planned any digest yet.
func TestADigestChosenBeforeTheFirstRun(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1)
		f.reschedule(1, func(p *subscriptions.Preferences) { p.When = daily(9) })
		time.Sleep(time.Minute)
		f.publish("ky", "Жаңылык")
		sleepUntil(9, 1)
		f.work()
		if n := f.phones.told(1, "Жаңылык"); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
}

// TestADigestsItemIsNotToldAgainAtOnce: the item is still on its way to others when a chat
// that has it by its digest wants all at once.
func TestADigestsItemIsNotToldAgainAtOnce(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.options.Limiter = NewLimiter(1.0 / 60)
		f.subscribe("ky", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
		f.prefer(1, func(p *subscriptions.Preferences) { p.When = daily(9) })
		sleepUntil(8, 55)
		stop := f.run()
		defer func() { stop() }()
		f.publish("ky", "Жаңылык")
		f.until("the digest is there", func() bool { return f.phones.told(1, "Жаңылык") == 1 })
		f.reschedule(1, func(p *subscriptions.Preferences) { p.When = subscriptions.When{} })
		if running, err := f.engine.plans.running(t.Context()); err != nil || len(running) == 0 {
			t.Fatalf("nothing is on its way any more; %v", err)
		}
		f.quiet()
		if n := f.phones.told(1, "Жаңылык"); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
}

// TestAWeeksDigestRepeatsNothing: the ledger that knows who had an item at once has expired
// when a week's digest comes.
func TestAWeeksDigestRepeatsNothing(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1)
		time.Sleep(72 * time.Hour) // to the day after a Monday
		stop := f.run()
		f.publish("ky", "Тез келген")
		f.until("it is there", func() bool { return f.phones.told(1, "Тез келген") == 1 })
		f.quiet()
		f.reschedule(1, func(p *subscriptions.Preferences) {
			p.When = subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: time.Monday, Hour: 9}
		})
		f.publish("ky", "Кийинки")
		f.quiet()
		stop()
		time.Sleep(6 * 24 * time.Hour)
		sleepUntil(9, 1)
		f.work()
		if n, m := f.phones.told(1, "Тез келген"), f.phones.told(1, "Кийинки"); n != 1 || m != 1 {
			t.Errorf("told %d and %d times, want each once", n, m)
		}
	})
}
