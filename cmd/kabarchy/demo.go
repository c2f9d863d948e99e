package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// demoCommand shows the whole system on this machine. Telegram, the ministry's site and
// the Redis server are stand-ins on loopback; all the rest is the real service.
type demoCommand struct {
	Listen  string `help:"Where the page is served. Without it: the first free port from 127.0.0.1:8800 on. Health and metrics are at the next free one." placeholder:"HOST:PORT"`
	Verbose bool   `help:"Log what happens behind the page."`
}

// Where the page is served unless told otherwise: the first of so many ports from this one
// on that is free.
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
	page := listener.Addr().(*net.TCPAddr)
	health, err := firstFree(ctx, page.IP, page.Port+1)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d, err := startDemo(ctx, listener, health, flags.logger(out.stderr))
	if err != nil {
		return err
	}
	fmt.Fprintf(out.stdout, "Kabarchy is at %s – open it in a browser. Ctrl-C ends it.\n", d.address())
	fmt.Fprintf(out.stdout, "Health and metrics, as an operator has them: %sreadyz and %[1]smetrics\n", d.operatorsAddress())
	err = d.wait(ctx)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(err, d.stop(stopping))
}

func (c *demoCommand) listen(ctx context.Context) (net.Listener, error) {
	if c.Listen != "" {
		return listen(ctx, c.Listen, "--listen")
	}
	return firstFree(ctx, net.IPv4(127, 0, 0, 1), demoPort)
}

// firstFree listens on the first free port of an address, from one on.
func firstFree(ctx context.Context, ip net.IP, from int) (net.Listener, error) {
	for port := from; ; port++ {
		listener, err := listen(ctx, net.JoinHostPort(ip.String(), strconv.Itoa(port)), "--listen")
		if !errors.Is(err, syscall.EADDRINUSE) || port == from+demoPorts-1 {
			return listener, err
		}
	}
}

// demo is a page in a browser, and what it shows now.
type demo struct {
	*stage
	page, health net.Listener
	log          *slog.Logger
	parts        group // the page, and the service's health and metrics

	mu     sync.Mutex // one beginning at a time
	shown  atomic.Pointer[http.Handler]
	ran    atomic.Pointer[App]
	failed chan error
}

// startDemo starts the stand-ins and the service, and returns when the service has read
// the ministry's site. It owns the listeners, where the page is served and the service's
// health and metrics, from here on.
func startDemo(ctx context.Context, page, health net.Listener, log *slog.Logger) (*demo, error) {
	d := &demo{page: page, health: health, log: log, failed: make(chan error, 1)}
	d.parts.start(ctx, "health and metrics", func(ctx context.Context) error {
		return serve(ctx, health, http.HandlerFunc(d.serveOperator), time.Second, log)
	})
	d.parts.start(ctx, "the page", func(ctx context.Context) error {
		return serve(ctx, page, http.HandlerFunc(d.serve), time.Second, log)
	})
	var err error
	if d.stage, err = newStage(ctx, d.surroundings()); err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return nil, errors.Join(err, d.stop(stopping))
	}
	return d, nil
}

// serve answers for Telegram and the page, as they are now.
func (d *demo) serve(w http.ResponseWriter, r *http.Request) {
	shown := d.shown.Load()
	if shown == nil {
		http.Error(w, "The demo is starting.", http.StatusServiceUnavailable)
		return
	}
	(*shown).ServeHTTP(w, r)
}

// serveOperator answers for the service that runs now. No service listens at this address
// itself: one that was killed keeps its own for a while, and the next could not have it.
func (d *demo) serveOperator(w http.ResponseWriter, r *http.Request) {
	app := d.ran.Load()
	if app == nil {
		http.Error(w, "The service is starting.", http.StatusServiceUnavailable)
		return
	}
	app.front.answerAll(w, r)
}

// surroundings are the demo's, for a stage.
func (d *demo) surroundings() surroundings {
	return surroundings{
		address: d.address(), health: d.operatorsAddress(), log: d.log, begin: d.begin,
		show: func(h http.Handler) { d.shown.Store(&h) },
		runs: func(app *App) { d.ran.Store(app) },
		failed: func(err error) {
			select {
			case d.failed <- err:
			default: // one is enough to end
			}
		},
	}
}

// begin leaves the stage that is, and sets a new one.
func (d *demo) begin(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	ctx = context.WithoutCancel(ctx) // whoever asked may have left
	stopping, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	around := d.surroundings()
	if err := d.stage.stop(stopping); err != nil {
		d.log.WarnContext(ctx, "the demo begins again, and not all of it has ended", "error", err)
	}
	starting, cancel := context.WithTimeout(ctx, startWithin) // what took long to end takes nothing from it
	defer cancel()
	var err error
	if d.stage, err = newStage(starting, around); err != nil {
		around.failed(err) // there is nothing left to show
	}
	return err
}

// address is that of the page.
func (d *demo) address() string { return "http://" + d.page.Addr().String() + "/" }

// operatorsAddress is that of the service's health and metrics.
func (d *demo) operatorsAddress() string { return "http://" + d.health.Addr().String() + "/" }

// wait returns when ctx is done, or the service has failed, with its error.
func (d *demo) wait(ctx context.Context) error {
	select {
	case err := <-d.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// stop ends what was started: the service, its stand-ins, the page.
func (d *demo) stop(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	if d.stage != nil {
		err = d.stage.stop(ctx)
	}
	return errors.Join(err, d.parts.stop(ctx))
}
