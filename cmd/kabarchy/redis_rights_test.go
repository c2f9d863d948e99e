package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"kabarchy/subscriptions/redistest"
)

// TestRightsThatLackAreNamed asks as users who may not do everything, and a replica: what
// is missing is said in words, at the start and by check, and nothing is written.
func TestRightsThatLackAreNamed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	admin := server.Client(t)
	full := strings.Fields(strings.ReplaceAll(documentedUser(t), ">PASSWORD", ">hunter2"))[2:]
	for _, tt := range []struct {
		name string
		add  []string
		want string // in the error; "" for none
	}{
		{"all", nil, ""},
		{"noscripts", []string{"-eval", "-evalsha"}, "its user noscripts may not run EVALSHA, EVAL; grant what docs/redis.md says: ACL SETUSER noscripts +evalsha +eval"},
		{"nonews", []string{"resetkeys", "~subs:*", "~sent:*"}, "its user nonews may not read and write the keys {news}:*; grant what docs/redis.md says: ACL SETUSER nonews ~{news}:*"},
		{"nosubs", []string{"resetkeys", "~{news}:*", "~sent:*"}, "the keys subs:*;"},
		{"reader", []string{"resetkeys", "%R~subs:*", "%R~sent:*", "%R~{news}:*"}, "the keys subs:*, sent:*, {news}:*;"},
		{"readonly", []string{"-@write"}, "may not run "},
		{"notransactions", []string{"-@transaction"}, "may not run MULTI;"},
		{"noexec", []string{"-exec"}, "may not run EXEC;"},
		{"noping", []string{"-ping"}, "may not run PING;"},
		{"nothing", []string{"-@all"}, "may not run PING;"},
	} {
		command := append([]any{"ACL", "SETUSER", tt.name}, toAny(full)...)
		if err := admin.Do(t.Context(), append(command, toAny(tt.add)...)...).Err(); err != nil {
			t.Fatal(err)
		}
		r := open(t, "redis://"+tt.name+":hunter2@"+server.Addr())
		defer r.Close()
		err := r.Check(t.Context())
		if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || mayPass(err)) {
			t.Errorf("%s: %v\nwant %s", tt.name, err, tt.want)
		}
		if err := r.Check(t.Context()); (err == nil) != (tt.want == "") {
			t.Errorf("%s, asked again: %v", tt.name, err)
		}
	}
	if n := admin.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("%d keys were written", n)
	}

	replica := redistest.Start(t, append([]string{"--replicaof"}, strings.Split(server.Addr(), ":")...)...)
	err := open(t, replica.URL()).Check(t.Context())
	if err == nil || !strings.Contains(err.Error(), "is a replica and takes no writes: ") {
		t.Errorf("the replica: %v", err)
	}
}

func toAny(words []string) (all []any) {
	for _, word := range words {
		all = append(all, word)
	}
	return all
}

// besides are commands that need not be asked for: to connect, to ask and to end that,
// for the warnings at the start, and what this test itself sends.
var besides = []string{"scan", "ping", "hello", "client|setinfo", "client|maint_notifications", "select", "multi", "exec", "discard", "info", "config|get", "auth", "type"}

var calledCommand = regexp.MustCompile(`(?m)^cmdstat_([a-z_|]+):calls=([0-9]+)`)

// rightsSuffice fails the test where a server was sent a command that Rights does not
// ask for.
func rightsSuffice(t *testing.T, server *redistest.Server) {
	t.Helper()
	admin := open(t, server.URL())
	defer admin.Close()
	var asked []string
	for _, on := range rightsOn {
		asked = append(asked, on.commands...)
	}
	calls := calledCommand.FindAllStringSubmatch(admin.Info(deadline(t, wait), "commandstats").Val(), -1)
	if len(calls) < 20 {
		t.Errorf("only %d commands were called: this sees nothing", len(calls))
	}
	for _, call := range calls {
		if name := call[1]; !slices.Contains(asked, strings.ToUpper(name)) && !slices.Contains(besides, name) && !strings.HasPrefix(name, "acl|") {
			t.Errorf("the program sent %s, and the check of its rights does not ask for that", name)
		}
	}
}
