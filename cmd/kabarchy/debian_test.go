//go:build chaos

package main

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/feeds/feedtest"
)

// debian is the machine that the test runs on: a fresh Debian that systemd has booted, with
// redis-server and nothing of ours. Telegram and the ministry's site are the test's.
type debian struct {
	*testing.T
	telegram *simulator.Server
	endpoint string // where it is
	feed     *feed
	reader   *simulator.Citizen
	sudo     string              // a folder with a sudo and a sudoedit that does what a person would
	followed map[string][]string // the sections of the documents whose commands were run
}

// TestDebian installs the package as docs/install.md says, word for word, and then does to it
// what people do: upgrade it under way, go back, remove, install again, purge. .ci/run boots
// the machine and runs it there; it changes the machine that it runs on.
func TestDebian(t *testing.T) {
	packages := os.Getenv("PACKAGES")
	if packages == "" {
		t.Fatal("PACKAGES names no folder with packages: .ci/debian boots a fresh Debian and runs this there")
	}
	t.Chdir(packages)
	d := newDebian(t)
	defer func() {
		if t.Failed() {
			_, _ = d.try("journalctl -u kabarchy -n 30 -o cat", nil)
		}
	}()
	d.lints()
	d.installs()
	d.isConfined()
	d.operates()
	d.isPublic()
	d.restores()
	d.upgrades()
	d.fails()
	d.leaves()
	d.rpm()
	for document, sections := range onDebian {
		for _, section := range sections {
			if !slices.Contains(d.followed[document], section) {
				d.Errorf("%s: nothing of %q was run", document, section)
			}
		}
	}
}

