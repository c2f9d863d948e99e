//go:build chaos

package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
)

// stormsOfRedis are what befalls the data.
var stormsOfRedis = []storm{
	refusesWrites("NOREPLICAS", "min-replicas-to-write", "1", "0"),
	refusesWrites("OOM", "maxmemory", "1", "0"),
	{
		name: "READONLY: Redis refuses writes and answers reads", people: 400,
		meanwhile: func(s *weather) {
			s.must(s.rdb.Do(s.t.Context(), "REPLICAOF", "127.0.0.1", "1").Err())
			s.still()
			s.must(s.rdb.Do(s.t.Context(), "REPLICAOF", "NO", "ONE").Err())
		},
		after: (*weather).finished,
	},
	{
		name: "MISCONF: Redis refuses writes and answers reads", people: 400,
		meanwhile: func(s *weather) {
			dir := s.rdb.(*redis.Client).ConfigGet(s.t.Context(), "dir").Val()["dir"]
			inTheWay := filepath.Join(dir, "dump.rdb")
			s.must(os.Mkdir(inTheWay, 0o700)) // a snapshot can't be written any more
			s.set("save", "3600 1")
			s.must(s.rdb.BgSave(s.t.Context()).Err())
			s.until("writes are refused", func() bool {
				err := s.rdb.Set(s.t.Context(), "{news}:lease:none", 1, time.Second).Err()
				return err != nil && strings.HasPrefix(err.Error(), "MISCONF")
			})
			s.still()
			s.must(os.Remove(inTheWay))
			s.must(s.rdb.BgSave(s.t.Context()).Err())
		},
		after: (*weather).finished,
	},
	{
		name:  "LOADING at the start",
		redis: []string{"--enable-debug-command", "yes", "--loading-process-events-interval-bytes", "1024"},
		before: func(s *weather) {
			_, err := binary() // to build it takes longer than to load
			s.must(err)
			s.set("key-load-delay", "30000") // µs, of each bucket
			reloaded := make(chan error, 1)
			patient := redis.NewClient(&redis.Options{Addr: s.server.Addr(), ReadTimeout: wait, MaxRetries: -1}) // it answers when it is done
			go func() { reloaded <- patient.Do(context.WithoutCancel(s.t.Context()), "DEBUG", "RELOAD").Err() }()
			s.t.Cleanup(func() {
				if err := errors.Join(<-reloaded, patient.Close()); err != nil {
					s.t.Error(err)
				}
			})
			s.until("it is loading", func() bool {
				return strings.Contains(s.rdb.Info(s.t.Context(), "persistence").Val(), "loading:1")
			})
		},
		published: func(s *weather) {
			if said := s.log.String(); !strings.Contains(said, "waiting for redis") || !strings.Contains(said, "redis is there") {
				s.t.Errorf("it says\n%s", said)
			}
		},
	},
	{
		name: "a failover loses the write that acquired the lease", people: 400,
		published: func(s *weather) { s.start() },
		meanwhile: func(s *weather) {
			s.must(s.rdb.Del(s.t.Context(), "{news}:lease", "{news}:fence").Err())
			s.until("one of two leads no more", func() bool { return strings.Contains(s.log.String(), "lease lost, sending stops") })
		},
		after: func(s *weather) {
			s.finished()
			leader := s.rdb.Get(s.t.Context(), "{news}:lease").Val()
			s.feed.publish(second)
			s.allHave(second, nil)
			if now := s.rdb.Get(s.t.Context(), "{news}:lease").Val(); leader == "" || now != leader {
				s.t.Errorf("the lease is %q, and was %q", now, leader)
			}
			if n := strings.Count(s.log.String(), "this instance leads"); n != 2 {
				s.t.Errorf("%d times somebody began to lead", n)
			}
		},
	},
	{
		name: "another bot's token",
		after: func(s *weather) {
			s.finished()
			said := s.refused("run", "TELEGRAM_BOT_TOKEN=7000000002:AAothertokenothertokenothertoken")
			if !strings.Contains(said, "holds the subscribers of bot 7000000001") || !strings.Contains(said, "--rebind") {
				s.t.Errorf("it says %q", said)
			}
			s.allSubscribed()
		},
	},
	{
		name: "the binding to the bot is lost",
		after: func(s *weather) {
			s.finished()
			s.kill(s.program)
			s.must(s.rdb.Del(s.t.Context(), keyBot, keyBotID).Err())
			for _, command := range []string{"run", "check"} {
				if said := s.refused(command); !strings.Contains(said, "nothing says of which bot") || !strings.Contains(said, "--rebind") {
					s.t.Errorf("%s says %q", command, said)
				}
			}
			s.allSubscribed()
		},
	},
	{
		name: "an instance that can't lead",
		after: func(s *weather) {
			s.must(s.rdb.Do(s.t.Context(), "ACL", "SETUSER", "weak", "on", ">secret", "~*", "&*", "+@all", "-eval", "-evalsha").Err())
			address, err := url.Parse(s.server.URL())
			s.must(err)
			address.User = url.UserPassword("weak", "secret")
			for _, command := range []string{"run", "check"} {
				if said := s.refused(command, "REDIS_URL="+address.String()); !strings.Contains(strings.ToLower(said), "eval") {
					s.t.Errorf("%s says %q", command, said)
				}
			}
		},
	},
	{
		name: "FLUSHALL",
		after: func(s *weather) {
			s.finished()
			s.must(s.rdb.FlushAll(s.t.Context()).Err())
			s.until("the log says so", func() bool {
				return strings.Contains(s.log.String(), "what the bot kept in redis is gone")
			})
			s.read(3)
		},
	},
	{
		name:   "FLUSHALL in mid-broadcast",
		spared: func(int64) bool { return true }, // nobody is left to have it
		meanwhile: func(s *weather) {
			s.must(s.rdb.FlushAll(s.t.Context()).Err())
			s.until("the log says so", func() bool {
				return strings.Contains(s.log.String(), "what the bot kept in redis is gone")
			})
			s.read(3)
		},
		after: func(s *weather) {
			newcomer := s.telegram.Citizen("Айгүл", "ky").Open().ID()
			s.subscribe(subscriptions.Person, newcomer)
			s.read(3)
			if s.telegram.Deliveries(first)[newcomer] > 0 {
				s.t.Error("what was on its way goes to who comes later")
			}
		},
	},
	{
		name: "the items are lost",
		after: func(s *weather) {
			s.finished()
			s.must(s.rdb.Del(s.t.Context(), "{news}:items").Err())
			s.read(3)
		},
	},
	{
		name: "the number of the announcements is lost",
		after: func(s *weather) {
			s.finished()
			s.must(s.rdb.Del(s.t.Context(), "{news}:announcements").Err())
			s.feed.publish(second)
			s.allHave(second, nil)
		},
	},
}

