package desk

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAnInvitationLetsOneOfficerInOnce(t *testing.T) {
	eachOffice(t, func(o *office) {
		ctx := o.t.Context()
		for _, who := range []int64{bakyt, nobody} {
			if _, err := o.Invite(ctx, who); !errors.Is(err, ErrNotAllowed) {
				o.t.Errorf("%d invited: %v", who, err)
			}
		}
		token, err := o.Invite(ctx, cholpon)
		if err != nil || len(token) != 32 {
			o.t.Fatalf("%q, %v", token, err)
		}
		for _, key := range o.rdb.Keys(ctx, "*").Val() {
			if strings.Contains(key, token) {
				o.t.Errorf("the token stands in %s", key)
			}
		}
		if _, ok, err := o.Accept(ctx, strings.ToUpper(token), eldar, "Э."); ok || err != nil {
			o.t.Errorf("another token let somebody in: %v", err)
		}
		p, ok, err := o.Accept(ctx, token, eldar, " Э.\nСадыков "+strings.Repeat("ы", 100))
		if err != nil || !ok || p.Roles != Officer || p.InvitedBy != cholpon || len([]rune(p.Name)) != 64 || !strings.HasPrefix(p.Name, "Э. Садыков") {
			o.t.Fatalf("let in: %+v, %v, %v", p, ok, err)
		}
		if _, ok, err := o.Accept(ctx, token, nobody, "Н."); ok || err != nil {
			o.t.Errorf("a second one was let in: %v", err)
		}
		people, err := o.People(ctx)
		if err != nil || len(people) != 5 || people[4].ID != eldar {
			o.t.Errorf("at the desk: %+v, %v", people, err)
		}
		if err := o.PutOut(ctx, cholpon, bakyt); !errors.Is(err, ErrNotInvited) {
			o.t.Errorf("the configuration's was put out: %v", err)
		}
		c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: eldar, Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош", "")}}})
		if err := o.PutOut(ctx, aizada, eldar); err != nil {
			o.t.Fatal(err)
		}
		if out := o.try(Act{Verb: Submit, Case: c.ID, Version: c.Version, Who: eldar}); out.Refusal != NotAllowed || out.Case.ID != "" {
			o.t.Errorf("put out a moment ago: %+v", out)
		}
		if verbs, err := o.Allowed(ctx, c, eldar); err != nil || len(verbs) != 0 {
			o.t.Errorf("put out, and has %v, %v", verbs, err)
		}
		lines, err := o.Audit(ctx, "", 10)
		if err != nil || len(lines) != 4 || lines[0].Verb != PutOut || lines[0].Whom != eldar || lines[2].Verb != Accept || lines[3].Verb != Invite {
			o.t.Errorf("audit: %+v, %v", lines, err)
		}
	})
}

func TestAnInvitationEnds(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		ctx := o.t.Context()
		late, err := o.Invite(ctx, cholpon)
		if err != nil {
			o.t.Fatal(err)
		}
		time.Sleep(24*time.Hour + time.Second)
		orphan, err := o.Invite(ctx, cholpon)
		if err != nil {
			o.t.Fatal(err)
		}
		if _, ok, err := o.Accept(ctx, late, eldar, "Э."); ok || err != nil {
			o.t.Errorf("after a day: %v", err)
		}
		// Who invited is no approver any more.
		d := o.open(func(options *Options) { options.People[2].Roles = Operator })
		if _, ok, err := d.Accept(ctx, orphan, eldar, "Э."); ok || err != nil {
			o.t.Errorf("by somebody who may not: %v", err)
		}
	})
}

// TestWithoutADeskNobodyWrites though somebody was invited before.
func TestWithoutADeskNobodyWrites(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		ctx := o.t.Context()
		token, err := o.Invite(ctx, cholpon)
		if err != nil {
			o.t.Fatal(err)
		}
		if _, ok, err := o.Accept(ctx, token, eldar, "Э."); !ok || err != nil {
			o.t.Fatal(ok, err)
		}
		o.Desk = o.open(func(options *Options) {
			options.Writing, options.People = false, []Person{{ID: daniyar, Roles: Operator | Approver}}
		})
		for _, who := range []int64{eldar, daniyar} {
			if out := o.try(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: who}); out.Refusal != NotAllowed {
				o.t.Errorf("%d wrote: %+v", who, out)
			}
		}
		if _, err := o.Invite(ctx, daniyar); !errors.Is(err, ErrNotAllowed) {
			o.t.Errorf("invited: %v", err)
		}
		o.do(Act{Verb: Approve, Case: "abcdefghij", Kind: Withdraw, Who: daniyar, Items: []string{"item"}})
	})
}

func TestWhoMayApproveTheirOwn(t *testing.T) {
	for name, tt := range map[string]struct {
		options func(*Options)
		urgent  bool
		want    Result
	}{
		"two people":            {nil, false, Refused},
		"two, urgent":           {nil, true, Refused},
		"one":                   {func(o *Options) { o.One = true }, false, Acted},
		"alone, urgent":         {func(o *Options) { o.Alone = []int64{aizada} }, true, Acted},
		"alone, and not urgent": {func(o *Options) { o.Alone = []int64{aizada} }, false, Refused},
		"another alone, urgent": {func(o *Options) { o.Alone = []int64{cholpon} }, true, Refused},
	} {
		t.Run(name, func(t *testing.T) {
			miniOffice(t, tt.options, func(o *office) {
				c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: aizada,
					Changes: &Changes{Urgent: &tt.urgent, Texts: map[string]*Text{"ky": words("Ош", "")}}})
				c = o.next(c, Submit, bakyt)
				verbs, err := o.Allowed(o.t.Context(), c, aizada)
				if err != nil || slices.Contains(verbs, Approve) != (tt.want == Acted) {
					o.t.Errorf("offered: %v, %v", verbs, err)
				}
				out := o.try(Act{Verb: Approve, Case: c.ID, Version: c.Version, Who: aizada})
				if out.Result != tt.want || tt.want == Acted && !out.Case.Alone {
					o.t.Errorf("%s %s, alone: %v", out.Result, out.Refusal, out.Case.Alone)
				}
			})
		})
	}
}
