package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// diskAlertCases are what comes of a disk of Redis, one after the other, while the bot runs.
var diskAlertCases = []struct {
	name    string
	fires   []string
	happens func(d *disk)
}{
	{"room, and a broadcast", nil, func(d *disk) { d.news(1) }},
	{"little room, and a broadcast", []string{"KabarchyRedisDiskLow"}, func(d *disk) {
		eventually(d.w.t, "little is left", func() bool { return d.write() == nil && d.left() < 0.15 })
		d.news(2)
	}},
	{"no room", []string{"KabarchyRedisDiskLow", "KabarchyRedisDiskFails", "KabarchyNobodyLeads"}, func(d *disk) {
		eventually(d.w.t, "Redis takes no writes", func() bool { return d.write() != nil })
		d.tells("kabarchy_redis_persistence_ok", 0)
		d.tells("kabarchy_leader", 0)
	}},
	{"room again, and a broadcast", nil, func(d *disk) {
		if out, err := exec.CommandContext(d.w.t.Context(), "mount", "-o", "remount,size=128m", d.at).CombinedOutput(); err != nil {
			d.w.t.Fatalf("%v: %s", err, out)
		}
		d.tells("kabarchy_redis_persistence_ok", 1)
		d.tells("kabarchy_leader", 1)
		d.news(3)
	}},
}

// disk is a small one, on which a real Redis has its data, with a bot that works on that.
type disk struct {
	w       *fixture
	at      string
	app     *App
	machine *nodeExporter
}

// TestAlertsOfADisk fills the disk of Redis under a bot that sends. What is told at the end of each
// case, by the bot and by node_exporter, is recorded as if it had been told for twenty minutes.
func TestAlertsOfADisk(t *testing.T) {
	if os.Getenv("ALERTS") == "" {
		t.Log("only with ALERTS=true, as in CI: it mounts a disk, as root")
		return
	}
	t.Parallel()
	root := t.TempDir()
	d := &disk{at: filepath.Join(root, "var/lib/redis")}
	if refused := mounted(t, d.at); refused != "" {
		t.Log("NOT CHECKED: the alerts of a disk. None can be mounted here: " + refused)
		return
	}
	d.machine = startNodeExporter(t, root)
	d.w = newFixture(t, redistest.Start(t, "--dir", d.at, "--appendonly", "yes").Client(t), simulator.Options{})
	d.w.config.Telegram.MessagesPerSecond = 1000
	d.app = d.w.app()
	defer d.w.stop(d.app)
	const people = 999
	redistest.Fill(t, d.w.rdb, d.w.telegram.Crowd(people), people, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}},
		subscriptions.Preferences{Interface: "ru", Languages: []string{"ru"}}, subscriptions.Preferences{Interface: "en", Languages: []string{"en"}})
	for _, tt := range diskAlertCases {
		tt.happens(d)
		r := d.w.record(d.app)
		r.machine = d.machine
		for range 20 {
			r.scrape()
		}
		r.misses()
		t.Logf("%s: %.0f %% of the disk are left", tt.name, 100*d.left())
		verdictOn(t, r.tests(tt.fires...))
	}
}

// news publishes an item, and waits until everybody has it.
func (d *disk) news(number int) {
	d.w.t.Helper()
	d.w.publish(number)
	eventually(d.w.t, "the item is out", func() bool { return d.w.finished(d.app, 3*number) })
}

// write has Redis write another megabyte, which its file can't hold in less.
func (d *disk) write() error {
	return d.w.rdb.Set(d.w.t.Context(), "ballast:"+rand.Text(), strings.Repeat(rand.Text(), 1<<20/26), 0).Err()
}

// left is the share of the disk that is free.
func (d *disk) left() float64 {
	free, size := -1.0, 1.0
	for series, value := range d.machine.scrape(d.w.t) {
		switch {
		case !strings.Contains(series, `mountpoint="/var/lib/redis"`):
		case strings.HasPrefix(series, "node_filesystem_avail_bytes{"):
			free = value
		case strings.HasPrefix(series, "node_filesystem_size_bytes{"):
			size = value
		}
	}
	return free / size
}

// tells waits until the bot says so of itself or of its Redis.
func (d *disk) tells(metric string, want float64) {
	d.w.t.Helper()
	eventually(d.w.t, metric, func() bool {
		series, _ := d.w.scrape(d.app)
		for name, value := range series {
			if bare, _, _ := strings.Cut(name, "{"); bare == metric {
				return value == want
			}
		}
		return false
	})
}

// mounted mounts a small disk for the time of the test. Where that is not allowed it returns what the
// system says.
func mounted(t *testing.T, at string) (refused string) {
	t.Helper()
	if err := os.MkdirAll(at, 0o700); err != nil {
		t.Fatal(err)
	}
	// It ends with the test's end of the pipe, also where the test is killed.
	holder := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-c",
		`trap "" INT; mount -t tmpfs -o size=48m kabarchy-test "$0" 2>&1 || exit; echo; cat >/dev/null; umount --lazy "$0"`, at)
	hold, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	says, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = hold.Close()
		if err := holder.Wait(); err != nil && refused == "" {
			t.Errorf("the disk is still mounted: %v", err)
		}
	})
	line, err := bufio.NewReader(says).ReadString('\n')
	if err != nil {
		t.Fatalf("mount: %v", err)
	}
	refused = strings.TrimSpace(line)
	if refused != "" && !strings.Contains(refused, "denied") && !strings.Contains(refused, "permitted") && !strings.Contains(refused, "superuser") {
		t.Fatal(refused)
	}
	return refused
}

// nodeExporter is Debian's, which tells of the machine.
type nodeExporter struct{ address string }

// startNodeExporter runs it for the time of the test. A folder stands for the root of the machine.
func startNodeExporter(t *testing.T, root string) *nodeExporter {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	socket, err := listener.(*net.TCPListener).File()
	_ = listener.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	command := exec.CommandContext(t.Context(), "sh", "-c", // which the exporter takes the place of
		`LISTEN_FDS=1 LISTEN_PID=$$ exec prometheus-node-exporter --web.systemd-socket --collector.disable-defaults --collector.filesystem --path.rootfs="$0"`, root)
	command.ExtraFiles = []*os.File{socket}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	return &nodeExporter{"http://" + listener.Addr().String() + "/metrics"}
}

func (n *nodeExporter) scrape(t *testing.T) map[string]float64 {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("node_exporter is not there: apt-get install prometheus-node-exporter: %v", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return seriesIn(t, string(text))
}
