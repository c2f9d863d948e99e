package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
)

func TestWhatWaitsIsTakenBackByAFormOnce(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3)
		c := o.approved("abcdefghij", "Legal aid")
		b := o.signIn(bakyt)
		_, page := b.get("/desk/")
		contains(t, page, "Legal aid", "/desk/case/abcdefghij/do/takeback", "Don&#39;t do it")
		form := []string{"nonce", nonceOf(t, page), "version", decimal(int64(c.Version)), "back", "/"}
		for range 2 { // a double press
			if status, body := b.post("/desk/case/abcdefghij/do/takeback", form...); status != http.StatusSeeOther {
				t.Fatalf("answer %d %s", status, body)
			}
		}
		_, page = b.get("/desk/")
		contains(t, page, "Taken back. Nothing goes out.", "Draft", "!/do/takeback")
		if c := o.look("abcdefghij"); c.Status != desk.Draft || c.Version != 4 {
			t.Errorf("the case is %s, version %d", c.Status, c.Version)
		}
		_, page = b.get("/desk/")
		contains(t, page, "!Taken back")
	})
}

func TestWhatGoesOutIsStoppedAndGoesOn(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		for chat := range 100 {
			o.subscribe(int64(chat + 1))
		}
		o.approved("abcdefghij", "Legal aid")
		o.run(45 * time.Second)
		b := o.signIn(daniyar) // anybody at the desk may stop
		_, page := b.get("/desk/")
		contains(t, page, "Legal aid", `<progress max="100"`, "/desk/case/abcdefghij/do/stop", "!/sure/goon")
		b.post("/desk/case/abcdefghij/do/stop", "nonce", nonceOf(t, page), "version", "4", "back", "/")
		_, page = b.get("/desk/")
		contains(t, page, "Stopped. What was on its way may still arrive.", "don&#39;t have it", "!/sure/goon")

		approver := o.signIn(cholpon)
		_, page = approver.get("/desk/")
		contains(t, page, "/desk/case/abcdefghij/sure/goon", "/desk/case/abcdefghij/do/end")
		_, page = approver.get("/desk/case/abcdefghij/sure/goon?version=5")
		contains(t, page, "people</b> will get this message", "/desk/case/abcdefghij/do/goon")
		version := decimal(int64(o.look("abcdefghij").Version))
		approver.post("/desk/case/abcdefghij/do/goon", "nonce", nonceOf(t, page), "version", version)
		if c := o.look("abcdefghij"); c.Status != desk.Sending {
			t.Errorf("it is %s", c.Status)
		}
	})
}

func TestApprovingTellsTheNumberAndIsWrittenDown(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.subscribe(1, 2, 3, 4, 5, 6)
		c := o.submitted("abcdefghij", "<script>alert(1)</script>")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/")
		contains(t, page, "Waiting for your approval", "Б. &lt;b&gt;Токтогулов", "&lt;script&gt;alert", "!<script>alert")
		_, page = b.get("/desk/case/abcdefghij/sure/approve?version=2")
		contains(t, page, "<b>6 people</b> will get this message")
		b.post("/desk/case/abcdefghij/do/approve", "nonce", nonceOf(t, page), "version", decimal(int64(c.Version)), "reach", "7")
		lines, err := o.Audit(t.Context(), "", 1)
		if err != nil || lines[0].Reach != 6 || lines[0].Via != "web" || lines[0].Who != cholpon {
			t.Errorf("the audit says %+v %v", lines, err)
		}
	})
}

func TestAReturnNeedsItsReason(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.submitted("abcdefghij", "Legal aid")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/case/abcdefghij/sure/return?version=2")
		contains(t, page, `<label for="reason">`, "data-unsaved")
		form := []string{"nonce", nonceOf(t, page), "version", decimal(int64(c.Version)), "back", "/"}
		b.post("/desk/case/abcdefghij/do/return", form...)
		_, page = b.get("/desk/")
		contains(t, page, "Please give a reason of at most 500 characters.")
		b.post("/desk/case/abcdefghij/do/return", append(form, "reason", "The date is wrong.")...)
		if c := o.look("abcdefghij"); c.Status != desk.Returned || c.Reason != "The date is wrong." {
			t.Errorf("it is %s: %s", c.Status, c.Reason)
		}
	})
}

