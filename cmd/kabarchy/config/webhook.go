package config

import (
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// webhookPorts are those to which Telegram delivers.
var webhookPorts = []string{"", "443", "80", "88", "8443"}

// plainPath is a path that means itself wherever it is written.
var plainPath = regexp.MustCompile(`^/[A-Za-z0-9/_.~-]+$`)

// ServedPaths are where health and metrics are served, so that no webhook can be.
var ServedPaths = []string{"/healthz", "/readyz", "/metrics"}

// PingPath begins the paths at which sites say that they have news.
const PingPath = "/ping/"

// webhook checks an address as Telegram does, which says what is wrong with it only
// when the service runs.
func (ps *problems) webhook(address string) {
	const key = "telegram.webhook"
	if address == "" {
		return
	}
	u, is := ps.public(key, address, "/telegram", "Telegram delivers to nothing else")
	switch {
	case !is:
	case !loopback(u.Hostname()) && !slices.Contains(webhookPorts, u.Port()):
		ps.add(key, "has port %s; Telegram delivers to 443, 80, 88 and 8443 only", u.Port())
	case slices.Contains(ServedPaths, u.Path), strings.HasPrefix(u.Path, PingPath):
		ps.add(key, "has the path %s, where something else is served", u.Path)
	}
}

// public reads an address of a host and a path, such as the example. It needs https, and why
// says for what; on this machine, for tests, http will do.
func (ps *problems) public(key, address, example, why string) (u *url.URL, is bool) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(address, "?#"):
		ps.add(key, "%q is not an address such as https://bot.example.kg%s", address, example)
	case u.Scheme != "https" && !(loopback(u.Hostname()) && u.Scheme == "http"):
		ps.add(key, "must begin with https://: %s", why)
	case !plainPath.MatchString(u.Path) || path.Clean(u.Path) != u.Path:
		ps.add(key, "needs a path of Latin letters, digits and hyphens, such as %s", example)
	default:
		return u, true
	}
	return nil, false
}

// websub checks the address at which hubs call, which shares its listener with what else is served.
func (ps *problems) websub(c *Config) {
	const key = "websub"
	if c.WebSub == "" {
		return
	}
	u, is := ps.public(key, c.WebSub, "/websub", "the secret that a hub is given must not be overheard")
	if !is {
		return
	}
	for _, other := range append([]string{pathOf(c.Telegram.Webhook), pathOf(c.DeskAddress()), strings.TrimSuffix(PingPath, "/")}, ServedPaths...) {
		if other != "" && (within(other, u.Path) || within(u.Path, other)) {
			ps.add(key, "has the path %s, and something else is served at %s: neither may lie within the other", u.Path, other)
		}
	}
}

// pathOf is an address's path; empty where there is none.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}

// webhookListen checks the address that is for the webhook alone.
func (ps *problems) webhookListen(c *Config) {
	const key = "telegram.webhook_listen"
	switch at := c.Telegram.WebhookListen; {
	case at == "":
	case c.Telegram.Webhook == "" && c.WebSub == "":
		ps.add(key, "is of no use without telegram.webhook or websub")
	case at == c.Listen && !strings.HasSuffix(at, ":0"):
		ps.add(key, "must be another address than listen; without it the webhook is served there")
	default:
		ps.listen(key, at)
	}
}

// debugListen checks the address for who looks into the program. Without a host it is this
// machine alone, whereas the network's rule would be every address.
func (ps *problems) debugListen(c *Config) {
	const key = "debug_listen"
	if strings.HasPrefix(c.DebugListen, ":") {
		c.DebugListen = "127.0.0.1" + c.DebugListen
	}
	switch at := c.DebugListen; {
	case at == "":
	case strings.HasSuffix(at, ":0"):
		ps.listen(key, at)
	case at == c.Listen, at == c.Telegram.WebhookListen:
		ps.add(key, "must be another address than listen and telegram.webhook_listen")
	default:
		ps.listen(key, at)
	}
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
