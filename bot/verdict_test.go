package bot

import (
	"strings"
	"testing"
	"time"

	"kabarchy/bot/broadcast"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code        int
		description string
		meaning     meaning
		verdict     broadcast.Verdict
	}{
		{403, "Forbidden: bot was blocked by the user", blocked, broadcast.BlockedByUser},
		{403, "Forbidden: user is deactivated", blocked, broadcast.BlockedByUser},
		{403, "Forbidden: bot was kicked from the group chat", gone, broadcast.Gone},
		{403, "Forbidden: bot was kicked from the supergroup chat", gone, broadcast.Gone},
		{403, "Forbidden: bot was kicked from the channel chat", gone, broadcast.Gone},
		{403, "Forbidden: bot is not a member of the group chat", gone, broadcast.Gone},
		{403, "Forbidden: bot is not a member of the supergroup chat", gone, broadcast.Gone},
		{403, "Forbidden: bot is not a member of the channel chat", gone, broadcast.Gone},
		{403, "Forbidden: the group chat was deleted", gone, broadcast.Gone},
		{403, "Forbidden: bot can't initiate conversation with a user", gone, broadcast.Gone},
		{403, "Forbidden: bot can't send messages to bots", gone, broadcast.Gone},
		{400, "Bad Request: chat not found", gone, broadcast.Gone},
		{400, "Bad Request: PEER_ID_INVALID", gone, broadcast.Gone},
		{400, "Bad Request: not enough rights to send text messages to the chat", noRights, broadcast.NoRights},
		{400, "Bad Request: not enough rights to send photos to the chat", noRights, broadcast.NoRights},
		{400, "Bad Request: have no write access to the chat", noRights, broadcast.NoRights},
		{400, "Bad Request: need administrator rights in the channel chat", noRights, broadcast.NoRights},
		{400, "Bad Request: CHAT_WRITE_FORBIDDEN", noRights, broadcast.NoRights},
		{400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", noRights, broadcast.NoRights},
		{400, "Bad Request: TOPIC_CLOSED", noRights, broadcast.NoRights},
		{400, "Bad Request: message thread not found", noThread, broadcast.NoRights},
		{400, "Bad Request: message is too long", malformed, broadcast.Refused},
		{400, "Bad Request: message caption is too long", malformed, broadcast.Refused},
		{400, "Bad Request: message text is empty", malformed, broadcast.Refused},
		{400, `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 3`, malformed, broadcast.Refused},
		{400, "Bad Request: BUTTON_URL_INVALID", malformed, broadcast.Refused},
		{400, "Bad Request: wrong file identifier/HTTP URL specified", pictureRefused, broadcast.Refused},
		{400, "Bad Request: failed to get HTTP URL content", pictureRefused, broadcast.Refused},
		{400, "Bad Request: wrong type of the web page content", pictureRefused, broadcast.Refused},
		{400, "Bad Request: message is not modified: specified new message content", unchanged, broadcast.Refused},
		{400, "Bad Request: message to edit not found", noMessage, broadcast.Refused},
		{400, "Bad Request: message to delete not found", noMessage, broadcast.Refused},
		{400, "Bad Request: message can't be edited", notEditable, broadcast.Refused},
		{400, "Bad Request: message can't be deleted for everyone", notDeletable, broadcast.Refused},
		{400, "Bad Request: query is too old and response timeout expired or query ID is invalid", staleQuery, broadcast.Refused},
		{429, "Too Many Requests: retry after 5", slowDown, broadcast.SlowDown},
		{409, "Conflict: terminated by other getUpdates request", otherReader, broadcast.Conflict},
		{409, "Conflict: can't use getUpdates method while webhook is active", webhookActive, broadcast.Conflict},
		{401, "Unauthorized", unauthorizedCall, broadcast.Unauthorized},
		{404, "Not Found", unauthorizedCall, broadcast.Unauthorized},
		{400, "Bad Request: something new", unknown, broadcast.Refused},
		{403, "Forbidden: something new", unknown, broadcast.Refused},
		{418, "I'm a teapot", unknown, broadcast.Refused},
	} {
		for _, description := range []string{c.description, strings.ToUpper(c.description)} {
			err := &APIError{Method: "sendMessage", Code: c.code, Description: description}
			if got := meaningOf(err); got != c.meaning {
				t.Errorf("%d %s means %d, not %d", c.code, description, got, c.meaning)
			}
			if got := verdict(err).Verdict; got != c.verdict {
				t.Errorf("%d %s is %s, not %s", c.code, description, got, c.verdict)
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

func TestEveryRowOfTheTableIsReached(t *testing.T) {
	t.Parallel()
	for i, a := range answers {
		code := a.code
		if code == 0 {
			code = 400
		}
		for j, earlier := range answers[:i] {
			if (earlier.code == 0 || earlier.code == code) && strings.Contains(a.words, earlier.words) {
				t.Errorf("row %d (%q) is hidden by row %d (%q)", i, a.words, j, earlier.words)
			}
		}
		if a.words != strings.ToLower(a.words) {
			t.Errorf("row %d (%q) can never match: answers are compared in lower case", i, a.words)
		}
	}
}
