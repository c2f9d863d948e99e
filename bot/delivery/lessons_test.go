package delivery

import (
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/render"
)

func TestWhatAnItemIsRefusedForIsLearned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, item := newLessons(), itemKey{"aaaaaaaaaaaaaaaa", 1}
		const all = render.PartPicture | render.PartButtons | render.PartMarkup
		learn := func(blamed render.Part, times int) {
			for range times {
				l.learn(item, blamed, all&^blamed)
			}
		}
		learn(render.PartButtons, 2)
		learn(0, 1) // somebody takes the buttons: it was the chats
		learn(render.PartButtons, 2)
		l.learn(item, 0, render.PartMarkup) // one that would have none in any case says nothing
		if got := l.of(item); got != 0 {
			t.Errorf("%b is left out too soon", got)
		}
		learn(render.PartButtons, 1)
		if got := l.of(item); got != render.PartButtons {
			t.Errorf("%b is left out, not the buttons", got)
		}
		learn(render.PartPicture, 3)
		if got := l.of(item); got != render.PartButtons|render.PartPicture {
			t.Errorf("%b is left out, not buttons and picture", got)
		}
		if got := l.of(itemKey{"aaaaaaaaaaaaaaaa", 2}); got != 0 {
			t.Errorf("%b is left out of the corrected item", got)
		}
		l.learn(itemKey{}, render.PartButtons, 0)
		if got := l.of(itemKey{}); got != 0 {
			t.Errorf("%b is left out of what only one chat gets", got)
		}
		time.Sleep(refusalHolds)
		if got := l.of(item); got != 0 {
			t.Errorf("%b is left out for ever", got)
		}
	})
}
