package desk

import (
	"testing"
	"time"

	"kabarchy/feeds"
)

func TestWhatIsApprovedGoesAfterTheHoldAndEnds(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.subscribe("ky", 1, 2)
		o.subscribe("ru", 3)
		c := o.approved("abcdefghij", "ky", "ru")
		o.run(29 * time.Second)
		if o.phones.count() != 0 {
			o.t.Fatal("something went out in the hold")
		}
		o.run(time.Minute)
		o.expect(1, "Ош ky")
		o.expect(2, "Ош ky")
		o.expect(3, "Ош ru")
		if c = o.look(c.ID); c.Status != Sent || len(c.Items) != 2 {
			o.t.Errorf("it is %s, items %v", c.Status, c.Items)
		}
		if open, err := o.Open(o.t.Context()); err != nil || len(open) != 0 {
			o.t.Errorf("still open: %v, %v", open, err)
		}
		if closed, err := o.Closed(o.t.Context(), 0, 10); err != nil || len(closed) != 1 {
			o.t.Errorf("closed: %v, %v", closed, err)
		}
	})
}

func TestWhatIsTakenBackInTheHoldNeverGoes(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		o.subscribe("ky", 1)
		c := o.approved("abcdefghij", "ky")
		o.run(20 * time.Second)
		o.next(c, TakeBack, bakyt)
		o.run(30 * time.Second)
		if c := o.look(c.ID); o.phones.count() != 0 || c.Status != Draft || c.ApprovedBy != 0 {
			o.t.Errorf("it is %s, %d messages", c.Status, o.phones.count())
		}
	})
}

func TestUrgentGoesAfterTenSecondsAndALaterOneAtItsTime(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		o.subscribe("ky", 1)
		write := func(id string, ch *Changes) {
			ch.Texts = map[string]*Text{"ky": words(id, "Текст.")}
			c := o.do(Act{Verb: Write, Case: id, Kind: Announce, Who: bakyt, Changes: ch})
			o.next(o.next(c, Submit, bakyt), Approve, cholpon)
		}
		urgent, later := true, time.Now().Add(time.Hour)
		write("urgent", &Changes{Urgent: &urgent})
		write("later", &Changes{At: &later})
		o.run(15 * time.Second)
		o.expect(1, "urgent")
		time.Sleep(59*time.Minute + 30*time.Second)
		o.run(10 * time.Second)
		o.expect(1, "urgent")
		o.run(20 * time.Second)
		o.expect(1, "urgent", "later")
	})
}

func TestWhatNobodySentInTimeIsAskedAboutAgain(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		o.subscribe("ky", 1)
		c := o.approved("abcdefghij", "ky")
		time.Sleep(30*time.Second + 30*time.Minute + time.Second) // nobody leads
		o.run(time.Minute)
		if c = o.look(c.ID); c.Status != Submitted || c.Reason != MissedLate || o.phones.count() != 0 {
			o.t.Fatalf("it is %s %q, %d messages", c.Status, c.Reason, o.phones.count())
		}
		o.next(c, Approve, daniyar)
		o.run(time.Minute)
		o.expect(1, "Ош ky")
	})
}

func TestWhoIsNoApproverAnyMoreSendsNothing(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		o.subscribe("ky", 1)
		c := o.approved("abcdefghij", "ky")
		o.Desk = o.open(func(options *Options) { options.People[2].Roles = Operator })
		time.Sleep(time.Minute)
		out, err := o.Do(o.t.Context(), Act{ID: "go", Verb: Go, Case: c.ID, Version: c.Version})
		if err != nil || out.Refusal != NotAllowed {
			o.t.Errorf("a clock that did not look: %+v, %v", out, err)
		}
		o.run(time.Minute)
		if c = o.look(c.ID); c.Status != Submitted || c.Reason != MissedApprover || o.phones.count() != 0 {
			o.t.Errorf("it is %s %q, %d messages", c.Status, c.Reason, o.phones.count())
		}
	})
}

