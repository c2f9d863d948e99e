package main

import (
	"net/url"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// TestServiceOnEachKindOfRedis has the whole service work on Redis as operators run it:
// people subscribe, an item reaches them, its correction too, one of them is forgotten,
// and another program takes over.
func TestServiceOnEachKindOfRedis(t *testing.T) {
	t.Parallel()
	for _, kind := range []struct {
		name  string
		start func(t *testing.T) (address string)
	}{
		{"TLS", func(t *testing.T) string {
			server := redistest.StartTLS(t)
			return server.URL() + "?ca=" + server.Cert + "&cert=" + server.Cert + "&key=" + server.Key
		}},
		{"ACL user", func(t *testing.T) string {
			server := redistest.Start(t)
			t.Cleanup(func() { rightsSuffice(t, server) })
			return "redis://" + url.UserPassword("kabarchy", limited(t, server.Client(t))).String() + "@" + server.Addr()
		}},
		{"Sentinel", func(t *testing.T) string { return redistest.StartSentinel(t).URL() }},
		{"Cluster", func(t *testing.T) string { return redistest.StartCluster(t, 3, 0).URL() }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			address := kind.start(t)
			_, mini := redistest.Mini(t)
			w := newFixture(t, mini, simulator.Options{})
			w.config.Telegram.MessagesPerSecond = 1000
			a := w.instanceOn(open(t, address))
			if err := a.AwaitPolls(deadline(t, wait)); err != nil {
				t.Fatalf("%v\n%s", err, w.log)
			}
			readers := w.subscribe(a, 30)
			leaver := w.telegram.Citizen("Айгүл", "ky")
			w.says(leaver, "/start ky", "Жазылдыңыз")
			w.publish(1)
			eventually(t, "the item is out", func() bool { return w.finished(a, 3) })
			readers["ky"] = append(readers["ky"], leaver.ID())
			w.verify(1, readers, 0)

			if _, err := w.site.Correct(1); err != nil {
				t.Fatal(err)
			}
			eventually(t, "its correction is out", func() bool { return w.telegram.Stats().Edited == 31 })
			rdb := a.options.Redis
			_, err := a.Store.Update(t.Context(), leaver.ID(), func(p *subscriptions.Preferences, _ bool) { p.Words = []string{"мыйзам"} })
			if err != nil {
				t.Fatal(err)
			}
			if planted := plant(t, rdb, leaver.ID()); planted < 12 {
				t.Errorf("docs/redis.md names only %d keys in which a person stands", planted)
			}
			w.says(leaver, "/forget", "өчүрүлсүнбү")
			w.presses(leaver, "Ооба, өчүрүү", "Маалыматыңыз өчүрүлдү")
			eventually(t, "one is forgotten", func() bool {
				counts, err := a.Store.Count(t.Context())
				return err == nil && counts.Total == 30
			})
			if left := traces(t, rdb, leaver.ID()); len(left) > 0 {
				t.Errorf("/forget leaves %q", left)
			}
			if _, err := a.Store.NumberTopics(t.Context(), "legal-aid", "vacancies"); err != nil {
				t.Error(err)
			}
			documented(t, a.options.Redis)
			w.stop(a)

			b := w.instanceOn(open(t, address))
			defer w.stop(b)
			eventually(t, "another leads", b.lease.Held)
			for _, refusal := range []string{"NOPERM", "CROSSSLOT", "x509"} {
				if strings.Contains(w.log.String(), refusal) {
					t.Errorf("%s is in the log:\n%s", refusal, w.log)
				}
			}
		})
	}
}

// limited makes the user that docs/redis.md recommends, and returns the password.
func limited(t *testing.T, admin redis.UniversalClient) string {
	t.Helper()
	const password = "hunter2 & more"
	command := []any{"ACL"}
	for _, word := range strings.Fields(documentedUser(t)) {
		command = append(command, strings.Replace(word, ">PASSWORD", ">"+password, 1))
	}
	if err := admin.Do(t.Context(), command...).Err(); err != nil {
		t.Fatal(err)
	}
	return password
}

// open connects to a Redis as the program does.
func open(t *testing.T, address string) Redis {
	t.Helper()
	r, err := OpenRedis(config.Secret(address))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRedisTLS(t *testing.T) {
	t.Parallel()
	server, another := redistest.StartTLS(t), redistest.StartTLS(t, "--tls-auth-clients", "no")
	for _, tt := range []struct{ name, address, want string }{
		{"both know each other", server.URL() + "?ca=" + server.Cert + "&cert=" + server.Cert + "&key=" + server.Key, ""},
		{"the server does not ask", another.URL() + "?ca=" + another.Cert, ""},
		{"nobody vouches for the server", another.URL(), "x509: certificate signed by unknown authority"},
		{"somebody vouches for another server", another.URL() + "?ca=" + server.Cert, "x509: certificate signed by unknown authority"},
		{"a name that the server has not", strings.Replace(another.URL(), "127.0.0.1", "localhost", 1) + "?ca=" + another.Cert, "x509: certificate is not valid for any names"},
		{"without TLS", strings.Replace(server.URL(), "rediss", "redis", 1), "can't be reached"},
	} {
		r := open(t, tt.address)
		defer r.Close()
		err := r.Check(t.Context())
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestBadRedisCertificates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ address, want string }{
		{"redis://host?ca=/etc/ca.pem", "REDIS_URL: ca, cert and key are for addresses that begin with rediss://"},
		{"rediss://host?cert=/etc/cert.pem", "REDIS_URL: cert and key belong together"},
		{"rediss://host?ca=/nowhere/ca.pem", "REDIS_URL: ca: open /nowhere/ca.pem: no such file or directory"},
		{"rediss://host?ca=redis_kinds_test.go", "REDIS_URL: ca: no certificate in PEM is in redis_kinds_test.go"},
		{"rediss://host?cert=redis_kinds_test.go&key=redis_kinds_test.go", "REDIS_URL: cert and key: tls: failed to find any PEM data in certificate input"},
	} {
		if _, err := OpenRedis(config.Secret(tt.address)); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.address, err, tt.want)
		}
	}
}

