//go:build chaos

package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
	"kabarchy/feeds/feedtest"
	"kabarchy/subscriptions"
)

// docker is a machine with Docker and a clone. Telegram and the ministry's site are the test's, at an
// address that containers reach.
type docker struct {
	*debian
	api, site   string
	environment string // what the operator writes into .env beside the token
}

// TestDocker does what README, docs and the heads of compose.yaml and Dockerfile say of Docker, word for
// word, and then what goes wrong with it. .ci/docker begins the engine and runs it beside that.
func TestDocker(t *testing.T) {
	clone, host := os.Getenv("CLONE"), os.Getenv("HOST")
	if clone == "" || host == "" {
		t.Fatal("CLONE names no clone: .ci/docker begins a Docker and runs this beside it")
	}
	t.Chdir(clone)
	d := newDocker(t, host)
	d.builds()
	d.lacks()
	d.installs()
	d.broadcasts()
	d.isConfined()
	d.changes()
	d.restores()
	d.runsAlone()
}

func newDocker(t *testing.T, host string) *docker {
	d := &docker{debian: &debian{
		T: t, sudo: t.TempDir(), telegram: simulator.New(simulator.Options{Latency: latency, Key: deskTitle}),
		feed: &feed{items: []feedtest.Item{{Title: "Эски", Link: "https://ministry.example/ky/news/0"}}},
	}}
	telegram := d.telegram.Handler()
	d.api = serveAt(t, host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = "localhost" // the simulator serves nobody from elsewhere
		telegram.ServeHTTP(w, r)
	}))
	d.site = serveAt(t, host, d.feed)
	d.environment = "TELEGRAM_API_ENDPOINT=" + d.api + "\nPING_SECRET=" + strings.Repeat("5e", 32) + "\n"
	return d
}

// write writes a file of the clone's.
func (d *docker) write(name, text string) {
	d.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		d.Fatal(err)
	}
}

// read reads one.
func (d *docker) read(name string) string {
	d.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

// offers are the commands that a document offers in a section.
func (d *docker) offers(document, section string) (lines []string) {
	d.Helper()
	for _, o := range offersOf(filepath.Base(document), d.read(document)) {
		if o.section == section {
			lines = append(lines, o.line)
		}
	}
	if len(lines) == 0 {
		d.Fatalf("%s offers no such commands under %s", document, section)
	}
	return lines
}

// head are the commands at the head of a file, where comments are indented.
func (d *docker) head(file string) (lines []string) {
	d.Helper()
	text := strings.ReplaceAll(d.read(file), "\\\n#", "")
	for _, line := range regexp.MustCompile(`(?m)^#   (\S.*)$`).FindAllStringSubmatch(text, -1) {
		lines = append(lines, line[1])
	}
	return lines
}

// configure is what the operator makes of the example, whose listen does not count in the image.
func (d *docker) configure() {
	d.Helper()
	d.write("kabarchy.yaml", fmt.Sprintf(`
ministry:
  name: {ky: Министрлик, ru: Министерство, en: Ministry}
  site: https://ministry.example
timezone: Asia/Bishkek
poll: "@every 1s"
sources: [{id: minjust-ky, language: ky, url: %q}]
telegram: {messages_per_second: 200}
network: {allow_private_addresses: true}
listen: 127.0.0.1:8080
`, d.site))
}

// asks runs a line that is asked again and again, and says nothing of it.
func (d *docker) asks(line string) string {
	d.Helper()
	said, err := exec.CommandContext(d.Context(), "bash", "-eu", "-c", line).CombinedOutput()
	if err != nil {
		d.Fatalf("%s: %v\n%s", line, err, said)
	}
	return strings.TrimSpace(string(said))
}

// about is what the engine knows of a service's container.
func (d *docker) about(service, what string) string {
	d.Helper()
	return d.asks(fmt.Sprintf("docker inspect -f '{{%s}}' $(docker compose ps -aq %s)", what, service))
}

// dies ends a service's process as a crash would, behind the engine's back.
func (d *docker) dies(service string) {
	d.Helper()
	before := d.about(service, ".State.Pid")
	d.does("kill -9 " + before)
	eventually(d, service+" runs again", func() bool {
		now := d.about(service, ".State.Pid")
		return now != before && now != "0"
	})
}

// says waits until a service's log has a line.
func (d *docker) says(service, what string) {
	d.Helper()
	said := ""
	eventually(d, service+" says "+what, func() bool {
		said = d.asks("docker compose logs --no-log-prefix --tail 20 " + service)
		return regexp.MustCompile(what).MatchString(said)
	})
	d.Logf("%s says\n%s", service, said)
}

// crowd has people subscribe whom a broadcast goes to, and who are counted.
func (d *docker) crowd(size int) *chaos {
	d.Helper()
	rdb := redis.NewClient(&redis.Options{Addr: d.about("redis", "range .NetworkSettings.Networks}}{{.IPAddress}}{{end") + ":6379"})
	d.Cleanup(func() { _ = rdb.Close() })
	return &chaos{
		t: d.T, rdb: rdb, size: size, first: d.telegram.Crowd(size), store: subscriptions.NewStore(rdb),
		telegram: d.telegram, feed: d.feed, log: &bottest.Log{},
	}
}
