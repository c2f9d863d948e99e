package bot

import (
	"regexp"
	"slices"
	"strings"
)

// meaning is what an answer of Telegram's comes to, finer than a verdict: some have a
// remedy at once.
type meaning int

const (
	unknown  meaning = iota // not in the table
	slowDown                // wait for APIError.RetryAfter
	passing                 // Telegram's own trouble
	arrived                 // the message came, whatever the answer says

	// The chat is the reason.
	blocked        // by the person
	gone           // the chat is no more, or can't be written to at all
	moved          // to APIError.MigrateTo
	noRights       // the bot may not write there
	mediaForbidden // nor send pictures there
	topicClosed    // nor write in this topic
	noThread       // the topic, or the message to reply to, is no more

	// The message is the reason.
	pictureRefused // the picture or the preview
	buttonsRefused
	markupRefused
	tooLong
	linkRefused     // an address in it, whichever
	documentRefused // a file in it: the picture's, or an emoji's
	malformed       // a text that its markup may have spoilt
	tooLarge        // the whole request

	// A message that was sent before is the reason.
	unchanged    // the edit would change nothing
	noMessage    // it is no more
	notEditable  // it can't be edited, or not in this way
	notDeletable // it can't be deleted any more

	staleQuery    // the tap or the inline query is too old to be answered
	declined      // no, and nothing can be left out
	ourFault      // the request is wrong in a way that only the program explains
	otherProgram  // another instance receives the updates, or sets the webhook
	webhookActive // the updates go to a webhook
	wrongToken    // or a wrong endpoint, or a frozen account
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

// row says what an answer with such words comes to.
type row struct {
	on    methods
	code  int // 0: any
	words *regexp.Regexp
	means meaning
}

// says takes the words as a regular expression, to be found anywhere in the lower case
// of what Telegram says.
func says(words string) *regexp.Regexp { return regexp.MustCompile(words) }

// answers is the table of what Telegram says; the first row that fits counts. Telegram
// adds answers at any time, so that rows are as wide as they can be. Sources: the code of
// telegram-bot-api 10.0 and of TDLib, and the errors that Telegram lists for its methods.
var answers = []row{
	{onAny, 401, says(``), wrongToken},
	{onAny, 421, says(``), wrongToken},
	{onAny, 404, says(`method not found`), ourFault},
	{onAny, 404, says(`^not found$|absolute uri`), wrongToken},
	{onAny, 0, says(`logged out|frozen_|api_id_invalid|auth_key|session_revoked`), wrongToken},
	{onAny, 409, says(`webhook is active`), webhookActive},
	{onAny, 409, says(``), otherProgram},
	{onAny, 429, says(``), slowDown},
	{onAny, 420, says(``), slowDown},
	{onAny, 0, says(`(flood|slowmode|premium)_wait|too many requests`), slowDown},
	{onAny, 413, says(``), tooLarge},
	{onOwn, 0, says(`resolve host`), passing},

	{onAny, 0, says(`blocked by the user|user_is_blocked|you_blocked_user|user is deactivated|user_(deactivated|deleted)|privacy_premium|payment_(required|unsupported)`), blocked},
	{onAny, 0, says(`bot was kicked|not a member of|group chat was deleted|can't initiate conversation|can't send messages to (the |be )?(bot|user)`), gone},
	{onAny, 0, says(`chat not found|group not found|peer_id_invalid|channel_(private|invalid|public)|chat_(id_invalid|forbidden|deactivated)|user_(is_bot|bot_to_bot)|chat is (deactivated|not accessible)|(can't|have no) access (to )?the chat|username_(invalid|not_occ)`), gone},

	{onEdit | onDelete, 0, says(`message.?identifier|message_ids|business_|without new content`), ourFault},
	{onEdit, 0, says(`not.modified|canceled by new edit`), unchanged},
	{onEdit, 0, says(`message (to edit )?not found|(message|msg)_(id_invalid|not_found)`), noMessage},
	{onEdit, 0, says(`can't (be edited|edit)|no [a-z ]+ in the message|content type|is scheduled|edit_(time|message)|_edit_|author_required|inline_bot_required|media_(prev|new|grouped)|album|inputmedia: (type|can't find)|too old`), notEditable},
	{onDelete, 0, says(`message (to delete )?not found|(message|msg)_(id_invalid|not_found)`), noMessage},
	{onDelete, 0, says(`can't be deleted|delete_(forbidden|restricted)|admin_required|rights?\b|_forbidden|too old`), notDeletable},
	{onTap | onInline, 0, says(`query is too old|query_id|query id`), staleQuery},

	{onContent, 0, says(`topic_closed|topic (is )?closed`), topicClosed},
	{onContent, 0, says(`to send text|chat_send_plain`), noRights},
	{onContent, 0, says(`not enough rights to (send|add|embed) |chat_send_|voice_messages_forbidden|restricted receiving`), mediaForbidden},
	{onAny, 0, says(`not enough rights|no write access|no rights|administrator right|admin_required|_forbidden|(chat|user)_restricted|is restricted|banned_in|groups_blocked|send_as_peer|direct messages topic must|list is inaccessible`), noRights},

	{onContent | onDelete, 0, says(`chat_id|chat identifier`), ourFault},
	{onSend | onEdit, 0, says(`balance_too_low|without (new )?content|no messages to send|effect_|schedule_|suggested_post|business_|quick_repl|bot_required|random_id|(message|caption) text is empty|message_empty|link preview options`), ourFault},
	{onSend, 0, says(`forward|monoforum_unsupported`), declined},
	{onInline, 0, says(`results?.?button|start_param|switch_|result_|results_|results specified|query results: |array of|next_offset|message_type|title_empty|message_empty|text is empty|is unsupported|result: can't find|explicitly specified|user_bot|must be an object|unallowed inline|field "|isn't specified|(input|inline) message content`), ourFault},

	{onContent, 0, says(`button|reply.?markup|keyboard|peer_types|admin_rights_empty|requested in private|switch_inline|bot ".*" not found|bot_(domain|invalid)|web app|login|user not found|user_id specified|target chat`), buttonsRefused},
	{onAny, 0, says(`(message|caption|text)(_| is )too.long`), tooLong},
	{onContent, 0, says(`(wrong|invalid) http url|^(bad request: )?(external_|wc_convert_|terms_)?url_invalid|invalid url specified`), linkRefused},
	{onContent, 0, says(`document_invalid`), documentRefused},
	{onSend, 0, says(`thread|topic|\brepl(y|ied)|reply_|quote|story_id|msg_id_invalid|message identifier|forum`), noThread},
	{onContent, 0, says(`text must be non-empty|strings must|parse_mode`), malformed},
	{onContent, 0, says(`entit(y|ies)|premium_account|emoji|emoticon|date-time`), markupRefused},
	{onContent, 0, says(`photo|picture|image|media|file|web.?page|web.?document|thumb|http url|url host|url must|document|voice|audio|music|animation|video|gif|ttl_|md5|upload|content_(type|url)|preview`), pictureRefused},

	{onAsk, 0, says(`invalid user_id`), ourFault},
	{onAsk, 0, says(``), declined},
	{onOwn | onTap, 400, says(``), ourFault},
}

// meaningIn looks an answer up in the table.
func meaningIn(method string, code int, description string) meaning {
	if i := rowOf(method, code, description); i >= 0 {
		return answers[i].means
	}
	return unknown
}

// rowOf is the first row that fits, -1 if none does.
func rowOf(method string, code int, description string) int {
	kind, words := kindOf(method), strings.ToLower(description)
	return slices.IndexFunc(answers, func(r row) bool {
		return r.on&kind != 0 && (r.code == 0 || r.code == code) && r.words.MatchString(words)
	})
}
