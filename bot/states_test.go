package bot_test

import (
	"fmt"
	"html"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goccy/go-yaml"

	"kabarchy/bot/bottest"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// states are those in which somebody can be who has subscribed once.
var states = []struct {
	name string
	set  func(*subscriptions.Preferences)
}{
	{"at once", func(*subscriptions.Preferences) {}},
	{"daily", func(p *subscriptions.Preferences) { p.When = subscriptions.When{Rhythm: subscriptions.Daily, Hour: 18} }},
	{"weekly", func(p *subscriptions.Preferences) {
		p.When = subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: time.Friday, Hour: 8}
	}},
	{"paused", func(p *subscriptions.Preferences) { p.PausedUntil = today.AddDate(0, 0, 5) }},
	{"topic and word, silent", func(p *subscriptions.Preferences) {
		p.Topics, p.Words = subscriptions.Only(subjects[0].Number), []string{"нотариус"}
		p.Quiet = subscriptions.Quiet{From: 22, To: 8, Wait: true}
	}},
	{"left", func(p *subscriptions.Preferences) { p.Status = subscriptions.Stopped }},
	{"left a weekly digest", func(p *subscriptions.Preferences) {
		p.Status, p.When = subscriptions.Stopped, subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: time.Friday, Hour: 8}
		p.Topics, p.Words = subscriptions.Only(subjects[0].Number), []string{"нотариус"}
	}},
}

// deed is what somebody does; {l} is their language, {o} another one.
type deed struct {
	does    string // a command or words, or "!" and the data of a button
	private bool   // not in a group
	begins  bool   // subscribes who has left
	leaves  bool
	shows   string // words that the answer holds; empty for any
}

const hotline = "+996 312 65-64-90"

// deeds are the rows of what a citizen finds, and what leads to them.
var deeds = []deed{
	{does: "/start", begins: true},
	{does: "/start {l}", begins: true},
	{does: "/start {o}", begins: true},
	{does: "/start from-osh-bus", private: true, begins: true},
	{does: "/start topic-jobs", private: true, begins: true},
	{does: "/start item-{l}", private: true},
	{does: "/start read-{l}", private: true},
	{does: "!subscribe:{l}", begins: true},
	{does: "!subscribe:{o}:7", begins: true},
	{does: "!return", begins: true},
	{does: "!return:weekly", begins: true},
	{does: "/latest"}, {does: "/search"}, {does: "/settings"}, {does: "/language"}, {does: "/privacy"}, {does: "/stop"}, {does: "/forget"},
	{does: "/help", shows: hotline},
	{does: "{passport}", private: true, shows: hotline},
	{does: "{hello}", private: true, shows: hotline},
	{does: "{thanks}", private: true, shows: hotline},
	{does: "{mistyped}", private: true, shows: "1. "},
	{does: "!stop"}, {does: "!forget"},
	{does: "!stop:yes", leaves: true},
	{does: "!show:settings"}, {does: "!show:language"}, {does: "!show:news"}, {does: "!show:topics"}, {does: "!show:words"},
	{does: "!show:when"}, {does: "!show:quiet"}, {does: "!show:zone"}, {does: "!show:browse"}, {does: "!show:privacy"},
	{does: "!set:language:{o}"}, {does: "!set:news:{o}:on"}, {does: "!set:news:{o}:main"},
	{does: "!set:topic:7:on"}, {does: "!set:topic:all"}, {does: "!set:word:on:загс", private: true}, {does: "!set:word:only", private: true},
	{does: "!set:when:0:0:0"}, {does: "!set:when:1:0:20"}, {does: "!set:when:2:3:7"},
	{does: "!set:pause:on"}, {does: "!set:pause:off"}, {does: "!set:quiet:21:7:wait"}, {does: "!set:zone:1"}, {does: "!set:pictures:off"},
	{does: "!month:" + "2011-01"},
}

