package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"kabarchy/bot"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/delivery"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/desk/web"
	"kabarchy/bot/lease"
	"kabarchy/bot/search"
	"kabarchy/bot/telegram"
	"kabarchy/bot/updates"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/feeds/fetch"
	"kabarchy/feeds/websub"
	"kabarchy/subscriptions"
)

// stopWithin is how long the whole may take to stop. It is more than the messages on
// their way to Telegram get, and less than the 30 seconds after which compose.yaml and
// other supervisors kill.
const stopWithin = 28 * time.Second

// AppOptions are what the service is made of.
type AppOptions struct {
	Config   *config.Config
	Token    config.Secret
	Endpoint string // of the Bot API
	// PingSecret signs what sites say of their news; without it they say nothing.
	PingSecret config.Secret
	Redis      Redis // the app closes it
	// RedisWait is how long Redis may take to be there; see Redis.Await.
	RedisWait time.Duration
	// Rebind makes what Redis holds this bot's, though it may be another's.
	Rebind bool
	// Grace is how long messages on their way to Telegram may take when the app stops;
	// the engine's 25 seconds if zero.
	Grace time.Duration
	Log   *slog.Logger
	// DeskPage is where the desk's pages are for somebody, in the demo; the configuration says
	// it where nil.
	DeskPage func(user int64) string
	// HTTP asks Telegram, Dial connects to the sites, and Listen opens the addresses of the
	// configuration: for tests; over the network where nil.
	HTTP   *http.Client
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	Listen func(ctx context.Context, address, setting string) (net.Listener, error)
}

// App is the whole service in one process: the poller reads the ministry's news into
// the archive, the engine brings what is new to the subscribers, the bot answers them.
// All that is known of them is in Redis, so that another App can go on where this one
// was stopped, or died.
//
// An App is used once: NewApp, Start, Wait, Stop; and Stop after a Start that failed, too.
type App struct {
	Engine  *broadcast.Engine
	Archive *feeds.Archive
	Store   *subscriptions.Store
	Poller  *feeds.Poller
	Desk    *desk.Desk

	options   AppOptions
	bot       *bot.Bot
	counter   *report.Counter
	web       *web.Desk // nil where the desk has no pages
	pages     web.Options
	updates   *updates.Dispatcher
	webhook   *updates.Webhook   // nil where updates are fetched
	answering *answering         // nil where one instance answers people: the one that leads
	pings     *pings             // what sites and hubs say of their news
	pingDoor  *pingDoor          // nil where no site says that it has news
	hubs      *websub.Subscriber // nil where no hub does
	client    *telegram.Client
	links     links
	lease     *lease.Lease
	witness   *witness
	telegram  *probe        // whether Telegram can be reached
	accepted  atomic.Bool   // whether Telegram has taken the token since the start
	adminNews chan struct{} // holds one: something is new to the administrators
	metrics   *prometheus.Registry
	front     front
	parts     group
}

// NewApp wires the service. It listens at once, waits for Redis and asks it for the
// numbers of the topics. It fails where an address is taken, where Redis can't be used and
// where it holds another bot's data; then it has closed everything.
func NewApp(ctx context.Context, o AppOptions) (*App, error) {
	if o.Listen == nil {
		o.Listen = listen
	}
	a := &App{options: o, adminNews: make(chan struct{}, 1), metrics: prometheus.NewRegistry()}
	if err := a.prepare(ctx); err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return nil, errors.Join(err, a.Stop(stopping))
	}
	return a, nil
}

func (a *App) prepare(ctx context.Context) error {
	o := a.options
	a.metrics.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err := a.open(ctx); err != nil {
		return err
	}
	if err := o.Redis.Await(ctx, o.RedisWait, o.Log); err != nil {
		return unavailable(err)
	}
	if err := o.Redis.Bind(ctx, o.Token, o.Rebind); err != nil {
		return err
	}
	for _, warning := range o.Redis.Warnings(ctx) {
		o.Log.WarnContext(ctx, warning)
	}
	return a.wire(ctx)
}

// budget is for all that goes to Telegram. With a webhook each instance answers people; see answering.
func budget(c *config.Config) *broadcast.Limiter {
	limiter := broadcast.NewLimiter(c.Telegram.MessagesPerSecond)
	if c.Telegram.Webhook != "" {
		limiter.ShareGroups(answeringFirst)
	}
	if paid := c.Telegram.Paid; paid != nil {
		limiter.Pay(paid.PerSecond)
	}
	return limiter
}

