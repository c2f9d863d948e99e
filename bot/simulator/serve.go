package simulator

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// method is one of the Bot API's.
type method func(*Server, context.Context, *query) (result any, refusal *Refusal)

// methods by name in lower case: the real server does not mind the case either.
var methods = map[string]method{
	"getme":      (*Server).getMe,
	"getupdates": (*Server).getUpdates,

	"setwebhook":     (*Server).setWebhook,
	"deletewebhook":  (*Server).deleteWebhook,
	"getwebhookinfo": (*Server).getWebhookInfo,

	"sendmessage":    (*Server).sendMessage,
	"sendphoto":      (*Server).sendPhoto,
	"senddocument":   (*Server).sendDocument,
	"sendchataction": (*Server).sendChatAction,

	"editmessagetext":        (*Server).editMessageText,
	"editmessagecaption":     (*Server).editMessageCaption,
	"editmessagemedia":       (*Server).editMessageMedia,
	"editmessagereplymarkup": (*Server).editMessageReplyMarkup,
	"deletemessage":          (*Server).deleteMessage,
	"deletemessages":         (*Server).deleteMessages,

	"answercallbackquery": (*Server).answerCallbackQuery,
	"answerinlinequery":   (*Server).answerInlineQuery,

	"setchatmenubutton":     (*Server).setChatMenuButton,
	"setmycommands":         (*Server).setMyCommands,
	"getmycommands":         (*Server).getMyCommands,
	"deletemycommands":      (*Server).deleteMyCommands,
	"setmydescription":      (*Server).setMyDescription,
	"getmydescription":      (*Server).getMyDescription,
	"setmyshortdescription": (*Server).setMyShortDescription,
	"getmyshortdescription": (*Server).getMyShortDescription,

	"getchatmember":         (*Server).getChatMember,
	"getchatadministrators": (*Server).getChatAdministrators,
	"getfile":               (*Server).getFile,
	"getmystarbalance":      (*Server).getMyStarBalance,
}

// Handler serves the Bot API under /bot<token>/, uploaded pictures under /file/ and
// what [Server.Show] was given everywhere else.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(filePath, &s.files)
	if s.shown != nil {
		mux.Handle("/", s.shown)
	}
	all := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, found := strings.CutPrefix(r.URL.Path, "/bot"); found && strings.Contains(rest, "/") {
			s.serve(w, r, rest)
			return
		}
		mux.ServeHTTP(w, r)
	})
	if s.options.Local {
		return local(all)
	}
	return all
}

// serve answers a request of the Bot API: path is <token>/<method>.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, path string) {
	s.account.counts.requests.Add(1)
	token, name, _ := strings.Cut(path, "/")
	if token != s.options.Token {
		s.refuse(w, Unauthorized)
		return
	}
	q, refusal := readQuery(w, r, name)
	if refusal != nil {
		s.refuse(w, refusal)
		return
	}
	run, known := methods[q.method]
	if !known {
		s.refuse(w, UnknownMethod)
		return
	}
	s.carryOut(w, r, q, Request{Method: name, Chat: q.int("chat_id"), Params: q.params}, run)
}

// carryOut runs a method between the two halves of the latency, and lets a fault
// spoil it, or its answer alone.
func (s *Server) carryOut(w http.ResponseWriter, r *http.Request, q *query, request Request, run method) {
	ctx := r.Context()
	fault, delay := s.faults.strike(request)
	if fault != nil {
		s.account.counts.faulted.Add(1)
	}
	latency := s.options.Latency + delay
	if !linger(ctx, latency/2) {
		return // gone before the request counted
	}
	if fault != nil && !fault.Taken {
		s.spoil(ctx, w, fault)
		return
	}
	result, refusal := run(s, ctx, q)
	arrived := refusal == nil && strings.HasPrefix(q.method, "send") && q.method != "sendchataction"
	if !linger(ctx, latency-latency/2) || fault != nil {
		if arrived {
			s.account.counts.ambiguous.Add(1)
			s.cut.add(nil, request.Chat)
		}
		if fault != nil {
			s.spoil(ctx, w, fault)
		}
		return
	}
	if refusal != nil {
		s.refuse(w, refusal)
		return
	}
	respond(w, result)
}

// linger waits, and reports whether whoever asked is still there.
func linger(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Server) spoil(ctx context.Context, w http.ResponseWriter, f *Fault) {
	if f.Refuse != nil {
		s.noteRefusal(f.Refuse)
	}
	f.act(ctx, w)
}

func (s *Server) refuse(w http.ResponseWriter, refusal *Refusal) {
	s.noteRefusal(refusal)
	refusal.write(w)
}

func (s *Server) noteRefusal(refusal *Refusal) {
	if refusal.Code == http.StatusTooManyRequests {
		s.account.counts.limited.Add(1)
	} else {
		s.account.counts.refused.Add(1)
	}
}

func respond(w http.ResponseWriter, result any) {
	body, err := json.Marshal(struct {
		OK     bool `json:"ok"`
		Result any  `json:"result"`
	}{true, result})
	if err != nil {
		panic("simulator: a result can't be marshalled: " + err.Error()) // our own types
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body) // who asked is gone
}
