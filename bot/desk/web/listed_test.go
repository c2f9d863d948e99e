package web

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
	"kabarchy/subscriptions"
)

// heads are the titles that a page lists.
var heads = regexp.MustCompile(`(?:<h3>|<strong>)(?:⚡ )?(Legal aid [a-z]{2})`)

func listed(page string) (titles []string) {
	for _, found := range heads.FindAllStringSubmatch(page, -1) {
		titles = append(titles, found[1])
	}
	return titles
}

// readersOfEach are so many for each language.
func (o *office) readersOfEach(count int) {
	o.t.Helper()
	for i, language := range locale.Languages() {
		for chat := range count {
			if _, err := o.store.Update(o.t.Context(), int64(100*i+chat+1), func(p *subscriptions.Preferences, _ bool) {
				p.Interface, p.Languages = language, []string{language}
			}); err != nil {
				o.t.Fatal(err)
			}
		}
	}
}

// A story that three feeds bring is one line from the beginning, and is stopped as one.
func TestAStoryOfTheFeedsIsListedOnce(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.readersOfEach(20)
		var editions []feeds.Item
		for _, language := range locale.Languages() {
			editions = append(editions, feeds.Item{ID: feeds.DeskItemID("site", language), Language: language, Title: "Legal aid " + language})
		}
		if err := o.archive.Publish(t.Context(), editions); err != nil { // as good as the feeds'
			t.Fatal(err)
		}
		o.run(15 * time.Second)
		b := o.signIn(bakyt)
		only := func(path string) (page string) {
			t.Helper()
			_, page = b.get("/desk" + path)
			if !slices.Equal(listed(page), []string{"Legal aid en"}) {
				t.Errorf("%s lists %v", path, listed(page))
			}
			return page
		}
		only("/queue")
		page := only("/")
		contains(t, page, "of 60", "/desk/item/"+feeds.DeskItemID("site", "en")+"/stop")
		b.post("/desk/item/"+feeds.DeskItemID("site", "en")+"/stop", "nonce", nonceOf(t, page), "back", "/")
		contains(t, only("/"), "Stopped", "of 60")
		halted, err := o.Halted(t.Context())
		for _, edition := range editions {
			if err != nil || halted[edition.ID] != broadcast.Halt("halt") {
				t.Errorf("%s is halted: %q, %v", edition.ID, halted[edition.ID], err)
			}
		}
	})
}

// A case that goes out in three languages is one line of each page; so is it when it was stopped, and
// its correction is another, which says that it is one.
func TestARunningCaseIsListedOnce(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.readersOfEach(20)
		texts := make(map[string]*desk.Text)
		for _, language := range locale.Languages() {
			texts[language] = &desk.Text{Title: "Legal aid " + language, Blocks: article.Paragraphs("On Fridays.")}
		}
		o.do(desk.Act{Verb: desk.Write, Case: "abcdefghij", Kind: desk.Announce, Who: bakyt, Changes: &desk.Changes{Texts: texts}})
		o.do(desk.Act{Verb: desk.Submit, Case: "abcdefghij", Version: 1, Who: bakyt})
		b := o.signIn(bakyt)
		only := func(when string, pages ...string) {
			t.Helper()
			for _, path := range pages {
				if _, page := b.get("/desk" + path); !slices.Equal(listed(page), []string{"Legal aid en"}) {
					t.Errorf("%s %s lists %v", when, path, listed(page))
				}
			}
		}
		only("submitted", "/", "/queue")
		o.do(o.approval("abcdefghij"))
		only("approved", "/", "/queue")
		o.run(time.Minute)
		c := o.look("abcdefghij")
		if running, err := o.engine.Progress(t.Context()); err != nil || len(running) != 3 || c.Status != desk.Sending {
			t.Fatalf("%v %s %+v", err, c.Status, running)
		}
		only("running", "/", "/queue")
		_, page := b.get("/desk/")
		contains(t, page, "of 60")
		o.do(desk.Act{Verb: desk.Stop, Case: c.ID, Version: c.Version, Who: bakyt})
		only("stopped", "/")
		_, page = b.get("/desk/item/" + c.Items[0])
		b.post("/desk/item/"+c.Items[0]+"/correct", "nonce", nonceOf(t, page))
		form := b.compose(b.last.Header.Get("Location"))
		form.Set("title-en", "Legal aid en again")
		b.save(form, "submit")
		_, page = b.get("/desk/")
		if got := listed(page); len(got) != 2 {
			t.Errorf("with a correction it lists %v", got)
		}
		contains(t, page, "✏️ Correction · Waiting for approval")
	})
}

// What goes out is shown as its case or by itself, and never as both or not at all.
func TestABroadcastIsShownAsItsCaseOrByItself(t *testing.T) {
	t.Parallel()
	news := broadcast.Progress{ID: 1, Kind: broadcast.News, Item: "item"}
	fresh := broadcast.Progress{ID: 1, Kind: broadcast.News, Item: feeds.DeskItemID("abcdefghij", "en")}
	corrects := broadcast.Progress{ID: 2, Kind: broadcast.Correction, Item: "item"}
	daily := broadcast.Progress{ID: 3, Kind: broadcast.Digest}
	en := map[string]desk.Text{"en": {Title: "Legal aid"}}
	of := func(kind desk.Kind, status desk.Status, items ...string) desk.Case {
		return desk.Case{ID: "abcdefghij", Kind: kind, Status: status, Items: items, Texts: en}
	}
	for name, tt := range map[string]struct {
		c     desk.Case
		p     broadcast.Progress
		cased bool
	}{
		"its own":                              {of(desk.Announce, desk.Sending, "item", "other"), news, true},
		"stopped":                              {of(desk.Announce, desk.Stopped, "item"), news, true},
		"of another":                           {of(desk.Announce, desk.Sending, "other"), news, false},
		"begun after the case was read":        {of(desk.Announce, desk.Approved), fresh, true},
		"a draft goes nowhere":                 {of(desk.Announce, desk.Draft), fresh, false},
		"its correction":                       {of(desk.Correct, desk.Sending, "item"), corrects, true},
		"what is corrected runs on":            {of(desk.Correct, desk.Sending, "item"), news, false},
		"what is taken back runs on":           {of(desk.Withdraw, desk.Sending, "item"), news, false},
		"the site corrects beside the case":    {of(desk.Announce, desk.Sending, "item"), corrects, false},
		"the site corrects, the desk only may": {of(desk.Correct, desk.Approved, "item"), corrects, false},
		"a digest that was stopped":            {of(desk.Announce, desk.Stopped, "digest:3"), daily, true},
		"another digest":                       {of(desk.Announce, desk.Stopped, "digest:4"), daily, false},
	} {
		if g := (&glance{open: []desk.Case{tt.c}}); g.cased(tt.p) != tt.cased {
			t.Errorf("%s: %v", name, !tt.cased)
		}
	}
}
