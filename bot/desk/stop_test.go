package desk

import (
	"slices"
	"testing"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
)

// manyReaders are so many that a broadcast takes half a minute.
const manyReaders = 30

// going is an announcement that is going out slowly: by now some have it.
func (o *office) going() Case {
	o.t.Helper()
	for chat := range int64(manyReaders) {
		o.subscribe("ky", 1+chat)
	}
	c := o.approved("abcdefghij", "ky")
	time.Sleep(30 * time.Second)
	o.run(15 * time.Second)
	if n := o.phones.count(); n == 0 || n == manyReaders {
		o.t.Fatalf("%d have it by now", n)
	}
	return o.look(c.ID)
}

func TestWhatIsStoppedGoesOnWithTheRest(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.next(o.going(), Stop, bakyt)
		o.run(time.Minute)
		stopped := o.phones.count()
		o.run(5 * time.Minute)
		if n := o.phones.count(); n != stopped {
			o.t.Errorf("%d had it, five minutes later %d", stopped, n)
		}
		o.next(o.look(c.ID), GoOn, cholpon)
		o.run(2 * time.Minute)
		if n := o.phones.count(); n != manyReaders {
			o.t.Errorf("in the end there are %d messages", n)
		}
		if c := o.look(c.ID); c.Status != Sent {
			o.t.Errorf("it is %s", c.Status)
		}
		if n := o.rdb.HLen(o.t.Context(), keyHalted).Val(); n != 0 {
			o.t.Errorf("%d are still halted", n)
		}
	})
}

func TestWhatIsStoppedEndsSoAfterADay(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		c := o.next(o.going(), Stop, daniyar)
		o.run(time.Minute)
		stopped := o.phones.count()
		time.Sleep(23 * time.Hour)
		o.run(time.Minute)
		if c := o.look(c.ID); c.Status != Stopped || c.Ended {
			o.t.Errorf("too soon it is %s, ended: %v", c.Status, c.Ended)
		}
		time.Sleep(time.Hour)
		o.run(5 * time.Minute)
		if c := o.look(c.ID); c.Status != Sent || !c.Ended || o.phones.count() != stopped {
			o.t.Errorf("it is %s, ended: %v, %d messages and %d at the stop", c.Status, c.Ended, o.phones.count(), stopped)
		}
	})
}

// TestWhatIsStoppedBeforeItIsPublishedIsHeldBack: the process that let it go died at once.
func TestWhatIsStoppedBeforeItIsPublishedIsHeldBack(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		o.subscribe("ky", 1)
		c := o.approved("abcdefghij", "ky")
		time.Sleep(time.Minute)
		seen, err := o.read(o.t.Context(), Act{ID: "go", Verb: Go, Case: c.ID, Version: c.Version})
		if err != nil {
			o.t.Fatal(err)
		}
		act := Act{ID: "go", Verb: Go, Case: c.ID, Version: c.Version, Via: "clock"}
		n, _ := o.judge(seen, act)
		if done, err := o.write(o.t.Context(), seen, n, act); done != actDone || err != nil {
			o.t.Fatal(done, err)
		}
		c = o.next(o.look(c.ID), Stop, bakyt)
		o.run(time.Minute)
		if o.phones.count() != 0 {
			o.t.Error("it went out")
		}
		o.next(c, End, cholpon)
		o.run(time.Minute)
		if err := o.publish(o.t.Context(), o.look(c.ID)); err != nil { // by a process that slept all the while
			o.t.Fatal(err)
		}
		o.run(time.Minute)
		if c = o.look(c.ID); c.Status != Sent || o.phones.count() != 0 {
			o.t.Errorf("it is %s, %d messages", c.Status, o.phones.count())
		}
	})
}