// paidADay is how many messages may be paid for in a day.
func paidADay(c *config.Config) int {
	if c.Telegram.Paid == nil {
		return 0
	}
	return broadcast.PaidBy(c.Telegram.Paid.StarsADay)
}

// wire makes the parts and connects them.
func (a *App) wire(ctx context.Context) error {
	o := a.options
	a.Archive, a.Store = feeds.NewArchive(o.Redis), subscriptions.NewStore(o.Redis)
	a.counter = report.NewCounter(o.Redis, o.Config.Zone(), o.Log)
	a.Store.Watch(a.counter.Changed)
	limiter := budget(o.Config)
	a.client = telegram.NewClient(telegram.Options{Token: string(o.Token), Endpoint: o.Endpoint, Budget: limiter, HTTP: o.HTTP, Log: o.Log, Registerer: a.metrics})
	a.lease = lease.New(o.Redis, o.Log)
	a.lease.Reach = a.reach
	a.witness = &witness{redis: o.Redis, token: o.Token, store: a.Store, lease: a.lease, log: o.Log, alarms: map[bot.AlarmKind]bot.Alarm{}}
	a.telegram = &probe{name: "telegram", every: askTelegramEvery, ask: a.askTelegram, note: a.pause}
	if err := a.witness.begin(ctx); err != nil {
		return err
	}
	numbers, err := a.Store.NumberTopics(ctx, topicIDs(o.Config)...)
	if err != nil {
		return err
	}
	zone := o.Config.Zone()
	sender := delivery.NewSender(a.client, delivery.Options{
		Zone: zone, Topics: choice(o.Config, numbers), Editions: a.Archive.Editions, Log: o.Log, Registerer: a.metrics,
		Username: func() string { return a.bot.Username() },
	})
	a.Engine = broadcast.New(broadcast.Options{
		Redis: o.Redis, Store: a.Store, Archive: a.Archive, Lease: a.lease, Sender: sender,
		Zone: zone, Topics: numbers, Says: search.Says,
		Limiter: limiter, Grace: o.Grace, PaidADay: paidADay(o.Config),
		Keep:        time.Duration(o.Config.Telegram.CorrectWithinHours) * time.Hour,
		GiveUpAfter: time.Duration(o.Config.Telegram.GiveUpAfterHours) * time.Hour,
		OnHold:      a.wakeAdmins, Brake: desk.Brake{Redis: o.Redis}, Log: o.Log, Registerer: a.metrics,
	})
	a.links = newLinks(o)
	if a.Desk, err = a.newDesk(); err != nil {
		return err
	}
	feeding := pollerOptions(o.Config, o.Log)
	feeding.Registerer, feeding.OnAnnounce, feeding.OnHealth, feeding.Dial = a.metrics, a.Engine.Wake, func(feeds.Health) { a.wakeAdmins() }, o.Dial
	if a.Poller, err = feeds.NewPoller(feeding, a.Archive); err != nil {
		return err
	}
	a.listenForNews()
	queue := &updates.ChatQueue{}
	a.bot = bot.New(bot.Options{
		Client: a.client, Store: a.Store, Archive: a.Archive, Articles: a.Poller, Queue: queue, Groups: limiter,
		Ministry: ministryOf(o.Config),
		Topics:   choice(o.Config, numbers),
		Joined:   a.Engine.Joined, KeepDigests: a.Engine.KeepDigests, Forget: a.Engine.Forget, Move: a.Engine.Move, Counter: a.counter,
		Admins: a.admins(), Desk: a.Desk, DeskPage: a.deskPage, Previews: sender, Zone: zone, Log: o.Log, Registerer: a.metrics,
	})
	if a.web, err = a.newWeb(sender, choice(o.Config, numbers)); err != nil {
		return err
	}
	a.updates = updates.NewDispatcher(updates.Options{Client: a.client, Handler: a.bot, Queue: queue, Log: o.Log, Registerer: a.metrics})
	known := &facts{redis: o.Redis, taken: a.lease.Taken, engine: a.Engine, archive: a.Archive, desk: a.Desk}
	a.metrics.MustRegister(&gauges{known.begin(), o.Config.Sources, a.lease.Held, a.witness.subscribers})
	if address := o.Config.Telegram.Webhook; address != "" {
		a.webhook = updates.NewWebhook(a.updates, updates.WebhookOptions{Address: address, Registerer: a.metrics})
		a.answering = newAnswering(o.Redis, limiter.ShareGroups, o.Log)
	}
	return nil
}