func TestADraftThatNobodyTouchesIsDiscarded(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		c := o.submitted("abcdefghij", "ky")
		time.Sleep(30*24*time.Hour - time.Minute)
		o.run(30 * time.Second)
		if c := o.look(c.ID); c.Status != Submitted {
			o.t.Errorf("too soon it is %s", c.Status)
		}
		o.run(time.Minute)
		if c := o.look(c.ID); c.Status != Discarded {
			o.t.Errorf("it is %s", c.Status)
		}
		time.Sleep(366 * 24 * time.Hour)
		if _, ok, err := o.Look(o.t.Context(), c.ID); ok || err != nil {
			o.t.Errorf("a year later it is there: %v", err)
		}
		if n := o.rdb.Exists(o.t.Context(), keyTexts(c.ID)).Val(); n != 0 {
			o.t.Error("a year later its texts are there")
		}
	})
}

// sent is an announcement that went out.
func (o *office) sent(id string, languages ...string) Case {
	o.t.Helper()
	o.approved(id, languages...)
	o.run(2 * time.Minute)
	return o.look(id)
}

func TestACorrectionAndAWithdrawalReachThePhones(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.subscribe("ky", 1)
		o.subscribe("ru", 2)
		c := o.sent("abcdefghij", "ky", "ru")
		correction := o.do(Act{Verb: Write, Case: "bcdefghijk", Kind: Correct, Who: bakyt, Items: c.Items,
			Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош эмес, Баткен", "Текст.")}}})
		o.next(o.next(correction, Submit, bakyt), Approve, aizada)
		o.run(2 * time.Minute)
		o.expect(1, "Ош эмес, Баткен")
		o.expect(2, "Ош ru")
		if c := o.look(correction.ID); c.Status != Sent {
			o.t.Errorf("the correction is %s", c.Status)
		}
		out := o.do(Act{Verb: Approve, Case: "cdefghijkl", Kind: Withdraw, Who: aizada, Items: c.Items, Reach: 2})
		if hold := out.Due.Sub(out.Changed); hold != 10*time.Second {
			o.t.Errorf("a wrong text waits for %v", hold)
		}
		time.Sleep(time.Hour) // nobody leads, and it is as wrong as before
		o.run(2 * time.Minute)
		if o.phones.count() != 0 || o.look(out.ID).Status != Sent {
			o.t.Errorf("%d messages are left, it is %s", o.phones.count(), o.look(out.ID).Status)
		}
	})
}

func TestWhatIsApprovedTooLateIsRefused(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		at := time.Now().Add(time.Hour)
		c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: bakyt, Changes: &Changes{At: &at, Texts: map[string]*Text{"ky": words("Ош", "Текст.")}}})
		c = o.next(c, Submit, bakyt)
		time.Sleep(91 * time.Minute)
		out := o.try(Act{Verb: Approve, Case: c.ID, Version: c.Version, Who: cholpon})
		if out.Refusal != ChecksFailed || len(out.Findings) != 1 || out.Findings[0].Check != CheckTimePast {
			o.t.Errorf("approved: %+v", out)
		}
	})
}

func TestALanguageThatIsMissingIsSkippedOrStoodInFor(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		c := o.submitted("abcdefghij", "ru")
		main := MainMissing
		for _, tt := range []struct {
			missing *Missing
			want    int
		}{{nil, 0}, {&main, 2}} {
			if tt.missing != nil {
				c = o.next(c, TakeBack, bakyt)
				c = o.do(Act{Verb: Change, Case: c.ID, Version: c.Version, Who: bakyt, Changes: &Changes{Missing: tt.missing}})
			}
			items, err := o.Editions(o.t.Context(), c)
			if err != nil || len(items) != 1 || len(items[0].StandIn) != tt.want || items[0].ID != feeds.DeskItemID(c.ID, "ru") {
				o.t.Errorf("missing %q: %+v, %v", c.Missing, items, err)
			}
		}
	})
}
