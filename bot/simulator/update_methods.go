package simulator

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const maxPollTime = 50 * time.Second

func (s *Server) getUpdates(ctx context.Context, q *query) (any, *Refusal) {
	s.account.updates.allowAs(q)
	timeout := min(time.Duration(q.between("timeout", 0, 0, 3600))*time.Second, maxPollTime)
	batch, refusal := s.account.updates.get(ctx, q.int("offset"), int(q.between("limit", 100, 1, 100)), timeout)
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

func (s *Server) setWebhook(ctx context.Context, q *query) (any, *Refusal) {
	address := q.params["url"]
	if address == "" {
		return s.deleteWebhook(ctx, q)
	}
	secret := q.params["secret_token"]
	switch {
	case len(secret) > 256:
		return nil, bad("secret token is too long")
	case strings.Trim(secret, secretLetters) != "":
		return nil, bad("secret token contains unallowed characters")
	}
	if refusal := checkHookURL(address); refusal != nil {
		return nil, refusal
	}
	s.account.updates.allowAs(q)
	if q.flag("drop_pending_updates") {
		s.account.updates.dropAll()
	}
	client := s.options.WebhookClient
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	s.account.updates.setHook(ctx, &webhook{
		url: address, secret: secret, max: int(q.between("max_connections", 40, 1, 100)),
		updates: &s.account.updates, client: client, log: s.options.Log, wait: cmp.Or(s.options.WebhookWait, time.Second),
		wakened: make(chan struct{}, 1), stopped: make(chan struct{}),
		busy: map[int64]bool{}, retries: map[int64]hookRetry{},
	})
	return true, nil
}

const secretLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// checkHookURL refuses what the real server refuses, but takes any port and plain
// HTTP on this machine, where it runs.
func checkHookURL(address string) *Refusal {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return bad("invalid webhook URL specified")
	}
	if name := u.Hostname(); name == "127.0.0.1" || name == "::1" || name == "localhost" {
		return nil
	}
	if u.Scheme != "https" {
		return bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()) {
		return bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	return nil
}

func (s *Server) deleteWebhook(ctx context.Context, q *query) (any, *Refusal) {
	s.account.updates.setHook(ctx, nil)
	if q.flag("drop_pending_updates") {
		s.account.updates.dropAll()
	}
	return true, nil
}

// dropAll forgets everything that the bot has not confirmed.
func (u *updates) dropAll() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop(len(u.queue))
	u.again = nil
}

func (s *Server) getWebhookInfo(context.Context, *query) (any, *Refusal) {
	u := &s.account.updates
	u.mu.Lock()
	defer u.mu.Unlock()
	info := struct {
		URL            string   `json:"url"`
		Certificate    bool     `json:"has_custom_certificate"`
		Pending        int      `json:"pending_update_count"`
		MaxConnections int      `json:"max_connections,omitempty"`
		LastErrorDate  int64    `json:"last_error_date,omitempty"`
		LastError      string   `json:"last_error_message,omitempty"`
		Allowed        []string `json:"allowed_updates,omitempty"`
	}{Pending: len(u.queue)}
	for kind := range u.allowed {
		info.Allowed = append(info.Allowed, kind)
	}
	slices.Sort(info.Allowed)
	if h := u.hook; h != nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		info.URL, info.MaxConnections = h.url, h.max
		if h.lastError != "" {
			info.LastError, info.LastErrorDate = h.lastError, h.lastTime.Unix()
		}
	}
	return info, nil
}
