package bot

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// answerLimit is the most that is read of an answer: a hundred updates of the longest
// kind fit in several times over.
const answerLimit = 16 << 20

// exchange is one HTTP request and its answer. It gives the library's request the
// context that the library lacks, and notes what the library drops.
type exchange struct {
	ctx    context.Context // of this one call: an exchange lives no longer
	http   *http.Client
	status int         // of the answer; 0 if none came
	err    error       // why none came, without the address and its token
	sent   atomic.Bool // the whole request went out: it may have been taken
}

// Do makes the request and reads the whole answer, so that the connection is free for
// the next one and a torn answer is told from a strange one.
func (x *exchange) Do(r *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{WroteRequest: func(w httptrace.WroteRequestInfo) {
		if w.Err == nil {
			x.sent.Store(true)
		}
	}}
	answer, err := x.http.Do(r.WithContext(httptrace.WithClientTrace(x.ctx, trace)))
	if err != nil {
		x.err = withoutAddress(err)
		return nil, x.err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerLimit))
	if err != nil {
		x.err = err
		return nil, err
	}
	x.status = answer.StatusCode
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// withoutAddress takes off the *url.Error, which prints the address and in it the token.
func withoutAddress(err error) error {
	for {
		var u *url.Error
		if !errors.As(err, &u) {
			return err
		}
		err = u.Err
	}
}
