package bot_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot"
	"kabarchy/bot/bottest"
	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestDeskConversations plays the scripts in testdata/desk, with several people and all that
// is real behind them. Beside the steps of TestConversations a script has
//
//	officer: Name                somebody at the desk; also approver, operator, "officer approver"
//	readers: 3 ky                so many citizens who read the language
//	sleepers: 3 ky               likewise, whose quiet hours last until 20:00
//	held: 3 en                   so many items of a feed wait for a decision, as after a flood
//	changed: en                  a site changes an item that the readers have, and that is held
//	stars: 3                     so many Stars a day may be spent on urgent announcements
//	penniless: yes               Telegram finds no Stars with the bot, until it is no
//	pages: https://…             the desk has pages
//	at: Name                     whose phone the next steps are on
//	wait: 40s                    time passes
//	down: 40m                    time passes, and nobody does what is due
//	> answers Title\n\nText      a reply to the newest question
//	> writes Text                words that are no reply
//	> forwards Text              a channel's post, passed on
//	> comes                      by the invitation that was shown last
//
// What stands in words can be a picture, a file or an album, too; see props.
// Changes on another phone than the one in hand name its owner.
func TestDeskConversations(t *testing.T) {
	t.Parallel()
	eachScript(t, "testdata/desk/*.txt", func(t *testing.T, language, script string) string {
		n := openNewsroom(t, redistest.Bubble(t).Client(t), simulator.Options{})
		return (&deskPlay{newsroom: n, language: language, seen: map[string]string{}, rich: func() {}, script: strings.Split(script, "\n")}).play()
	})
}

// deskPlay is where a script with several people plays.
type deskPlay struct {
	*newsroom
	language string
	script   []string
	cast     []*simulator.Citizen
	hand     *simulator.Citizen // whose phone is in hand
	seen     map[string]string
	opened   bool
	// invitation is the last one that was shown.
	invitation string
	rich       func() // ends that the bot has no Stars
	props
}

var deskRoles = map[string]desk.Role{"officer": desk.Officer, "approver": desk.Approver, "operator": desk.Operator}

func (s *deskPlay) play() string {
	s.t.Helper()
	var out strings.Builder
	for i, line := range s.script {
		if strings.HasPrefix(line, "|") {
			continue
		}
		if line != "" || i < len(s.script)-1 {
			fmt.Fprintln(&out, line)
		}
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case strings.HasPrefix(line, "> "):
			out.WriteString(s.act(line[2:]))
		case key == "readers":
			var count int
			var language string
			if _, err := fmt.Sscan(value, &count, &language); err != nil {
				s.t.Fatalf("%s: %v", line, err)
			}
			s.subscribe(count, language, nil)
		case key == "sleepers":
			var count int
			var language string
			if _, err := fmt.Sscan(value, &count, &language); err != nil {
				s.t.Fatalf("%s: %v", line, err)
			}
			s.subscribe(count, language, func(p *subscriptions.Preferences) {
				p.Quiet = subscriptions.Quiet{From: 10, To: 20, Wait: true}
			})
		case key == "held":
			var count int
			var language string
			if _, err := fmt.Sscan(value, &count, &language); err != nil {
				s.t.Fatalf("%s: %v", line, err)
			}
			s.hold(count, language)
		case key == "stars":
			if _, err := fmt.Sscan(value, &s.stars); err != nil {
				s.t.Fatalf("%s: %v", line, err)
			}
		case key == "penniless":
			if s.rich(); value == "yes" {
				s.rich = s.telegram.Fault(simulator.Fault{
					Match:  func(r simulator.Request) bool { return r.Params[telegram.PaidParam] != "" },
					Refuse: simulator.BalanceTooLow,
				})
			}
		case key == "pages":
			s.more = func(o *bot.Options) { o.DeskPage = func(int64) string { return value } }
		case key == "changed":
			s.changeOnSite(value)
		case key == "at":
			s.take(value)
		case key == "wait", key == "down":
			d, err := time.ParseDuration(value)
			if err != nil {
				s.t.Fatalf("%s: %v", line, err)
			}
			s.settled()
			if key == "down" {
				s.sleeps(d)
				d = time.Minute // what is late waits as long as ever
			}
			time.Sleep(d)
			synctest.Wait()
			out.WriteString(s.changes(""))
		case strings.Contains(key, "citizen"):
			s.cast = append(s.cast, s.telegram.Citizen(value, s.language).Open())
		case key != "" && !strings.HasPrefix(line, "#"):
			var roles desk.Role
			for role := range strings.FieldsSeq(key) {
				roles |= deskRoles[role]
			}
			if roles != 0 {
				s.cast = append(s.cast, s.comes(value, s.language, roles))
			}
		}
	}
	return out.String()
}

