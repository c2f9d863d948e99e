//go:build chaos

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/feeds/feedtest"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// chaosSeed names the randomness of the chaos tests: CHAOS_SEED repeats a run's.
func chaosSeed(t *testing.T) uint64 {
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("CHAOS_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("CHAOS_SEED: %v", err)
		}
	}
	t.Logf("CHAOS_SEED=%d", seed)
	return seed
}

// binary is the program, built once for all tests of this package.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "kabarchy-chaos-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "kabarchy")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// chaos is a country on which everything goes wrong: the program runs as a process of
// its own against a real Redis and the simulated Telegram, with an audience of a crowd.
type chaos struct {
	t        *testing.T
	rnd      *rand.Rand
	rdb      redis.UniversalClient
	telegram *simulator.Server
	store    *subscriptions.Store

	first  int64
	size   int
	env    []string
	feed   *feed
	config string // the file
	site   string // the feed's address
	log    *bottest.Log
	// unsure counts the messages that arrived and whose line the ledger lacked when the
	// program died: they were on their way, and may be followed by another.
	unsure int
}

// The program that is built has all buckets; people are put where it looks for them.
func init() { spread = func() {} }

// latency is how long Telegram takes to answer.
const latency = 20 * time.Millisecond

// Every tenth of the crowd has blocked the bot.
const blockedOf = 10

func isBlocked(chat int64) bool { return chat%blockedOf == 3 }

func newChaos(t *testing.T, rdb redis.UniversalClient, redisURL string, size int) *chaos {
	t.Helper()
	return newChaosWith(t, rdb, redisURL, size, simulator.Options{Latency: latency, Key: deskTitle})
}

