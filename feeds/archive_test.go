package feeds

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

func TestFirstPollAnnouncesNothing(t *testing.T) {
	eachDesk(t, news(3), func(t *testing.T, d *desk) {
		d.poll(Result{First: true, Items: 3, New: 3})
		d.told()
		if got, want := d.latest(), []string{"Жаңылык 3", "Жаңылык 2", "Жаңылык 1"}; !slices.Equal(got, want) {
			t.Errorf("latest: got %q, want %q", got, want)
		}
		d.poll(Result{Unchanged: true})
	})
}

// TestEmptyFeedPrimesNothing: what stands in a feed that was empty at first may have been
// missing there. What is dated later is news.
func TestEmptyFeedPrimesNothing(t *testing.T) {
	eachDesk(t, nil, func(t *testing.T, d *desk) {
		d.poll(Result{First: true})
		posts := news(2)
		posts[0].Date = time.Now().Format(time.RFC1123Z)
		d.show(func(s *site) { s.posts = posts })
		d.poll(Result{Items: 2, New: 2, Announced: 1, Held: 1})
		d.told("published Жаңылык 2")
		if held, _ := d.Held(t.Context()); len(held) != 1 || held[0].Reason != HeldBacklog {
			t.Errorf("held: %+v", held)
		}
		d.show(func(s *site) { s.posts = news(3) })
		d.poll(Result{Items: 3, New: 1, Announced: 1})
		d.told("published Жаңылык 3")
	})
}

func TestNewItemsAreToldOldestFirst(t *testing.T) {
	eachDesk(t, nil, func(t *testing.T, d *desk) {
		d.prime()
		now := time.Now()
		posts := news(3)
		for i := range posts {
			posts[i].Date = now.Add(-time.Duration(i) * time.Hour).Format(time.RFC1123Z)
		}
		d.show(func(s *site) { s.posts = posts })
		d.poll(Result{Items: 3, New: 3, Announced: 3})
		d.told("published Жаңылык 1", "published Жаңылык 2", "published Жаңылык 3")
	})
}

// TestWhatIsNoChange: a site does all this without any editor's doing.
func TestWhatIsNoChange(t *testing.T) {
	t.Parallel()
	changes := map[string]func(s *site){
		"the document":     func(s *site) { s.tail = "<generator>CMS</generator>" },
		"the date":         func(s *site) { s.posts[0].Date = time.Now().Format(time.RFC1123Z) },
		"the scheme":       func(s *site) { s.posts[0].Link = "http://ukuk.example/ky/news/1" },
		"tracking":         func(s *site) { s.posts[0].Link = "https://www.ukuk.example/ky/news/1/?utm_source=rss#top" },
		"white space":      func(s *site) { s.posts[0].Text = "\n  " + strings.ReplaceAll(s.posts[0].Text, " ", "\n ") + " " },
		"the guid":         func(s *site) { s.posts[0].GUID = "e4f1" },
		"a new id beside":  func(s *site) { p := s.posts[0]; p.Link += "00"; s.posts = append([]post{p}, s.posts...) },
		"markup around it": func(s *site) { s.posts[0].Text = "&lt;p&gt;" + s.posts[0].Text + "&lt;/p&gt;" },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
				t.Parallel()
				d := newDesk(t, rdb, news(1)...)
				d.poll(Result{First: true, Items: 1, New: 1})
				before, err := d.Latest(t.Context(), "ky", 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				d.show(change)
				for range 3 {
					if _, err := d.poller.Poll(t.Context(), "minjust-ky"); err != nil {
						t.Fatal(err)
					}
					d.show(func(s *site) { s.tail += " " }) // It is read again each time.
				}
				d.told()
				after, err := d.Latest(t.Context(), "ky", 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				if len(after) != 1 || !after[0].FirstSeen.Equal(before[0].FirstSeen) || after[0].Revision != 1 {
					t.Errorf("got %+v, want it as it was: %+v", after, before)
				}
			})
		})
	}
}

func TestCorrection(t *testing.T) {
	eachDesk(t, news(2), func(t *testing.T, d *desk) {
		d.poll(Result{First: true, Items: 2, New: 2})
		before, _ := d.Latest(t.Context(), "ky", 0, 1)
		d.show(func(s *site) { s.posts[0].Title = "Оңдолгон жаңылык" })
		d.poll(Result{Items: 2, Changed: 1, Announced: 1})
		d.told("corrected Оңдолгон жаңылык")
		after, _ := d.Latest(t.Context(), "ky", 0, 1)
		if after[0].Revision != 2 || after[0].ID != before[0].ID || !after[0].Published.Equal(before[0].Published) {
			t.Errorf("got %+v, want revision 2 of %+v", after[0], before[0])
		}
	})
}

