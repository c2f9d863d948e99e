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

// webhook checks an address as Telegram does, which says what is wrong with it only
// when the service runs.
func (ps *problems) webhook(address string) {
	const key = "telegram.webhook"
	if address == "" {
		return
	}
	u, is := publicAddress(address)
	if !is {
		ps.add(key, "%q is not an address such as https://bot.example.kg/telegram", address)
		return
	}
	here := loopback(u.Hostname()) // for tests
	switch {
	case u.Scheme != "https" && !(here && u.Scheme == "http"):
		ps.add(key, "must begin with https://, since Telegram delivers to nothing else")
	case !here && !slices.Contains(webhookPorts, u.Port()):
		ps.add(key, "has port %s; Telegram delivers to 443, 80, 88 and 8443 only", u.Port())
	case !plainPath.MatchString(u.Path) || path.Clean(u.Path) != u.Path:
		ps.add(key, "needs a path of Latin letters, digits and hyphens, such as /telegram")
	case slices.Contains(ServedPaths, u.Path):
		ps.add(key, "has the path %s, where something else is served", u.Path)
	}
}

// publicAddress reads an address of a host and a path.
func publicAddress(address string) (u *url.URL, is bool) {
	u, err := url.Parse(address)
	return u, err == nil && u.Hostname() != "" && u.User == nil && !strings.ContainsAny(address, "?#")
}

// webhookListen checks the address that is for the webhook alone.
func (ps *problems) webhookListen(c *Config) {
	const key = "telegram.webhook_listen"
	switch at := c.Telegram.WebhookListen; {
	case at == "":
	case c.Telegram.Webhook == "":
		ps.add(key, "is of no use without telegram.webhook")
	case at == c.Listen && !strings.HasSuffix(at, ":0"):
		ps.add(key, "must be another address than listen; without it the webhook is served there")
	default:
		ps.listen(key, at)
	}
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
