package main

import (
	"strings"
	"testing"

	"kabarchy/bot/telegram"
)

// TestWrongTokenIsExplained: whatever Telegram says of a token that it does not know, the
// error names the variable and ends the program for a person to mend; nothing else does.
func TestWrongTokenIsExplained(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code        int
		description string
		wrong       bool
	}{
		{401, "Unauthorized", true},
		{404, "Not Found", true},
		{421, "Misdirected Request", true},
		{400, "Bad Request: FROZEN_METHOD_INVALID", true},
		{400, "Bad Request: chat not found", false},
		{429, "Too Many Requests: retry after 3", false},
	} {
		err := explain(&telegram.APIError{Method: "getMe", Code: c.code, Description: c.description})
		explained := strings.Contains(err.Error(), "check TELEGRAM_BOT_TOKEN") && exitStatus(err) == exitMisuse
		if explained != c.wrong {
			t.Errorf("%d %s: got %v with status %d, want the token named: %v", c.code, c.description, err, exitStatus(err), c.wrong)
		}
	}
}
