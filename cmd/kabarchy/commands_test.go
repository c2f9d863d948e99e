package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// onDebian are the sections whose commands TestDebian runs word for word, by document.
var onDebian = map[string][]string{
	"install.md":   {"Debian and Ubuntu", "Fedora, Red Hat, SUSE", "A public address"},
	"configure.md": {"To change it"},
	"operate.md":   {"What is wrong", "News at once", "Hubs", "Why a chat has an item"},
	"restore.md":   {"Backup", "Restore"},
	"upgrade.md":   {"Forward", "Back", "Fedora, Red Hat, SUSE"},
	"metrics.md":   {"The process"},
	"alerts.md": {
		"Alerts", "KabarchyDown", "KabarchyNobodyLeads", "KabarchyNoProgress", "KabarchyTokenRefused", "KabarchySourceUnread",
		"KabarchyRedisMemoryLow", "KabarchyRedisDiskFails", "KabarchyRedisDiskLow", "KabarchyClockOff",
	},
}

// onKubernetes are those that TestKubernetes runs.
var onKubernetes = map[string][]string{
	"install.md": {"Kubernetes"},
	"operate.md": {"A change in Kubernetes", "Another token in Kubernetes"},
	"restore.md": {"In Kubernetes"},
}

// onDocker are those that TestDocker runs.
var onDocker = map[string][]string{
	"install.md": {"Compose"},
	"restore.md": {"With Compose"},
}

// elsewhere says of other commands in which file something runs them, and by which words.
var elsewhere = map[string]struct{ file, words string }{
	"go run ./cmd/kabarchy demo":                         {".ci/run", `"$kabarchy" demo`},
	"go test ./...":                                      {".ci/run", "run_tests tests"},
	"cp kabarchy.example.yaml kabarchy.yaml":             {".ci/run", "--config kabarchy.example.yaml"},
	"go run ./cmd/kabarchy check --config kabarchy.yaml": {"cmd/kabarchy/testdata/script/check.txtar", "kabarchy check"},
	"go build ./cmd/kabarchy":                            {".ci/run", "./cmd/kabarchy\n"},
	"curl http://127.0.0.1:8080/readyz":                  {"docs/alerts.md", "curl http://127.0.0.1:8080/readyz"},
	"go tool pprof -top heap.pprof":                      {".ci/debian", "grep '^go tool pprof ' docs/metrics.md"},
	"git checkout v1.2.3":                                {".ci/run", "commands_of 'What a release is'"},
	".ci/release":                                        {".ci/run", "commands_of 'What a release is'"},
	"diff .artifacts/release/SHA256SUMS ../SHA256SUMS":   {".ci/run", "commands_of 'What a release is'"},
	"kubectl --namespace kabarchy exec deployment/kabarchy -- /kabarchy doctor":          {"cmd/kabarchy/cluster_life_test.go", `"exec deployment/kabarchy -- /kabarchy doctor"`},
	`sudo journalctl -u kabarchy -o cat | grep -E 'items?="?[0-9a-z ]*yyqcptmzo5zhzkdp'`: {"cmd/kabarchy/follow_test.go", "`items?=\"?[0-9a-z ]*`"},
	"sudo apt remove kabarchy":                 {"cmd/kabarchy/debian_life_test.go", `"apt remove -y kabarchy"`},
	"sudo apt purge kabarchy":                  {"cmd/kabarchy/debian_life_test.go", `"apt purge -y kabarchy"`},
	"sudo systemctl restart kabarchy":          {"docs/configure.md", "sudo systemctl restart kabarchy"},
	"sudo kabarchyctl doctor":                  {"docs/operate.md", "sudo kabarchyctl doctor"},
	"./kabarchy doctor --config kabarchy.yaml": {"cmd/kabarchy/testdata/script/operate.txtar", "kabarchy doctor"},
	"TELEGRAM_BOT_TOKEN=... REDIS_URL=redis://127.0.0.1:6379/0 ./kabarchy run --config kabarchy.yaml": {"cmd/kabarchy/chaos_test.go", `"REDIS_URL="+redisURL`},

	"echo TELEGRAM_BOT_TOKEN=... > .env && chmod 600 .env": {"docs/install.md", "echo TELEGRAM_BOT_TOKEN=... > .env && chmod 600 .env"},
	"docker compose up --build --detach":                   {"cmd/kabarchy/docker_life_test.go", `"docker compose up --build --detach"`},
	"docker compose exec bot /kabarchy doctor":             {"docs/install.md", "docker compose exec bot /kabarchy doctor"},
	"docker compose restart bot":                           {"cmd/kabarchy/docker_life_test.go", `"docker compose restart bot"`},
	"docker compose up --detach":                           {"cmd/kabarchy/docker_life_test.go", `"docker compose up --detach"`},
	"docker compose logs bot":                              {"docs/install.md", "docker compose logs bot\n"},
	"docker compose down":                                  {"cmd/kabarchy/docker_life_test.go", `"docker compose down"`},
	"docker compose down --volumes":                        {"cmd/kabarchy/docker_life_test.go", `"docker compose down --volumes `},
	"docker run --stop-timeout 30":                         {"cmd/kabarchy/docker_life_test.go", `"docker run --stop-timeout 30 "`},
}

