package desk

import (
	"reflect"
	"testing"
	"time"
)

// TestACorrectionOfWhatWasTakenBackSaysSo: while it waited, the item was taken back.
func TestACorrectionOfWhatWasTakenBackSaysSo(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.subscribe("ky", 1, 2, 3)
		c := o.approved("abcdefghij", "ky")
		o.run(time.Minute)
		items := o.look(c.ID).Items
		correction := o.do(Act{Verb: Write, Case: "bcdefghijk", Kind: Correct, Items: items, Who: bakyt,
			Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош, 6-май", "Текст.")}}})
		correction = o.next(o.next(correction, Submit, bakyt), Approve, cholpon)
		if err := o.archive.Withdraw(o.t.Context(), items[0]); err != nil {
			o.t.Fatal(err)
		}
		o.run(time.Minute)
		if now := o.look(correction.ID); now.Status != Sent || now.Reason != TakenBack || now.Sums != nil {
			o.t.Errorf("the correction is %s, %q, %+v", now.Status, now.Reason, now.Sums)
		}
		o.expect(1)
	})
}

// TestWhatBecameOfItIsKeptWithTheCase: of an announcement, of each of two corrections, and of
// the withdrawal.
func TestWhatBecameOfItIsKeptWithTheCase(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.subscribe("ky", 1, 2, 3)
		o.subscribe("ru", 4)
		o.phones.away = map[int64]bool{3: true}
		c := o.approved("abcdefghij", "ky", "ru")
		o.run(5 * time.Minute)
		kept := func(id string, want Sums) {
			o.t.Helper()
			now := o.look(id)
			if now.Status != Sent || now.Reason != "" || !reflect.DeepEqual(now.Sums, &want) {
				o.t.Errorf("case %s is %s %q, and of it is kept %+v", id, now.Status, now.Reason, now.Sums)
			}
		}
		kept(c.ID, Sums{Planned: 4, Sent: 3, Failed: 1, GaveUp: 1})
		items := o.look(c.ID).Items
		for _, id := range []string{"bcdefghijk", "cdefghijkl"} {
			correction := o.do(Act{Verb: Write, Case: id, Kind: Correct, Items: items, Who: bakyt,
				Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош "+id, "Текст."), "ru": words("Ош "+id, "Текст.")}}})
			o.next(o.next(correction, Submit, bakyt), Approve, cholpon)
			o.run(2 * time.Minute)
			kept(id, Sums{Planned: 3, Sent: 3})
		}
		o.do(Act{Verb: Approve, Case: "defghijklm", Kind: Withdraw, Items: items, Who: cholpon})
		o.run(2 * time.Minute)
		kept("defghijklm", Sums{Planned: 3, Sent: 3})
	})
}
