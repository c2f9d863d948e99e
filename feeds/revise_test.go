package feeds

import (
	"errors"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

// TestRevise: a correction of the desk's is made once for each case that decides one.
func TestRevise(t *testing.T) {
	eachDesk(t, nil, func(t *testing.T, d *desk) {
		ctx := t.Context()
		editions := announcement("abcdefghij")
		id := editions[1].ID
		if err := d.Publish(ctx, editions); err != nil {
			t.Fatal(err)
		}
		d.take()
		var lost unanswered = true
		d.rdb.(*redis.Client).AddHook(&lost)
		first, second := Text{Title: "Приём", Blocks: paragraphs("Во вторник.")}, Text{Title: "Приём", Summary: "В среду.", File: "AgACAg"}
		if err := d.Revise(ctx, id, first, "first"); !errors.Is(err, errUnanswered) {
			t.Fatalf("revising without an answer: %v", err)
		}
		lost = false
		for _, step := range []struct {
			text Text
			by   string
		}{{first, "first"}, {second, "second"}, {first, "first"}, {second, "second"}} {
			if err := d.Revise(ctx, id, step.text, step.by); err != nil {
				t.Fatal(err)
			}
		}
		d.told("corrected Приём", "corrected Приём")
		it, err := d.Item(ctx, id)
		if err != nil || it.Revision != 3 || it.Summary != "В среду." || it.Blocks != nil || it.File != "AgACAg" || len(it.Editions) != 2 {
			t.Errorf("the archive has %+v, %v", it, err)
		}
		if err := d.Withdraw(ctx, id); err != nil {
			t.Fatal(err)
		}
		if err := d.Revise(ctx, id, first, "third"); !errors.Is(err, ErrWithdrawn) {
			t.Errorf("revising what was withdrawn: %v", err)
		}
		if err := d.Revise(ctx, "nosuch", first, "third"); !errors.Is(err, ErrNotFound) {
			t.Errorf("revising nothing: %v", err)
		}
		if err := d.Revise(ctx, id, Text{Title: " "}, "fourth"); err == nil {
			t.Error("an item has lost its title")
		}
	})
}

// revisedOnSite is a site with an item that the desk has given another text.
func revisedOnSite(t *testing.T, rdb redis.UniversalClient) (d *desk, id string) {
	d = newDesk(t, rdb)
	d.prime()
	d.show(func(s *site) { s.posts = news(1) })
	d.poll(Result{Items: 1, New: 1, Announced: 1})
	id = d.id("Жаңылык 1")
	if err := d.Revise(t.Context(), id, Text{Title: "Жаңылык 1, оңдолду", Blocks: paragraphs("Эртең.")}, "case"); err != nil {
		t.Fatal(err)
	}
	d.told("published Жаңылык 1, оңдолду", "corrected Жаңылык 1, оңдолду")
	d.show(func(s *site) { s.tail = "<generator>CMS</generator>" })
	d.poll(Result{Items: 1}) // The site stays as it was, and says nothing by that.
	return d, id
}

// wantHeld expects the desk's text to stay, and the site's change to be held or not.
func (d *desk) wantHeld(id string, held bool) {
	d.t.Helper()
	all, err := d.Held(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	if len(all) == 1 != held || held && (all[0].Item != id || all[0].Reason != HeldEdited || all[0].Kind != Corrected) {
		d.t.Errorf("held: %+v, want %v", all, held)
	}
	if it, err := d.Item(d.t.Context(), id); err != nil || it.Summary != "Эртең." || len(it.Blocks) != 1 || it.Revision != 2 {
		d.t.Errorf("the archive has %+v, %v, want the desk's text", it, err)
	}
	d.told()
}

// rewrite changes the item's text on the site.
func (d *desk) rewrite(text string) {
	d.show(func(s *site) { s.posts[0].Text = text })
}

func TestSiteChangesWhatTheDeskRevised(t *testing.T) {
	t.Parallel()
	each := func(name string, test func(t *testing.T, d *desk, id string)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
				t.Parallel()
				d, id := revisedOnSite(t, rdb)
				d.rewrite("Сайт муну бүгүн өзгөрттү.")
				d.poll(Result{Items: 1, Changed: 1, Held: 1})
				d.wantHeld(id, true)
				test(t, d, id)
			})
		})
	}
	each("released", func(t *testing.T, d *desk, id string) {
		if site, err := d.OnSite(t.Context(), id); err != nil || site.Summary != "Сайт муну бүгүн өзгөрттү." || site.Title != "Жаңылык 1" || site.Blocks != nil {
			t.Errorf("on the site it is %+v, %v", site, err)
		}
		if err := d.Release(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		d.told("corrected Жаңылык 1")
		it, _ := d.Item(t.Context(), id)
		if it.Summary != "Сайт муну бүгүн өзгөрттү." || it.Blocks != nil || it.Revision != 3 {
			t.Errorf("the archive has %+v, want the site's text", it)
		}
		d.rewrite("Дагы өзгөрттү.") // from here on it is the site's again
		d.poll(Result{Items: 1, Changed: 1, Announced: 1})
		d.told("corrected Жаңылык 1")
		if again, _ := d.Item(t.Context(), id); !again.Changed.After(it.Changed) || it.Changed.IsZero() {
			t.Errorf("it changed at %s, and then at %s", it.Changed, again.Changed)
		}
	})
	each("dismissed", func(t *testing.T, d *desk, id string) {
		if err := d.Dismiss(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		d.show(func(s *site) { s.tail = "<!-- another -->" })
		d.poll(Result{Items: 1})
		d.wantHeld(id, false)
		d.rewrite("Дагы өзгөрттү.")
		d.poll(Result{Items: 1, Changed: 1, Held: 1})
		d.wantHeld(id, true)
	})
	each("changed again", func(t *testing.T, d *desk, id string) {
		d.rewrite("Дагы өзгөрттү.")
		d.poll(Result{Items: 1})
		d.wantHeld(id, true)
		if site, _ := d.OnSite(t.Context(), id); site.Summary != "Дагы өзгөрттү." {
			t.Errorf("on the site it is %q", site.Summary)
		}
	})
	each("revised once more", func(t *testing.T, d *desk, id string) {
		if err := d.Revise(t.Context(), id, Text{Title: "Жаңылык 1", Summary: "Бүгүн."}, "other"); err != nil {
			t.Fatal(err)
		}
		d.told("corrected Жаңылык 1")
		if held, _ := d.Held(t.Context()); len(held) != 0 {
			t.Errorf("still held: %+v", held)
		}
	})
	each("taken over by the site", func(t *testing.T, d *desk, id string) {
		d.show(func(s *site) { s.posts[0].Title, s.posts[0].Text = "Жаңылык 1, оңдолду", "Эртең." })
		d.poll(Result{Items: 1})
		d.wantHeld(id, false)
	})
}
