package bot

import (
	"testing"
	"testing/synctest"
)

func TestWhatAnItemIsRefusedForIsLearned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, item := newLessons(), pageKey{"aaaaaaaaaaaaaaaa", 1}
		const all = partPicture | partButtons | partMarkup
		learn := func(blamed part, times int) {
			for range times {
				l.learn(item, blamed, all&^blamed)
			}
		}
		learn(partButtons, 2)
		learn(0, 1) // somebody takes the buttons: it was the chats
		learn(partButtons, 2)
		l.learn(item, 0, partMarkup) // one that would have none in any case says nothing
		if got := l.of(item); got != 0 {
			t.Errorf("%b is left out too soon", got)
		}
		learn(partButtons, 1)
		if got := l.of(item); got != partButtons {
			t.Errorf("%b is left out, not the buttons", got)
		}
		learn(partPicture, 3)
		if got := l.of(item); got != partButtons|partPicture {
			t.Errorf("%b is left out, not buttons and picture", got)
		}
		if got := l.of(pageKey{"aaaaaaaaaaaaaaaa", 2}); got != 0 {
			t.Errorf("%b is left out of the corrected item", got)
		}
		l.learn(pageKey{}, partButtons, 0)
		if got := l.of(pageKey{}); got != 0 {
			t.Errorf("%b is left out of what only one chat gets", got)
		}
		sleep(t.Context(), refusalHolds) //nolint:errcheck // virtual time
		if got := l.of(item); got != 0 {
			t.Errorf("%b is left out for ever", got)
		}
	})
}
