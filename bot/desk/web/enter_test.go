package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestWhoIsAtTheDeskSignsInByTheMiniApp(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.browser()
		_, page := b.get("/desk/case/abc/sure/goon")
		contains(t, page, `id="enter"`, `name="next" value="/case/abc/sure/goon"`, "!Going out")
		if status, _ := b.post("/desk/enter", "data", signed(bakyt, time.Now(), token), "next", "/"); status != http.StatusSeeOther {
			t.Fatalf("answer %d", status)
		}
		cookie := b.last.Header.Get("Set-Cookie")
		contains(t, cookie, "__Host-desk=", "Path=/", "HttpOnly", "Secure", "SameSite=None", "Partitioned", "!Domain", "!Expires")
		if status, _ := b.get(b.last.Header.Get("Location")); status != http.StatusSeeOther || b.last.Header.Get("Location") != "/desk/" {
			t.Errorf("after signing in: %d to %s", status, b.last.Header.Get("Location"))
		}
		status, page := b.get("/desk/")
		if status != http.StatusOK {
			t.Fatalf("answer %d", status)
		}
		contains(t, page, "<h1>Now</h1>", "Nothing is going out.")
		for _, header := range []string{"no-store", "nosniff", "no-referrer"} {
			contains(t, strings.Join([]string{b.last.Header.Get("Cache-Control"), b.last.Header.Get("X-Content-Type-Options"), b.last.Header.Get("Referrer-Policy")}, " "), header)
		}
		for _, key := range o.rdb.Keys(t.Context(), "*").Val() {
			if strings.Contains(key, b.cookies["__Host-desk"]) {
				t.Errorf("the cookie's token is in Redis: %s", key)
			}
		}
		if b.post("/desk/out"); b.cookies["__Host-desk"] != "" {
			t.Error("who signed out has a cookie")
		}
	})
}

func TestAFrameThatKeepsNoCookieIsLedToTheLink(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(bakyt)
		b.cookies = map[string]string{}
		_, page := b.get("/desk/entered?next=/")
		contains(t, page, "keeps no sign-in within Telegram", "On a computer")
	})
}

func TestInitDataThatIsNotTelegramsIsRefused(t *testing.T) {
	now := time.Now
	for name, c := range map[string]struct {
		data   func() string
		status int
		says   string
	}{
		"changed":               {func() string { return strings.Replace(signed(bakyt, now(), token), "102", "101", 1) }, 403, "sign-in is not valid"},
		"old":                   {func() string { return signed(bakyt, now().Add(-10*time.Minute-time.Second), token) }, 403, "sign-in is not valid"},
		"from the future":       {func() string { return signed(bakyt, now().Add(time.Minute), token) }, 403, "sign-in is not valid"},
		"of another bot":        {func() string { return signed(bakyt, now(), "7000000002:AAA") }, 403, "sign-in is not valid"},
		"without a hash":        {func() string { return "user=%7B%22id%22%3A101%7D&auth_date=" + decimal(now().Unix()) }, 403, "sign-in is not valid"},
		"with a second user":    {func() string { return signed(bakyt, now(), token) + "&user=" + url.QueryEscape(`{"id":101}`) }, 403, "sign-in is not valid"},
		"with a user before it": {func() string { return "user=" + url.QueryEscape(`{"id":101}`) + "&" + signed(bakyt, now(), token) }, 403, "sign-in is not valid"},
		"of nobody":             {func() string { return signed(0, now(), token) }, 403, "sign-in is not valid"},
		"no query at all":       {func() string { return "%zz" }, 403, "sign-in is not valid"},
		"empty":                 {func() string { return "" }, 403, "sign-in is not valid"},
		"of a citizen":          {func() string { return signed(nobody, now(), token) }, 403, "not for you"},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, func(t *testing.T, o *office) {
				b := o.browser()
				status, page := b.post("/desk/enter", "data", c.data())
				if status != c.status || len(b.cookies) > 0 {
					t.Errorf("answer %d, cookies %v", status, b.cookies)
				}
				contains(t, page, c.says, "!Осмонова")
				contains(t, o.log.String(), "!first_name", "!"+token)
			})
		})
	}
}