func TestTLSOnSentinelAndClusterProvesEachServersOwnName(t *testing.T) {
	t.Parallel()
	cluster := open(t, "rediss://one:7000?addr=two:7000")
	defer cluster.Close()
	o := cluster.UniversalClient.(*redis.ClusterClient).Options()
	if o.TLSConfig == nil || o.TLSConfig.ServerName != "" || o.ClusterStateReloadInterval != clusterReload {
		t.Errorf("cluster: %+v, reload each %s", o.TLSConfig, o.ClusterStateReloadInterval)
	}
	sentinel := open(t, "rediss://one:26379?master_name=kabarchy&addr=two:26379")
	defer sentinel.Close()
	if o := sentinel.UniversalClient.(*redis.Client).Options(); o.TLSConfig == nil || o.TLSConfig.ServerName != "" {
		t.Errorf("sentinel: %+v", o.TLSConfig)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, info, want string }{
		{"well", "redis_version:7.0.15 maxmemory:0 maxmemory_policy:noeviction", ""},
		{"valkey", "redis_version:7.2.4 server_name:valkey valkey_version:8.0.1 maxmemory:0 maxmemory_policy:noeviction", ""},
		{"10", "redis_version:10.0.0 maxmemory:0", ""},
		{"old", "redis_version:6.2.14 maxmemory:0", "redis 6.2.14 is older"},
		{"evicts, but has no limit", "redis_version:7.0.15 maxmemory:0 maxmemory_policy:allkeys-lru", ""},
		{"evicts", "redis_version:7.0.15 maxmemory:1000000 maxmemory_policy:allkeys-lru", "maxmemory-policy noeviction"},
		{"evicts what expires", "redis_version:7.0.15 maxmemory:1000000 maxmemory_policy:volatile-ttl", "maxmemory-policy noeviction"},
		{"embedded", "connected_clients:1", ""},
	} {
		got := strings.Join(judge(parseInfo("# Server\r\n"+strings.ReplaceAll(tt.info, " ", "\r\n")+"\r\n")), "; ")
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	admin := server.Client(t)
	must := func(command ...any) {
		t.Helper()
		if err := admin.Do(t.Context(), command...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	must("ACL", "SETUSER", "noconfig", "on", ">hunter2", "+@all", "-config", "~*")
	must("ACL", "SETUSER", "noinfo", "on", ">hunter2", "+@all", "-info", "~*")
	for _, tt := range []struct {
		name, user, appendonly, save string
		want                         []string // one in each of the warnings
	}{
		{"append-only", "default", "yes", "", nil},
		{"nothing", "default", "no", "", []string{"keeps nothing on disk"}},
		{"snapshots", "default", "no", "3600 1", []string{"keeps snapshots only"}},
		{"CONFIG forbidden", "noconfig", "no", "3600 1", []string{"could not be checked; set appendonly yes"}},
		{"CONFIG forbidden and not needed", "noconfig", "yes", "", nil},
		{"INFO forbidden", "noinfo", "yes", "", []string{"could not be checked: NOPERM"}},
	} {
		must("CONFIG", "SET", "appendonly", tt.appendonly, "save", tt.save)
		r := open(t, "redis://"+map[bool]string{false: tt.user + ":hunter2@"}[tt.user == "default"]+server.Addr())
		defer r.Close()
		got := r.Warnings(t.Context())
		if len(got) != len(tt.want) {
			t.Errorf("%s: got %q", tt.name, got)
			continue
		}
		for i, want := range tt.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: got %q", tt.name, got[i])
			}
		}
	}
}

func TestWarningsOfACluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t, 3, 0)
	r := open(t, cluster.URL())
	defer r.Close()
	got := r.Warnings(t.Context())
	if len(got) != 3 {
		t.Errorf("3 masters, and %d warnings: %q", len(got), got)
	}
	for _, addr := range cluster.Addrs() {
		if !strings.Contains(strings.Join(got, "\n"), addr+": redis keeps nothing on disk") {
			t.Errorf("nothing is said of %s: %q", addr, got)
		}
	}
}