// said are words of somebody's, by language.
var said = map[string]*strings.Replacer{
	"ky": strings.NewReplacer("{l}", "ky", "{o}", "ru", "{passport}", "Паспортту кантип алам?", "{hello}", "Саламатсызбы", "{thanks}", "рахмат", "{mistyped}", "юридикалк"),
	"ru": strings.NewReplacer("{l}", "ru", "{o}", "en", "{passport}", "Как получить паспорт?", "{hello}", "Добрый день", "{thanks}", "спасибо", "{mistyped}", "юридческой"),
	"en": strings.NewReplacer("{l}", "en", "{o}", "ky", "{passport}", "How do I get a passport?", "{hello}", "Hello", "{thanks}", "thank you", "{mistyped}", "centr"),
}

// TestNoStateHearsWhatIsUntrue: in each state, in a private chat and in a group, everything that
// can be done is answered by what is so then, in one language.
func TestNoStateHearsWhatIsUntrue(t *testing.T) {
	t.Parallel()
	for _, language := range locale.Languages() {
		for _, group := range []bool{false, true} {
			if group && language != "ky" {
				continue // says nothing of its own
			}
			t.Run(fmt.Sprint(language, " group ", group), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					h := open(t, redistest.Bubble(t).Client(t), simulator.Options{})
					for _, l := range locale.Languages() {
						h.shelf.put(bottest.Item(idIn(l), l, bottest.Sample(l, 1).Title))
					}
					for _, state := range states {
						w := &walker{fixture: h, citizen: h.telegram.Citizen("Айгүл", language).Open()}
						if group {
							w.group = h.telegram.Group("Айыл", w.citizen)
							w.group.AddBot(w.citizen, simulator.AllRights)
							h.settled()
						}
						w.speak("/start " + language)
						p := w.kept()
						if state.set(&p); group {
							p.Words = nil
						}
						for _, d := range deeds {
							if !d.private || !group {
								w.tries(d, language, state.name, p)
							}
						}
					}
				})
			})
		}
	}
}

// idIn is the id of the item in a language.
func idIn(language string) string { return strings.Repeat(language, 8) }

// tries lets somebody do a thing in a state, and judges the answer.
func (w *walker) tries(d deed, language, state string, p subscriptions.Preferences) {
	w.t.Helper()
	w.restore(p)
	does := said[language].Replace(d.does)
	for prefix := range strings.FieldsSeq("item- read-") {
		does = strings.ReplaceAll(does, prefix+language, prefix+idIn(language))
	}
	if data, presses := strings.CutPrefix(does, "!"); presses {
		w.press(w.shown().ID, simulator.Button{Data: data})
	} else {
		time.Sleep(readingTakes)
		w.speak(does)
	}
	now, shown := w.kept(), w.shown()
	where := fmt.Sprintf("%s, %s", state, does)
	switch left := p.Status == subscriptions.Stopped; {
	case d.leaves && now.Status != subscriptions.Stopped, d.begins && now.Status != subscriptions.Active, !d.begins && !d.leaves && now.Status != p.Status:
		w.t.Errorf("%s: the status is %d", where, now.Status)
	case !left && !reflect.DeepEqual(now.PausedUntil, p.PausedUntil) && !strings.Contains(does, "pause") && !strings.Contains(does, "return"):
		w.t.Errorf("%s: the pause ends %v, not %v", where, now.PausedUntil, p.PausedUntil)
	}
	if !strings.Contains(shown.Text, d.shows) {
		w.t.Errorf("%s: no %q in\n%s", where, d.shows, bottest.Draw(shown))
	}
	for _, lie := range untrue(now, shown) {
		w.t.Errorf("%s: %s:\n%s", where, lie, bottest.Draw(shown))
	}
	onAScreen(w.t, shown)
}

