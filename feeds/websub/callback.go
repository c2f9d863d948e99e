package websub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The modes of the recommendation.
const (
	modeSubscribe   = "subscribe"
	modeUnsubscribe = "unsubscribe"
	modeDenied      = "denied"
)

const (
	// bodySize bounds what a hub sends: a larger feed is not read either.
	bodySize = 4 << 20
	// challengeSize bounds what a hub wants back, in bytes.
	challengeSize = 4 << 10
	// confirmedWithin is how long after it was asked a hub may confirm.
	confirmedWithin = 24 * time.Hour
	// mostLease bounds what a hub grants: it is asked again by then, whether or not it knows us still.
	mostLease = 30 * 24 * time.Hour
	// leastRenewal is the time between two renewals, however short the hub's leases are.
	leastRenewal = 5 * time.Minute
)

// ServeHTTP takes a hub's question whether it is to do what it was asked, its no, and its news.
func (s *Subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	what, status, echo := s.serve(w, r)
	s.requests.WithLabelValues(what, http.StatusText(status)).Inc()
	switch status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", "GET, POST")
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, echo)
}

// serve says nothing to who does not know an address that a hub was given.
func (s *Subscriber) serve(w http.ResponseWriter, r *http.Request) (what string, status int, echo string) {
	id, known := s.idOf(path.Base(r.URL.Path))
	switch {
	case !known || r.URL.Path != path.Join(s.path(), s.name(id)):
		return "other", http.StatusNotFound, "no hub was given this address\n"
	case r.Method == http.MethodPost:
		return "news", s.news(w, r, id), ""
	case r.Method != http.MethodGet:
		return "other", http.StatusMethodNotAllowed, ""
	}
	asked, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "other", http.StatusBadRequest, ""
	}
	switch what = asked.Get("hub.mode"); what {
	case modeSubscribe, modeUnsubscribe, modeDenied:
	default:
		return "other", http.StatusNotFound, ""
	}
	done, err := s.answer(r.Context(), id, what, asked)
	switch {
	case errors.Is(err, errUnknown), err == nil && !done:
		return what, http.StatusNotFound, ""
	case err != nil:
		s.failed(r.Context(), err)
		return what, http.StatusServiceUnavailable, ""
	case what == modeDenied:
		return what, http.StatusOK, ""
	}
	return what, http.StatusOK, asked.Get("hub.challenge")
}

// path is where hubs call.
func (s *Subscriber) path() string {
	u, err := url.Parse(s.Address)
	if err != nil {
		return "" // no valid configuration has such an address
	}
	return u.Path
}

// failed logs that what a hub says can't be noted.
func (s *Subscriber) failed(ctx context.Context, err error) {
	if s.refused.again() {
		s.Log.WarnContext(ctx, "what a hub says can't be noted; it is asked to say it again", "error", err)
	}
}

// answer reports whether a hub asks for, or denies, what it was asked, and notes it.
func (s *Subscriber) answer(ctx context.Context, id, mode string, asked url.Values) (done bool, err error) {
	if size := len(asked.Get("hub.challenge")); mode != modeDenied && (size == 0 || size > challengeSize) {
		return false, nil
	}
	var before, after Subscription
	err = s.store.change(ctx, id, func(sub *Subscription) (keep, write bool) {
		before = *sub
		keep = true
		switch {
		case asked.Get("hub.topic") != sub.Topic:
			done = false
		case mode == modeDenied:
			done, keep = true, !sub.Leaving
			sub.deny(asked.Get("hub.reason"), time.Now())
		case mode == modeUnsubscribe:
			done, keep = sub.Leaving, false
		default:
			done = sub.confirm(asked.Get("hub.lease_seconds"), time.Now())
		}
		after = *sub
		return keep, done || after != before
	})
	if err == nil {
		s.report(ctx, mode, done, before, after)
	}
	return done, err
}

// confirm takes in for how long a hub has subscribed us, and reports whether that is what it was
// asked. The same may come again, where our answer was lost.
func (s *Subscription) confirm(lease string, now time.Time) bool {
	seconds, err := strconv.ParseUint(lease, 10, 64)
	switch {
	case s.Leaving || now.Sub(s.Asked) > confirmedWithin:
		return false
	case err != nil && !errors.Is(err, strconv.ErrRange) || seconds == 0:
		s.Refused = "it grants a subscription of no length"
		return false
	}
	granted := mostLease
	if seconds < uint64(mostLease/time.Second) {
		granted = time.Duration(seconds) * time.Second
	}
	s.Confirmed, s.Until, s.Refused, s.Failures = now, now.Add(granted), "", 0
	s.Next = now.Add(max(granted*2/3, leastRenewal))
	return true
}

// deny takes in that a hub wants no subscription, also one that it had confirmed.
func (s *Subscription) deny(reason string, now time.Time) {
	s.Until, s.Next, s.Refused = time.Time{}, now.Add(longPause), "it denies it"
	if s.Failures++; reason != "" {
		s.Refused += ": " + plain(reason)
	}
}

// long is what may be an address or a secret that a hub repeats.
var long = regexp.MustCompile(`[A-Za-z0-9_-]{16,}`)

// plain is what somebody says, as one short line without what may be secret.
func plain(said string) string {
	said = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, long.ReplaceAllString(strings.ToValidUTF8(said, ""), "…"))
	if letters := []rune(said); len(letters) > 120 {
		return string(letters[:120]) + "…"
	}
	return said
}

// report logs what changed by a hub's question.
func (s *Subscriber) report(ctx context.Context, mode string, done bool, before, after Subscription) {
	log := s.Log.With("source", before.Source, "hub", hostOf(before.Hub))
	switch {
	case !done:
		if s.refused.again() {
			log.WarnContext(ctx, "a hub asks for what it was not asked, or grants nothing: it is told no", "mode", mode)
		}
	case mode == modeDenied:
		log.WarnContext(ctx, "a hub denies a subscription: the source is read by the clock", "error", after.Refused)
	case mode == modeUnsubscribe:
		log.InfoContext(ctx, "a hub has ended a subscription, as it was asked")
	case before.Until.Before(after.Confirmed) || before.Refused != "":
		log.InfoContext(ctx, "a hub tells at once of a source's news", "until", after.Until)
	}
}

// news takes it from a hub that a source has news, and reports the status. The body is signed,
// which is all that is asked of it: it is kept nowhere.
func (s *Subscriber) news(w http.ResponseWriter, r *http.Request, id string) (status int) {
	signed := readSignature(r.Header.Get("X-Hub-Signature"), s.secret(id))
	if signed.Hash == nil {
		return s.unsigned(r.Context())
	}
	_, err := io.Copy(signed, http.MaxBytesReader(w, r.Body, bodySize))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	case !signed.holds():
		return s.unsigned(r.Context())
	}
	source := ""
	err = s.store.change(r.Context(), id, func(sub *Subscription) (keep, write bool) {
		if source = sub.Source; sub.Leaving {
			source = ""
		}
		return true, false
	})
	switch {
	case errors.Is(err, errUnknown), err == nil && source == "":
		return http.StatusGone // the hub may end the subscription by it
	case err == nil:
		err = s.News(r.Context(), source)
	}
	if err != nil {
		s.failed(r.Context(), err)
		return http.StatusServiceUnavailable
	}
	return http.StatusAccepted
}

// unsigned logs that somebody knows an address that a hub was given, and not its secret.
func (s *Subscriber) unsigned(ctx context.Context) (status int) {
	if s.refused.again() {
		s.Log.WarnContext(ctx, "a hub's news is not signed, or wrongly: it is not believed")
	}
	return http.StatusUnauthorized
}
