package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Refusal is an answer of the Bot API that is not ok. Faults give any; those below are
// the ones the server itself gives, in the real server's words.
type Refusal struct {
	Code        int
	Description string
	RetryAfter  int   // seconds; in parameters unless 0
	MigrateTo   int64 // in parameters unless 0
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s", r.Code, r.Description) }

// What the real server says. The texts are telegram-bot-api's and TDLib's; those in
// capitals come from the servers behind it.
var (
	Unauthorized  = &Refusal{Code: 401, Description: "Unauthorized"}
	LinkGone      = &Refusal{Code: 404, Description: "Not Found"}
	UnknownMethod = &Refusal{Code: 404, Description: "Not Found: method not found"}

	BotBlocked      = forbidden("bot was blocked by the user")
	UserDeactivated = forbidden("user is deactivated")
	CantInitiate    = forbidden("bot can't initiate conversation with a user")
	CantSendToBots  = forbidden("the bot can't send messages to the bot")
	GroupDeleted    = forbidden("the group chat was deleted")

	GroupKicked      = forbidden("bot was kicked from the group chat")
	SupergroupKicked = forbidden("bot was kicked from the supergroup chat")
	ChannelKicked    = forbidden("bot was kicked from the channel chat")
	GroupLeft        = forbidden("bot is not a member of the group chat")
	SupergroupLeft   = forbidden("bot is not a member of the supergroup chat")
	ChannelLeft      = forbidden("bot is not a member of the channel chat")

	ChatIDEmpty       = bad("chat_id is empty")
	ChatNotFound      = bad("chat not found")
	PeerInvalid       = bad("PEER_ID_INVALID")
	NoTextRights      = bad("not enough rights to send text messages to the chat")
	NoPhotoRights     = bad("not enough rights to send photos to the chat")
	NoWriteAccess     = bad("have no write access to the chat")
	NeedAdministrator = bad("need administrator rights in the channel chat")
	WriteForbidden    = bad("CHAT_WRITE_FORBIDDEN")
	TopicClosed       = bad("TOPIC_CLOSED")
	ThreadNotFound    = bad("message thread not found")
	ReplyNotFound     = bad("message to be replied not found")
	BalanceTooLow     = bad("BALANCE_TOO_LOW")
	MessageTooLong    = bad("message is too long")
	CaptionTooLong    = bad("message caption is too long")
	TextEmpty         = bad("message text is empty")
	TextNonEmpty      = bad("text must be non-empty")
	NotModified       = bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	EditNotFound      = bad("message to edit not found")
	CantEdit          = bad("message can't be edited")
	NoTextToEdit      = bad("there is no text in the message to edit")
	NoCaptionToEdit   = bad("there is no caption in the message to edit")
	DeleteNotFound    = bad("message to delete not found")
	CantDelete        = bad("message can't be deleted")
	CantDeleteForAll  = bad("message can't be deleted for everyone")
	ButtonDataInvalid = bad("BUTTON_DATA_INVALID")
	CopyTextInvalid   = bad("BUTTON_COPY_TEXT_INVALID")
	InlineExpected    = bad("inline keyboard expected")
	// MarkupInvalid is for a placeholder that is too long: the documentation gives the limit,
	// nobody the words.
	MarkupInvalid    = bad("REPLY_MARKUP_INVALID")
	QueryTooOld      = bad("query is too old and response timeout expired or query ID is invalid")
	NoPhoto          = bad("there is no photo in the request")
	NoDocument       = bad("there is no document in the request")
	EmptyFile        = bad("file must be non-empty")
	ImageFailed      = bad("IMAGE_PROCESS_FAILED")
	WrongDimensions  = bad("PHOTO_INVALID_DIMENSIONS")
	NoFileID         = bad("file_id not specified")
	InvalidFileID    = bad("invalid file_id")
	FileTooBig       = bad("file is too big")
	FileUnavailable  = bad("wrong file_id or the file is temporarily unavailable")
	WrongFile        = bad("wrong file identifier/HTTP URL specified")
	CantFetchURL     = bad("failed to get HTTP URL content")
	WrongContent     = bad("wrong type of the web page content")
	ParseModeUnknown = bad("unsupported parse_mode")
	MissingMessageID = bad("message identifier is not specified")
	WrongAction      = bad("wrong parameter action in request")
	MemberNotFound   = bad("PARTICIPANT_ID_INVALID")
	WrongUser        = bad("invalid user_id specified")
	WebDocument      = bad("WEBDOCUMENT_URL_INVALID")

	MembersInaccessible   = bad("member list is inaccessible")
	AdministratorRequired = bad("CHAT_ADMIN_REQUIRED")
	NoAdministrators      = bad("there are no administrators in the private chat")

	WebhookActive   = &Refusal{Code: 409, Description: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
	OtherGetUpdates = &Refusal{Code: 409, Description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}
	WebhookSet      = &Refusal{Code: 409, Description: "Conflict: terminated by setWebhook request"}
)

// TooMany is the refusal that asks for a pause.
func TooMany(seconds int) *Refusal {
	return &Refusal{Code: 429, Description: fmt.Sprintf("Too Many Requests: retry after %d", seconds), RetryAfter: seconds}
}

// Moved is the refusal of a group that became a supergroup.
func Moved(to int64) *Refusal {
	r := bad("group chat was upgraded to a supergroup chat")
	r.MigrateTo = to
	return r
}

func bad(why string) *Refusal { return &Refusal{Code: 400, Description: "Bad Request: " + why} }

func badf(format string, args ...any) *Refusal { return bad(fmt.Sprintf(format, args...)) }

func forbidden(why string) *Refusal { return &Refusal{Code: 403, Description: "Forbidden: " + why} }

func (r *Refusal) write(w http.ResponseWriter) {
	type parameters struct {
		MigrateTo  int64 `json:"migrate_to_chat_id,omitempty"`
		RetryAfter int   `json:"retry_after,omitempty"`
	}
	answer := struct {
		OK          bool        `json:"ok"`
		Code        int         `json:"error_code"`
		Description string      `json:"description"`
		Parameters  *parameters `json:"parameters,omitempty"`
	}{Code: r.Code, Description: r.Description}
	if r.MigrateTo != 0 || r.RetryAfter != 0 {
		answer.Parameters = &parameters{r.MigrateTo, r.RetryAfter}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic("simulator: a refusal can't be marshalled: " + err.Error()) // strings and numbers
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if r.RetryAfter != 0 {
		h.Set("Retry-After", fmt.Sprint(r.RetryAfter))
	}
	w.WriteHeader(r.Code)
	w.Write(body) // who asked is gone
}