func TestAForgedRoleDoesNothing(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		own := o.submitted("abcdefghij", "Legal aid")
		for who, says := range map[int64]string{bakyt: "for others at the desk", daniyar: "for others at the desk"} {
			b := o.signIn(who)
			b.post("/desk/case/abcdefghij/do/approve", "nonce", "x", "version", decimal(int64(own.Version)), "roles", "approver", "who", "103")
			_, page := b.get("/desk/")
			contains(t, page, says)
		}
		b := o.signIn(aizada)
		text := o.do(desk.Act{Verb: desk.Write, Case: "bbbbbbbbbb", Kind: desk.Announce, Who: aizada, Changes: &desk.Changes{
			Texts: map[string]*desk.Text{"en": {Title: "Own"}},
		}})
		text = o.do(desk.Act{Verb: desk.Submit, Case: text.ID, Version: text.Version, Who: aizada})
		b.post("/desk/case/bbbbbbbbbb/do/approve", "nonce", "x", "version", decimal(int64(text.Version)))
		_, page := b.get("/desk/")
		contains(t, page, "You can&#39;t approve your own text")
		for _, id := range []string{"abcdefghij", "bbbbbbbbbb"} {
			if c := o.look(id); c.Status != desk.Submitted {
				t.Errorf("case %s is %s", id, c.Status)
			}
		}
	})
}

func TestWhoActsOnAnOldPageIsTold(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.submitted("abcdefghij", "Legal aid")
		b := o.signIn(cholpon)
		_, page := b.get("/desk/case/abcdefghij/sure/approve?version=2")
		o.do(desk.Act{Verb: desk.TakeBack, Case: c.ID, Version: c.Version, Who: bakyt})
		b.post("/desk/case/abcdefghij/do/approve", "nonce", nonceOf(t, page), "version", decimal(int64(c.Version)))
		_, page = b.get("/desk/")
		contains(t, page, "it has changed meanwhile")
		if c := o.look(c.ID); c.Status != desk.Draft {
			t.Errorf("it is %s", c.Status)
		}
	})
}

// Each path is asked for by those to whom it says nothing, and does nothing.
// Each path is closed to who is at the desk without its role, before anything else is asked.
func TestEachPathWithoutItsRole(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.submitted("abcdefghij", "Legal aid")
		lacking := map[desk.Role]*browser{desk.Officer: o.signIn(cholpon), desk.Approver: o.signIn(bakyt), desk.Approver | desk.Operator: o.signIn(bakyt)}
		closed := 0
		for _, at := range routes {
			b := lacking[at.roles]
			if b == nil {
				continue
			}
			closed++
			method, path, _ := strings.Cut(at.pattern, " ")
			path = "/desk" + strings.NewReplacer("{id}", c.ID, "{verb}", "send", "{user}", "102").Replace(path)
			status, page := b.ask(method, path, map[string][]string{"version": {"2"}, "nonce": {"x"}})
			if contains(t, page, "not for you", "!Legal aid"); status != http.StatusForbidden {
				t.Errorf("%s is answered %d", at.pattern, status)
			}
		}
		if now := o.look(c.ID); now.Version != c.Version || closed < 15 {
			t.Errorf("the case is %s, version %d, after %d paths", now.Status, now.Version, closed)
		}
	})
}

