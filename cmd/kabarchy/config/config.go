// Package config is what an operator says: the configuration file and the environment,
// their rules, and what a mistake in them is answered.
package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// Config is what the configuration file says. It is read and checked once, by
// Load or Parse, and passed on from there.
type Config struct {
	Ministry Ministry `yaml:"ministry"`
	// Timezone is that of the times in this file and of the dates in the chat.
	Timezone string `yaml:"timezone"`
	// Poll is when the sources are asked: a cron expression with five fields, or @every.
	Poll     string   `yaml:"poll"`
	Sources  []Source `yaml:"sources"`
	Topics   []Topic  `yaml:"topics"`
	Admins   []int64  `yaml:"admins"` // Telegram user ids
	Desk     *Desk    `yaml:"desk"`   // nil where there is none
	Telegram Telegram `yaml:"telegram"`
	Network  Network  `yaml:"network"`
	// Listen is where health and metrics are served, and the webhook.
	Listen string `yaml:"listen"`
	// WebSub is the public address at which hubs say that sources have news; they are asked for
	// nothing if it is empty.
	WebSub string `yaml:"websub"`
	// DebugListen is where profiles and the metrics of Go's runtime are served; nowhere if
	// empty. Without a host it is this machine.
	DebugListen string `yaml:"debug_listen"`

	zone *time.Location
}

// Ministry is whose news they are.
type Ministry struct {
	Name map[string]string `yaml:"name"` // by language
	Site string            `yaml:"site"`
	// Contacts are where people turn to with what is no news.
	Contacts Contacts `yaml:"contacts"`
}

// Source is a place where the ministry publishes its news in one language.
type Source struct {
	ID       string `yaml:"id"`
	Language string `yaml:"language"`
	URL      string `yaml:"url"`
	// Kind is feed, or page for a page that lists links to news; feed if empty.
	Kind string `yaml:"kind"`
	// Links is, for a page, the regular expression that its links to news fit.
	Links string `yaml:"links"`
	// Hosts may serve the source's articles, besides the URL's own.
	Hosts []string `yaml:"hosts"`
	// Plausible is how many new items it may show at once; 10 if 0. More are held.
	Plausible int `yaml:"plausible"`
	// OldTLS lets the site speak TLS in ways that were given up as unsafe.
	OldTLS bool `yaml:"old_tls"`
}

// Topic is a subject to which a citizen can subscribe.
type Topic struct {
	ID    string            `yaml:"id"`
	Name  map[string]string `yaml:"name"` // by language
	Match Match             `yaml:"match"`
	// Urgent lets its items go out before all others, at any hour.
	Urgent bool `yaml:"urgent"`
}

// Match says which items belong to a topic: those of which any of this is true.
type Match struct {
	Categories []string `yaml:"categories"`
	Keywords   []string `yaml:"keywords"`
	Sources    []string `yaml:"sources"` // ids
}

// Telegram says how the bot uses it.
type Telegram struct {
	MessagesPerSecond float64 `yaml:"messages_per_second"`
	// CorrectWithinHours is how long after it went out an item can be corrected or
	// withdrawn on the phones; until then the ledger says which message each chat has.
	CorrectWithinHours int `yaml:"correct_within_hours"`
	// GiveUpAfterHours is how long to retry a message after a temporary failure.
	GiveUpAfterHours int `yaml:"give_up_after_hours"`
	// Paid is what may be spent on urgent announcements; nil for nothing.
	Paid *Paid `yaml:"paid"`
	// Webhook is where Telegram brings updates; without it they are fetched.
	Webhook string `yaml:"webhook"`
	// WebhookListen is where the webhook is served, and nothing else; beside health and
	// metrics if empty.
	WebhookListen string `yaml:"webhook_listen"`
}

// Paid says how urgent announcements may be paid for, so that they go above Telegram's free rate.
type Paid struct {
	Urgent    bool    `yaml:"urgent"` // nothing else may be
	PerSecond float64 `yaml:"per_second"`
	StarsADay int     `yaml:"stars_a_day"` // at most, in the ministry's zone
}

// Network says which addresses the sources may have, and who vouches for them.
type Network struct {
	AllowPrivateAddresses bool `yaml:"allow_private_addresses"`
	// CAFile holds certificates in PEM that vouch for sites, besides those that this
	// machine trusts.
	CAFile string         `yaml:"ca_file"`
	roots  *x509.CertPool // of CAFile and this machine; nil for this machine's alone
}

// Roots are who may vouch for sites: those of CAFile and of this machine; nil for this
// machine's alone.
func (n Network) Roots() *x509.CertPool { return n.roots }

// Zone is the configured time zone.
func (c *Config) Zone() *time.Location { return c.zone }

// In returns the configuration with another time zone.
func (c *Config) In(zone *time.Location) *Config {
	moved := *c
	moved.zone = zone
	return &moved
}

// defaults are what holds where the file says nothing.
func defaults() Config {
	return Config{
		Poll:     "@every 1m",
		Telegram: Telegram{MessagesPerSecond: 30, CorrectWithinHours: 72, GiveUpAfterHours: 24},
		Listen:   "127.0.0.1:8080",
	}
}

// Load reads a configuration file. Its error has a line for every mistake, each
// with the file, the line in it and the key.
func Load(name string) (*Config, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return Parse(name, text)
}

// Parse is Load for a text that was read from name.
func Parse(name string, text []byte) (*Config, error) {
	d := document{name: name}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, d.syntax(err)
	}
	d.file = file
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, d.problem(problem{"", "must hold one document with keys such as ministry and sources"})
	}
	c := defaults()
	if err := yaml.NodeToValue(file.Docs[0].Body, &c, yaml.Strict()); err != nil {
		return nil, d.syntax(err)
	}
	var mistakes []error
	for _, p := range c.validate() {
		mistakes = append(mistakes, d.problem(p))
	}
	return &c, errors.Join(mistakes...)
}
