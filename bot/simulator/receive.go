package simulator

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"
)

const maxPollTime = 50 * time.Second

func (s *Server) getUpdates(ctx context.Context, q *query) (any, *Refusal) {
	s.updates.allowAs(q)
	timeout := min(time.Duration(q.between("timeout", 0, 0, 3600))*time.Second, maxPollTime)
	batch, refusal := s.updates.get(ctx, q.int("offset"), int(q.between("limit", 100, 1, 100)), timeout)
	if refusal != nil {
		return nil, refusal
	}
	bodies := make([]json.RawMessage, len(batch))
	for i, up := range batch {
		bodies[i] = up.body
	}
	return bodies, nil
}

// allowAs takes over allowed_updates; a parameter left out changes nothing, and one
// that is no list of strings neither, as in the real server.
func (u *updates) allowAs(q *query) {
	raw, given := q.params["allowed_updates"]
	var kinds []string
	if !given || json.Unmarshal([]byte(raw), &kinds) != nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.hook == nil || q.method != "getupdates" {
		u.allow(kinds)
	}
}

const maxAnswer = 200 // characters

func (s *Server) answerCallbackQuery(_ context.Context, q *query) (any, *Refusal) {
	a := Answer{Text: q.params["text"], Alert: q.flag("show_alert"), URL: q.params["url"]}
	if utf8.RuneCountInString(a.Text) > maxAnswer {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	if !s.taps.end(q.params["callback_query_id"], a, s.now()) {
		return nil, QueryTooOld
	}
	return true, nil
}
