package config

import (
	"crypto/x509"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/feeds"
)

// problem is something wrong with the value at a key such as sources[1].url.
type problem struct{ key, text string }

// problems collects what is wrong.
type problems []problem

func (ps *problems) add(key, format string, args ...any) {
	*ps = append(*ps, problem{key, fmt.Sprintf(format, args...)})
}

// validate checks every value and loads the time zone.
func (c *Config) validate() problems {
	var ps problems
	ps.names("ministry.name", c.Ministry.Name)
	ps.address("ministry.site", c.Ministry.Site)
	ps.contacts(c.Ministry.Contacts)
	ps.zone(c)
	ps.sources(c.Sources)
	ps.topics(c.Topics, c.Sources)
	ps.admins(c.Admins)
	ps.desk(c)
	if rate := c.Telegram.MessagesPerSecond; rate <= 0 || rate > 1000 {
		ps.add("telegram.messages_per_second", "must be above 0 and at most 1000; Telegram allows about 30")
	}
	ps.paid(c.Telegram)
	ps.hours("telegram.correct_within_hours", c.Telegram.CorrectWithinHours)
	ps.hours("telegram.give_up_after_hours", c.Telegram.GiveUpAfterHours)
	ps.webhook(c.Telegram.Webhook)
	ps.authorities(&c.Network)
	ps.listen("listen", c.Listen)
	ps.webhookListen(c)
	ps.debugListen(c)
	ps.websub(c)
	return ps
}

// What Telegram takes in all from a bot that pays (https://core.telegram.org/bots/api#paid-broadcasts),
// and the most Stars a day that can't be a slip of the hand.
const (
	mostPerSecond = 1000
	mostStars     = 1_000_000
)

// paid checks what may be spent.
func (ps *problems) paid(t Telegram) {
	p := t.Paid
	if p == nil {
		return
	}
	if !p.Urgent {
		ps.add("telegram.paid.urgent", "must be true: urgent announcements alone can be paid for; to pay for nothing, take telegram.paid out")
	}
	if p.PerSecond <= t.MessagesPerSecond || p.PerSecond+t.MessagesPerSecond > mostPerSecond {
		ps.add("telegram.paid.per_second", "must be above messages_per_second, and the two together at most %d", mostPerSecond)
	}
	if p.StarsADay < 1 || p.StarsADay > mostStars {
		ps.add("telegram.paid.stars_a_day", "must be from 1 to %d; a Star pays for ten messages", mostStars)
	}
}

// mostHours is a week: the chat is told that who got what is known for a few days.
const mostHours = 7 * 24

func (ps *problems) hours(key string, hours int) {
	if hours < 1 || hours > mostHours {
		ps.add(key, "must be from 1 to %d", mostHours)
	}
}

// names checks that something is named in every language that the bot speaks, and in no other.
func (ps *problems) names(key string, names map[string]string) {
	for _, language := range locale.Languages() {
		if strings.TrimSpace(names[language]) == "" {
			ps.add(key+"."+language, "a name in %s is missing", locale.For(language).Name())
		}
	}
	for _, language := range slices.Sorted(maps.Keys(names)) {
		ps.language(key+"."+language, language)
	}
}

func (ps *problems) language(key, language string) {
	if !locale.Spoken(language) {
		ps.add(key, "unknown language %q; the bot speaks %s", language, strings.Join(locale.Languages(), ", "))
	}
}

func (ps *problems) address(key, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		ps.add(key, "%q is not an address that begins with https:// or http://", address)
	}
}

// zone checks the time zone and, in it, the schedule.
func (ps *problems) zone(c *Config) {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "" || c.Timezone == "Local" {
		ps.add("timezone", "unknown time zone %q; the name must be like Asia/Bishkek", c.Timezone)
		zone = time.UTC
	}
	c.zone = zone
	if _, err := feeds.NewPoller(feeds.Options{Schedule: c.Poll, Zone: zone}, nil); err != nil {
		ps.add("poll", "%s; five fields such as \"*/5 * * * *\" are understood, or \"@every 1m\"",
			strings.TrimPrefix(err.Error(), "feeds: "))
	}
}

