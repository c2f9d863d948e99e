package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// probePatience is how long a question of /readyz may take.
const probePatience = 3 * time.Second

// failedAgain is how soon a question is asked again that was answered badly.
const failedAgain = time.Second

// probe is a question that /readyz asks: nil says that all is well. However many ask, it
// is asked once at a time, and not before the last answer is old.
type probe struct {
	name string
	// every is how long an answer holds; one that is bad holds for a second at most.
	every time.Duration
	ask   func(context.Context) error
	// note says what is worth knowing though all is well; it may be nil.
	note func() string

	mu     sync.Mutex
	at     time.Time
	answer error
	asking chan struct{} // closed when the question that is under way is answered
}

// result is the answer, asked for where there is none that holds.
func (p *probe) result(ctx context.Context) error {
	p.mu.Lock()
	answer, holds := p.answer, p.holds()
	asking, first := p.asking, p.asking == nil
	if !holds && first {
		asking = make(chan struct{})
		p.asking = asking
	}
	p.mu.Unlock()
	switch {
	case holds:
		return answer
	case first:
		return p.put(ctx)
	}
	select {
	case <-asking:
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.answer
	case <-ctx.Done():
		return ctx.Err()
	}
}

// holds reports whether the last answer is young enough.
func (p *probe) holds() bool {
	age := p.every
	if p.answer != nil {
		age = min(age, failedAgain)
	}
	return !p.at.IsZero() && time.Since(p.at) < age
}

// put puts the question. Whoever asked may go away: the answer is for others, too.
func (p *probe) put(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probePatience)
	defer cancel()
	answer := p.ask(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer, p.at = answer, time.Now()
	close(p.asking)
	p.asking = nil
	return answer
}

// readiness are the questions whose answers say whether an instance can do its work.
type readiness []*probe

// ServeHTTP answers with a line for each question; with 503 where one is answered badly.
func (all readiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answers := make([]error, len(all))
	var asking sync.WaitGroup
	for i, p := range all {
		asking.Go(func() { answers[i] = p.result(r.Context()) })
	}
	asking.Wait()
	status := http.StatusOK
	var lines strings.Builder
	for i, p := range all {
		if answers[i] == nil {
			fmt.Fprintf(&lines, "%s: ok\n", p.name)
			if p.note != nil {
				lines.WriteString(p.note())
			}
			continue
		}
		status = http.StatusServiceUnavailable
		for line := range strings.Lines(answers[i].Error()) {
			fmt.Fprintf(&lines, "%s: %s\n", p.name, strings.TrimSuffix(line, "\n"))
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(lines.String()))
}