// TestRepublished: the same text under a new id is the same item, which has moved: its
// page is another on the phones, and nobody is alerted again.
func TestRepublished(t *testing.T) {
	eachDesk(t, news(2), func(t *testing.T, d *desk) {
		d.poll(Result{First: true, Items: 2, New: 2})
		before := d.id("Жаңылык 2")
		d.show(func(s *site) { s.posts[0].Link = "https://ukuk.example/ky/news/9" })
		d.poll(Result{Items: 2, Changed: 1, Republished: 1, Announced: 1})
		d.told("corrected Жаңылык 2")
		it, err := d.Item(t.Context(), before)
		if err != nil || it.Link != "https://ukuk.example/ky/news/9" || it.Revision != 2 {
			t.Errorf("got %+v, %v", it, err)
		}
		// From now on the new id is as good as the old one.
		d.show(func(s *site) { s.tail = "<generator>CMS</generator>" })
		d.poll(Result{Items: 2})
		d.show(func(s *site) { s.posts[0].Title = "Оңдолгон жаңылык" })
		d.poll(Result{Items: 2, Changed: 1, Announced: 1})
		d.told("corrected Оңдолгон жаңылык")
		equal(t, "id", d.id("Оңдолгон жаңылык"), before)
	})
}

func TestAnotherSourceCorrectsNothing(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb, news(1)...)
	d.poll(Result{First: true, Items: 1, New: 1})
	other := newSite(t, post{Title: "Башка", Text: "Башкача", Link: news(1)[0].Link})
	o := options(other.URL)
	o.Sources[0].ID = "other"
	p := newPoller(t, o, d.Archive)
	for range 2 {
		if _, err := p.Poll(t.Context(), "other"); err != nil {
			t.Fatal(err)
		}
		other.show(func(s *site) { s.posts[0].Title += "!" })
	}
	d.told()
}

func TestNoFlood(t *testing.T) {
	eachDesk(t, nil, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.prime()
		d.show(func(s *site) { s.posts = news(11) })
		d.poll(Result{Items: 11, New: 11, Held: 11})
		d.told()
		held, err := d.Held(ctx)
		if err != nil || len(held) != 11 || held[0].Reason != HeldFlood {
			t.Fatalf("held: got %+v, %v, want 11 by reason of a flood", held, err)
		}
		// What is held was told to nobody: there is nothing to correct.
		d.show(func(s *site) { s.posts[0].Text = "Оңдолду" })
		d.poll(Result{Items: 11, Changed: 1})
		d.told()
		id := d.id("Жаңылык 11")
		if err := d.Release(ctx, id); err != nil {
			t.Fatal(err)
		}
		d.told("published Жаңылык 11")
		if err := d.Release(ctx, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("a second release: got %v, want ErrNotFound", err)
		}
		if err := d.Dismiss(ctx, d.id("Жаңылык 10")); err != nil {
			t.Fatal(err)
		}
		if held, _ = d.Held(ctx); len(held) != 9 {
			t.Errorf("%d items are held, want 9", len(held))
		}
		d.told()
	})
}

// TestTooManyCorrections: a site that changes all its texts at once corrects nothing
// on the phones by itself.
func TestTooManyCorrections(t *testing.T) {
	eachDesk(t, news(11), func(t *testing.T, d *desk) {
		d.poll(Result{First: true, Items: 11, New: 11})
		rebuild := func(s *site) {
			for i := range s.posts {
				s.posts[i].Text += " | Министрлик"
			}
		}
		d.show(rebuild)
		d.poll(Result{Items: 11, Changed: 11, Announced: 11}) // No phone shows them: nobody is asked.
		for _, n := range []int{16, 22} {
			d.show(func(s *site) { s.posts = append(news(n)[:n-len(s.posts)], s.posts...) })
			if _, err := d.poller.Poll(t.Context(), "minjust-ky"); err != nil {
				t.Fatal(err)
			}
		}
		d.take()
		d.show(rebuild)
		d.poll(Result{Items: 22, Changed: 22, Announced: 11, Held: 11})
		d.take()
		if err := d.Release(t.Context(), d.id("Жаңылык 17")); err != nil {
			t.Fatal(err)
		}
		d.told("corrected Жаңылык 17")
	})
}

// TestRestlessItem: a counter in a text does not edit the country's phones every minute.
func TestRestlessItem(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := newDesk(t, rdb, news(1)...)
	d.poll(Result{First: true, Items: 1, New: 1})
	d.show(func(s *site) { s.posts = news(2) })
	d.poll(Result{Items: 2, New: 1, Announced: 1})
	d.told("published Жаңылык 2")
	for i := range 8 {
		d.show(func(s *site) { s.posts[0].Text = fmt.Sprintf("Көрүүлөр: %d", i) })
		if _, err := d.poller.Poll(t.Context(), "minjust-ky"); err != nil {
			t.Fatal(err)
		}
	}
	if told := d.take(); len(told) != 1+correctionsADay { // An edit, and what then counts on.
		t.Errorf("%d corrections were announced, want %d", len(told), 1+correctionsADay)
	}
	if held, _ := d.Held(t.Context()); len(held) != 1 || held[0].Reason != HeldFlapping {
		t.Errorf("held: %+v", held)
	}
	if it, _ := d.Item(t.Context(), d.id("Жаңылык 2")); it.Summary != "Көрүүлөр: 7" {
		t.Errorf("the archive has %q, want the last text", it.Summary)
	}
}

