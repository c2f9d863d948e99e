package bot_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// newsroom is a press office with all that is real: its desk, archive, engine and bot. It
// stands in a bubble, where time costs nothing.
type newsroom struct {
	*fixture
	news   *feeds.Archive
	engine *broadcast.Engine
	office *desk.Desk
	staff  []desk.Person
	one    bool    // approval by one
	rate   float64 // messages a second; 30 where 0
	// perSecond is the rate that the desk reckons with; Telegram's where 0.
	perSecond float64
	stars     int           // that may be spent in a day
	giveUp    time.Duration // after which the engine gives somebody up; its own where 0
	more      func(*bot.Options)
	wake      chan struct{}
	ending    sync.WaitGroup
	runs      func() (rests func()) // lets the desk's clock run
	rests     func()
}

// sleeps stops the desk's clock for some time, as where no instance leads.
func (n *newsroom) sleeps(length time.Duration) {
	n.rests()
	time.Sleep(length)
	n.rests = n.runs()
}

// openNewsroom builds one, on the day on which the tests play. Its people come before it opens.
func openNewsroom(t *testing.T, rdb redis.UniversalClient, telegram simulator.Options) *newsroom {
	t.Helper()
	time.Sleep(time.Until(today)) // a bubble begins in 2000
	n := &newsroom{fixture: buildOn(t, rdb, telegram), wake: make(chan struct{}, 1)}
	n.news = feeds.NewArchive(rdb)
	n.archive = n.news
	return n
}

// comes adds somebody to the staff.
func (n *newsroom) comes(name, language string, roles desk.Role) *simulator.Citizen {
	c := n.telegram.Citizen(name, language).Open()
	n.staff = append(n.staff, desk.Person{ID: c.ID(), Name: name, Roles: roles})
	n.speaks(c, language)
	return c
}

// speaks has the bot know somebody's language, who gets no news.
func (n *newsroom) speaks(c *simulator.Citizen, language string) {
	n.t.Helper()
	_, err := n.store.Update(n.t.Context(), c.ID(), func(p *subscriptions.Preferences, _ bool) {
		p.Interface, p.Languages, p.Status = language, []string{language}, subscriptions.Stopped
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// service is what administrators look at.
type service struct {
	*broadcast.Engine
	*feeds.Archive
	*subscriptions.Store
}

// Health is that of no source.
func (service) Health() []feeds.Health { return nil }

// opens sets everything to work until the test ends.
func (n *newsroom) opens() {
	n.t.Helper()
	n.change = func(o *bot.Options) {
		limiter := broadcast.NewLimiter(cmp.Or(n.rate, 30))
		if n.stars > 0 {
			limiter.Pay(500)
		}
		n.engine = broadcast.New(broadcast.Options{
			Redis: n.rdb, Store: n.store, Archive: n.news, Sender: n.sender, Zone: bishkek,
			Topics:  map[string]subscriptions.Topic{"legal-aid": 3, "jobs": 7},
			Limiter: limiter, PaidADay: broadcast.PaidBy(n.stars), GiveUpAfter: n.giveUp, Brake: desk.Brake{Redis: n.rdb}, Log: o.Log,
		})
		var err error
		n.office, err = desk.New(desk.Options{
			Redis: n.rdb, Archive: n.news, Engine: n.engine, Bot: n.telegram.Bot().ID, People: n.staff, One: n.one,
			Topics: []string{"legal-aid", "jobs"}, Zone: bishkek, Writing: true, PerSecond: n.perSecond, Log: o.Log, Ask: answers,
		})
		if err != nil {
			n.t.Fatal(err)
		}
		o.Desk, o.Previews, o.Archive, o.Now = n.office, n.sender, n.news, time.Now
		o.Admins = bot.Admins{Service: service{n.engine, n.news, n.store}, Numbers: service{n.engine, n.news, n.store}, Redis: n.rdb, Wake: n.waken}
		if n.more != nil {
			n.more(o)
		}
	}
	n.start()
	ctx, cancel := context.WithCancel(n.t.Context())
	n.ending.Go(func() { n.ended("engine", n.engine.Run(ctx)) })
	n.runs = func() (stop func()) {
		own, stop := context.WithCancel(ctx)
		n.ending.Go(func() { n.ended("desk", n.office.Run(own)) })
		return stop
	}
	n.rests = n.runs()
	n.ending.Go(func() { n.tells(ctx) })
	n.ending.Go(func() { n.ended("counter", n.counter.Run(ctx)) })
	n.t.Cleanup(func() {
		cancel()
		n.ending.Wait()
	})
}

func (n *newsroom) ended(what string, err error) {
	if err != nil {
		n.t.Errorf("the %s ended with %v", what, err)
	}
}

// answers is what links say: those of the ministry's site are there.
func answers(_ context.Context, link string) (int, error) {
	if strings.HasPrefix(link, "https://minjust.gov.kg/") {
		return http.StatusOK, nil
	}
	return http.StatusNotFound, fmt.Errorf("%s: not found", link)
}

func (n *newsroom) waken() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// tells tells the people what is new, as the instance does that leads.
func (n *newsroom) tells(ctx context.Context) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		if err := n.bot.TellAdmins(ctx); err != nil && ctx.Err() == nil {
			n.t.Errorf("telling: %v", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-n.wake:
		}
	}
}

// subscribe makes so many citizens who read the language.
func (n *newsroom) subscribe(count int, language string, change func(*subscriptions.Preferences)) (all []*simulator.Citizen) {
	n.t.Helper()
	for range count {
		c := n.telegram.Citizen("Нурлан", language).Open()
		_, err := n.store.Update(n.t.Context(), c.ID(), func(p *subscriptions.Preferences, _ bool) {
			p.Interface, p.Languages, p.Status = language, []string{language}, subscriptions.Active
			if change != nil {
				change(p)
			}
		})
		if err != nil {
			n.t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}
