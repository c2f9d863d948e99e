package feeds

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kabarchy/feeds/fetch"
)

// TestRereading: young items' pages are read once more, a few at a time and those first
// that were not read for longest; old ones and other sources' are not.
func TestRereading(t *testing.T) {
	t.Parallel()
	var entries []entry
	k := newKnowledge()
	for i := range 6 {
		e := item(fmt.Sprint("Новость ", i), "", fmt.Sprint("/news/", i), "", undated)
		entries = append(entries, e)
		id := fmt.Sprint("id", i)
		r := record{Item: e.Item}
		r.ID, r.FirstSeen = id, memoryStart.Add(-time.Hour)
		switch i {
		case 4:
			r.FirstSeen = memoryStart.Add(-youngFor - time.Minute)
		case 5:
			r.Source = "another"
		}
		k.records[id] = stored{record: r}
	}
	k.study(entries)
	for i := range entries {
		k.index[k.subjects[i].key(keyExact)] = []string{fmt.Sprint("id", i)}
	}
	var pages rereading
	now := memoryStart
	for round, want := range [][]int{{0, 1, 2}, {3}, {}, {0, 1, 2}} {
		if round == 3 {
			now = now.Add(rereadAfter)
		}
		due := pages.due("s", entries, k, now)
		if len(due) != len(want) {
			t.Fatalf("round %d: read %v, want %v", round, due, want)
		}
		for _, i := range want {
			if !due[i] {
				t.Errorf("round %d: read %v, want %v", round, due, want)
			}
			pages.note(entries[i].Item.Link, fetch.Validators{ETag: fmt.Sprint(i)}, now)
		}
		now = now.Add(time.Minute)
	}
	changed := slices.Clone(entries)
	changed[1].Item.Title = "Новость исправлена"
	changed[2].Item.Title = "Новость 17" // A counter.
	if due := pages.due("s", changed, k, now); !due[1] || due[0] || due[2] {
		t.Errorf("a link says something else: read %v, want its page", due)
	}
	pages.note(changed[1].Item.Link, fetch.Validators{}, now)
	equal(t, "validators", pages.get(entries[2].Item.Link).ETag, "2")
	pages.note(entries[3].Item.Link, fetch.Validators{}, now)
	if pages.waits(now) || !pages.waits(now.Add(rereadAfter)) || pages.waits(now.Add(youngFor)) {
		t.Error("the list is not read again when its pages are due")
	}
}