// hold lets items wait for a decision, as a poll that found a flood leaves them.
func (s *deskPlay) hold(count int, language string) {
	s.t.Helper()
	for n := range count {
		item := bottest.Sample(language, n+1)
		held := feeds.Held{Item: item.ID, Source: "news-" + language, Kind: feeds.Published, Reason: feeds.HeldFlood, At: today, Order: n}
		for key, value := range map[string]any{"{news}:items": item, "{news}:held": held} {
			if err := s.rdb.HSet(s.t.Context(), key, item.ID, telegram.JSON(value)).Err(); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// changeOnSite has an item go out, and then a correction of it wait for a decision, as a poll
// leaves it that found the item changed once too often.
func (s *deskPlay) changeOnSite(language string) {
	s.t.Helper()
	item := bottest.Sample(language, 2)
	if err := s.news.Publish(s.t.Context(), []feeds.Item{item}); err != nil {
		s.t.Fatal(err)
	}
	s.engine.Wake()
	s.settled()
	time.Sleep(20 * time.Second)
	changed := item
	changed.Revision, changed.Summary = 2, item.Summary+"9:00–18:00"
	record := map[string]any{"shown": map[string]string{"title": item.Title, "summary": item.Summary}}
	if err := json.Unmarshal([]byte(telegram.JSON(changed)), &record); err != nil {
		s.t.Fatal(err)
	}
	held := feeds.Held{Item: item.ID, Source: "news-" + language, Kind: feeds.Corrected, Reason: feeds.HeldFlapping, At: today}
	for key, value := range map[string]any{"{news}:items": record, "{news}:held": held} {
		if err := s.rdb.HSet(s.t.Context(), key, item.ID, telegram.JSON(value)).Err(); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *deskPlay) take(name string) {
	s.t.Helper()
	i := slices.IndexFunc(s.cast, func(c *simulator.Citizen) bool { return c.User().FirstName == name })
	if i < 0 {
		s.t.Fatalf("nobody is called %q", name)
	}
	s.hand = s.cast[i]
	if !s.opened {
		s.opens()
		s.opened = true
	}
}

// act does one thing on the phone in hand, and returns what changed on the phones.
func (s *deskPlay) act(what string) string {
	s.t.Helper()
	toast := ""
	verb, rest, _ := strings.Cut(what, " ")
	var err error
	switch verb {
	case "presses":
		var tap *simulator.Tap
		if tap, err = s.hand.Tap(rest); err == nil {
			toast = s.answered(tap)
		}
	case "forges":
		messages := s.hand.Messages()
		var tap *simulator.Tap
		if tap, err = s.hand.TapRaw(messages[len(messages)-1].ID, rest); err == nil {
			toast = s.answered(tap)
		}
	case "comes":
		s.hand.Send("/start " + s.invitation)
	case "answers", "writes", "forwards":
		err = s.speak(s.telegram, s.hand, verb, rest)
	default:
		s.hand.Send(what)
	}
	if err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
	s.settled()
	synctest.Wait()
	return s.changes(toast)
}

// changes is what is new on the phones of the cast, the one in hand first.
func (s *deskPlay) changes(toast string) string {
	var out strings.Builder
	people := append([]*simulator.Citizen{s.hand}, slices.DeleteFunc(slices.Clone(s.cast), func(c *simulator.Citizen) bool { return c == s.hand })...)
	for _, c := range people {
		whose := ""
		if c != s.hand {
			whose = ", " + c.User().FirstName
		}
		there := make(map[string]bool)
		for _, m := range c.Messages() {
			key := fmt.Sprint(m.Chat, m.ID)
			there[key] = true
			shown, before := s.steady(s.draw(s.telegram, m)), s.seen[key]
			if !m.Bot || shown == before {
				continue
			}
			s.seen[key] = shown
			state := "new"
			if before != "" {
				state = "changed"
			}
			if m.Silent && before == "" {
				state += ", silent"
			}
			fmt.Fprintf(&out, "| (%s%s)\n%s", state, whose, shown)
		}
		for key := range s.seen {
			if strings.HasPrefix(key, fmt.Sprintf("%d ", c.ID())) && !there[key] {
				delete(s.seen, key)
				fmt.Fprintf(&out, "| (deleted%s)\n", whose)
			}
		}
	}
	if toast != "" {
		fmt.Fprintf(&out, "| (toast) %s\n", toast)
	}
	if out.Len() == 0 {
		return "| (nothing)\n"
	}
	return out.String()
}

var (
	aLogin = regexp.MustCompile(`/in/[a-z2-7]{26}`)
	aToken = regexp.MustCompile(`desk-[a-z2-7]{32}`)
	aLabel = regexp.MustCompile(`from-([a-z]{5})`)
)

// steady is what a screen shows, without what is by chance.
func (s *deskPlay) steady(shown string) string {
	if token := aToken.FindString(shown); token != "" {
		s.invitation = token
		shown = strings.ReplaceAll(shown, token, "desk-TOKEN")
	}
	shown = aLogin.ReplaceAllString(shown, "/in/TOKEN")
	if label := aLabel.FindStringSubmatch(shown); label != nil {
		shown = strings.ReplaceAll(shown, label[1], "LABEL")
	}
	return shown
}