// untrue are what a message says that is not so of whom it is shown to.
func untrue(p subscriptions.Preferences, m simulator.Message) (lies []string) {
	all := m.Text
	for _, b := range slices.Concat(m.Keyboard...) {
		all += "\n" + b.Text
	}
	all = plain(html.EscapeString(all))
	own, left := p.Interface, p.Status == subscriptions.Stopped
	may := func(is bool, keys ...string) {
		for _, key := range keys {
			if !is && says(all, own, key) {
				lies = append(lies, key)
			}
		}
	}
	may(left, "screen.stopped", "screen.not_subscribed", "line.not_subscribed", "screen.offer_again", "button.return")
	may(!left, "screen.state", "screen.returned", "screen.group_subscribed", "button.stop", "button.pause", "button.paused", "button.resume")
	may(!left && p.When.Rhythm == subscriptions.AtOnce && len(p.Words) == 0 && p.Topics.All(), "screen.subscribed")
	may(!left && len(p.Words) == 0 && len(p.Topics.Chosen()) == 1, "screen.subscribed_topic")
	may(!left || says(all, own, "line.not_subscribed"), "screen.language", "screen.news_languages", "screen.topics", "screen.words", "screen.when", "screen.quiet")
	for _, other := range otherTimes(own, p) {
		if strings.Contains(all, strings.ToLower(other)) {
			lies = append(lies, "it comes "+other)
		}
	}
	for _, other := range locale.Languages() {
		for key, phrase := range phrases()[other] {
			if other != own && len(phrase[0]) > 30 && says(all, other, key) && !says(all, own, key) {
				lies = append(lies, key+" in "+other)
			}
		}
	}
	if len(p.Languages) == 1 && p.Languages[0] != own {
		lies = append(lies, "the menus' language is not that of the news")
	}
	return lies
}

// otherTimes are all times but those at which the news comes.
func otherTimes(language string, p subscriptions.Preferences) (others []string) {
	words := locale.For(language)
	own := subscriptions.When{Rhythm: 9}
	if !(p.Status == subscriptions.Active && !p.PausedUntil.IsZero()) {
		own = p.When
	}
	add := func(when subscriptions.When, says string) {
		if when != own {
			others = append(others, says)
		}
	}
	add(subscriptions.When{}, words.T("line.at_once", nil))
	for _, hour := range []int{7, 8, 9, 12, 18, 20} {
		clock := map[string]any{"Time": fmt.Sprintf("%d:00", hour)}
		add(subscriptions.When{Rhythm: subscriptions.Daily, Hour: hour}, words.T("line.daily", clock))
		for day, name := range strings.Fields(words.T("date.weekdays", nil)) {
			clock["Day"] = name
			add(subscriptions.When{Rhythm: subscriptions.Weekly, Weekday: time.Weekday(day), Hour: hour}, words.T("line.weekly", clock))
		}
	}
	return others
}

// phrases are what tells an entry of a language, by its key, from the others, in small letters:
// for each of its forms the longest words between two placeholders.
var phrases = sync.OnceValue(func() map[string]map[string][]string {
	all := map[string]map[string][]string{}
	for _, language := range locale.Languages() {
		all[language] = map[string][]string{}
		for _, part := range []string{"", "groups."} {
			source, err := os.ReadFile("locale/catalogue/" + part + language + ".yaml")
			if err != nil {
				panic(err)
			}
			var catalogue map[string]map[string]any
			if err := yaml.Unmarshal(source, &catalogue); err != nil {
				panic(err)
			}
			for _, place := range []string{"screen", "line", "button"} {
				for name, entry := range catalogue[place] {
					all[language][place+"."+name] = phrasesOf(entry)
				}
			}
		}
	}
	return all
})

func phrasesOf(entry any) (all []string) {
	forms, several := entry.(map[string]any)
	if !several {
		forms = map[string]any{"": entry}
	}
	for _, form := range forms {
		text, _ := form.(string)
		longest := ""
		for _, piece := range strings.Split(placeholder.ReplaceAllString(plain(text), "|"), "|") {
			if piece = strings.TrimSpace(piece); len(piece) > len(longest) {
				longest = piece
			}
		}
		all = append(all, longest)
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\{.*?\}\}`)

// plain is a text in one line of small letters, without its tags.
func plain(text string) string {
	return render.OneLine(strings.ToLower(html.UnescapeString(anyTag.ReplaceAllString(text, ""))))
}

// says reports whether a plain text says the entry.
func says(text, language, key string) bool {
	all, known := phrases()[language][key]
	if !known {
		panic("no " + key)
	}
	return slices.ContainsFunc(all, func(phrase string) bool { return strings.Contains(text, phrase) })
}