// newChaosWith has another Telegram.
func newChaosWith(t *testing.T, rdb redis.UniversalClient, redisURL string, size int, o simulator.Options) *chaos {
	t.Helper()
	seed := chaosSeed(t)
	o.Seed = seed
	c := &chaos{
		t: t, rdb: rdb, size: size, store: subscriptions.NewStore(rdb),
		rnd: rand.New(rand.NewPCG(seed, 1)),
		// The first poll archives silently; a site that shows nothing then may be a broken one.
		feed:     &feed{items: []feedtest.Item{{Title: "Эски", Link: "https://ministry.example/ky/news/0"}}},
		telegram: simulator.New(o),
		log:      &bottest.Log{},
	}
	telegram := httptest.NewServer(c.telegram.Handler())
	site := httptest.NewServer(c.feed)
	t.Cleanup(telegram.Close)
	t.Cleanup(site.Close)

	if err := (Redis{UniversalClient: rdb, Where: redisURL}).Bind(t.Context(), config.Secret(c.telegram.Token()), false); err != nil {
		t.Fatal(err)
	}
	if size > 0 {
		c.first = c.telegram.Crowd(size)
		redistest.Fill(t, rdb, c.first, size, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
	}
	c.prime(site.URL)
	c.config, c.site = filepath.Join(t.TempDir(), "kabarchy.yaml"), site.URL
	c.env = append(os.Environ(),
		"TELEGRAM_BOT_TOKEN="+c.telegram.Token(), "TELEGRAM_API_ENDPOINT="+telegram.URL,
		"REDIS_URL="+redisURL, "KABARCHY_CONFIG="+c.config)
	c.configure(200, "")
	return c
}

// configure writes the program's configuration: how fast it sends, and what else there is.
func (c *chaos) configure(perSecond int, more string) {
	c.t.Helper()
	text := fmt.Sprintf(`
ministry:
  name: {ky: Министрлик, ru: Министерство, en: Ministry}
  site: https://ministry.example
timezone: Asia/Bishkek
poll: "@every 1s"
sources: [{id: ky, language: ky, url: %q}]
telegram: {messages_per_second: %d, correct_within_hours: 1}
network: {allow_private_addresses: true}
listen: 127.0.0.1:0
`, c.site, perSecond) + more
	if err := os.WriteFile(c.config, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// prime reads the feed once, so that what is published next is news.
func (c *chaos) prime(url string) {
	c.t.Helper()
	poller, err := feeds.NewPoller(feeds.Options{
		Sources:  []feeds.Source{{ID: "ky", Language: "ky", URL: url}},
		Schedule: "@every 1h", Zone: time.UTC, AllowPrivate: true,
	}, feeds.NewArchive(c.rdb))
	if err == nil {
		_, err = poller.Poll(c.t.Context(), "ky")
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// trouble switches on what the real Telegram does at times.
func (c *chaos) trouble() {
	send := []string{"sendMessage"}
	c.telegram.Fault(simulator.Fault{Methods: send, Chats: isBlocked, Refuse: simulator.BotBlocked})
	c.telegram.Fault(simulator.Fault{Methods: send, Probability: 0.05, HTML: http.StatusInternalServerError})
	c.telegram.Fault(simulator.Fault{Methods: send, Probability: 0.02, Reset: true, Taken: true})
	c.telegram.Fault(simulator.Fault{Methods: send, Probability: 0.01, Refuse: simulator.TooMany(1)})
}

// storm has Telegram ask everybody for patience.
func (c *chaos) storm() {
	c.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage"}, Next: 20, Refuse: simulator.TooMany(1)})
}

// start runs the program.
func (c *chaos) start() *exec.Cmd {
	c.t.Helper()
	return c.run(binary)
}

// run runs a program, of this release or of another.
func (c *chaos) run(build func() (path string, err error)) *exec.Cmd {
	c.t.Helper()
	path, err := build()
	if err != nil {
		c.t.Fatal(err)
	}
	program := exec.Command(path, "run")
	program.Env, program.Stdout, program.Stderr = c.env, testWriter{c.t}, io.MultiWriter(testWriter{c.t}, c.log)
	if err := program.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = program.Process.Kill(); _ = program.Wait() })
	return program
}

// kill ends the program as a power cut would.
func (c *chaos) kill(program *exec.Cmd) {
	_ = program.Process.Kill()
	_ = program.Wait()
}

// look finds out, of a program that died or froze, who has a message that neither the ledger
// nor the retry set knows of. Who stands in the retry set for an earlier attempt may have it, too:
// the next one was answered, and not written down any more.
func (c *chaos) look() {
	c.t.Helper()
	c.still()
	c.compare(c.telegram.Deliveries(""))
}

// compare is look where it is known what arrived.
func (c *chaos) compare(arrived map[int64]int) {
	c.t.Helper()
	ctx := c.t.Context()
	waiting, err := c.rdb.HGetAll(ctx, "{news}:retry:1").Result()
	if err != nil {
		c.t.Fatal(err)
	}
	cut := c.telegram.CutOff()
	for chat, n := range arrived {
		_, waits := waiting[strconv.FormatInt(chat, 10)]
		if waits && n <= cut[chat] { // each is counted as an ambiguous answer
			continue
		}
		if waits || !c.noted(chat) {
			c.unsure++
		}
	}
}

// noted reports whether the ledger has a chat's line.
func (c *chaos) noted(chat int64) bool {
	c.t.Helper()
	field := strconv.FormatInt(chat, 10)
	noted, err := c.rdb.HExists(c.t.Context(), fmt.Sprintf("sent:1:%d", subscriptions.BucketOf(chat)), field).Result()
	if err != nil {
		c.t.Fatal(err)
	}
	return noted
}

// still waits until what is on its way has arrived: nothing new for ten times as long
// as Telegram takes.
func (c *chaos) still() {
	last, since := int64(-1), time.Now()
	c.until("nothing arrives any more", func() bool {
		if now := c.telegram.Stats().Accepted; now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > 10*latency
	})
}

// await waits until so many messages more have arrived, or all.
func (c *chaos) await(more int) {
	c.t.Helper()
	want := min(c.telegram.Stats().Accepted+int64(more), int64(c.size-c.size/blockedOf))
	c.until(fmt.Sprintf("%d messages arrived", want), func() bool { return c.telegram.Stats().Accepted >= want })
}

// until waits for a condition.
func (c *chaos) until(what string, holds func() bool) {
	c.t.Helper()
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			c.t.Fatalf("waited in vain until %s; %+v", what, c.telegram.Stats())
		}
	}
}

// finished waits until the broadcast is over.
func (c *chaos) finished() {
	c.t.Helper()
	c.until("the broadcast is finished", func() bool {
		n, err := c.rdb.Exists(c.t.Context(), "{news}:broadcast:1").Result()
		left, err2 := c.rdb.ZCard(c.t.Context(), "{news}:broadcasts:running").Result()
		return err == nil && err2 == nil && n == 1 && left == 0
	})
}

// verdict counts what was lost and what came twice.
func (c *chaos) verdict() {
	c.t.Helper()
	c.judge(c.telegram.Deliveries(""))
}

// judge is verdict where it is known what arrived.
func (c *chaos) judge(arrived map[int64]int) {
	c.t.Helper()
	lost, twice, blocked := 0, 0, 0
	for chat := c.first; chat < c.first+int64(c.size); chat++ {
		switch n := arrived[chat]; {
		case isBlocked(chat):
			p, known, err := c.store.Get(c.t.Context(), chat)
			if err != nil || !known || p.Status != subscriptions.Blocked {
				blocked++
			}
		case n == 0:
			lost++
		default:
			twice += n - 1
		}
	}
	stats := c.telegram.Stats()
	c.t.Logf("%d people: lost %d, twice %d; ambiguous answers %d, on their way when something died %d; 429s %d, faults %d",
		c.size, lost, twice, stats.Ambiguous, c.unsure, stats.Limited429, stats.Faulted)
	if lost > 0 {
		c.t.Errorf("lost %d", lost)
	}
	if most := int(stats.Ambiguous) + c.unsure; twice > most {
		c.t.Errorf("%d came twice, but only %d could not be known", twice, most)
	}
	if blocked > 0 {
		c.t.Errorf("%d who blocked the bot are still in the audience", blocked)
	}
}

// TestChaosKills kills the program twenty times and Redis five times while a broadcast
// to 2,000 people is under way and Telegram is in trouble.
func TestChaosKills(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes")
	c := newChaos(t, server.Client(t), server.URL(), 2000)
	c.trouble()
	c.feed.publish("Жаңылык")
	const kills, redisKills = 20, 5
	for n := range kills {
		program := c.start()
		c.await(1 + c.rnd.IntN(120))
		if n%5 == 0 {
			c.storm()
		}
		if n%(kills/redisKills) == 1 {
			server.Kill()
			server.Restart()
			c.await(1 + c.rnd.IntN(20))
		}
		c.kill(program)
		c.look()
	}
	c.start()
	c.finished()
	c.verdict()
}

// TestChaosFrozenLeader stops the leading one of two instances with SIGSTOP, wakes it
// while the other one sends, and has it find that it leads no more.
func TestChaosFrozenLeader(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendonly", "yes")
	c := newChaos(t, server.Client(t), server.URL(), 2000)
	c.trouble()
	leader := c.start()
	c.until("somebody leads", func() bool { return c.rdb.Exists(t.Context(), "{news}:lease").Val() == 1 })
	standby := c.start()
	c.feed.publish("Жаңылык")
	c.await(200)
	for range 2 {
		raise(t, leader, syscall.SIGSTOP)
		c.look()
		// What had passed the leader's last look at its lease, and was not written yet, goes
		// out when it wakes: five at 200 a second and 20 ms each, and some for the machine's
		// own delays.
		c.unsure += 10
		frozen := time.Now()
		c.await(100) // of the standby
		t.Logf("the standby sends %.1f s after the leader froze", time.Since(frozen).Seconds())
		if took := time.Since(frozen); took > 15*time.Second {
			t.Errorf("it took %v until the standby had sent 100 messages", took)
		}
		raise(t, leader, syscall.SIGCONT)
		c.await(100)
		leader, standby = standby, leader
	}
	c.finished()
	c.verdict()
}

func raise(t *testing.T, program *exec.Cmd, s os.Signal) {
	t.Helper()
	if err := program.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// TestChaosClusterFailover has a master of a Redis Cluster die, together with the
// program, in the middle of a broadcast.
func TestChaosClusterFailover(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t, 3, 1, "--appendonly", "yes")
	c := newChaos(t, cluster.Client(t), cluster.URL(), 2000)
	c.trouble()
	c.feed.publish("Жаңылык")
	program := c.start()
	c.await(300)
	cluster.AwaitReplicas(t)
	dead := cluster.KillMaster(t)
	c.kill(program)
	cluster.AwaitFailover(t, dead)
	c.look()
	program = c.start()
	c.await(300)
	c.kill(program)
	c.look()
	c.start()
	c.finished()
	c.verdict()
}
