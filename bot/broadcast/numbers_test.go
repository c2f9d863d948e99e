package broadcast

import "testing"

// TestNumberGivenTwiceIsMendedByTakingTheNext: Redis has lost the counter of announcements.
func TestNumberGivenTwiceIsMendedByTakingTheNext(t *testing.T) {
	for _, lost := range []string{"before anything was announced anew", "twice"} {
		t.Run(lost, func(t *testing.T) {
			eachHouse(t, func(t *testing.T, h *house) {
				all := chats(1, 120)
				h.subscribe("ky", all...)
				stop := h.run()
				titles := []string{"Биринчи", "Экинчи", "Үчүнчү"}
				for _, title := range titles {
					h.publish("ky", title)
				}
				h.quiet()
				if lost == "twice" {
					stop() // both numbers are given again before anybody plans
				}
				for _, title := range []string{"Төртүнчү", "Бешинчи"} {
					if err := h.rdb.Del(t.Context(), "{news}:announcements").Err(); err != nil {
						t.Fatal(err)
					}
					h.publish("ky", title)
				}
				if lost == "twice" {
					defer h.run()()
				} else {
					defer stop()
				}
				h.quiet()
				for _, c := range all {
					if n := h.phones.count(c); n != 5 {
						t.Errorf("chat %d has %d items, want 5", c, n)
					}
				}
				if err := h.archive.Withdraw(t.Context(), h.item("ky", "Төртүнчү").ID); err != nil {
					t.Fatal(err)
				}
				h.quiet()
				for chat, shows := range h.phones.titles() {
					if len(shows) != 4 {
						t.Errorf("chat %d shows %v after the withdrawal", chat, shows)
					}
				}
			})
		})
	}
}
