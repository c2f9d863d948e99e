package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// recognise finds out who asks, by the session, and what they may do, by the desk. Somebody
// who was put out is out at once, session or not.
func (r *request) recognise() error {
	cookie, err := r.Cookie(r.desk.sessions.Cookie.Name)
	token := ""
	if err == nil {
		token = cookie.Value
	}
	ctx, err := r.desk.sessions.Load(r.Context(), token)
	if err != nil {
		return fmt.Errorf("find the session: %w", err)
	}
	r.Request = r.WithContext(ctx)
	who := r.desk.sessions.GetInt64(ctx, sessionWho)
	if who == 0 {
		return nil
	}
	roles, err := r.desk.office.RolesOf(ctx, who)
	if err != nil {
		return err
	}
	if roles == 0 {
		return errors.Join(errOutside, r.desk.sessions.Destroy(ctx))
	}
	language, err := r.desk.options.Language(ctx, who)
	if err != nil {
		return err
	}
	r.who, r.roles, r.view = who, roles, r.desk.viewIn(language)
	if _, _, err = r.desk.sessions.Commit(ctx); err != nil { // it was used now
		return fmt.Errorf("keep the session: %w", err)
	}
	return nil
}

// begin begins a session for somebody, under a token that nobody has seen.
func (r *request) begin(who int64) error {
	s := r.desk.sessions
	ctx := context.WithValue(r.Context(), beginning{}, true)
	if err := s.RenewToken(ctx); err != nil {
		return err
	}
	s.Put(ctx, sessionWho, who)
	token, expires, err := s.Commit(ctx)
	if err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	s.WriteSessionCookie(ctx, r.w, token, expires)
	return nil
}

// entrance is shown in place of a page to who has not signed in: in Telegram it signs in by
// itself and goes on to the page.
func (r *request) entrance() error {
	if r.Method != http.MethodGet {
		return r.draw(http.StatusUnauthorized, "entrance", entrance{Again: r.again()})
	}
	if strings.Contains(r.Header.Get("Accept"), "text/event-stream") { // no page: a stream's end
		r.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return r.draw(http.StatusOK, "entrance", entrance{Next: strings.TrimPrefix(r.URL.Path, r.site.base)})
}

// entrance is what its page is drawn from.
type entrance struct {
	Next string // the page that was asked for
	Lost bool   // the browser keeps no cookie here
	// Again is what was sent when the session had ended.
	Again *again
}

// out ends the session.
func (d *Desk) out(r *request) error {
	if err := d.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	d.sessions.WriteSessionCookie(r.Context(), r.w, "", time.Time{})
	return r.see("/")
}

// mostKnocks is how often somebody may try to sign in from one address within a minute.
const mostKnocks = 10

// knock counts an attempt to sign in; errTooFast where there are too many.
func (r *request) knock() error {
	key := keyKnocks(digest(callerOf(r.Request)))
	pipe := r.desk.rdb.Pipeline()
	pipe.SetNX(r.Context(), key, 0, time.Minute)
	count := pipe.Incr(r.Context(), key)
	if _, err := pipe.Exec(r.Context()); err != nil {
		return fmt.Errorf("count the sign-ins: %w", err)
	}
	if count.Val() > mostKnocks {
		return errTooFast
	}
	return nil
}

// callerOf is the network address that a request comes from: the one that the proxy beside us
// has added, or that of the connection. Of IPv6 it is the network of 64 bits, which one person
// has for themselves.
func callerOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	at, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if forwarded := r.Header.Values("X-Forwarded-For"); len(forwarded) > 0 && (at.IsLoopback() || at.IsPrivate()) {
		chain := strings.Split(forwarded[len(forwarded)-1], ",")
		if named, err := netip.ParseAddr(strings.TrimSpace(chain[len(chain)-1])); err == nil {
			at = named
		}
	}
	if at = at.Unmap().WithZone(""); at.Is6() {
		network, _ := at.Prefix(64)
		return network.String()
	}
	return at.String()
}
