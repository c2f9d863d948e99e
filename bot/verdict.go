package bot

import (
	"errors"
	"net/http"
	"strings"

	"kabarchy/bot/broadcast"
)

// meaning is what an answer of Telegram's comes to, finer than a verdict: some have a
// remedy at once.
type meaning int

const (
	unknown          meaning = iota // not in the table
	slowDown                        // wait for APIError.RetryAfter
	blocked                         // by the person
	gone                            // the chat is no more, or can't be written to at all
	moved                           // to APIError.MigrateTo
	noRights                        // the bot may not write there
	noThread                        // the forum topic is no more: the general thread does
	malformed                       // our fault: too long, empty, or not parsable
	pictureRefused                  // send without the picture
	unchanged                       // the edit would change nothing
	noMessage                       // the message to edit or delete is no more
	notEditable                     // the message can't be edited any more
	notDeletable                    // the message can't be deleted any more
	staleQuery                      // the tap is too old to be answered
	otherReader                     // another instance reads the updates
	webhookActive                   // the updates go to a webhook
	unauthorizedCall                // a wrong or revoked token
)

// answers is the table of what Telegram says, tried from the top. Descriptions are
// matched without regard to case and anywhere in the answer, since Telegram puts
// "Bad Request: " or "Forbidden: " before most of them. The source is the server's and
// TDLib's code.
var answers = []struct {
	code    int // 0: any
	words   string
	meaning meaning
}{
	{401, "", unauthorizedCall},
	{404, "not found", unauthorizedCall}, // how the server answers a token of the wrong shape
	{429, "", slowDown},
	{409, "webhook is active", webhookActive},
	{409, "", otherReader},

	{403, "bot was blocked by the user", blocked},
	{403, "user is deactivated", blocked},
	{403, "bot was kicked from", gone},
	{403, "bot is not a member of", gone},
	{403, "group chat was deleted", gone},
	{403, "bot can't initiate conversation with a user", gone},
	{403, "bot can't send messages to bots", gone},
	{403, "bot can't send messages to the user", gone},
	{400, "group chat was deleted", gone},
	{400, "chat not found", gone},
	{400, "peer_id_invalid", gone},

	{0, "not enough rights", noRights},
	{0, "have no write access to the chat", noRights},
	{0, "have no rights to send", noRights},
	{0, "need administrator rights", noRights},
	{0, "chat_write_forbidden", noRights},
	{0, "chat_send_", noRights}, // chat_send_photos_forbidden and its kin
	{0, "topic_closed", noRights},
	{0, "topic closed", noRights},
	{400, "message thread not found", noThread},

	{400, "message is too long", malformed},
	{400, "message caption is too long", malformed},
	{400, "message text is empty", malformed},
	{400, "text must be non-empty", malformed},
	{400, "can't parse entities", malformed},
	{400, "button_url_invalid", malformed},
	{400, "url host is empty", malformed},
	{400, "wrong http url", malformed},

	{400, "wrong file identifier", pictureRefused},
	{400, "failed to get http url content", pictureRefused},
	{400, "wrong type of the web page content", pictureRefused},
	{400, "wrong remote file identifier", pictureRefused},
	{400, "webpage_curl_failed", pictureRefused},
	{400, "webpage_media_empty", pictureRefused},
	{400, "image_process_failed", pictureRefused},
	{400, "photo_invalid_dimensions", pictureRefused},
	{400, "invalid file http url", pictureRefused},

	{400, "message is not modified", unchanged},
	{400, "message to edit not found", noMessage},
	{400, "message to delete not found", noMessage},
	{400, "message_id_invalid", noMessage},
	{400, "message can't be edited", notEditable},
	{400, "no text in the message to edit", notEditable},
	{400, "no caption in the message to edit", notEditable},
	{400, "message can't be deleted", notDeletable},
	{400, "query is too old", staleQuery},
	{400, "query id is invalid", staleQuery},
}

// meaningOf says what an error of the client comes to; unknown if Telegram did not answer.
func meaningOf(err error) meaning {
	var refused *APIError
	if !errors.As(err, &refused) {
		return unknown
	}
	if refused.MigrateTo != 0 {
		return moved
	}
	description := strings.ToLower(refused.Description)
	for _, a := range answers {
		if (a.code == 0 || a.code == refused.Code) && strings.Contains(description, a.words) {
			return a.meaning
		}
	}
	return unknown
}

// verdicts say what each meaning is to a broadcast when no remedy is left. What is not
// here is refused: Telegram has answered, and would answer the same again.
var verdicts = map[meaning]broadcast.Verdict{
	slowDown:         broadcast.SlowDown,
	blocked:          broadcast.BlockedByUser,
	gone:             broadcast.Gone,
	moved:            broadcast.Moved,
	noRights:         broadcast.NoRights,
	noThread:         broadcast.NoRights,
	otherReader:      broadcast.Conflict,
	webhookActive:    broadcast.Conflict,
	unauthorizedCall: broadcast.Unauthorized,
}

// verdict turns an error of the client into what a broadcast decides by.
func verdict(err error) *broadcast.Error {
	e := &broadcast.Error{Verdict: broadcast.Transient, Err: err}
	var (
		refused *APIError
		failed  *ServerError
		silent  *TransportError
	)
	switch {
	case errors.As(err, &refused):
		e.Verdict = broadcast.Refused
		if known, found := verdicts[meaningOf(err)]; found {
			e.Verdict = known
		}
		e.Reason = reason(refused.Description)
		e.After = refused.RetryAfter
		e.MovedTo = refused.MigrateTo
	case errors.As(err, &failed):
		// A gateway that gave up waiting, or put its own page in the answer's place,
		// does not know what became of the message.
		if failed.Status < http.StatusInternalServerError || failed.Status == http.StatusGatewayTimeout {
			e.Verdict = broadcast.Ambiguous
		}
	case errors.As(err, &silent):
		if silent.Sent {
			e.Verdict = broadcast.Ambiguous
		}
	default:
		e.Verdict = broadcast.Ambiguous // an answer came, but not one that names the message
	}
	return e
}