// offer is a command that a document offers.
type offer struct{ document, section, line string }

var (
	fenced     = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```$")
	inSentence = regexp.MustCompile("`((?:sudo|docker|kubectl|redis-cli|systemctl|\\./kabarchy) [^`]+)`")
	aHeading   = regexp.MustCompile("(?m)^##? (.+)$")
)

// offersOf are the commands in a document's blocks of shell, without their comments. One that goes
// over several lines is one.
func offersOf(document, text string) (offers []offer) {
	for _, block := range fenced.FindAllStringSubmatchIndex(text, -1) {
		if text[block[2]:block[3]] != "sh" {
			continue
		}
		section := ""
		for _, h := range aHeading.FindAllStringSubmatch(text[:block[0]], -1) {
			section = h[1]
		}
		for line := range strings.Lines(strings.ReplaceAll(text[block[4]:block[5]], "\\\n", "")) {
			line, _, _ = strings.Cut(line, "   #")
			offers = append(offers, offer{document, section, strings.TrimSpace(line)})
		}
	}
	return offers
}

// TestEveryCommandIsTried: each command that README and docs offer is run in CI.
func TestEveryCommandIsTried(t *testing.T) {
	t.Parallel()
	unused := maps.Clone(elsewhere)
	sections := make(map[offer]bool)
	for name, text := range documentTexts(t) {
		if strings.HasPrefix(name, ".github/") {
			continue
		}
		for _, block := range fenced.FindAllStringSubmatch(text, -1) {
			if block[1] == "" {
				t.Errorf("%s: is this shell, or what is it? ```\n%s", name, block[2])
			}
		}
		offers := offersOf(filepath.Base(name), text)
		for _, span := range inSentence.FindAllStringSubmatch(text, -1) {
			offers = append(offers, offer{document: filepath.Base(name), line: span[1]})
		}
		for _, o := range offers {
			_, is := elsewhere[o.line]
			delete(unused, o.line)
			tried := slices.Contains(onDebian[o.document], o.section) || slices.Contains(onKubernetes[o.document], o.section) || slices.Contains(onDocker[o.document], o.section)
			sections[offer{document: o.document, section: o.section}] = true
			if !is && !tried {
				t.Errorf("%s, %s: nothing in CI runs %q", o.document, o.section, o.line)
			}
		}
	}
	for line := range unused {
		t.Errorf("no document offers %q any more", line)
	}
	for _, machine := range []map[string][]string{onDebian, onKubernetes} {
		for document, all := range machine {
			for _, section := range all {
				if !sections[offer{document: document, section: section}] {
					t.Errorf("%s offers no command under %q", document, section)
				}
			}
		}
	}
	for line, by := range elsewhere {
		text, err := os.ReadFile(filepath.Join(top, by.file))
		if err != nil || !strings.Contains(string(text), by.words) {
			t.Errorf("%s: %s has no %q (%v)", line, by.file, by.words, err)
		}
	}
}
