package bot_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"kabarchy/bot"
	"kabarchy/bot/broadcast"
	"kabarchy/bot/simulator"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// control is what administrators look at, as a test wants it.
type control struct {
	mu                  sync.Mutex
	held                []feeds.Held
	released, dismissed []string
	health              []feeds.Health
	progress            []broadcast.Progress
	alarms              []bot.Alarm
	was                 []feeds.Held // all that was ever held
	failAt              int          // the item of which the first try fails, counted from 1
	failures            map[string]string
	decided             []string // what was done with held broadcasts
	paused              time.Time
}

func (d *control) Paused() (next time.Time, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.paused.IsZero() {
		why = "Telegram asks everybody to wait"
	}
	return d.paused, why
}

func (d *control) Progress(context.Context) ([]broadcast.Progress, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.progress), nil
}

func (d *control) Health() []feeds.Health {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.health)
}

func (d *control) Held(context.Context) ([]feeds.Held, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.held), nil
}

func (d *control) Release(_ context.Context, item string) error { return d.settle(item, &d.released) }
func (d *control) Dismiss(_ context.Context, item string) error { return d.settle(item, &d.dismissed) }

func (d *control) settle(item string, list *[]string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failAt--; d.failAt == 0 {
		return errOutage
	}
	i := slices.IndexFunc(d.held, func(h feeds.Held) bool { return h.Item == item })
	if i < 0 {
		return feeds.ErrNotFound
	}
	d.held = slices.Delete(d.held, i, i+1)
	*list = append(*list, item)
	return nil
}

func (d *control) Count(context.Context) (subscriptions.Counts, error) {
	return subscriptions.Counts{Active: map[string]int{"ky": 12345, "ru": 21, "en": 1}, Total: 12470, Stopped: 89, Blocked: 11, Gone: 3}, nil
}

func (d *control) HeldBroadcasts(context.Context) ([]broadcast.Progress, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.progress), func(p broadcast.Progress) bool { return p.Held == "" }), nil
}

func (d *control) Resume(_ context.Context, id int64) error { return d.decide("resume", id, "") }
func (d *control) Stop(_ context.Context, id int64) error   { return d.decide("stop", id, "") }

func (d *control) Withdraw(_ context.Context, item string) error {
	return d.decide("withdraw", 0, item)
}

// decide does something with a held broadcast.
func (d *control) decide(what string, id int64, item string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, p := range d.progress {
		if p.Held != "" && (p.ID == id || id == 0 && p.Item == item) {
			d.progress[i].Held = ""
			d.decided = append(d.decided, what)
			return nil
		}
	}
	return broadcast.ErrNotHeld
}

func (d *control) Failures(_ context.Context, id int64) (map[string]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id == 0 {
		return nil, nil
	}
	return maps.Clone(d.failures), nil
}

// hold lets the items wait for a decision, as one batch.
func (d *control) hold(source, reason string, kind feeds.AnnouncementKind, items ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := today.Add(time.Duration(len(d.held)+len(d.released)+len(d.dismissed)) * time.Second)
	for i, id := range items {
		d.held = append(d.held, feeds.Held{Item: id, Source: source, Kind: kind, Reason: reason, At: at, Order: i})
		d.was = append(d.was, d.held[len(d.held)-1])
	}
}

// find lets a source be in a condition.
func (d *control) find(h feeds.Health) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.health = slices.DeleteFunc(d.health, func(was feeds.Health) bool { return was.Source == h.Source })
	d.health = append(d.health, h)
}

// raise has an alarm beside those that there are.
func (d *control) raise(a bot.Alarm) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.alarms = append(d.alarms, a)
}

func (d *control) raised() (alarms []bot.Alarm, complete bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.alarms), true
}

// did is what was released and what was dismissed.
func (d *control) did() (released, dismissed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.released), len(d.dismissed)
}

// newAdmin adds a person who is an administrator, and begins another life of the bot.
func (h *fixture) newAdmin(language string) *simulator.Citizen {
	h.t.Helper()
	c := h.telegram.Citizen("Бакыт", language)
	h.admins = append(h.admins, c.ID())
	h.restart()
	return c
}

func (s *scene) admin(language string) {
	s.t.Helper()
	s.citizen = s.newAdmin(strings.TrimPrefix(language, "-"))
	clear(s.seen)
}

