package desk

import (
	"log/slog"
	"testing"
	"time"
)

// TestWhatABackupBringsBackWaitsForAPerson: what was due meanwhile has been missed, what was being
// sent is stopped, and what is for later, or not approved, stays as it is.
func TestWhatABackupBringsBackWaitsForAPerson(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		o.subscribe("ky", 1, 2, 3, 4, 5, 6, 7, 8, 9)
		o.approved("sending", "ky")
		o.run(32 * time.Second)
		had := o.phones.count()
		if had == 0 || had == 9 {
			o.t.Fatalf("%d of 9 have it", had)
		}
		o.approved("due", "ky")
		later := time.Now().Add(time.Hour)
		write := o.do(Act{Verb: Write, Case: "later", Kind: Announce, Who: bakyt, Changes: &Changes{At: &later, Texts: map[string]*Text{"ky": words("Кийин", "Текст.")}}})
		o.next(o.next(write, Submit, bakyt), Approve, cholpon)
		o.submitted("waiting", "ky")
		time.Sleep(time.Minute) // the backup is of now, and is brought back a minute later

		if n, err := Restored(o.t.Context(), o.rdb, slog.New(slog.DiscardHandler)); n != 2 || err != nil {
			o.t.Errorf("decided of %d: %v", n, err)
		}
		for id, want := range map[string]Status{"sending": Stopped, "due": Submitted, "later": Approved, "waiting": Submitted} {
			if c := o.look(id); c.Status != want {
				o.t.Errorf("%s is %s, not %s", id, c.Status, want)
			}
		}
		o.run(10 * time.Minute)
		if n := o.phones.count(); n != had {
			o.t.Errorf("%d messages went out by themselves", n-had)
		}
		o.run(time.Hour)
		if n := o.phones.count(); n != had+9 {
			o.t.Errorf("what was for later came to %d of 9", n-had)
		}
	})
}
