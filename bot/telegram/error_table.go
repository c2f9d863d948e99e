package telegram

import (
	"regexp"
	"slices"
	"strings"
)

// methods is a set of kinds of methods.
type methods uint

const (
	onSend   methods = 1 << iota // sendMessage, sendPhoto …
	onEdit                       // editMessageText …
	onDelete                     // deleteMessage, deleteMessages
	onTap                        // answerCallbackQuery
	onInline                     // answerInlineQuery
	onAsk                        // getChatMember, getChat …: about a chat or a person
	onOwn                        // setMyCommands, getUpdates …: about the bot itself

	onContent = onSend | onEdit | onInline
	onAny     = onContent | onDelete | onTap | onAsk | onOwn
)

// kindOf is the set with the method's kind alone.
func kindOf(method string) methods {
	method = strings.ToLower(method)
	for _, k := range []struct {
		prefix string
		kind   methods
	}{
		{"send", onSend}, {"edit", onEdit}, {"deletemessage", onDelete}, {"answercallback", onTap}, {"answerinline", onInline},
		{"getchat", onAsk},
	} {
		if strings.HasPrefix(method, k.prefix) {
			return k.kind
		}
	}
	return onOwn
}

// tableRow says what an answer with such words comes to.
type tableRow struct {
	on     methods
	code   int // 0: any
	words  *regexp.Regexp
	reason Reason
}

// says takes the words as a regular expression, to be found anywhere in the lower case
// of what Telegram says.
func says(words string) *regexp.Regexp { return regexp.MustCompile(words) }

