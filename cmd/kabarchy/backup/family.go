package backup

import "strings"

// phase says when keys are read.
type phase int

const (
	leftOut  phase = iota // never: why is the reason
	byItem                // first
	byBucket              // the subscribers
	together              // in one transaction
	after                 // each by itself
	byLedger              // last
)

// family are the keys of one row in docs/redis.md.
type family struct {
	name string // as it stands there
	kind string // of Redis, as TYPE says
	phase
	why   string // it is left out
	large bool   // it is read in parts
	// newer is the error that only a newer release can read a field's value, if so: by what varies in
	// the key, the field and the value. Of a string there is no field.
	newer func(varies, field, value string) error
	// begin and end are the name's before and behind what varies, and colons how many there are
	// in between; end is not looked at where nothing varies.
	begin, end string
	varies     bool
	colons     int
}

// Why keys are left out.
const (
	ofAnInstance = "it is of the instance that runs"
	ofAMoment    = "it belongs to a conversation that is over by then"
	onceGood     = "one that was used or is old must not be good again"
	madeAnew     = "it is made anew when it is asked for"
	atTheStart   = "every source is read at the start anyway"
)

// families are all keys that a bot has. A test holds that they are those of docs/redis.md.
var families = []*family{
	{name: "{news}:items", kind: "hash", phase: byItem, large: true, newer: newerItem},

	{name: "subs:topics", kind: "hash", phase: byBucket},
	{name: "subs:<bucket>", kind: "hash", phase: byBucket, newer: newerPreferences},
	{name: "subs:words:{subs:<bucket>}", kind: "hash", phase: byBucket, newer: newerWords},

	{name: "{news}:outbox", kind: "zset", phase: together},
	{name: "{news}:announcements", kind: "string", phase: together},
	{name: "{news}:sources", kind: "hash", phase: together},
	{name: "{news}:held", kind: "hash", phase: together},
	{name: "{news}:decided:<batch>", kind: "string", phase: together},
	{name: "{news}:broadcasts:running", kind: "zset", phase: together},
	{name: "{news}:broadcasts:finished", kind: "zset", phase: together},
	{name: "{news}:broadcasts:joined", kind: "list", phase: together},
	{name: "{news}:broadcasts:digested", kind: "string", phase: together},
	{name: "{news}:broadcasts:last", kind: "string", phase: together},
	{name: "{news}:broadcasts:of:<item>", kind: "set", phase: together},
	{name: "{news}:broadcast:<broadcast>", kind: "hash", phase: together, newer: newerPlan},
	{name: "{news}:ledger:<item>", kind: "string", phase: together},
	{name: "{news}:stars", kind: "hash", phase: together},
	{name: "{news}:paid:<ledger>", kind: "hash", phase: together},
	{name: "{news}:retry:<broadcast>", kind: "hash", phase: together},
	{name: "{news}:doubt:<broadcast>", kind: "hash", phase: together},
	{name: "{news}:promised:<broadcast>", kind: "hash", phase: together},
	{name: "{news}:digests:changing", kind: "zset", phase: together},
	{name: "{news}:bot", kind: "hash", phase: together},
	{name: "{news}:bot:id", kind: "string", phase: together},
	{name: "{news}:fence", kind: "string", phase: together},
	{name: "{news}:desk:case:<case>", kind: "string", phase: together, newer: newerCase},
	{name: "{news}:desk:texts:<case>", kind: "hash", phase: together},
	{name: "{news}:desk:open", kind: "zset", phase: together},
	{name: "{news}:desk:due", kind: "zset", phase: together},
	{name: "{news}:desk:closed", kind: "zset", phase: together},
	{name: "{news}:desk:halted", kind: "hash", phase: together},
	{name: "{news}:desk:act:<act>", kind: "string", phase: together},
	{name: "{news}:desk:typed:<case>:<user id>", kind: "string", phase: together},
	{name: "{news}:desk:typing:<user id>", kind: "zset", phase: together},
	{name: "{news}:desk:people", kind: "hash", phase: together},
	{name: "{news}:desk:held:<batch>", kind: "hash", phase: together},

	{name: "{news}:known:<language>", kind: "hash", phase: after, large: true},
	{name: "{news}:latest:<language>", kind: "zset", phase: after},
	{name: "{news}:latest:<language>:<topic>", kind: "zset", phase: after},
	{name: "{news}:aliases", kind: "hash", phase: after, large: true},
	{name: "{news}:languages", kind: "set", phase: after},
	{name: "{news}:told:<admin>", kind: "hash", phase: after},
	{name: "{news}:picture:<print>", kind: "hash", phase: after},
	{name: "{news}:editions:<item>", kind: "set", phase: after},
	{name: "{news}:adder:<user>", kind: "hash", phase: after},
	{name: "{news}:channels", kind: "hash", phase: after, large: true},
	{name: "{news}:moved:<chat>", kind: "string", phase: after},
	{name: "{news}:desk:audit", kind: "stream", phase: after},
	{name: "{news}:desk:phones", kind: "hash", phase: after},
	{name: "{news}:stats:<day>", kind: "hash", phase: after},
	{name: "{news}:taps:<item>", kind: "hash", phase: after},
	{name: "{news}:posters", kind: "hash", phase: after},
	{name: "{news}:pace:<broadcast>", kind: "hash", phase: after},
	{name: "{news}:failed:<broadcast>", kind: "hash", phase: after, large: true},
	{name: "{news}:had:<ledger>", kind: "hash", phase: after, large: true},

	{name: "sent:<ledger>:<bucket>", kind: "hash", phase: byLedger},

	{name: "{news}:lease", kind: "string", why: ofAnInstance},
	{name: "{news}:standby", kind: "string", why: ofAnInstance},
	{name: "{news}:answering", kind: "hash", why: ofAnInstance},
	{name: "{news}:health", kind: "hash", why: ofAnInstance},
	{name: KeyRestoring, kind: "hash", why: "it says that a restore is not over"},
	{name: "{news}:article:<item>:<revision>", kind: "string", why: madeAnew},
	{name: "{news}:desk:menus", kind: "hash", why: madeAnew},
	{name: "{news}:hubs", kind: "hash", why: "every hub is asked anew, for the address and with the token of then"},
	{name: "{news}:pings", kind: "hash", why: atTheStart},
	{name: "{news}:postponed", kind: "hash", why: ofAMoment},
	{name: "{news}:desk:ask:<user>", kind: "string", why: ofAMoment},
	{name: "{news}:desk:screens:<chat>", kind: "hash", why: ofAMoment},
	{name: "{news}:desk:session:<sum>", kind: "string", why: ofAMoment},
	{name: "{news}:desk:said:<sum>", kind: "string", why: ofAMoment},
	{name: "{news}:desk:seen:<sum>", kind: "string", why: ofAMoment},
	{name: "{news}:desk:knocks:<sum>", kind: "string", why: ofAMoment},
	{name: "{news}:desk:login:<sum>", kind: "string", why: onceGood},
	{name: "{news}:desk:invite:<sum>", kind: "string", why: onceGood},
}

func init() {
	for _, f := range families {
		f.begin, f.end, f.varies = strings.Cut(f.name, "<")
		f.end = f.end[strings.LastIndex(f.end, ">")+1:]
		f.colons = strings.Count(f.name[len(f.begin):], ":")
	}
}

// Family says how the key is backed up: of which kind it is, and why it is left out; empty
// where it is not.
func Family(key string) (kind, leftOut string, known bool) {
	f := familyOf(key)
	if f == nil {
		return "", "", false
	}
	return f.kind, f.why, true
}

// familyOf finds the family of a key; nil where it is of none.
func familyOf(key string) *family {
	for _, f := range families {
		if f.has(key) {
			return f
		}
	}
	return nil
}

func (f *family) has(key string) bool {
	rest, is := strings.CutPrefix(key, f.begin)
	if !f.varies {
		return is && rest == ""
	}
	rest, ends := strings.CutSuffix(rest, f.end)
	return is && ends && rest != "" && strings.Count(rest, ":") == f.colons
}