func newDebian(t *testing.T) *debian {
	d := &debian{
		T: t, sudo: t.TempDir(), followed: map[string][]string{},
		feed: &feed{items: []feedtest.Item{{Title: "Эски", Link: "https://ministry.example/ky/news/0"}}},
	}
	d.telegram = simulator.New(simulator.Options{Key: subject})
	telegram, site := httptest.NewServer(d.telegram.Handler()), httptest.NewServer(d.feed)
	t.Cleanup(telegram.Close)
	t.Cleanup(site.Close)
	d.endpoint = telegram.URL
	for name, script := range map[string]string{
		"sudo": `exec "$@"`,
		"sudoedit": fmt.Sprintf(`
test -w "$1"
case $1 in *.yaml) ;; *) exit ;; esac # nothing is to be changed
echo TELEGRAM_API_ENDPOINT=%s >>/etc/kabarchy/environment
cat >"$1" <<'.'
ministry:
  name: {ky: Министрлик, ru: Министерство, en: Ministry}
  site: https://ministry.example
timezone: Asia/Bishkek
poll: "@every 1s"
sources: [{id: minjust-ky, language: ky, url: %q}]
network: {allow_private_addresses: true}
debug_listen: ":6060"
.`, telegram.URL, site.URL),
	} {
		if err := os.WriteFile(filepath.Join(d.sudo, name), []byte("#!/bin/sh -eu\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// enter is Enter, as often as it is asked for.
type enter struct{}

func (enter) Read(keys []byte) (int, error) {
	for i := range keys {
		keys[i] = '\n'
	}
	return len(keys), nil
}

// try runs a line of shell.
func (d *debian) try(line string, stdin io.Reader) (said string, err error) {
	began := time.Now()
	command := exec.CommandContext(d.Context(), "bash", "-eu", "-o", "pipefail", "-c", line)
	command.Env = append(os.Environ(), "PATH="+d.sudo+":/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8")
	command.Stdin = stdin
	out, err := command.CombinedOutput()
	d.Logf("$ %s (%.1f s)\n%s", line, time.Since(began).Seconds(), out)
	return string(out), err
}

// does runs a line of shell that has to go well.
func (d *debian) does(line string) string {
	d.Helper()
	said, err := d.try(line, nil)
	if err != nil {
		d.Fatalf("%s: %v", line, err)
	}
	return strings.TrimSpace(said)
}

// refuses runs one that has to fail, and to say why.
func (d *debian) refuses(line, why string) {
	d.Helper()
	said, err := d.try(line, nil)
	if err == nil || !regexp.MustCompile(why).MatchString(said) {
		d.Errorf("%s: %v, want %q", line, err, why)
	}
}

// text is a document, as the package has it.
func (d *debian) text(document string) string {
	d.Helper()
	text, err := os.ReadFile(filepath.Join("/usr/share/doc/kabarchy", document))
	if err != nil { // it is not installed yet
		text, err = exec.CommandContext(d.Context(), "sh", "-c", "dpkg-deb --fsys-tarfile kabarchy_*_amd64.deb | tar -xO ./usr/share/doc/kabarchy/"+document).Output()
	}
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

// yamlIn is the YAML in a section of a document.
func yamlIn(text, section string) (all string) {
	_, text, _ = strings.Cut(text, "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for _, block := range fenced.FindAllStringSubmatch(text, -1) {
		if block[1] == "yaml" {
			all += block[2]
		}
	}
	return all
}

// offers are the commands in a section of a document, as the package has it.
func (d *debian) offers(document, section string) (lines []string) {
	d.Helper()
	text := d.text(document)
	for _, o := range offersOf(document, text) {
		if by, is := elsewhere[o.line]; o.section == section && (!is || by.file != "" && by.file != ".ci/debian") {
			lines = append(lines, o.line)
		}
	}
	if len(lines) == 0 {
		d.Fatalf("%s offers no commands under %s", document, section)
	}
	d.followed[document] = append(d.followed[document], section)
	return lines
}

// follows runs what a document offers in a section.
func (d *debian) follows(document, section string) {
	d.Helper()
	for _, line := range d.offers(document, section) {
		if strings.HasSuffix(line, "doctor") { // it misses administrators
			line += " || test $? = 4"
		}
		if _, err := d.try(line, enter{}); err != nil {
			d.Fatalf("%s, %s: %s: %v", document, section, line, err)
		}
		if strings.HasSuffix(line, "start kabarchy") { // a person would not be so quick
			eventually(d, "it has begun", func() bool {
				said := d.does("curl -s http://127.0.0.1:8080/readyz || true")
				return said != "" && !strings.Contains(said, "the service is starting")
			})
		}
	}
}

// lints looks at the unit, as it is in the package.
func (d *debian) lints() {
	d.Helper()
	said := ""
	for arch, machine := range map[string]string{"amd64": "3e 00", "arm64": "b7 00"} { // ELF's e_machine, little endian
		d.does(fmt.Sprintf("dpkg-deb -x kabarchy_*_%s.deb /tmp/%[1]s", arch))
		if got := d.does(fmt.Sprintf("dpkg-deb -f kabarchy_*_%s.deb Architecture", arch)); got != arch {
			d.Errorf("the package of %s is for %s", arch, got)
		}
		if got := d.does("od -An -tx1 -j18 -N2 /tmp/" + arch + "/usr/bin/kabarchy"); got != machine {
			d.Errorf("the program for %s is for machine %s", arch, got)
		}
		said = d.does("systemd-analyze security --offline=true --threshold=20 /tmp/" + arch + "/usr/lib/systemd/system/kabarchy.service | tail -n 1")
	}
	d.Logf("%s", said)
	if amd, arm := d.does("/tmp/amd64/usr/bin/kabarchy version"), d.does("qemu-aarch64-static /tmp/arm64/usr/bin/kabarchy version"); amd != strings.ReplaceAll(arm, "arm64", "amd64") {
		d.Errorf("the program for arm64 says\n%s\nand that for amd64\n%s", arm, amd)
	}
}

// installs follows the document, and then subscribes and gets news.
func (d *debian) installs() {
	d.Helper()
	began := time.Now()
	for _, line := range d.offers("install.md", "Debian and Ubuntu") {
		d.installing(line)
	}
	d.reader = d.telegram.Citizen("Айгүл", "ky")
	d.reader.Send("/start")
	eventually(d, "the bot answers", func() bool { return d.shows("Кыргызча") })
	if took := time.Since(began); took > time.Minute {
		d.Errorf("from installing to the first message it took %v", took)
	} else {
		d.Logf("from installing to the first message: %.1f s", took.Seconds())
	}
	if err := d.reader.Press("Кыргызча"); err != nil {
		d.Fatal(err)
	}
	eventually(d, "the subscription is there", func() bool { return d.does("redis-cli --raw --scan --pattern 'subs:[0-9]*' | wc -l") == "1" })
	d.news(first)
	d.Logf("from installing to the first news: %.1f s", time.Since(began).Seconds())
}

// installing runs a line of what installs the package, as a person at the keyboard.
func (d *debian) installing(line string) {
	d.Helper()
	stdin := io.Reader(enter{})
	switch {
	case strings.Contains(line, " dnf "): // which takes Enter for no
		stdin = strings.NewReader("y\n")
	case strings.Contains(line, "telegram-token"):
		d.does("systemctl start kabarchy")
		eventually(d, "it says that the token is missing", func() bool {
			return strings.Contains(d.does("systemctl status kabarchy || true"), "/telegram-token is empty")
		})
		stdin = strings.NewReader(d.telegram.Token() + "\n")
	case strings.HasSuffix(line, "doctor"): // it misses administrators
		line += " || test $? = 4"
	}
	if _, err := d.try(line, stdin); err != nil {
		d.Fatalf("%s: %v", line, err)
	}
}

// shows reports whether the reader's chat shows a text, or a button with it.
func (d *debian) shows(text string) bool {
	for _, m := range d.reader.Messages() {
		if strings.Contains(fmt.Sprintf("%+v", m), text) {
			return true
		}
	}
	return false
}

// news publishes an item and waits until it has come.
func (d *debian) news(title string) {
	d.Helper()
	d.feed.publish(title)
	eventually(d, title+" arrives", func() bool { return d.shows(title) })
}