// errorTable is the table of what Telegram says; the first row that fits counts. Telegram
// adds answers at any time, so that rows are as wide as they can be. Sources: the code of
// telegram-bot-api 10.0 and of TDLib, and the errors that Telegram lists for its methods.
var errorTable = []tableRow{
	{onAny, 401, says(``), WrongToken},
	{onAny, 421, says(``), WrongToken},
	{onAny, 404, says(`^not found$|absolute uri`), WrongToken},
	{onAny, 404, says(``), OurFault}, // a method or an object of this call's: others go on
	{onAny, 0, says(`logged out|frozen_|api_id_invalid|auth_key|session_revoked`), WrongToken},
	{onAny, 409, says(`webhook is active`), WebhookActive},
	{onAny, 409, says(``), OtherProgram},
	{onAny, 429, says(``), SlowDown},
	{onAny, 420, says(``), SlowDown},
	{onAny, 0, says(`(flood|slowmode|premium)_wait|too many requests`), SlowDown},
	{onAny, 413, says(``), TooLarge},
	{onOwn, 0, says(`resolve host`), ServerTrouble},

	{onAny, 0, says(`blocked by (the )?user|has blocked the bot|user_(is_)?blocked|you_blocked_user|\buser_privacy_restricted|user is deactivated|user_(deactivated|deleted)|privacy_premium|payment_(required|unsupported)`), Blocked},
	{onAny, 0, says(`bot was (kicked|removed)|not a (member|participant) of|(the|group) chat was deleted|can't initiate conversation|can't send messages to (the |be )?(bot|user)`), Gone},
	{onAny, 0, says(`chat not found|group not found|peer_id_invalid|channel_(private|invalid|public)|chat_(id_invalid|forbidden|deactivated)|user_(is_bot|bot_to_bot)|(chat|group) is (deactivated|not accessible)|(can't|have no) access (to )?the chat|username_(invalid|not_occ)`), Gone},

	{onContent | onDelete, 0, says(`user_not_participant`), Gone},
	{onAny, 0, says(`input_(method|request|constructor|fetch|layer)|bot_method|connection_(not|layer|api|app|device|lang|system)`), OurFault},

	{onEdit | onDelete, 0, says(`message.?identifier|message_ids|business_|without new content`), OurFault},
	{onEdit, 0, says(`not.modified|canceled by new edit`), Unchanged},
	{onEdit, 0, says(`message (to edit )?not found|(message|msg)_(id_invalid|not_found)`), NoMessage},
	{onEdit, 0, says(`can't (be edited|edit)|no [a-z ]+ in the message|edit has no|content type|is scheduled|edit_(time|message)|_edit_|author_required|inline_bot_required|media_(prev|new|grouped)|album|inputmedia: (type|can't find)|too old`), NotEditable},
	{onDelete, 0, says(`message (to delete )?not found|(message|msg)_(id_invalid|not_found)`), NoMessage},
	{onDelete, 0, says(`can't be deleted|delete_(forbidden|restricted)|admin_required|rights?\b|_forbidden|too old`), NotDeletable},
	{onTap | onInline, 0, says(`query is too old|query_id|query id`), StaleQuery},

	{onContent, 0, says(`topic_closed|topic (is )?closed`), TopicClosed},
	{onContent, 0, says(`to send text|chat_send_plain`), NoRights},
	{onContent, 0, says(`not enough rights to (send|add|embed) |chat_send_|voice_messages_forbidden|restricted receiving`), MediaForbidden},
	{onAny, 0, says(`not enough rights|no write access|no rights|administrator right|admin_required|_forbidden|(chat|user)_restricted|is restricted|banned_in|groups_blocked|send_as_peer|direct messages topic must|list is inaccessible`), NoRights},

	{onContent | onDelete, 0, says(`chat_id|chat identifier`), OurFault},
	{onSend | onEdit, 0, says(`balance_too_low|without (new )?content|no messages to send|effect_|schedule_|suggested_post|business_|quick_repl|bot_required|random_id|(message|caption) text is empty|message_empty|message must be|link preview options`), OurFault},
	{onSend, 0, says(`forward|monoforum_unsupported`), Declined},
	{onInline, 0, says(`keyboard`), ButtonsRefused},
	{onInline, 0, says(`results?.?button|start_param|switch_|result_|results_|results specified|query results: |array of|next_offset|message_type|title_empty|message_empty|text is empty|is unsupported|result: can't find|explicitly specified|user_bot|must be an object|unallowed inline|field "|isn't specified|(input|inline) message content`), OurFault},

	{onContent, 0, says(`button|reply.?markup|keyboard|peer_types|admin_rights_empty|requested in private|switch_inline|bot ".*" not found|bot_(domain|invalid)|web app|login|user not found|user_id specified|target chat`), ButtonsRefused},
	{onAny, 0, says(`(message|caption|text)(_| is )too.long`), TooLong},
	{onContent, 0, says(`(wrong|invalid) http url|^(bad request: )?(external_|wc_convert_|terms_)?url_invalid|invalid url specified`), LinkRefused},
	{onContent, 0, says(`document_invalid`), DocumentRefused},
	{onSend, 0, says(`thread|topic|\brepl(y|ied)|reply_|quote|story_id|msg_id_invalid|message identifier|forum`), NoThread},
	{onContent, 0, says(`text must be non-empty|strings must|parse_mode`), Malformed},
	{onContent, 0, says(`entit(y|ies)|premium_account|emoji|emoticon|date-time`), MarkupRefused},
	{onContent, 0, says(`photo|picture|image|media|file|web.?page|web.?document|thumb|http url|url host|url must|document|voice|audio|music|animation|video|gif|ttl_|md5|upload|content_(type|url)|preview`), PictureRefused},

	{onAsk, 0, says(`invalid user_id`), OurFault},
	{onAsk, 0, says(``), Declined},
	{onOwn | onTap, 400, says(``), OurFault},
}

// reasonIn looks an answer up in the table.
func reasonIn(method string, code int, description string) Reason {
	if i := rowOf(method, code, description); i >= 0 {
		return errorTable[i].reason
	}
	return Unknown
}

// rowOf is the first row that fits, -1 if none does.
func rowOf(method string, code int, description string) int {
	kind, words := kindOf(method), strings.ToLower(description)
	return slices.IndexFunc(errorTable, func(r tableRow) bool {
		return r.on&kind != 0 && (r.code == 0 || r.code == code) && r.words.MatchString(words)
	})
}
