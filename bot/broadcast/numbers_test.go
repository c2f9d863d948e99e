package broadcast

import (
	"slices"
	"testing"
)

// TestNumberGivenTwiceIsMendedByTakingTheNext: Redis has lost the counter of announcements,
// and perhaps what it knew of the broadcasts that had their numbers, but not the ledgers.
func TestNumberGivenTwiceIsMendedByTakingTheNext(t *testing.T) {
	cases := []string{"twice", "before anything was announced anew", "with the reports"}
	for i, lost := range cases {
		t.Run(lost, func(t *testing.T) {
			fixtures(i == 0)(t, func(t *testing.T, f *fixture) {
				all := chats(1, 40)
				f.subscribe("ky", all...)
				stop := f.run()
				for _, title := range []string{"Биринчи", "Экинчи", "Үчүнчү"} {
					f.publish("ky", title)
				}
				f.quiet()
				if lost == "twice" {
					stop() // both numbers are given again before anybody plans
				}
				gone := []string{"{news}:announcements"}
				if lost == "with the reports" {
					gone = slices.Concat(gone, []string{keyPlan(1), keyPlan(2), keyPlan(3), keyFinished})
				}
				for _, title := range []string{"Төртүнчү", "Бешинчи"} {
					if err := f.rdb.Del(t.Context(), gone...).Err(); err != nil {
						t.Fatal(err)
					}
					f.publish("ky", title)
				}
				if lost == "twice" {
					defer f.run()()
				} else {
					defer stop()
				}
				f.quiet()
				for _, c := range all {
					if n := f.phones.count(c); n != 5 {
						t.Errorf("chat %d has %d items, want 5", c, n)
					}
				}
				if err := f.archive.Withdraw(t.Context(), f.item("ky", "Төртүнчү").ID); err != nil {
					t.Fatal(err)
				}
				f.quiet()
				for chat, shows := range f.phones.titles() {
					if len(shows) != 4 {
						t.Errorf("chat %d shows %v after the withdrawal", chat, shows)
					}
				}
			})
		})
	}
}