// id finds an item by its title.
func (d *desk) id(title string) string {
	d.t.Helper()
	items, err := d.Latest(d.t.Context(), "ky", 0, 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, it := range items {
		if it.Title == title {
			return it.ID
		}
	}
	d.t.Fatalf("no item %q", title)
	return ""
}

func TestOldItemsAreNotPushed(t *testing.T) {
	eachDesk(t, nil, func(t *testing.T, d *desk) {
		d.prime()
		posts := news(3)
		posts[0].Date = time.Now().Format(time.RFC1123Z)
		posts[1].Date = time.Now().Add(-71 * time.Hour).Format(time.RFC1123Z)
		posts[2].Date = time.Now().Add(-73 * time.Hour).Format(time.RFC1123Z)
		d.show(func(s *site) { s.posts = posts })
		d.poll(Result{Items: 3, New: 3, Announced: 2, Held: 1})
		d.told("published Жаңылык 2", "published Жаңылык 3")
		if held, _ := d.Held(t.Context()); len(held) != 1 || held[0].Reason != HeldOld {
			t.Errorf("held: %+v, want one old item", held)
		}
	})
}

func TestWithdraw(t *testing.T) {
	eachDesk(t, news(2), func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.poll(Result{First: true, Items: 2, New: 2})
		id := d.id("Жаңылык 1")
		for range 2 { // Twice is as once.
			if err := d.Withdraw(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		d.told("withdrawn Жаңылык 1")
		if got := d.latest(); !slices.Equal(got, []string{"Жаңылык 2"}) {
			t.Errorf("latest: %q", got)
		}
		// The site still shows it, and even changes it: it stays withdrawn.
		d.show(func(s *site) { s.posts[1].Text = "Башкача" })
		d.poll(Result{Items: 2})
		d.told()
		// Its text under a new id is published anew.
		d.show(func(s *site) {
			s.posts = append([]post{{Title: "Жаңылык 1", Text: news(1)[0].Text, Link: "https://ukuk.example/ky/news/9"}}, s.posts...)
		})
		d.poll(Result{Items: 3, New: 1, Announced: 1})
		d.told("published Жаңылык 1")
		if err := d.Withdraw(ctx, "nosuch"); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestLatestIsTrimmedAndForgetsNothing(t *testing.T) {
	eachDesk(t, news(2), func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.rdb.ZAdd(ctx, keyLatest("ky"), manyAhead()...)
		d.poll(Result{First: true, Items: 2, New: 2})
		if n := d.rdb.ZCard(ctx, keyLatest("ky")).Val(); n != latestKept {
			t.Errorf("the list keeps %d, want %d", n, latestKept)
		}
		d.show(func(s *site) { s.tail = "<ttl>5</ttl>" })
		d.poll(Result{Items: 2})
		d.told()
	})
}

// manyAhead fills the latest list with what is newer than everything.
func manyAhead() []redis.Z {
	list := make([]redis.Z, latestKept)
	for i := range list {
		list[i] = redis.Z{Score: float64(time.Now().Unix() + 100), Member: i}
	}
	return list
}

// TestConflict: somebody else writes between reading and writing; the commit is
// tried anew on the new ground, and the item is announced once.
func TestConflict(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		ctx, now := t.Context(), time.Now()
		a := NewArchive(rdb)
		s := Source{ID: "s", Language: "ky", URL: "https://ukuk.example"}
		if _, err := a.commit(ctx, poll{source: s, entries: []entry{{Item: Item{Source: "s", Language: "ky", Title: "Нөл"}}}, now: now}, 10); err != nil {
			t.Fatal(err)
		}
		entries := []entry{{Item: Item{Source: "s", Language: "ky", Title: "Бир"}}}
		k, err := a.know(ctx, s, entries)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.commit(ctx, poll{source: s, entries: entries, now: now}, 10); err != nil {
			t.Fatal(err)
		}
		if _, err := a.write(ctx, s, k, diff(poll{source: s, entries: entries, now: now}, k, 10), now); !errors.Is(err, errConflict) {
			t.Errorf("writing on old ground: got %v, want a conflict", err)
		}
		list, err := a.Announcements(ctx, 10)
		if err != nil || len(list) != 1 || list[0].ID != 1 || list[0].Kind != Published {
			t.Errorf("announcements: %+v, %v, want one", list, err)
		}
	})
}

func TestItemNotFound(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	if _, err := NewArchive(rdb).Item(t.Context(), "nosuch"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
