package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/broadcast"
)

// TestUnknownAnswersFareByTheRules: with words that nobody has heard yet, Telegram is
// still alive, and what is refused is refused for good.
func TestUnknownAnswersFareByTheRules(t *testing.T) {
	t.Parallel()
	for _, code := range []int{400, 402, 403, 405, 406, 410, 418, 431, 451} {
		err := &APIError{Method: "sendMessage", Code: code, Description: "Bad Request: MOON_PHASE_INVALID"}
		if got := verdict(err); got.Verdict != broadcast.Refused || got.Reason != "moon_phase_invalid" {
			t.Errorf("%d: %s for %q", code, got.Verdict, got.Reason)
		}
	}
	for _, code := range []int{500, 501, 507, 520, 599} {
		err := &ServerError{Method: "sendMessage", Status: code}
		if got := verdict(err).Verdict; got != broadcast.Transient {
			t.Errorf("%d: %s", code, got)
		}
	}
}

func TestAnswersAreComparedWithoutCase(t *testing.T) {
	t.Parallel()
	rows := readAnswers(t, ownTable)
	for _, row := range rows {
		for _, method := range row.methods {
			as := func(words string) meaning { return meaningIn(method, row.code, words) }
			want := as(row.description)
			if got := as(strings.ToUpper(row.description)); got != want {
				t.Errorf("%s: %s means %d, in capitals %d", method, row.description, want, got)
			}
		}
	}
}

func TestAVerdictCarriesTheParameters(t *testing.T) {
	t.Parallel()
	if got := verdict(&APIError{Code: 429, RetryAfter: 3 * time.Second}); got.After != 3*time.Second {
		t.Errorf("waits %s, not 3s", got.After)
	}
	got := verdict(&APIError{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", MigrateTo: -100123})
	if got.Verdict != broadcast.Moved || got.MovedTo != -100123 {
		t.Errorf("is %s to %d", got.Verdict, got.MovedTo)
	}
}

// TestEveryRowOfTheTableIsNeeded: one that no known answer reaches is a mistake, or hidden
// by one above it.
func TestEveryRowOfTheTableIsNeeded(t *testing.T) {
	t.Parallel()
	reached := make(map[int]bool)
	rows := readAnswers(t, ownTable)
	for _, row := range rows {
		for _, method := range row.methods {
			if i := rowOf(method, row.code, row.description); i >= 0 && row.code < 500 {
				reached[i] = true
			}
		}
	}
	for i, r := range answers {
		if !reached[i] {
			t.Errorf("row %d is never reached: %s", i, fmt.Sprint(r.words))
		}
		if words := r.words.String(); words != strings.ToLower(words) {
			t.Errorf("row %d can never match, since answers are compared in lower case: %s", i, words)
		}
	}
}
