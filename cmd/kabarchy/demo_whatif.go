package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
)

// What a visitor of the demo can have happen, and for how long.
const (
	siteFails     = "site"
	telegramWaits = "wait"
	programDies   = "kill"
	siteFloods    = "flood"
	groupJoins    = "group"
	nightFalls    = page.NightFalls
	morningComes  = "morning"

	siteFailsFor     = 30 * time.Second
	telegramWaitsFor = 5 * time.Second
)

// whatIfs are what can happen now.
func (s *stage) whatIfs() []string {
	next := nightFalls
	if s.isNight() {
		next = morningComes
	}
	return []string{next, groupJoins, siteFails, telegramWaits, programDies, siteFloods}
}

// errLeft is what a page gets that is open since before the last beginning.
var errLeft = errors.New("the demo has begun again: load the page anew")

// happen has something happen, and returns when it does. It is done to its end, also where who
// asked leaves, and one after the other.
func (s *stage) happen(ctx context.Context, what string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left {
		return errLeft
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin+startWithin)
	defer cancel()
	switch what {
	case siteFails:
		s.siteFails(ctx)
	case telegramWaits:
		seconds := int(telegramWaitsFor / time.Second)
		lift := s.Telegram.Fault(simulator.Fault{Methods: []string{"sendMessage", "sendPhoto"}, Refuse: simulator.TooMany(seconds)})
		s.later(ctx, telegramWaitsFor, func(context.Context) { lift() })
	case programDies:
		return s.kill(ctx)
	case siteFloods:
		s.Site.Flood()
		s.poll(ctx)
	case groupJoins:
		return s.groupJoins(ctx)
	case nightFalls:
		return s.nightFalls(ctx)
	case morningComes:
		return s.morningComes(ctx)
	default:
		return fmt.Errorf("there is no %q", what)
	}
	return nil
}

// siteFails has the site fail for a time, counted from the last press.
func (s *stage) siteFails(ctx context.Context) {
	press := s.failures.Add(1)
	s.Site.SetDown(true)
	s.later(ctx, siteFailsFor, func(ctx context.Context) {
		if press == s.failures.Load() {
			s.Site.SetDown(false)
			s.poll(ctx)
		}
	})
}

// poll has the service read all sources now, instead of at their next time. Where it can't, it
// reads them then.
func (s *stage) poll(ctx context.Context) {
	if s.Site.Down() {
		return
	}
	var polls errgroup.Group
	for _, source := range s.config.Sources {
		polls.Go(func() error {
			_, err := s.editor.app.Load().Poller.Poll(ctx, source.ID)
			return err
		})
	}
	if err := polls.Wait(); err != nil && ctx.Err() == nil {
		s.around.log.WarnContext(ctx, "the sample site is read at its next time", "error", err)
	}
}

// later does something after a time, or when the stage is left.
func (s *stage) later(ctx context.Context, after time.Duration, do func(context.Context)) {
	s.parts.start(ctx, "what a visitor had happen", func(ctx context.Context) error {
		select {
		case <-time.After(after):
		case <-ctx.Done():
		}
		do(ctx)
		return nil
	})
}

// kill takes the service's power, so that nothing reaches it any more and nothing that it
// does reaches Redis or Telegram, and starts another on what is left.
func (s *stage) kill(ctx context.Context) error {
	dead := s.App
	s.power.off.Store(true)
	_ = dead.options.Redis.Close() // that it can't end properly is the point
	s.parts.start(ctx, "a dead service", func(ctx context.Context) error {
		_ = dead.Stop(ctx) // as above
		return nil
	})
	return s.restart(ctx)
}

// restart starts a service after another one. Without one, there is nothing left to show.
func (s *stage) restart(ctx context.Context) error {
	err := s.startApp(ctx)
	if err != nil {
		s.around.failed(err)
	}
	return err
}

// power is what a service reaches Telegram with, and what lets its log be read.
type power struct {
	off  atomic.Bool
	base http.RoundTripper
}

var errNoPower = errors.New("the program is dead")

// RoundTrip is part of http.RoundTripper.
func (p *power) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.off.Load() {
		return nil, errNoPower
	}
	answer, err := p.base.RoundTrip(r)
	if err == nil && p.off.Load() {
		_ = answer.Body.Close() // nobody reads it
		return nil, errNoPower
	}
	return answer, err
}

// logger is a handler that hears the service as long as it lives.
func (p *power) logger(h slog.Handler) slog.Handler { return poweredLog{h, p} }

type poweredLog struct {
	slog.Handler
	power *power
}

func (l poweredLog) Enabled(ctx context.Context, level slog.Level) bool {
	return !l.power.off.Load() && l.Handler.Enabled(ctx, level)
}

func (l poweredLog) WithAttrs(attributes []slog.Attr) slog.Handler {
	return poweredLog{l.Handler.WithAttrs(attributes), l.power}
}

func (l poweredLog) WithGroup(name string) slog.Handler {
	return poweredLog{l.Handler.WithGroup(name), l.power}
}