func TestInitDataComesOnce(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		data := signed(bakyt, time.Now(), token)
		b, thief := o.browser(), o.browser()
		b.post("/desk/enter", "data", data)
		status, page := thief.post("/desk/enter", "data", data)
		contains(t, page, "not valid any more")
		if status != http.StatusForbidden || len(thief.cookies) > 0 {
			t.Errorf("a replay is answered %d, cookies %v", status, thief.cookies)
		}
		if status, _ := b.post("/desk/enter", "data", data); status != http.StatusSeeOther { // loaded again
			t.Errorf("a page that is loaded again is answered %d", status)
		}
	})
}

func TestALinkSignsInOnceAndOnlyByItsButton(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		made, err := o.Login(t.Context(), aizada)
		if err != nil {
			t.Fatal(err)
		}
		link := "/desk/in/" + made
		scanner, b := o.browser(), o.browser()
		for range 3 {
			scanner.get(link)
		}
		_, page := b.get(link)
		contains(t, page, "Sign in as А. Осмонова?")
		if status, _ := b.get("/desk/"); status != 200 || len(b.cookies) > 0 {
			t.Error("looking at a link signs in")
		}
		if status, _ := b.post(link); status != http.StatusSeeOther || b.cookies["__Host-desk"] == "" {
			t.Errorf("the button is answered %d", status)
		}
		if status, _ := o.browser().post(link); status != http.StatusForbidden {
			t.Errorf("a used link is answered %d", status)
		}
		late, _ := o.Login(t.Context(), aizada)
		time.Sleep(2*time.Minute + time.Second)
		if status, _ := o.browser().post("/desk/in/" + late); status != http.StatusForbidden {
			t.Errorf("a late link is answered %d", status)
		}
		if _, err := o.Login(t.Context(), nobody); err == nil {
			t.Error("a citizen gets a link")
		}
		for _, key := range o.rdb.Keys(t.Context(), "*").Val() {
			contains(t, key, "!"+made, "!"+late)
		}
	})
}

func TestTenSignInsAMinuteFromAnAddress(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b, other := o.browser(), o.browser()
		other.from = "2001:db8::1"
		for i := range 12 {
			status, _ := b.post("/desk/enter", "data", "")
			if want := map[bool]int{true: 403, false: 429}[i < 10]; status != want {
				t.Errorf("attempt %d is answered %d", i+1, status)
			}
		}
		if status, _ := other.post("/desk/enter", "data", ""); status != 403 {
			t.Errorf("another address is answered %d", status)
		}
		time.Sleep(time.Minute + time.Second)
		if status, _ := b.post("/desk/enter", "data", ""); status != 403 {
			t.Errorf("a minute later it is answered %d", status)
		}
	})
}

func TestASessionEndsAndSoDoesARole(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		b := o.signIn(bakyt)
		time.Sleep(29 * time.Minute)
		_, page := b.get("/desk/")
		contains(t, page, "<h1>Now</h1>")
		time.Sleep(31 * time.Minute)
		_, page = b.get("/desk/")
		contains(t, page, "<h1>Signing in</h1>", "!Nothing is going out")

		b = o.signIn(bakyt)
		for range 24 {
			time.Sleep(29 * time.Minute)
			b.get("/desk/")
		}
		time.Sleep(25 * time.Minute)
		_, page = b.get("/desk/")
		contains(t, page, "<h1>Signing in</h1>")

		invitation, err := o.Invite(t.Context(), cholpon)
		if err != nil {
			t.Fatal(err)
		}
		if _, in, err := o.Accept(t.Context(), invitation, 555, "Э. Эсенов"); err != nil || !in {
			t.Fatal(in, err)
		}
		guest := o.signIn(555)
		_, page = guest.get("/desk/")
		contains(t, page, "<h1>Now</h1>")
		if err := o.PutOut(t.Context(), cholpon, 555); err != nil {
			t.Fatal(err)
		}
		status, page := guest.get("/desk/")
		contains(t, page, "not for you", "!Nothing is going out")
		if status != http.StatusForbidden {
			t.Errorf("who was put out is answered %d", status)
		}
		if again := o.rdb.Keys(t.Context(), keySession("*")).Val(); len(again) > 0 {
			t.Errorf("sessions are %v", again)
		}
	})
}