// listenForNews makes those that take it from sites and from hubs that there is news.
func (a *App) listenForNews() {
	o := a.options
	a.pings = newPings(o.Redis, a.lease.Value, a.Poller.Ping, o.Log)
	if o.PingSecret != "" {
		a.pingDoor = (&pingDoor{secret: o.PingSecret, sources: o.Config.Sources, note: a.pings.note, log: o.Log}).register(a.metrics)
	}
	if o.Config.WebSub == "" {
		return
	}
	network := o.Config.Network
	a.hubs = websub.New(websub.Options{
		Redis: o.Redis, Address: o.Config.WebSub, Key: a.client.DerivedSecret(hubsKey),
		Fetching: fetch.Options{AllowPrivate: network.AllowPrivateAddresses, Dial: o.Dial, RootCAs: network.Roots(), UserAgent: feeds.DefaultUserAgent},
		Offers:   func(ctx context.Context) (map[string]websub.Offer, error) { return offers(ctx, a.Archive, o.Config) },
		News:     a.pings.note, Log: o.Log, Registerer: a.metrics,
	})
}

// Start starts the service. Telegram and the ministry's site may be away for a while.
func (a *App) Start(ctx context.Context) error {
	a.serveAll()
	a.parts.start(ctx, "the counting", a.counter.Run)
	a.parts.start(ctx, "the look after the data", a.witness.run)
	if a.answering != nil {
		a.parts.start(ctx, "the count of instances", a.answering.run)
	}
	a.parts.start(ctx, "news and conversation", func(ctx context.Context) error {
		return a.lease.Lead(ctx, a.work)
	})
	if lacks := a.options.Config.WithoutAdmins(); lacks != "" {
		a.options.Log.WarnContext(ctx, "no administrators are configured: "+lacks+"; put Telegram user ids under admins")
	}
	for _, warning := range a.options.Config.Warnings() {
		a.options.Log.WarnContext(ctx, warning)
	}
	a.options.Log.InfoContext(ctx, "started", "listen", a.Addr(), "redis", a.options.Redis.Where, "sources", len(a.options.Config.Sources))
	return nil
}

// Addr is where health and metrics are served.
func (a *App) Addr() string { return a.front.health.Addr().String() }

// work is what one instance at a time does, the one that leads.
func (a *App) work(ctx context.Context) error {
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return a.Poller.Run(ctx) })
	parts.Go(func() error { return a.Engine.Run(ctx) })
	if a.pingDoor != nil || a.hubs != nil {
		parts.Go(func() error { return a.pings.run(ctx) })
	}
	if a.hubs != nil {
		parts.Go(func() error { return a.hubs.Run(ctx) })
	}
	parts.Go(func() error { return a.Desk.Run(ctx) })
	parts.Go(func() error { return a.receive(ctx) })
	parts.Go(func() error { return a.introduce(ctx) })
	parts.Go(func() error { return a.readArchive(ctx) })
	parts.Go(func() error { return a.notifyAdmins(ctx) })
	parts.Go(func() error { return a.sweep(ctx) })
	parts.Go(func() error {
		return numbers{a.options.Redis, a.options.Config.Zone(), a.Store.Census, a.Poller.Health, a.options.Log}.run(ctx)
	})
	return explain(parts.Wait())
}

// reach asks Telegram who the bot is. Any answer shows that Telegram can be reached.
func (a *App) reach(ctx context.Context) error {
	err := a.client.Call(ctx, "getMe", nil, nil)
	if err == nil {
		a.accepted.Store(true)
	}
	if errors.As(err, new(*telegram.APIError)) {
		return nil
	}
	return err
}

