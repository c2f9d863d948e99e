//go:build chaos

package main

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/feeds/feedtest"
	"kabarchy/subscriptions"
)

var sending = []string{"sendMessage", "sendPhoto"}

// oneInAHundred is the chat of one in a hundred of a crowd.
func oneInAHundred(chat int64) bool { return chat%100 == 37 }

// the reports whether a chat is the one that a storm is about.
func the(chat int64) bool { return chat == unlucky }

// unlucky is the chat that a storm is about.
const unlucky = 41

// stormsOfTelegram are what Telegram answers.
var stormsOfTelegram = []storm{
	{
		name: "one in a hundred answers an unknown 400", people: 600,
		before: func(s *weather) {
			s.telegram.Fault(simulator.Fault{
				Methods: sending, Chats: oneInAHundred, Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: SOMETHING_NEW"},
			})
		},
		spared: oneInAHundred,
		after: func(s *weather) {
			s.finished()
			listed, err := s.rdb.HGetAll(s.t.Context(), "{news}:failed:1").Result()
			s.must(err)
			bad := 0
			for _, chat := range s.readers() {
				if oneInAHundred(chat) {
					bad++
					if why := listed[strconv.FormatInt(chat, 10)]; !strings.Contains(why, "SOMETHING_NEW") {
						s.t.Errorf("chat %d is listed for %q", chat, why)
					}
				}
			}
			if n := s.telegram.Stats().Faulted; len(listed) != bad || n > int64(5*bad) {
				s.t.Errorf("%d of %d are listed, after %d attempts", len(listed), bad, n)
			}
		},
	},
	picture("PHOTO_SAVE_FILE_INVALID"),
	picture("wrong HTTP URL specified"),
	{
		name:   "a 429 without retry_after, for ever",
		before: func(s *weather) { s.strikeTheUnlucky(&simulator.Refusal{Code: 429, Description: "Too Many Requests"}) },
		spared: the,
		after: func(s *weather) {
			time.Sleep(5 * time.Second) // in eight seconds there were 241 attempts once
			if n := s.telegram.Stats().Faulted; n > 6 {
				s.t.Errorf("%d attempts at one chat", n)
			}
		},
	},
	{
		name:   "a chat is told 429 while it taps",
		before: func(s *weather) { s.strikeTheUnlucky(simulator.TooMany(30)) },
		spared: the,
		meanwhile: func(s *weather) {
			for i, chat := range s.readers()[:s.size] {
				if i%10 == 0 {
					s.citizen.Send("/help")
				}
				s.telegram.CrowdSays(chat, "/help", "ky")
			}
			s.arrives(answer, s.size)
		},
	},
	{
		name: "people ask during a broadcast at Telegram's own rate", people: 300, perSecond: 30,
		telegram: simulator.Options{Limits: simulator.TelegramLimits, Latency: latency},
		meanwhile: func(s *weather) {
			var took []time.Duration
			var mu sync.Mutex
			var asking sync.WaitGroup
			for range 27 { // three a second, while the broadcast goes on
				curious := s.telegram.Citizen("Бакыт", "ky").Open()
				asking.Go(func() {
					began := time.Now()
					curious.Send("/help")
					err := curious.Wait(deadline(s.t, 2*time.Minute), func(m []simulator.Message) bool { return len(m) > 1 })
					mu.Lock()
					defer mu.Unlock()
					took = append(took, time.Since(began))
					if err != nil {
						s.t.Error(err)
					}
				})
				time.Sleep(time.Second / 3)
			}
			asking.Wait()
			slices.Sort(took)
			s.t.Logf("answers: p50 %v, the slowest %v", took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
		},
		after: func(s *weather) {
			if n := s.telegram.Stats().Limited429; n > 0 {
				s.t.Errorf("%d times 429", n)
			}
		},
	},
	{
		name: "SIGTERM while Telegram is slow, and another instance takes over", people: 150,
		telegram:  simulator.Options{Latency: 3 * time.Second},
		published: func(s *weather) { s.start() },
		meanwhile: func(s *weather) {
			raise(s.t, s.program, syscall.SIGTERM)
			if err := s.program.Wait(); err != nil {
				s.t.Errorf("it ends with %v", err)
			}
		},
	},
	{
		name: "a person stops while a send is answered that the bot is blocked",
		before: func(s *weather) {
			s.strikeTheUnlucky(nil)
			struck := make(chan struct{})
			s.struck = struck
			s.telegram.Fault(simulator.Fault{
				Methods: sending, Delay: 2 * time.Second, Refuse: simulator.BotBlocked, Next: 1,
				Match: func(r simulator.Request) bool {
					if r.Chat != unlucky || !strings.Contains(r.Params["text"], first) {
						return false
					}
					s.once.Do(func() { close(struck) })
					return true
				},
			})
		},
		spared:    the,
		published: func(s *weather) { s.citizen.Send("/stop") },
		meanwhile: func(s *weather) {
			<-s.struck
			s.confirms(s.citizen)
			s.until("it has stopped", func() bool { return s.has(unlucky, subscriptions.Stopped) })
		},
		after: func(s *weather) {
			s.finished()
			if !s.has(unlucky, subscriptions.Stopped) {
				s.t.Error("who stopped is not stopped any more")
			}
		},
	},
}

// picture is a storm in which Telegram refuses an item's picture.
func picture(words string) storm {
	return storm{
		name: "a picture is refused: " + words,
		before: func(s *weather) {
			s.telegram.Fault(simulator.Fault{Methods: []string{"sendPhoto"}, Refuse: &simulator.Refusal{Code: 400, Description: "Bad Request: " + words}})
			s.picture = "https://ministry.example/p.jpg"
		},
		after: func(s *weather) {
			s.feed.post(feedtest.Item{Title: second})
			s.allHave(second, nil)
		},
	}
}

// strikeTheUnlucky makes a reader whose messages are refused, unless it is nil.
func (s *weather) strikeTheUnlucky(refusal *simulator.Refusal) {
	s.citizen = s.telegram.CitizenAs(unlucky, "Айбек", "ky").Open()
	s.subscribe(subscriptions.Person, unlucky)
	if refusal != nil {
		s.telegram.Fault(simulator.Fault{Methods: sending, Chats: the, Refuse: refusal})
	}
}
