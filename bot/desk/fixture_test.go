package desk

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// Those at the desk.
const (
	aizada  = 101 // officer and approver
	bakyt   = 102 // officer
	cholpon = 103 // approver
	daniyar = 104 // operator and approver, as admins are
	nobody  = 999
)

func colleagues() []Person {
	return []Person{
		{ID: aizada, Name: "А. Осмонова", Roles: Officer | Approver},
		{ID: bakyt, Name: "Б. Токтогулов", Roles: Officer},
		{ID: cholpon, Name: "Ч. Алиева", Roles: Approver},
		{ID: daniyar, Roles: Operator | Approver},
	}
}

// newDesk makes a desk with these colleagues; change, where there is one, changes its options.
func newDesk(t *testing.T, rdb redis.UniversalClient, change func(*Options)) *Desk {
	t.Helper()
	o := Options{Redis: rdb, Archive: feeds.NewArchive(rdb), People: colleagues()}
	if change != nil {
		change(&o)
	}
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// do does an act that has to go well, and returns the case.
func do(t *testing.T, d *Desk, a Act) Case {
	t.Helper()
	out, err := d.Do(t.Context(), a)
	if err != nil || out.Result != Acted {
		t.Fatalf("%s by %d: %s %s, %v", a.Verb, a.Who, out.Result, out.Refusal, err)
	}
	return out.Case
}

func words(title, text string) *Text {
	return &Text{Title: title, Blocks: article.Paragraphs(text)}
}
