package report_test

import (
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/desk/report"
	"kabarchy/feeds"
	"kabarchy/subscriptions/redistest"
)

// TestSourcesAreKept: each instance sees how the sources are, as the one that leads last found
// them; what is not known yet after a start leaves what was known.
func TestSourcesAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rdb := redistest.Bubble(t).Client(t)
		keep := func(k *report.Keeper, list ...feeds.Health) []feeds.Health {
			t.Helper()
			if err := k.Keep(t.Context(), list); err != nil {
				t.Fatal(err)
			}
			kept, err := report.Sources(t.Context(), rdb)
			if err != nil {
				t.Fatal(err)
			}
			return kept
		}
		now := time.Now()
		ky := feeds.Health{Source: "ky", URL: "https://user:password@site.example/rss", Condition: feeds.Well, LastAttempt: now, LastSuccess: now}
		ru := feeds.Health{Source: "ru", Condition: feeds.Well, LastAttempt: now, LastSuccess: now}
		leader := report.NewKeeper(rdb)
		kept := keep(leader, ru, ky)
		if len(kept) != 2 || kept[0].Source != "ky" || kept[0].URL != "" || !kept[0].LastSuccess.Equal(now) {
			t.Errorf("kept are %+v", kept)
		}
		ky.Condition, ky.LastError, ky.Failures = feeds.Failing, "no route to host", 60
		if kept = keep(leader, ru, ky); kept[0].Condition != feeds.Failing || kept[0].LastError != "no route to host" {
			t.Errorf("kept is %+v", kept[0])
		}
		next := report.NewKeeper(rdb) // another leads, and has asked nobody yet
		if kept = keep(next, feeds.Health{Source: "ky", Condition: feeds.Well}); len(kept) != 1 || kept[0].Condition != feeds.Failing {
			t.Errorf("kept are %+v", kept)
		}
		if err := rdb.Del(t.Context(), "{news}:health").Err(); err != nil {
			t.Fatal(err)
		}
		if kept = keep(leader, ru, ky); len(kept) != 2 {
			t.Errorf("what vanished is not written again: %+v", kept)
		}
	})
}