// introduce tells Telegram what the bot is, as soon as it can be reached.
func (a *App) introduce(ctx context.Context) error {
	failures := 0
	complain := func(err error, _ time.Duration) {
		if failures++; telegram.WorthLogging(failures) {
			a.options.Log.WarnContext(ctx, "telegram was not told what the bot is, trying again", "failures", failures, "error", err)
		}
	}
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := a.bot.Introduce(ctx)
		if telegram.ReasonOf(err) == telegram.WrongToken {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(0), backoff.WithNotify(complain))
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// readArchive prepares the search. Where that fails, the first search does it.
func (a *App) readArchive(ctx context.Context) error {
	if err := a.bot.ReadArchive(ctx); err != nil && ctx.Err() == nil {
		a.options.Log.WarnContext(ctx, "the search is not ready yet", "error", err)
	}
	return nil
}

// explain adds what to do about an error that ends the service.
func explain(err error) error {
	if telegram.ReasonOf(err) == telegram.WrongToken {
		return misuse(fmt.Errorf("%w; check TELEGRAM_BOT_TOKEN, or ask @BotFather for the token", err))
	}
	return err
}

// Wait returns when ctx is done, or with the error that makes going on senseless.
func (a *App) Wait(ctx context.Context) error { return a.parts.wait(ctx) }

// Stop ends the service, or what of it was started: no new update and no new message is begun, what is on its way
// may land, all within the deadline of ctx.
func (a *App) Stop(ctx context.Context) error {
	err := a.parts.stop(ctx)
	if a.bot != nil { // it is not yet where NewApp fails
		a.bot.Finish(ctx)
	}
	if a.links.client != nil {
		a.links.client.Close()
	}
	return errors.Join(err, a.options.Redis.Close())
}

// Run is Start, Wait and Stop.
func (a *App) Run(ctx context.Context) error {
	err := a.Start(ctx)
	if err == nil {
		err = a.Wait(ctx)
		if a.accepted.Load() {
			tellRefused(ctx, err, a.client, a.options.Log)
		}
		a.options.Log.InfoContext(ctx, "stopping")
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(err, a.Stop(stopping))
}

// How long an answer holds, of Telegram's servers and of Redis.
const (
	askTelegramEvery = 10 * time.Second
	askRedisEvery    = 3 * time.Second
	askLeaderEvery   = time.Second
)

// readiness are the questions of /readyz.
func (a *App) readiness() readiness {
	return readiness{
		{name: "redis", every: askRedisEvery, ask: a.options.Redis.Check},
		{name: "data", ask: a.witness.ready},
		{name: "leader", every: askLeaderEvery, ask: a.led},
		a.telegram,
		{name: "feeds", ask: func(context.Context) error {
			if !a.lease.Held() { // an instance that stands by need not poll
				return nil
			}
			return a.polled()
		}, note: a.neverRead},
	}
}

// neverRead names the sources that no poll has ever read: their address may be wrong.
func (a *App) neverRead() string {
	var lines strings.Builder
	for _, h := range a.Poller.Health() {
		if h.Never {
			fmt.Fprintf(&lines, "source %s: never read so far; the log and kabarchy check say why\n", h.Source)
		}
	}
	return lines.String()
}

// pause says why nothing is sent though Telegram answers this instance.
func (a *App) pause() string {
	next, why := a.Engine.Paused()
	if why == "" {
		return ""
	}
	return fmt.Sprintf("sending: paused, because %s; next attempt at %s\n", why, next.UTC().Format(time.RFC3339))
}

// led reports whether somebody does the work: this instance or another.
func (a *App) led(ctx context.Context) error {
	if a.lease.Held() {
		return nil
	}
	taken, err := a.lease.Taken(ctx)
	if err == nil && !taken {
		err = errors.New("no instance leads: nothing is read and nothing is sent")
	}
	return err
}

// askTelegram asks who the bot is. Another one than the token says can't be.
func (a *App) askTelegram(ctx context.Context) error {
	var me struct {
		ID int64 `json:"id"`
	}
	if err := a.client.Call(ctx, "getMe", nil, &me); err != nil {
		return err
	}
	if id := strconv.FormatInt(me.ID, 10); id != botID(a.options.Token) {
		return fmt.Errorf("the token begins with %s, and Telegram says that it is bot %s's", botID(a.options.Token), id)
	}
	return nil
}

// AwaitPolls returns when each source was asked once: what is published from then on is
// news. It returns early, and says so, when ctx is done.
func (a *App) AwaitPolls(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for a.polled() != nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// polled reports whether the poller has asked each source. That a source is ill does not
// make this instance unready: another would find it no better.
func (a *App) polled() error {
	for _, h := range a.Poller.Health() {
		if h.LastAttempt.IsZero() {
			return fmt.Errorf("source %s was not polled yet", h.Source)
		}
	}
	return nil
}
