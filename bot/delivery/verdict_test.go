package delivery

import (
	"testing"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/telegram"
)

// TestUnknownAnswersFareByTheRules: with words that nobody has heard yet, Telegram is
// still alive, and what is refused is refused for good.
func TestUnknownAnswersFareByTheRules(t *testing.T) {
	t.Parallel()
	for _, code := range []int{400, 402, 403, 405, 406, 410, 418, 431, 451} {
		err := &telegram.APIError{Method: "sendMessage", Code: code, Description: "Bad Request: MOON_PHASE_INVALID"}
		if got := verdict(err); got.Verdict != broadcast.Refused || got.Reason != "moon_phase_invalid" || got.Words != err.Description {
			t.Errorf("%d: %s for %q, in words %q", code, got.Verdict, got.Reason, got.Words)
		}
	}
	for _, code := range []int{500, 501, 507, 520, 599} {
		err := &telegram.ServerError{Method: "sendMessage", Status: code}
		if got := verdict(err).Verdict; got != broadcast.Transient {
			t.Errorf("%d: %s", code, got)
		}
	}
}

func TestAVerdictCarriesTheParameters(t *testing.T) {
	t.Parallel()
	if got := verdict(&telegram.APIError{Code: 429, RetryAfter: 3 * time.Second}); got.After != 3*time.Second {
		t.Errorf("waits %s, not 3s", got.After)
	}
	got := verdict(&telegram.APIError{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", MigrateTo: -100123})
	if got.Verdict != broadcast.Moved || got.MovedTo != -100123 {
		t.Errorf("is %s to %d", got.Verdict, got.MovedTo)
	}
}
