package desk

import (
	"testing"
)

func TestAnActIsDoneOnceAndAnApprovalIsAnothers(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: bakyt, Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош", "Текст")}}})
		c = o.do(Act{Verb: Change, Case: c.ID, Version: c.Version, Who: aizada, Changes: &Changes{Texts: map[string]*Text{"ru": words("Ош", "Текст")}}})
		c = o.next(c, Submit, bakyt)
		if own := o.try(Act{Verb: Approve, Case: c.ID, Version: c.Version, Who: aizada}); own.Refusal != OwnText {
			o.t.Errorf("a hand approved: %+v", own)
		}
		approval := Act{ID: "press", Verb: Approve, Case: c.ID, Version: c.Version, Who: cholpon, Reach: 7, Via: "chat"}
		out, err := o.Do(o.t.Context(), approval)
		if err != nil || out.Result != Acted {
			o.t.Fatalf("approve: %+v, %v", out, err)
		}
		if again, err := o.Do(o.t.Context(), approval); err != nil || again.Result != Repeated || again.Case.Version != out.Case.Version {
			o.t.Errorf("the same press again: %+v, %v", again, err)
		}
		if second := o.try(Act{Verb: Approve, Case: c.ID, Version: c.Version, Who: daniyar}); second.Result != Conflict || second.Case.ApprovedBy != cholpon {
			o.t.Errorf("who approves second: %+v", second)
		}
		lines, err := o.Audit(o.t.Context(), "", 10)
		if err != nil || len(lines) != 4 || lines[0].Verb != Approve || lines[0].Reach != 7 || len(lines[0].Texts) != 64 {
			o.t.Errorf("audit: %+v, %v", lines, err)
		}
		if older, err := o.Audit(o.t.Context(), lines[1].ID, 10); err != nil || len(older) != 2 || older[1].Verb != Write {
			o.t.Errorf("the audit's older lines: %+v, %v", older, err)
		}
		if kept, err := o.rdb.HGet(o.t.Context(), keyTexts(c.ID), lines[0].Texts).Result(); err != nil || kept == "" {
			o.t.Errorf("the approved texts are not kept: %v", err)
		}
	})
}