// id is what sources and topics are called: it fits into a deep link and into callback data.
var id = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// identifier checks an id and that none before it was the same.
func (ps *problems) identifier(key, value string, seen map[string]bool) {
	switch {
	case !id.MatchString(value):
		ps.add(key, "%q must be 1 to 32 lowercase letters a to z, digits or hyphens", value)
	case seen[value]:
		ps.add(key, "%q is duplicated", value)
	}
	seen[value] = true
}

func (ps *problems) sources(sources []Source) {
	if len(sources) == 0 {
		ps.add("sources", "at least one is needed")
	}
	seen := map[string]bool{}
	for i, s := range sources {
		key := fmt.Sprintf("sources[%d]", i)
		ps.identifier(key+".id", s.ID, seen)
		ps.language(key+".language", s.Language)
		ps.address(key+".url", s.URL)
		ps.kind(key, s)
		ps.hosts(key+".hosts", s.Hosts)
		if s.Plausible < 0 {
			ps.add(key+".plausible", "%d can't be a number of items", s.Plausible)
		}
	}
}

// kind checks that a page says which of its links are news, and a feed does not.
func (ps *problems) kind(key string, s Source) {
	_, err := regexp.Compile(s.Links)
	switch {
	case s.Kind != "" && s.Kind != feeds.KindFeed && s.Kind != feeds.KindPage:
		ps.add(key+".kind", "unknown kind %q; there are feed and page", s.Kind)
	case s.Kind == feeds.KindPage && s.Links == "":
		ps.add(key+".links", "a page needs the regular expression that its links to news fit, such as /ky/news/\\d+$")
	case s.Kind != feeds.KindPage && s.Links != "":
		ps.add(key+".links", "only a source of kind page has links")
	case err != nil:
		ps.add(key+".links", "not a regular expression: %v", err)
	}
}

// hosts checks that each is a host and no address.
func (ps *problems) hosts(key string, hosts []string) {
	for i, host := range hosts {
		u, err := url.Parse("https://" + host + "/")
		if err != nil || u.Host != host || u.Hostname() == "" || strings.ContainsAny(host, "*@ ") ||
			!strings.ContainsAny(u.Hostname(), ".:") && u.Hostname() != "localhost" {
			ps.add(fmt.Sprintf("%s[%d]", key, i), "%q must be a host alone, such as static.ministry.example: no https://, no path, no *", host)
		}
	}
}

// authorities loads the certificates that vouch for sites.
func (ps *problems) authorities(n *Network) {
	if n.CAFile == "" {
		return
	}
	text, err := os.ReadFile(n.CAFile)
	if err != nil {
		ps.add("network.ca_file", "can't be read: %v", err)
		return
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		ps.add("network.ca_file", "%s holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----", n.CAFile)
		return
	}
	n.roots = roots
}

func (ps *problems) topics(topics []Topic, sources []Source) {
	seen := map[string]bool{}
	for i, t := range topics {
		key := fmt.Sprintf("topics[%d]", i)
		ps.identifier(key+".id", t.ID, seen)
		ps.names(key+".name", t.Name)
		m := t.Match
		if len(m.Categories)+len(m.Keywords)+len(m.Sources) == 0 {
			ps.add(key+".match", "at least one category, keyword or source is needed")
		}
		for j, source := range m.Sources {
			if !slices.ContainsFunc(sources, func(s Source) bool { return s.ID == source }) {
				ps.add(fmt.Sprintf("%s.match.sources[%d]", key, j), "there is no source %q", source)
			}
		}
	}
}

func (ps *problems) admins(admins []int64) {
	for i, admin := range admins {
		if admin <= 0 {
			ps.add(fmt.Sprintf("admins[%d]", i), "%d is not a Telegram user id, which is a positive number", admin)
		}
	}
}

func (ps *problems) listen(key, listen string) {
	_, port, err := net.SplitHostPort(listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		ps.add(key, "%q must be an address and a port such as 127.0.0.1:8080", listen)
	}
}
