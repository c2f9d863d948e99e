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

// TestWhateverThePaymentIsRefusedWith, nobody loses the message for it: it is tried again unpaid.
// What speaks of the chat, of everybody or of the token stays what it is.
func TestWhateverThePaymentIsRefusedWith(t *testing.T) {
	t.Parallel()
	for _, words := range []string{
		"Bad Request: BALANCE_TOO_LOW", "Bad Request: not enough Telegram Stars", "Bad Request: allow_paid_broadcast is not available to the bot",
		"Bad Request: the bot must have at least 100000 monthly active users", "Bad Request: BOT_NOT_ELIGIBLE", "Bad Request: BROADCAST_FORBIDDEN",
		"Bad Request: STARS_AMOUNT_INVALID", "Bad Request: PAYMENT_REQUIRED", "Bad Request: PAYMENT_UNSUPPORTED", "Bad Request: invalid parameter", "Bad Request",
		"Payment Required", "Payment Required: top up the balance", "Forbidden: paid broadcasts are disabled by @BotFather",
		"Forbidden: bot can't use paid broadcast", "Forbidden: not enough rights", "Unauthorized: paid broadcast is not allowed", "Conflict: payment is being made", "",
		"Неизвестная ошибка",
	} {
		for _, code := range []int{400, 402, 403, 406} {
			err := &telegram.APIError{Method: "sendMessage", Code: code, Description: words}
			if got := verdictOn(broadcast.Delivery{Paid: true}, err).Verdict; got != broadcast.Unpaid {
				t.Errorf("%d %q: %s", code, words, got)
			}
			if got := verdictOn(broadcast.Delivery{}, err).Verdict; got == broadcast.Unpaid {
				t.Errorf("%d %q without payment: %s", code, words, got)
			}
		}
	}
	for _, tt := range []struct {
		code  int
		words string
		want  broadcast.Verdict
	}{
		{401, "Unauthorized: paid broadcast is not allowed", broadcast.Unpaid},
		{409, "Conflict: payment is being made", broadcast.Unpaid},
		{401, "Unauthorized", broadcast.Unauthorized},
		{403, "Forbidden: bot was blocked by the user", broadcast.BlockedByUser},
		{400, "Bad Request: chat not found", broadcast.Gone},
		{429, "Too Many Requests: retry after 5", broadcast.SlowDown},
	} {
		err := &telegram.APIError{Method: "sendMessage", Code: tt.code, Description: tt.words}
		if got := verdictOn(broadcast.Delivery{Paid: true}, err).Verdict; got != tt.want {
			t.Errorf("%d %q: %s, want %s", tt.code, tt.words, got, tt.want)
		}
	}
}