// refusesWrites is a storm in which Redis answers reads alone, because of a parameter.
func refusesWrites(words, parameter, value, after string) storm {
	return storm{
		name: words + ": Redis refuses writes and answers reads", people: 400,
		meanwhile: func(s *weather) {
			s.set(parameter, value)
			s.still()
			s.set(parameter, after)
		},
		after: (*weather).finished,
	}
}

// read waits until the feed has been read so often once more.
func (s *weather) read(times int) {
	s.t.Helper()
	before := s.feed.read()
	s.until("the feed is read", func() bool { return s.feed.read() >= before+times })
}

// allSubscribed expects that nobody was lost.
func (s *weather) allSubscribed() {
	s.t.Helper()
	for _, chat := range s.readers() {
		if !s.has(chat, subscriptions.Active) {
			s.t.Fatalf("chat %d is not subscribed any more", chat)
		}
	}
}

// refused runs a command that has to fail at once, and returns what it says.
func (s *weather) refused(command string, environment ...string) string {
	s.t.Helper()
	path, err := binary()
	s.must(err)
	program := exec.CommandContext(deadline(s.t, wait), path, command)
	program.Env = append(s.env, environment...)
	said, err := program.CombinedOutput()
	if ended := (*exec.ExitError)(nil); !errors.As(err, &ended) || ended.ExitCode() < exitMisuse {
		s.t.Errorf("%s ends with %v", command, err)
	}
	return string(said)
}
