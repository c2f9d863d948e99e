package broadcast

import (
	"testing"
	"time"

	"kabarchy/subscriptions"
)

// follow lets chats want what says a word, beside their topics.
func (f *fixture) follow(topics subscriptions.Topics, word string, chats ...int64) {
	f.tb.Helper()
	for _, chat := range chats {
		f.prefer(chat, func(p *subscriptions.Preferences) { p.Topics, p.Words = topics, []string{word} })
	}
}

// TestAWordIsOnceBesideATopic: who has the topic and the word gets an item once, and who has
// the word alone gets what says it, in whatever form; each is planned for, and corrected.
func TestAWordIsOnceBesideATopic(t *testing.T) {
	eachFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2, 3, 4)
		f.follow(subscriptions.Topics{}, "салык", 1)
		f.follow(subscriptions.Only(), "салык", 2)
		f.follow(subscriptions.Only(), "мектеп", 3)
		f.site.set("ky", "Салыгын төлөдү", "Текст.")
		f.site.set("ky", "Башка", "Текст.")
		f.poll("ky")
		f.work()
		f.wantTitles(map[int64][]string{
			1: {"Салыгын төлөдү", "Башка"}, 2: {"Салыгын төлөдү"}, 4: {"Салыгын төлөдү", "Башка"},
		})
		f.correct("ky", "Салыгын төлөдү", "Оңдолду.")
		f.work()
		for _, chat := range []int64{1, 2, 4} {
			if got := f.phones.all()[chat][0].text; got != "Оңдолду." {
				t.Errorf("chat %d still reads %q", chat, got)
			}
		}
	})
}

// TestACorrectionIsNoNews: an item that says the word only since its correction is told to
// nobody for it, though a walk goes on with it, in this run or in the next.
func TestACorrectionIsNoNews(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2)
		f.sleeps(1, 5, 7) // for whom a second walk comes
		f.follow(subscriptions.Only(), "мектеп", 2)
		f.publish("ky", "Жаңылык")
		stop := f.run()
		time.Sleep(5 * time.Second)
		f.correct("ky", "Жаңылык", "Мектепте.")
		time.Sleep(5 * time.Second)
		if err := f.engine.Joined(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		stop()
		time.Sleep(2 * time.Hour)
		f.work()
		f.wantTitles(map[int64][]string{1: {"Жаңылык"}})
	})
}

// TestFollowingDuringABroadcast: who begins to follow a word while an item that says it is
// under way gets it, wherever the walk is; who stops does not.
func TestFollowingDuringABroadcast(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1, 2, 3)
		f.follow(subscriptions.Only(), "мектеп", 2, 3)
		f.sleeps(1, 5, 7)
		f.sleeps(3, 5, 7)
		f.publish("ky", "Салык жана мектептер")
		stop := f.run()
		time.Sleep(5 * time.Second)
		f.subscribe("ky", 4)
		f.follow(subscriptions.Only(), "салыктар", 4)
		f.prefer(3, func(p *subscriptions.Preferences) { p.Words = nil })
		for _, chat := range []int64{3, 4, 4} {
			if err := f.engine.Joined(t.Context(), chat); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour) // the night is over at seven
		f.quiet()
		stop()
		f.wantTitles(map[int64][]string{1: {"Салык жана мектептер"}, 2: {"Салык жана мектептер"}, 4: {"Салык жана мектептер"}})
	})
}

// TestAWordInADigest: a digest brings what says the word, once.
func TestAWordInADigest(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.work() // the hour from which on there are digests
		f.subscribe("ky", 1)
		f.follow(subscriptions.Only(), "салык", 1)
		f.reschedule(1, func(p *subscriptions.Preferences) { p.When = daily(9) })
		f.publish("ky", "Башка")
		f.publish("ky", "Салыктар")
		f.work()
		for range 2 {
			sleepUntil(9, 1)
			f.work()
		}
		f.wantTitles(map[int64][]string{1: {"1/1 Салыктар"}})
	})
}

// TestTheTextGoesWithItsBroadcast: a report keeps nothing of it.
func TestTheTextGoesWithItsBroadcast(t *testing.T) {
	miniFixture(t, func(t *testing.T, f *fixture) {
		f.subscribe("ky", 1)
		f.publish("ky", "Салыктар")
		f.work()
		keys, err := f.rdb.Keys(t.Context(), "{news}:broadcast:*").Result()
		if err != nil || len(keys) == 0 {
			t.Fatalf("keys: %q, %v", keys, err)
		}
		for _, key := range keys {
			if f.rdb.HExists(t.Context(), key, "text").Val() {
				t.Errorf("%s still has the text", key)
			}
		}
	})
}
