package desk

import (
	"strings"
	"testing"
	"time"
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

func TestACaseIsCalledWhatAKeyMayBe(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		for _, id := range []string{"a:b", "Дело", "a b", "x*", strings.Repeat("a", 33)} {
			if out := o.try(Act{Verb: Write, Case: id, Kind: Announce, Who: bakyt}); out.Refusal != NoCase {
				o.t.Errorf("%q: %+v", id, out)
			}
		}
		if out := o.try(Act{Verb: Approve, Case: "abcdefghij", Kind: Withdraw, Who: cholpon, Items: make([]string, 33)}); out.Refusal != NoCase {
			o.t.Errorf("33 items: %+v", out)
		}
	})
}

// TestWhatRedisLosesIsDoneAgain: Redis crashes after something was published, and its last
// second is gone.
func TestWhatRedisLosesIsDoneAgain(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		ctx := o.t.Context()
		o.subscribe("ky", 1)
		c := o.approved("abcdefghij", "ky")
		before := o.rdb.Get(ctx, keyCase(c.ID)).Val()
		time.Sleep(time.Minute)
		if err := o.tick(ctx); err != nil || o.look(c.ID).Status != Sending {
			o.t.Fatal(err)
		}
		if err := o.rdb.Set(ctx, keyCase(c.ID), before, 0).Err(); err != nil {
			o.t.Fatal(err)
		}
		if err := o.rdb.Del(ctx, "{news}:items", "{news}:outbox", keyAct("go:abcdefghij:3")).Err(); err != nil {
			o.t.Fatal(err)
		}
		o.run(time.Minute)
		o.expect(1, "Ош ky")
	})
}
