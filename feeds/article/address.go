package article

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Resolve resolves an address against base, repaired as a browser would. It returns
// nothing for what can't be opened by a reader: another scheme, no host, a password in it.
func Resolve(base *url.URL, address string) string {
	if address = RepairAddress(address); address == "" || len(address) > longestAddress {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return ""
	}
	if whole := u.String(); len(whole) <= longestAddress { // escaped it is longer
		return whole
	}
	return ""
}

// longestAddress is in bytes.
const longestAddress = 2000

var (
	// looseScheme finds a scheme behind which too many or too few slashes stand.
	looseScheme = regexp.MustCompile(`^(?i:(https?)):[/]+`)
	// loosePercent finds a percent sign that begins no escaped byte.
	loosePercent = regexp.MustCompile(`%(?:[0-9a-fA-F]?(?:[^0-9a-fA-F]|$))`)
)

// RepairAddress does what browsers do before they read an address (url.spec.whatwg.org,
// "basic URL parser"): tabs and line breaks are left out, a backslash is a slash, and
// what may not stand in an address is escaped, a lone percent sign too.
func RepairAddress(address string) string {
	address = strings.TrimFunc(strings.ToValidUTF8(address, ""), func(r rune) bool { return r <= ' ' || r == '\u00a0' || r == '\ufeff' })
	plain := !strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == '\\' || r == '%' || r == 0x7f })
	if !plain {
		address = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(address)
		rest := ""
		if end := strings.IndexAny(address, "?#"); end >= 0 {
			address, rest = address[:end], address[end:]
		}
		address = strings.ReplaceAll(address, `\`, "/") + rest
		for loosePercent.MatchString(address) { // A match may hide the one right behind it.
			address = loosePercent.ReplaceAllStringFunc(address, func(found string) string { return "%25" + found[1:] })
		}
		address = escapedControls(address)
	}
	return looseScheme.ReplaceAllString(address, "$1://")
}

// escapedControls escapes the space and what no screen shows.
func escapedControls(address string) string {
	var b strings.Builder
	for _, r := range address {
		if r <= ' ' || r == 0x7f {
			fmt.Fprintf(&b, "%%%02X", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
