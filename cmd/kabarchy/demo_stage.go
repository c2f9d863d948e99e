package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/cmd/kabarchy/sample"
	"kabarchy/subscriptions/embedded"
)

// stage is the service with its stand-ins, from one beginning to the next.
type stage struct {
	App      *App
	Telegram *simulator.Server
	Site     *sample.Site

	around surroundings
	redis  string // its address
	config *config.Config
	editor *editor
	pages  *demoPages

	mu    sync.Mutex // guards what follows, and App
	power *power     // of the service
	parts group      // the stand-ins
	left  bool       // nothing more is started

	failures atomic.Int64 // how often the site was made to fail
	ahead    atomic.Int64 // by how much the demo's clock is ahead of the real one, a time.Duration
}

// surroundings are what stays from one beginning to the next.
type surroundings struct {
	address string // of the page, and of Telegram
	health  string // of the service's health and metrics
	log     *slog.Logger
	show    func(http.Handler) // what is there now
	runs    func(*App)         // likewise
	failed  func(error)        // ends the demo
	begin   func(context.Context) error
}

// newStage sets a stage, which the demo shows from then on, and returns when the service
// has read the ministry's site.
func newStage(ctx context.Context, around surroundings) (*stage, error) {
	s := &stage{around: around}
	s.mu.Lock()
	err := s.start(ctx)
	s.mu.Unlock()
	if err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return nil, errors.Join(err, s.stop(stopping))
	}
	return s, nil
}

// start is called with the lock held, as all that starts something.
func (s *stage) start(ctx context.Context) error {
	if err := s.startRedis(ctx); err != nil {
		return err
	}
	if err := s.startSite(ctx); err != nil {
		return err
	}
	s.editor = &editor{stage: s}
	s.Telegram = simulator.New(simulator.Options{Token: demoToken(), Local: true, Limits: simulator.TelegramLimits, Now: s.now, Log: s.around.log})
	s.Telegram.Show(page.New(s.Telegram, page.Options{Desk: s.editor, Log: s.around.log}))
	for _, person := range page.People[:2] {
		person.Join(s.Telegram)
	}
	for _, c := range page.Office {
		// They have written to the bot before: it offers the desk in the menu of a chat it knows.
		s.Telegram.CitizenAs(c.ID, c.Name, c.Language).Open()
	}
	s.pages = &demoPages{address: s.around.address, next: s.Telegram.Handler()}
	s.around.show(s.pages)
	if err := s.startApp(ctx); err != nil {
		return err
	}
	if err := s.App.AwaitPolls(ctx); err != nil {
		return err
	}
	for i, person := range page.People[:2] { // they are subscribed, so that the first item published comes to somebody
		s.Telegram.Phones()[i].Send("/start " + person.Language)
	}
	return nil
}

func (s *stage) startRedis(ctx context.Context) error {
	mini, err := embedded.Start()
	if err != nil {
		return err
	}
	s.redis = "redis://" + mini.Addr()
	s.parts.start(ctx, "the embedded Redis", func(ctx context.Context) error {
		<-ctx.Done()
		mini.Close()
		return nil
	})
	return nil
}

func (s *stage) startSite(ctx context.Context) (err error) {
	if s.Site, err = sample.NewSite(time.Now); err != nil {
		return err
	}
	listener, err := listen(ctx, "127.0.0.1:0", "")
	if err != nil {
		return err
	}
	s.parts.start(ctx, "the ministry's site", func(ctx context.Context) error {
		return serve(ctx, listener, s.Site.Handler(), time.Second, s.around.log)
	})
	s.config, err = demoConfig("http://" + listener.Addr().String())
	return err
}

// startApp starts the service on what there is. Its failure is the demo's.
func (s *stage) startApp(ctx context.Context) error {
	rdb, err := OpenRedis(config.Secret(s.redis))
	if err != nil {
		return err
	}
	power := &power{base: http.DefaultTransport.(*http.Transport).Clone()}
	app, err := NewApp(ctx, AppOptions{
		Config: s.config.In(s.zone()), Redis: rdb, RedisWait: stopWithin, Log: slog.New(power.logger(s.around.log.Handler())),
		Token: config.Secret(s.Telegram.Token()), Endpoint: s.around.address,
		HTTP: &http.Client{Transport: power}, DeskPage: s.pages.of,
	})
	if err != nil {
		return err
	}
	if err := s.pages.open(app); err != nil {
		return err
	}
	s.App, s.power = app, power
	s.editor.app.Store(app)
	s.around.runs(app)
	if err := app.Start(ctx); err != nil {
		return err
	}
	s.parts.start(ctx, "the service", func(ctx context.Context) error {
		if err := app.Wait(ctx); err != nil && !power.off.Load() {
			s.around.failed(err)
		}
		return nil
	})
	return nil
}

// startWithin is how long a service, or all of the demo, may take to start again.
const startWithin = time.Minute

// stop ends the service, then its stand-ins.
func (s *stage) stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = true
	var err error
	if s.App != nil {
		err = s.App.Stop(ctx)
	}
	if s.Telegram != nil {
		err = errors.Join(err, s.Telegram.Close(ctx))
	}
	return errors.Join(err, s.parts.stop(ctx))
}

// demoToken is another one each time, so that no page of another site can guess it.
func demoToken() string { return "7000000001:" + rand.Text() }

//go:embed demo.yaml
var demoYAML string

// demoConfig is the configuration of a service that reads the sample ministry's site.
func demoConfig(site string) (*config.Config, error) {
	return config.Parse("demo.yaml", []byte(strings.ReplaceAll(demoYAML, "http://site.example", site)))
}
