package desk

import "testing"

// TestOnlyAnApprovalOfWhatIsUrgentPays: nothing else does, however it is asked, and who takes it
// back pays for nothing.
func TestOnlyAnApprovalOfWhatIsUrgentPays(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		urgent := true
		plain := o.submitted("abcdefghij", "ky")
		if out := o.try(Act{Verb: Approve, Case: plain.ID, Version: plain.Version, Who: cholpon, Paid: 10}); out.Refusal != NotAllowed {
			o.t.Errorf("what is not urgent is paid for: %+v", out)
		}
		c := o.do(Act{Verb: Write, Case: "jihgfedcba", Kind: Announce, Who: bakyt, Changes: &Changes{Urgent: &urgent, Texts: map[string]*Text{"ky": words("Ош", "Текст")}}})
		if out := o.try(Act{Verb: Submit, Case: c.ID, Version: c.Version, Who: bakyt, Paid: 10}); out.Refusal != NotAllowed {
			o.t.Errorf("an officer pays: %+v", out)
		}
		c = o.next(c, Submit, bakyt)
		if out := o.try(Act{Verb: Approve, Case: c.ID, Version: c.Version, Who: cholpon, Paid: -1}); out.Refusal != NotAllowed {
			o.t.Errorf("less than nothing is paid: %+v", out)
		}
		c = o.do(Act{Verb: Approve, Case: c.ID, Version: c.Version, Who: cholpon, Paid: 10})
		lines, err := o.Audit(o.t.Context(), "", 1)
		if err != nil || c.Paid != 10 || lines[0].Paid != 10 || lines[0].Who != cholpon {
			o.t.Errorf("%d are paid for; the audit says %+v, %v", c.Paid, lines, err)
		}
		items, err := o.Editions(o.t.Context(), c)
		if err != nil || items[0].Paid != 10 {
			o.t.Errorf("the item is %+v, %v", items, err)
		}
		if c = o.next(c, TakeBack, bakyt); c.Paid != 0 {
			o.t.Errorf("what was taken back is paid for: %d", c.Paid)
		}
	})
}
