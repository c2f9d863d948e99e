package simulator

import (
	"net"
	"net/url"
	"strings"
)

// checkedLink is the address a link leads to; "" for one that Telegram drops.
// A link without an address is its own text.
func checkedLink(address, text string) string {
	if address == "" {
		address = text
	}
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		if strings.HasPrefix(address, "mailto:") || strings.HasPrefix(address, "tel:") {
			return address
		}
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(address, " \n\t") {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "tg", "ton", "tonsite":
		return address
	case "http", "https", "ftp":
	default:
		return ""
	}
	if name := u.Hostname(); !strings.Contains(name, ".") && net.ParseIP(name) == nil {
		return "" // localhost too
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}