func TestEachPathWithoutASession(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.approved("abcdefghij", "Legal aid")
		wrong := map[string]string{"no cookie": "", "an invented one": "abc", "a very long one": strings.Repeat("x", 4000)}
		in := o.signIn(bakyt)
		for _, at := range routes {
			if at.roles == 0 {
				continue
			}
			method, path, _ := strings.Cut(at.pattern, " ")
			path = "/desk" + strings.NewReplacer("{$}", "", "{id}", c.ID, "{verb}", "takeback", "{page}", "now", "{user}", "102").Replace(path)
			for name, cookie := range wrong {
				b := o.browser()
				b.cookies["__Host-desk"] = cookie
				_, body := b.ask(method, path, map[string][]string{"version": {decimal(int64(c.Version))}, "nonce": {"x"}})
				if strings.Contains(body, "Legal aid") || !strings.Contains(body, "for the people of the press office") {
					t.Errorf("%s with %s is answered %s", at.pattern, name, body)
				}
			}
			b := in
			b.site = "cross-site"
			if status, body := b.ask(method, path, map[string][]string{"version": {decimal(int64(c.Version))}}); method == "POST" && status != 403 {
				t.Errorf("%s from another site is answered %d %s", at.pattern, status, body)
			}
			b.site, b.host = "same-origin", "evil.example"
			if status, _ := b.ask(method, path, nil); status != 404 {
				t.Errorf("%s of another host is answered %d", at.pattern, status)
			}
			b.host = "bot.example.kg"
		}
		if now := o.look(c.ID); now.Version != c.Version {
			t.Errorf("the case is %s, version %d", now.Status, now.Version)
		}
	})
}

func TestNothingIsChangedByGet(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.approved("abcdefghij", "Legal aid")
		b := o.signIn(bakyt)
		for _, at := range routes {
			if _, path, _ := strings.Cut(at.pattern, " "); strings.HasPrefix(at.pattern, "POST") {
				path = "/desk" + strings.NewReplacer("{id}", c.ID, "{verb}", "takeback", "{token}", "x").Replace(path)
				b.get(path + "?nonce=x&version=" + decimal(int64(c.Version)))
			}
		}
		if now := o.look(c.ID); now.Version != c.Version || b.cookies["__Host-desk"] == "" {
			t.Errorf("the case is %s, version %d", now.Status, now.Version)
		}
	})
}

func TestALargeFormIsRefusedInWords(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.approved("abcdefghij", "Legal aid")
		b := o.signIn(bakyt)
		status, page := b.post("/desk/case/abcdefghij/do/takeback", "reason", strings.Repeat("x", 10<<20))
		contains(t, page, "This is too large")
		if status != http.StatusRequestEntityTooLarge {
			t.Errorf("answer %d", status)
		}
	})
}

func TestRedisAwayIsSaidInWords(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(bakyt)
		o.server.Kill()
		status, page := b.get("/desk/")
		contains(t, page, "<h1>Not available just now</h1>", "Nothing was lost", "!dial")
		if status != http.StatusServiceUnavailable {
			t.Errorf("answer %d", status)
		}
		o.server.Restart()
		for range 5 { // the client finds out of each of its connections that it is none
			time.Sleep(time.Second)
			_, page = b.get("/desk/")
		}
		contains(t, page, "<h1>Now</h1>")
		contains(t, o.log.String(), "page not shown", "!/desk/case")
	})
}

func TestAPageThatTakesTooLongIsSaidInWordsAndInTheLog(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(bakyt)
		o.asked = func() { time.Sleep(answerWithin) }
		status, page := b.get("/desk/")
		contains(t, page, "<h1>Not available just now</h1>")
		contains(t, o.log.String(), "page not shown", "deadline exceeded")
		if status != http.StatusServiceUnavailable {
			t.Errorf("answer %d", status)
		}
	})
}

func TestAFormOutlivesTheInstanceThatDrewIt(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.approved("abcdefghij", "Legal aid")
		b := o.signIn(bakyt)
		_, page := b.get("/desk/")
		o.web = o.open()
		form := []string{"nonce", nonceOf(t, page), "version", decimal(int64(c.Version)), "back", "/"}
		b.post("/desk/case/abcdefghij/do/takeback", form...)
		if now := o.look(c.ID); now.Status != desk.Draft {
			t.Errorf("the case is %s", now.Status)
		}
	})
}
