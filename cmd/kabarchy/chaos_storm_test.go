//go:build chaos

package main

import (
	"cmp"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
	"kabarchy/feeds/feedtest"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// The storms on the program as it is shipped, a process of its own, with a real Redis: what
// one chat, one picture, one site or one Redis does must not hold up the rest. In virtual time,
// with more people and for hours, most of them are in bot/broadcast and bot.

// What a storm publishes, and what else people are told.
const (
	first  = "Биринчи"
	second = "Экинчи"
	answer = "answer"
)

// subject names what a message is about.
func subject(text string) string {
	for _, title := range []string{first, second} {
		if strings.Contains(text, title) {
			return title
		}
	}
	return answer
}

// storm is one of the table.
type storm struct {
	name      string
	people    int // 0 is 200
	perSecond int // 0 is 100
	telegram  simulator.Options
	redis     []string // arguments of its server

	before    func(s *weather) // the program is started
	published func(s *weather) // once it has read what is new
	meanwhile func(s *weather) // when the first message has arrived
	after     func(s *weather) // when all have it who are to have it

	spared func(chat int64) bool // who need not have it; nil for nobody
}

// weather is a country in a storm.
type weather struct {
	*chaos
	server  *redistest.Server
	program *exec.Cmd
	// others are readers beside the crowd, by the chats in which they are.
	others []int64
	// picture and link are those of the item.
	picture, link string
	// citizen is whom a storm is about.
	citizen *simulator.Citizen
	struck  chan struct{}
	crowdStorm
	// once does something when something has happened for the first time.
	once sync.Once
}

func TestChaosStorms(t *testing.T) {
	t.Parallel()
	for _, row := range slices.Concat(stormsOfTelegram, stormsOfRedis, stormsOfPeople, stormsOfTime) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.run(t)
		})
	}
}

func (row storm) run(t *testing.T) {
	server := redistest.Start(t, row.redis...)
	row.telegram.Key = subject
	if row.telegram.Latency == 0 {
		row.telegram.Latency = latency
	}
	people := cmp.Or(row.people, 200)
	s := &weather{server: server, chaos: newChaosWith(t, server.Client(t), server.URL(), people, row.telegram)}
	s.configure(cmp.Or(row.perSecond, 100), "")
	for _, step := range []func(s *weather){
		row.before,
		func(s *weather) { s.program = s.start(); s.awaitLeader() },
		row.published,
		func(s *weather) {
			s.feed.post(feedtest.Item{Title: first, Picture: s.picture, Link: s.link})
			s.arrives(first, 1)
		},
		row.meanwhile,
		func(s *weather) { s.allHave(first, row.spared) },
		row.after,
		func(s *weather) { s.report(row.spared) },
	} {
		if step != nil {
			step(s)
		}
	}
}

func (s *weather) awaitLeader() {
	s.t.Helper()
	s.until("somebody leads", func() bool { return s.rdb.Exists(s.t.Context(), "{news}:lease").Val() == 1 })
}

// arrives waits until so many messages about something have.
func (s *weather) arrives(what string, n int) {
	s.t.Helper()
	s.until(what+" arrives", func() bool { return s.count(what) >= n })
}

// count returns how many messages about something have arrived.
func (s *weather) count(what string) (n int) {
	for _, times := range s.telegram.Deliveries(what) {
		n += times
	}
	return n
}

// subscribe makes chats readers.
func (s *weather) subscribe(kind subscriptions.Kind, chats ...int64) {
	s.t.Helper()
	for _, chat := range chats {
		_, err := s.store.Update(s.t.Context(), chat, func(p *subscriptions.Preferences, _ bool) {
			p.Kind, p.Interface, p.Languages = kind, "ky", []string{"ky"}
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.others = append(s.others, chats...)
}

// citizens are readers with phones.
func (s *weather) citizens(n int) []*simulator.Citizen {
	s.t.Helper()
	people := make([]*simulator.Citizen, n)
	for i := range people {
		people[i] = s.telegram.Citizen("Айгүл", "ky").Open()
		s.subscribe(subscriptions.Person, people[i].ID())
	}
	return people
}

// readers are all who subscribed.
func (s *weather) readers() []int64 {
	chats := make([]int64, s.size, s.size+len(s.others))
	for i := range chats {
		chats[i] = s.first + int64(i)
	}
	return append(chats, s.others...)
}

// allHave waits until an item has reached all but those who are spared.
func (s *weather) allHave(title string, spared func(chat int64) bool) {
	s.t.Helper()
	s.until("all have "+title, func() bool {
		has := s.telegram.Deliveries(title)
		return !slices.ContainsFunc(s.readers(), func(chat int64) bool {
			return has[chat] == 0 && (spared == nil || !spared(chat))
		})
	})
}

// report counts what came how often: nothing comes twice.
func (s *weather) report(spared func(chat int64) bool) {
	s.t.Helper()
	s.still()
	reached, wanted, twice := 0, 0, 0
	has := s.telegram.Deliveries(first)
	for _, chat := range s.readers() {
		if spared == nil || !spared(chat) {
			wanted++
			reached += min(1, has[chat])
		}
	}
	for _, title := range []string{first, second} {
		for _, n := range s.telegram.Deliveries(title) {
			twice += n - 1
		}
	}
	stats := s.telegram.Stats()
	s.t.Logf("people: reached %d of %d, twice %d; answers %d, 429s %d, refused %d, faults %d",
		reached, wanted, twice, s.count(answer), stats.Limited429, stats.Refused, stats.Faulted)
	if reached < wanted || twice > 0 {
		s.t.Errorf("reached %d of %d, twice %d", reached, wanted, twice)
	}
}

// has reports whether a chat's status is the given one.
func (s *weather) has(chat int64, status subscriptions.Status) bool {
	p, known, err := s.store.Get(s.t.Context(), chat)
	return err == nil && known && p.Status == status
}

func (s *weather) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// set sets a parameter of the Redis server.
func (s *weather) set(parameter, value string) {
	s.t.Helper()
	s.must(s.rdb.(*redis.Client).ConfigSet(s.t.Context(), parameter, value).Err())
}