func TestAFeedsItemIsStoppedUnderItsOwnID(t *testing.T) {
	eachOffice(t, func(o *office) {
		for chat := range int64(manyReaders) {
			o.subscribe("ky", 1+chat)
		}
		id := feeds.DeskItemID("site", "ky") // as good as a site's
		if err := o.archive.Publish(o.t.Context(), []feeds.Item{{ID: id, Language: "ky", Title: "Сайттан"}}); err != nil {
			o.t.Fatal(err)
		}
		o.run(15 * time.Second)
		for who, want := range map[int64]Result{nobody: Refused, bakyt: Acted} {
			out, err := o.StopItem(o.t.Context(), Act{ID: "press of " + decimal(who), Case: id, Who: who, Via: "chat"})
			if err != nil || out.Result != want || want == Acted && (out.Case.ID != id || !out.Case.Feed) {
				o.t.Fatalf("%d stops it: %+v, %v", who, out, err)
			}
		}
		again, err := o.StopItem(o.t.Context(), Act{ID: "another press", Case: id, Who: aizada, Via: "chat"})
		if err != nil || again.Refusal != WrongStatus || again.Case.StoppedBy != bakyt {
			o.t.Errorf("stopped twice: %+v, %v", again, err)
		}
		o.run(time.Minute)
		if n := o.phones.count(); n == 0 || n == manyReaders {
			o.t.Errorf("%d have it", n)
		}
		o.next(o.look(id), GoOn, cholpon)
		o.run(2 * time.Minute)
		if n, c := o.phones.count(), o.look(id); n != manyReaders || c.Status != Sent {
			o.t.Errorf("in the end %d have it, it is %s", n, c.Status)
		}
		late, err := o.StopItem(o.t.Context(), Act{ID: "too late", Case: id, Who: aizada, Via: "chat"})
		if err != nil || late.Refusal != WrongStatus {
			o.t.Errorf("stopped when it was over: %+v, %v", late, err)
		}
	})
}

// A story is stopped by any of its editions, also by one that everybody has already.
func TestAStoryIsStoppedByAnEditionThatHasEnded(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		o.subscribe("ky", 1)
		for chat := range int64(manyReaders) {
			o.subscribe("ru", 2+chat)
		}
		ky, ru := feeds.DeskItemID("site", "ky"), feeds.DeskItemID("site", "ru") // as good as a site's
		if err := o.archive.Publish(o.t.Context(), []feeds.Item{{ID: ky, Language: "ky", Title: "Сайттан"}, {ID: ru, Language: "ru", Title: "С сайта"}}); err != nil {
			o.t.Fatal(err)
		}
		o.run(15 * time.Second)
		for range 2 { // a double press
			out, err := o.StopItem(o.t.Context(), Act{ID: "press", Case: ky, Who: bakyt, Via: "web"})
			if err != nil || out.Case.ID != ru || !slices.Equal(out.Case.Items, []string{ru}) || out.Case.Status != Stopped {
				o.t.Fatalf("%+v, %v", out, err)
			}
		}
		o.run(time.Second)
		stopped := o.phones.count()
		if o.run(time.Minute); o.phones.count() != stopped || stopped > manyReaders {
			o.t.Errorf("%d had it, and then %d", stopped, o.phones.count())
		}
		again, err := o.StopItem(o.t.Context(), Act{ID: "another", Case: ky, Who: aizada, Via: "web"})
		if err != nil || again.Refusal != WrongStatus || again.Case.StoppedBy != bakyt {
			o.t.Errorf("stopped twice: %+v, %v", again, err)
		}
	})
}

// What began as one story is stopped as one, whatever the archive finds by then.
func TestEditionsOfAStory(t *testing.T) {
	t.Parallel()
	all := []broadcast.Progress{
		{Kind: broadcast.News, Ledger: 1, Item: "ky", FinishedAt: time.Unix(1, 0)}, {Kind: broadcast.News, Ledger: 2, Item: "other"},
		{Kind: broadcast.News, Ledger: 1, Item: "ru"}, {Kind: broadcast.Correction, Ledger: 1, Item: "en"},
	}
	for item, want := range map[string][]string{"ru": {"ru", "ky"}, "other": {"other"}, "none": nil} {
		if got := editionsOf(all, item); !slices.Equal(got, want) {
			t.Errorf("with %s goes %v", item, got)
		}
	}
}
