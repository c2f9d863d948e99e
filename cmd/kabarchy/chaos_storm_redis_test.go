//go:build chaos

package main

import (
	"errors"
	"net/url"
	"os/exec"
	"strings"

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
