package broadcast

import "testing"

// TestRestartsMakeNothingImplausible: one chat in ten has blocked the bot, and the program
// is killed again and again before it saved how many were written to.
func TestRestartsMakeNothingImplausible(t *testing.T) {
	var kept []suspect
	d, blocked := newDoubt(""), &Error{Verdict: BlockedByUser}
	for chat := int64(1); chat <= 1000; chat++ {
		if chat%50 == 0 {
			d = newDoubt("")
			d.recall(kept, 0)
		}
		if chat%10 != 0 {
			d.delivered()
			continue
		}
		if who, counts := d.suspectOf(chat, blocked); counts {
			kept = append(kept, who)
		}
		if found := d.settled(chat, blocked); found != nil {
			t.Fatalf("held at chat %d: %d of %d have blocked the bot", chat, len(found.chats), d.attempts)
		}
	}
}
