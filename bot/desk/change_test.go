package desk

import (
	"strings"
	"testing"
)

func TestWhoChangesOtherFieldsKeepsBoth(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: bakyt, Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош", "")}}})
		change := func(who int64, ch Changes) Outcome {
			return o.try(Act{Verb: Change, Case: c.ID, Version: c.Version, Who: who, Changes: &ch})
		}
		urgent, topic := true, "legal-aid"
		change(bakyt, Changes{Texts: map[string]*Text{"ru": words("Ош", "")}})
		out := change(aizada, Changes{Urgent: &urgent, Topic: &topic})
		if out.Result != Acted || len(out.Case.Texts) != 2 || !out.Case.Urgent || out.Case.Topic != topic {
			o.t.Fatalf("both: %+v", out)
		}
		mine := words("Баткен", "")
		out = change(aizada, Changes{Texts: map[string]*Text{"ru": mine}})
		if out.Result != Conflict || len(out.Clashes) != 1 || out.Clashes[0].Field != "text:ru" ||
			out.Clashes[0].Theirs.Title != "Ош" || out.Clashes[0].Mine.Title != "Баткен" {
			o.t.Fatalf("the same field: %+v", out)
		}
		if c = out.Case; c.Texts["ru"].Title != "Ош" {
			o.t.Error("theirs is lost")
		}
		if out = change(aizada, Changes{Texts: map[string]*Text{"ru": mine}}); out.Result != Acted || out.Case.Texts["ru"].Title != "Баткен" {
			o.t.Errorf("put mine: %+v", out)
		}
		if out = change(bakyt, Changes{Texts: map[string]*Text{"ru": mine}}); out.Result != Acted {
			o.t.Errorf("what is the same clashes with nothing: %+v", out)
		}
	})
}

func TestTheMainLanguageIsTheFirstWritten(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: bakyt, Changes: &Changes{Texts: map[string]*Text{"ru": words("Ош", "")}}})
		change := func(ch Changes) Case {
			c = o.do(Act{Verb: Change, Case: c.ID, Version: c.Version, Who: bakyt, Changes: &ch})
			return c
		}
		if change(Changes{Texts: map[string]*Text{"ky": words("Ош", "")}}); c.Main != "ru" {
			o.t.Errorf("main is %s", c.Main)
		}
		ky := "ky"
		if change(Changes{Main: &ky}); c.Main != "ky" {
			o.t.Errorf("chosen, it is %s", c.Main)
		}
		if change(Changes{Texts: map[string]*Text{"ky": nil}}); c.Main != "ru" || len(c.Texts) != 1 {
			o.t.Errorf("without its text, it is %s", c.Main)
		}
	})
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		write := func(id string, bytes int) Outcome {
			return o.try(Act{Verb: Write, Case: id, Kind: Announce, Who: bakyt, Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош", strings.Repeat("a", bytes))}}})
		}
		if out := write("abcdefghij", 190_000); out.Result != Acted {
			o.t.Errorf("a long draft: %s", out.Refusal)
		}
		if out := write("bcdefghijk", 200_000); out.Refusal != TooLong {
			o.t.Errorf("more: %s", out.Refusal)
		}
		if c := o.submitted("cdefghijkl", "ky"); o.try(Act{Verb: Return, Case: c.ID, Version: c.Version, Who: cholpon}).Refusal != NoReason ||
			o.try(Act{Verb: Return, Case: c.ID, Version: c.Version, Who: cholpon, Reason: strings.Repeat("ы", 501)}).Refusal != NoReason ||
			o.try(Act{Verb: Return, Case: c.ID, Version: c.Version, Who: cholpon, Reason: strings.Repeat("ы", 500)}).Result != Acted {
			o.t.Error("reasons have from 1 to 500 characters")
		}
	})
}
