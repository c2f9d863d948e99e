package feeds

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/robfig/cron/v3"

	"kabarchy/feeds/fetch"
)

// Source is one place where the ministry publishes its news in one language.
type Source struct {
	// ID names the source in logs, in metrics and in the archive; it never changes.
	ID string
	// Language is a BCP 47 tag. The source says it: the text and the URL don't.
	Language string
	// URL is where the feed is: http or https.
	URL string
	// Kind is KindFeed or KindPage; empty for a feed.
	Kind string
	// Links is, for a page, the regular expression that its links to news fit and no
	// others, such as `/ky/news/\d+$`. It is compared with the absolute address.
	Links string
	// Hosts may serve the source's articles, besides the URL's own host.
	Hosts []string
	// Plausible is how many new items it may show at once; Options.Plausible where zero.
	Plausible int
	// OldTLS lets the site speak TLS before 1.2, and with ciphers that were given up:
	// anybody between could then read and change what it says.
	OldTLS bool
}

// serves reports whether a page is on a host of the source's. "www." counts for nothing.
func (s Source) serves(page *url.URL) bool {
	bare := func(host string) string { return strings.TrimPrefix(strings.ToLower(host), "www.") }
	if own, err := url.Parse(s.URL); err == nil && bare(own.Host) == bare(page.Host) {
		return true
	}
	return slices.ContainsFunc(s.Hosts, func(h string) bool { return bare(h) == bare(page.Host) })
}

// ownAddress reports whether a link is on a host of the source's.
func (s Source) ownAddress(link string) bool {
	u, err := url.Parse(link)
	return link != "" && err == nil && s.serves(u)
}

// Options are what the poller needs. Sources, Schedule and Zone must be set.
type Options struct {
	Sources []Source
	// Schedule is a cron expression with five fields, or "@every 1m"; at least a second.
	Schedule string
	// Zone is where Schedule is read, and in which dates without a zone are meant.
	Zone *time.Location
	// Topics are given to the items that they fit.
	Topics []Topic
	// AllowPrivate lets the poller dial addresses that are not public: for tests and
	// demos on loopback only.
	AllowPrivate bool
	// Dial makes the connections in place of the network's own; for tests. Nothing is
	// checked of the address then.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// RootCAs are who may vouch for sites; nil for whom this machine trusts.
	RootCAs *x509.CertPool
	// UserAgent says who asks; DefaultUserAgent where empty.
	UserAgent string
	// Plausible is how many new items a source may show at once that says nothing of its
	// own; beyond it they are held. 10 where zero.
	Plausible int
	// Timeout is the deadline of one whole request, redirects and body included. 30 s where zero.
	Timeout time.Duration
	// MaxBytes limits one decompressed body. 4 MiB where zero.
	MaxBytes int64
	Log      *slog.Logger
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
	// OnAnnounce is called after something was put into the outbox; it may be nil.
	// It must not block.
	OnAnnounce func()
	// OnHealth is called once when a source's Condition is another than before; it may
	// be nil. It must not block.
	OnHealth func(Health)
}

// DefaultUserAgent says who we are and that we read feeds: some sites answer
// a browser's name with a page, and an empty one with an error.
const DefaultUserAgent = "Kabarchy/1.0 (RSS feed reader; Telegram news bot of the ministry)"

// withDefaults returns o with every optional field filled.
func (o Options) withDefaults() Options {
	o.UserAgent = cmp.Or(o.UserAgent, DefaultUserAgent)
	o.Plausible = cmp.Or(o.Plausible, 10)
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o.MaxBytes = cmp.Or(o.MaxBytes, 4<<20)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("component", "feeds")
	return o
}

// fetching are the options of the client that asks the sites.
func (o Options) fetching() fetch.Options {
	return fetch.Options{AllowPrivate: o.AllowPrivate, Dial: o.Dial, RootCAs: o.RootCAs, UserAgent: o.UserAgent, Timeout: o.Timeout}
}

// check says what is wrong with the options, if anything.
func (o Options) check() error {
	if o.Zone == nil {
		return errors.New("feeds: no time zone")
	}
	seen := make(map[string]bool)
	for _, s := range o.Sources {
		if seen[s.ID] {
			return fmt.Errorf("feeds: two sources are called %q", s.ID)
		}
		seen[s.ID] = true
		if err := s.check(); err != nil {
			return err
		}
	}
	return nil
}

func (s Source) check() error {
	if s.ID == "" {
		return fmt.Errorf("feeds: the source %s has no id", s.URL)
	}
	if s.Language == "" {
		return fmt.Errorf("feeds: source %s: no language", s.ID)
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return fmt.Errorf("feeds: source %s: %w", s.ID, err)
	}
	if !fetch.Followed(u) {
		return fmt.Errorf("feeds: source %s: %q is no http or https address", s.ID, s.URL)
	}
	switch s.Kind {
	case "", KindFeed:
		return nil
	case KindPage:
		if s.Links == "" {
			return fmt.Errorf("feeds: source %s: a page needs a pattern for its links", s.ID)
		}
		if _, err := regexp.Compile(s.Links); err != nil {
			return fmt.Errorf("feeds: source %s: the pattern for its links: %w", s.ID, err)
		}
		return nil
	}
	return fmt.Errorf("feeds: source %s: kind %q is neither %q nor %q", s.ID, s.Kind, KindFeed, KindPage)
}

// parseSchedule reads a schedule and refuses what cron accepts and then never or
// wrongly fires: less than a second, a 31st of February, a zone of its own (which
// makes cron v3.0.1 panic where nothing follows it).
func parseSchedule(spec string, zone *time.Location) (cron.Schedule, error) {
	spec = strings.TrimSpace(spec)
	if strings.Contains(spec, "TZ=") {
		return nil, fmt.Errorf("feeds: schedule %q: the zone is configured apart from it", spec)
	}
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, fmt.Errorf("feeds: schedule %q: %w", spec, err)
	}
	if every, ok := strings.CutPrefix(spec, "@every "); ok {
		if d, err := time.ParseDuration(every); err != nil || d < time.Second {
			return nil, fmt.Errorf("feeds: schedule %q: at least a second must lie between polls", spec)
		}
	}
	if schedule.Next(time.Now().In(zone)).IsZero() {
		return nil, fmt.Errorf("feeds: schedule %q never fires", spec)
	}
	return schedule, nil
}

// Kinds of sources.
const (
	KindFeed = "feed" // RSS, Atom or JSON Feed; also where Kind is empty
	KindPage = "page" // an HTML page that lists links to news
)
