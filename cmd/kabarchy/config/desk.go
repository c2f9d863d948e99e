package config

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Desk is the press office. Without it nobody writes; the administrators can stop and
// withdraw all the same.
type Desk struct {
	// Approval is two, or one where who wrote a text may approve it; two if empty.
	Approval string `yaml:"approval"`
	// HoldSeconds is how long what is approved can be taken back before it goes; 30 if 0.
	HoldSeconds int `yaml:"hold_seconds"`
	// Alone are approvers who may approve their own texts where these are urgent.
	Alone  []int64  `yaml:"alone"`
	People []Person `yaml:"people"`
	// Web is the public address of the desk's pages; there are none if it is empty.
	Web string `yaml:"web"`
}

// Person is somebody at the desk.
type Person struct {
	ID    int64    `yaml:"id"` // Telegram user id
	Name  string   `yaml:"name"`
	Roles []string `yaml:"roles"`
}

// The roles of people, as the file names them.
const (
	Officer  = "officer"
	Approver = "approver"
	Operator = "operator"
)

// Has reports whether a person has a role.
func (p Person) Has(role string) bool { return slices.Contains(p.Roles, role) }

// One reports whether who wrote a text may approve it.
func (d Desk) One() bool { return d.Approval == approvalOne }

const (
	approvalTwo = "two"
	approvalOne = "one"

	leastHold, defaultHold, mostHold = 10, 30, 300 // seconds
	longestName                      = 64          // characters
)

// web checks the address of the desk's pages, which shares its listener with what else is served.
func (ps *problems) web(address string, t Telegram) {
	const key = "desk.web"
	if address == "" {
		return
	}
	u, is := ps.public(key, address, "/desk", "Telegram opens nothing else, and who signs in must not be overheard")
	if !is {
		return
	}
	hook := ""
	if h, err := url.Parse(t.Webhook); err == nil {
		hook = h.Path
	}
	meets := func(other string) bool { return within(other, u.Path) || within(u.Path, other) }
	switch {
	case slices.ContainsFunc(ServedPaths, meets):
		ps.add(key, "has the path %s, where something else is served", u.Path)
	case hook != "" && meets(hook):
		ps.add(key, "has the path %s, and telegram.webhook has %s: neither may lie within the other", u.Path, hook)
	}
}

// within reports whether a path is another one or lies below it.
func within(path, other string) bool { return path == other || strings.HasPrefix(path, other+"/") }

// DeskAddress is the public address of the desk's pages; empty where there are none.
func (c *Config) DeskAddress() string {
	if c.Desk == nil {
		return ""
	}
	return c.Desk.Web
}

// Colleagues are all at the desk: its people, and the administrators, who are operators and
// approvers.
func (c *Config) Colleagues() (all []Person) {
	if c.Desk != nil {
		all = slices.Clone(c.Desk.People)
	}
	for _, admin := range c.Admins {
		at := slices.IndexFunc(all, func(p Person) bool { return p.ID == admin })
		if at < 0 {
			at, all = len(all), append(all, Person{ID: admin})
		}
		for _, role := range []string{Operator, Approver} {
			if !all[at].Has(role) {
				all[at].Roles = append(slices.Clone(all[at].Roles), role)
			}
		}
	}
	return all
}

// desk checks who is at the desk, and that its texts can be approved.
func (ps *problems) desk(c *Config) {
	d := c.Desk
	if d == nil {
		return
	}
	d.Approval, d.HoldSeconds = cmp.Or(d.Approval, approvalTwo), cmp.Or(d.HoldSeconds, defaultHold)
	if d.Approval != approvalTwo && d.Approval != approvalOne {
		ps.add("desk.approval", "unknown approval %q; there are two and one", d.Approval)
	}
	if d.HoldSeconds < leastHold || d.HoldSeconds > mostHold {
		ps.add("desk.hold_seconds", "must be from %d to %d", leastHold, mostHold)
	}
	ps.web(d.Web, c.Telegram)
	ps.people(d.People)
	all := c.Colleagues()
	for i, id := range d.Alone {
		if !slices.ContainsFunc(all, func(p Person) bool { return p.ID == id && p.Has(Approver) }) {
			ps.add(fmt.Sprintf("desk.alone[%d]", i), "%d is no approver", id)
		}
	}
	switch {
	case !slices.ContainsFunc(all, func(p Person) bool { return p.Has(Approver) }):
		ps.add("desk.people", "nobody is an approver: what is written could never go out")
	case len(all) == 1 && !d.One():
		ps.add("desk.people", "one person alone can't approve what another wrote: add somebody, or say approval: one, with which nobody else looks at a text before it goes out")
	}
}

func (ps *problems) people(people []Person) {
	seen := map[int64]bool{}
	for i, p := range people {
		key := fmt.Sprintf("desk.people[%d]", i)
		switch {
		case p.ID <= 0:
			ps.add(key+".id", "%d is not a Telegram user id, which is a positive number", p.ID)
		case seen[p.ID]:
			ps.add(key+".id", "%d is duplicated", p.ID)
		}
		seen[p.ID] = true
		if n := utf8.RuneCountInString(p.Name); strings.TrimSpace(p.Name) == "" || n > longestName {
			ps.add(key+".name", "a name of 1 to %d characters is needed, by which the others know who it is", longestName)
		}
		if len(p.Roles) == 0 {
			ps.add(key+".roles", "at least one is needed: officer, approver or operator")
		}
		for j, role := range p.Roles {
			if role != Officer && role != Approver && role != Operator {
				ps.add(fmt.Sprintf("%s.roles[%d]", key, j), "unknown role %q; there are officer, approver and operator", role)
			}
		}
	}
}

// WithoutAdmins says what is missed where there are no administrators; empty where there are.
// What is held is also decided by the desk's approvers.
func (c *Config) WithoutAdmins() string {
	const untold = "nobody is told of ill sources"
	switch {
	case len(c.Admins) > 0:
		return ""
	case slices.ContainsFunc(c.Colleagues(), func(p Person) bool { return p.Has(Approver) }):
		return untold + ", and nobody sees /status; what is held is decided by the desk's approvers"
	}
	return "items that are held for a decision have nobody to release them, and " + untold
}

// Warnings are what works, and may not be meant.
func (c *Config) Warnings() (warnings []string) {
	if host, _, _ := net.SplitHostPort(c.DebugListen); c.DebugListen != "" && !loopback(host) {
		warnings = append(warnings, "debug_listen: whoever reaches "+c.DebugListen+" can slow the service down, and see how it works")
	}
	if c.Desk == nil || c.Desk.One() {
		return warnings
	}
	all := c.Colleagues()
	for _, p := range all {
		other := func(q Person) bool { return q.ID != p.ID && q.Has(Approver) }
		if p.Has(Officer) && p.Has(Approver) && !slices.ContainsFunc(all, other) {
			warnings = append(warnings, fmt.Sprintf("desk.people: nobody else can approve what %s writes", p.Name))
		}
	}
	return warnings
}
