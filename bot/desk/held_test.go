package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest/pipenet"
)

// hold has a source show so many items at once that they are held, and returns them.
func (o *office) hold() []feeds.Held {
	o.t.Helper()
	var items strings.Builder
	ministry := pipenet.Serve(o.t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Ministry</title>`+items.String()+`</channel></rss>`)
	}))
	poller, err := feeds.NewPoller(feeds.Options{
		Sources:  []feeds.Source{{ID: "ky", Language: "ky", URL: "http://ministry.example/ky"}},
		Schedule: "@every 1h", Zone: time.UTC, Dial: ministry.Dial, Plausible: 1,
	}, o.archive)
	if err != nil {
		o.t.Fatal(err)
	}
	for poll := range 2 {
		for i := range 1 + 2*poll {
			fmt.Fprintf(&items, `<item><title>Кабар %d-%d</title><link>http://ministry.example/%d/%d</link></item>`, poll, i, poll, i)
		}
		if _, err := poller.Poll(o.t.Context(), "ky"); err != nil {
			o.t.Fatal(err)
		}
	}
	held, err := o.archive.Held(o.t.Context())
	if err != nil || len(held) != 3 {
		o.t.Fatalf("held: %v, %v", held, err)
	}
	return held
}

func TestHeldItemsAreDecidedOneByOneAndOnce(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.subscribe("ky", 1)
		held := o.hold()
		batch, ids := Batch(held[0]), []string{held[0].Item, held[1].Item, held[2].Item}
		if _, err := o.Decide(o.t.Context(), bakyt, batch, ids, true, 1, "chat"); err == nil {
			o.t.Error("an officer decided")
		}
		if _, err := o.Decide(o.t.Context(), cholpon, batch, ids[:1], false, 1, "chat"); err != nil {
			o.t.Fatal(err)
		}
		decided, err := o.Decide(o.t.Context(), aizada, batch, ids[:2], true, 1, "chat")
		if err != nil || decided[ids[0]].Send || decided[ids[0]].Who != cholpon || !decided[ids[1]].Send {
			o.t.Errorf("decided: %+v, %v", decided, err)
		}
		o.run(time.Minute)
		o.expect(1, "Кабар 1-1")
		left, err := o.archive.Held(o.t.Context())
		if err != nil || len(left) != 1 || left[0].Item != ids[2] {
			o.t.Errorf("still held: %v, %v", left, err)
		}
		lines, err := o.Audit(o.t.Context(), "", 10)
		if err != nil || len(lines) != 2 || lines[0].Verb != Send || lines[0].Item != ids[1] || lines[1].Verb != Keep {
			o.t.Errorf("audit: %+v, %v", lines, err)
		}
	})
}

func TestADecisionThatACrashLeftIsCarriedOut(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		o.subscribe("ky", 1)
		held := o.hold()
		batch := Batch(held[0])
		if err := o.decide(o.t.Context(), Line{At: o.moment()}, cholpon, batch, []string{held[0].Item}, true); err != nil {
			o.t.Fatal(err)
		}
		// What an earlier release decided of a whole batch holds for the rest of it.
		if err := o.rdb.Set(o.t.Context(), keyDecided(batch), "keep", 0).Err(); err != nil {
			o.t.Fatal(err)
		}
		o.run(time.Minute)
		o.expect(1, "Кабар 1-0")
		if left, err := o.archive.Held(o.t.Context()); err != nil || len(left) != 0 {
			o.t.Errorf("still held: %v, %v", left, err)
		}
		if !slices.ContainsFunc(held, func(h feeds.Held) bool { return h.Reason == feeds.HeldFlood }) {
			o.t.Error("they were held for something else")
		}
	})
}
