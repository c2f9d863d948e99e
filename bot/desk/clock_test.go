package desk

import (
	"testing"
	"time"
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
