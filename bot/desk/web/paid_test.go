package web

import (
	"net/http"
	"testing"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
)

// TestAnUrgentAnnouncementIsPaidForByItsOwnButton: the other one spends nothing, and both at once
// do one thing.
func TestAnUrgentAnnouncementIsPaidForByItsOwnButton(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3, 4, 5, 6)
		limiter := broadcast.NewLimiter(30)
		limiter.Pay(500)
		var err error
		o.Desk, err = desk.New(desk.Options{
			Redis: o.rdb, Archive: o.archive, Writing: true, People: []desk.Person{
				{ID: bakyt, Roles: desk.Officer}, {ID: cholpon, Roles: desk.Approver},
			},
			Engine: broadcast.New(broadcast.Options{Redis: o.rdb, Store: o.store, Archive: o.archive, Limiter: limiter, PaidADay: 50}),
		})
		if err != nil {
			t.Fatal(err)
		}
		o.web = o.open()
		o.submitted("abcdefghij", "Flood")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/case/abcdefghij/sure/approve?version=2")
		contains(t, page, "!Paid or free")
		urgent := true
		c := o.look("abcdefghij")
		for _, a := range []desk.Act{
			{Verb: desk.TakeBack}, {Verb: desk.Change, Changes: &desk.Changes{Urgent: &urgent}}, {Verb: desk.Submit},
		} {
			a.ID, a.Case, a.Version, a.Who = string(a.Verb), c.ID, c.Version, bakyt
			out, err := o.Do(t.Context(), a)
			if err != nil || out.Result != desk.Acted {
				t.Fatalf("%s: %+v, %v", a.Verb, out, err)
			}
			c = out.Case
		}
		_, page = b.get("/desk/case/abcdefghij/sure/approve?version=" + decimal(int64(c.Version)))
		contains(t, page, "Stars left for today: 5 of 5.", "at most 1", `name="paid" value="6"`, "Send free to 6")
		form := []string{"nonce", nonceOf(t, page), "version", decimal(int64(c.Version))}
		for _, paid := range [][]string{{"paid", "6"}, nil, {"paid", "6"}} {
			if status, body := b.post("/desk/case/abcdefghij/do/approve", append(form, paid...)...); status != http.StatusSeeOther {
				t.Fatalf("answer %d %s", status, body)
			}
		}
		if c = o.look("abcdefghij"); c.Status != desk.Approved || c.Paid != 6 {
			t.Errorf("the case is %s and %d are paid for", c.Status, c.Paid)
		}
		_, page = b.get("/desk/case/abcdefghij")
		contains(t, page, "Paid: at most 1", "⭐ 1")
	})
}
