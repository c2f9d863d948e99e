package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/page"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/cmd/kabarchy/sample"
)

// demoCommand shows the whole system on this machine. Telegram, the ministry's site and
// the Redis server are stand-ins on loopback; all the rest is the real service.
type demoCommand struct {
	Listen  string `help:"Where the page is served. Without it: the first free port from 127.0.0.1:8800 on." placeholder:"HOST:PORT"`
	Verbose bool   `help:"Log what happens behind the page."`
}

// Where the page is served unless told otherwise: the first of these ports that is free.
const (
	demoPort  = 8800
	demoPorts = 100
)

// Run serves the page until a signal.
func (c *demoCommand) Run(ctx context.Context, out output) error {
	flags := logFlags{LogFormat: "text", LogLevel: slog.LevelError}
	if c.Verbose {
		flags.LogLevel = slog.LevelInfo
	}
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	d, err := startDemo(ctx, listener, flags.logger(out.stderr))
	if err != nil {
		return err
	}
	fmt.Fprintf(out.stdout, "Kabarchy is at %s – open it in a browser. Ctrl-C ends it.\n", d.address())
	err = d.wait(ctx)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(err, d.stop(stopping))
}

func (c *demoCommand) listen(ctx context.Context) (net.Listener, error) {
	if c.Listen != "" {
		return listen(ctx, c.Listen, "--listen")
	}
	for port := demoPort; ; port++ {
		listener, err := listen(ctx, fmt.Sprintf("127.0.0.1:%d", port), "--listen")
		if !errors.Is(err, syscall.EADDRINUSE) || port == demoPort+demoPorts-1 {
			return listener, err
		}
	}
}

// demo is the service with its stand-ins.
type demo struct {
	App      *App
	Telegram *simulator.Server
	Site     *sample.Site
	page     net.Listener
	parts    group // the stand-ins
}

// startDemo starts the stand-ins and the service, and returns when the service has read
// the ministry's site. It owns the listener, where the page is served, from here on.
func startDemo(ctx context.Context, page net.Listener, log *slog.Logger) (*demo, error) {
	d := &demo{page: page}
	if err := d.start(ctx, log); err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return nil, errors.Join(err, d.stop(stopping))
	}
	return d, nil
}

func (d *demo) start(ctx context.Context, log *slog.Logger) error {
	rdb, err := startMiniRedis(ctx, &d.parts)
	if err != nil {
		return err
	}
	if d.Site, err = sample.NewSite(time.Now); err != nil {
		return err
	}
	site, err := listen(ctx, "127.0.0.1:0", "")
	if err != nil {
		return err
	}
	d.serve(ctx, "the ministry's site", site, d.Site.Handler(), log)
	configured, err := demoConfig("http://" + site.Addr().String())
	if err != nil {
		return err
	}

	desk := &editor{site: d.Site, address: configured.Ministry.Site}
	d.Telegram = simulator.New(simulator.Options{Token: demoToken(), Local: true, Limits: simulator.TelegramLimits, Log: log})
	d.Telegram.Show(page.New(d.Telegram, page.Options{Desk: desk, Log: log}))
	for _, person := range page.People[:2] {
		person.Join(d.Telegram)
	}
	for _, c := range page.Office {
		// They have written to the bot before: it offers the desk in the menu of a chat it knows.
		d.Telegram.CitizenAs(c.ID, c.Name, c.Language).Open()
	}
	d.App, err = NewApp(ctx, AppOptions{
		Config: configured, Redis: rdb, Log: log,
		Token: config.Secret(d.Telegram.Token()), Endpoint: d.address(),
	})
	if err != nil {
		return err
	}
	desk.app = d.App
	d.serve(ctx, "the page", d.page, d.Telegram.Handler(), log)
	if err := d.App.Start(ctx); err != nil {
		return err
	}
	if err := d.App.AwaitPolls(ctx); err != nil {
		return err
	}
	for i, person := range page.People[:2] { // they are subscribed, so that the first item published comes to somebody
		d.Telegram.Phones()[i].Send("/start " + person.Language)
	}
	return nil
}

// demoToken is another one each time, so that no page of another site can guess it.
func demoToken() string { return "7000000001:" + rand.Text() }

func (d *demo) serve(ctx context.Context, name string, listener net.Listener, handler http.Handler, log *slog.Logger) {
	d.parts.start(ctx, name, func(ctx context.Context) error {
		return serve(ctx, listener, handler, time.Second, log)
	})
}

//go:embed demo.yaml
var demoYAML string

// demoConfig is the configuration of a service that reads the sample ministry's site.
func demoConfig(site string) (*config.Config, error) {
	return config.Parse("demo.yaml", []byte(strings.ReplaceAll(demoYAML, "http://site.example", site)))
}

// address is that of the page.
func (d *demo) address() string { return "http://" + d.page.Addr().String() + "/" }

// wait returns when ctx is done, or the service has failed, with its error.
func (d *demo) wait(ctx context.Context) error { return d.App.Wait(ctx) }

// stop ends what was started: the service, then its stand-ins.
func (d *demo) stop(ctx context.Context) error {
	var err error
	if d.App != nil {
		err = d.App.Stop(ctx)
	}
	if d.Telegram != nil {
		err = errors.Join(err, d.Telegram.Close(ctx))
	}
	err = errors.Join(err, d.parts.stop(ctx))
	_ = d.page.Close() // closed already, unless the start failed before it was served
	return err
}
