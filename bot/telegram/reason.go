package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Reason is why Telegram refuses a call, or what else its answer comes to: the words that
// it answers with, put in order.
type Reason int

// The reasons.
const (
	Unknown       Reason = iota // not in the table
	SlowDown                    // wait for APIError.RetryAfter
	ServerTrouble               // Telegram's own trouble
	Arrived                     // the message came, whatever the answer says

	// The chat is the reason.
	Blocked        // by the person
	Gone           // the chat is no more, or can't be written to at all
	Moved          // to APIError.MigrateTo
	NoRights       // the bot may not write there
	MediaForbidden // nor send pictures there
	TopicClosed    // nor write in this topic
	NoThread       // the topic, or the message to reply to, is no more

	// The message is the reason.
	PictureRefused  // the picture or the preview
	ButtonsRefused  // a button, or the keyboard
	MarkupRefused   // an entity of the text
	TooLong         // the text
	LinkRefused     // an address in it, whichever
	DocumentRefused // a file in it: the picture's, or an emoji's
	Malformed       // a text that its markup may have spoilt
	TooLarge        // the whole request

	// A message that was sent before is the reason.
	Unchanged    // the edit would change nothing
	NoMessage    // it is no more
	NotEditable  // it can't be edited, or not in this way
	NotDeletable // it can't be deleted any more

	StaleQuery    // the callback or the inline query is too old to be answered
	Declined      // no, and nothing can be left out
	OurFault      // the request is wrong in a way that only the program explains
	OtherProgram  // another instance receives the updates, or sets the webhook
	WebhookActive // the updates go to a webhook
	WrongToken    // or a wrong endpoint, or a frozen account
)

var reasonNames = [...]string{
	Unknown: "unknown", SlowDown: "slow_down", ServerTrouble: "server_trouble", Arrived: "arrived",
	Blocked: "blocked", Gone: "gone", Moved: "moved", NoRights: "no_rights", MediaForbidden: "media_forbidden",
	TopicClosed: "topic_closed", NoThread: "no_thread",
	PictureRefused: "picture_refused", ButtonsRefused: "buttons_refused", MarkupRefused: "markup_refused", TooLong: "too_long",
	LinkRefused: "link_refused", DocumentRefused: "document_refused", Malformed: "malformed", TooLarge: "too_large",
	Unchanged: "unchanged", NoMessage: "no_message", NotEditable: "not_editable", NotDeletable: "not_deletable",
	StaleQuery: "stale_query", Declined: "declined", OurFault: "our_fault", OtherProgram: "other_program",
	WebhookActive: "webhook_active", WrongToken: "wrong_token",
}

// String is the reason's name, as metrics have it.
func (r Reason) String() string { return reasonNames[r] }

// ReasonOf is the reason of an error of the client; Unknown if Telegram did not answer.
func ReasonOf(err error) Reason {
	var (
		refused *APIError
		failed  *ServerError
		odd     *ResultError
	)
	switch {
	case errors.As(err, &odd) && kindOf(odd.Method)&(onContent|onDelete|onTap) != 0:
		return Arrived
	case errors.As(err, &refused) && refused.MigrateTo != 0:
		return Moved
	case errors.As(err, &refused):
		return reasonIn(refused.Method, refused.Code, refused.Description)
	case errors.As(err, &failed) && strings.Contains(failed.Description, "immediately deleted"):
		return Arrived
	case errors.As(err, &failed):
		return ServerTrouble
	}
	return Unknown
}

// IsOurFault reports whether only the program explains what is wrong with the request.
func (r Reason) IsOurFault() bool { return r == OurFault || r == Malformed || r == TooLarge }

// WrongTokenError is the error that Telegram does not know the bot's token, where that is
// what the call failed with; otherwise nil.
func WrongTokenError(err error) error {
	if ReasonOf(err) != WrongToken {
		return nil
	}
	return fmt.Errorf("telegram does not know this token: %w", err)
}

// Harmless reports whether the failure is no failure: the person has blocked the bot
// meanwhile, the chat is gone, the callback is too old to be answered.
func Harmless(err error) bool {
	switch ReasonOf(err) {
	case Blocked, Gone, Moved, NoRights, TopicClosed, StaleQuery, Unchanged, Arrived:
		return true
	}
	return false
}

// MayHaveArrived reports whether the call that failed so may have been carried out all the
// same. A gateway that gave up waiting, or put its own page in the answer's place, does not
// know; the Bot API's server in trouble ("restart", "request aborted") does not, either.
func MayHaveArrived(err error) bool {
	var (
		refused *APIError
		failed  *ServerError
		silent  *TransportError
	)
	switch {
	case errors.As(err, &refused):
		return false
	case errors.As(err, &failed):
		return failed.Status < http.StatusInternalServerError || failed.Status == http.StatusGatewayTimeout || failed.Description != ""
	case errors.As(err, &silent):
		return silent.Sent
	}
	return true // an answer came, but not one that names the message
}