// atDesk lets something happen that the administrators are told of, and returns what
// changed on the phone.
func (s *scene) atDesk(what string) string {
	s.t.Helper()
	words := strings.SplitN(what, " ", 4)
	if len(words) < 3 {
		s.t.Fatalf("desk: %s", what)
	}
	switch words[0] {
	case "holds":
		kind := feeds.Published
		if words[1] == feeds.HeldFlapping {
			kind = feeds.Corrected
		}
		reason := words[1]
		if reason == "changes" {
			reason, kind = feeds.HeldFlood, feeds.Corrected
		}
		s.desk.hold("news-"+words[2], reason, kind, ids(words[3])...)
	case "source":
		h := feeds.Health{
			Source: words[1], Condition: feeds.Condition(words[2]), Since: today.Add(-time.Hour), LastSuccess: today, LastItem: today.Add(-time.Hour),
		}
		switch words[2] {
		case "empty": // since it was first read
			h.Condition, h.LastItem = feeds.Silent, time.Time{}
		case "moved":
			h.Condition, h.Moved = feeds.Well, words[3]
		case "never": // read, and asked seldom by now
			h.Condition, h.Never, h.LastSuccess = feeds.Well, true, time.Time{}
			h.LastAttempt, h.NextPoll = today, today.Add(5*time.Minute)
		default:
			if len(words) > 3 {
				h.LastError = words[3]
			}
		}
		s.desk.find(h)
	case "alarm":
		a := bot.Alarm{Kind: bot.AlarmKind(words[1])}
		if _, err := fmt.Sscan(strings.Join(words[2:], " "), &a.Before, &a.Now); a.Kind == bot.AlarmSubscribers && err != nil {
			s.t.Fatalf("desk: %s: %v", what, err)
		}
		s.desk.raise(a)
	case "pauses": // everything, for so long
		d, err := time.ParseDuration(words[2])
		if err != nil {
			s.t.Fatalf("desk: %s: %v", what, err)
		}
		s.desk.mu.Lock()
		s.desk.paused = today.Add(d)
		s.desk.mu.Unlock()
	case "broadcasts":
		s.broadcasts(ids(words[2]))
	case "suspects":
		s.suspects(broadcast.Suspicion(words[1]), idOf(words[2]), words[3])
	case "fault": // the bot asks something that Telegram finds wrong
		lift := s.telegram.Fault(simulator.Fault{Methods: []string{words[1]}, Refuse: &simulator.Refusal{Code: 400, Description: words[2] + " " + words[3]}})
		_ = s.client.Call(s.t.Context(), words[1], nil, nil)
		lift()
	default:
		s.t.Fatalf("desk: %s", what)
	}
	if err := s.bot.TellAdmins(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return s.changes("")
}

// broadcasts are of the items: the first one runs, the second is new, the others are over.
func (s *scene) broadcasts(items []string) {
	s.t.Helper()
	for i, id := range items {
		item, err := s.shelf.Item(s.t.Context(), id)
		if err != nil {
			s.t.Fatal(err)
		}
		p := broadcast.Progress{Kind: broadcast.News, Item: id, Title: item.Title, Language: item.Language, Planned: 12345, Sent: 2345, Blocked: 3, Failed: 1}
		switch i {
		case 0:
			p.ExpectedEnd = today.Add(6 * time.Minute)
		case 1:
			p.Kind, p.Sent = broadcast.Correction, 0
		default:
			p.FinishedAt = today.Add(-time.Hour)
		}
		s.desk.progress = append(s.desk.progress, p)
	}
}

// suspects lets the broadcast of an item be held; a digest if it is named for none.
func (s *scene) suspects(why broadcast.Suspicion, id, telegram string) {
	s.t.Helper()
	item, err := s.shelf.Item(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	p := broadcast.Progress{
		ID: int64(len(s.desk.progress) + 1), Kind: broadcast.News, Item: id, Title: item.Title, Language: item.Language,
		Planned: 12345, Sent: 17, Failed: 3, Held: why, Words: telegram, HeldAt: today,
	}
	if why != broadcast.AllRefuse {
		p.Kind = broadcast.Correction
	}
	s.desk.progress = append(s.desk.progress, p)
	s.desk.failures = map[string]string{
		"1": "refused: sendMessage: telegram answers 400 Bad Request: SOMETHING_NEW",
		"2": "refused: sendMessage: telegram answers 400 Bad Request: SOMETHING_NEW",
		"3": "refused: sendPhoto: telegram answers 400 Bad Request: <other> words 3",
	}
}

// ids are those of the items that a script names with letters.
func ids(letters string) (all []string) {
	for _, letter := range letters {
		all = append(all, idOf(string(letter)))
	}
	return all
}
